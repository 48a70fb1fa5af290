"""The benchmarks run, judge by their rules, and keep what they found."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cloudwan_mcp.bench import runner
from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.cases import CASES
from cloudwan_mcp.bench.figures import median_of, percentile
from cloudwan_mcp.bench.processes import family, memory

RULES = (Rule("ratio", ">=", 2.0), Rule("seconds", "<", 1, "s", timed=True))
# the others take long even so: `make bench` runs them, and most of what they do is tested elsewhere
LONG = ("exactly_once", "topology", "soak", "startup", "answers")
SHORT = [case for case in CASES if case.name not in LONG]
CASE = Case("pretend", "nothing", lambda _: {}, RULES)


def verdicts(measured: Measurements, *, busy: bool = False) -> list[str]:
    return [each["verdict"] for each in runner.judge(CASE, measured, busy=busy)]


def test_rules_are_kept_or_broken_by_what_was_measured() -> None:
    assert verdicts({"ratio": 2.0, "seconds": 0.5}) == ["kept", "kept"]
    assert verdicts({"ratio": 1.9, "seconds": 1.0}) == ["broken", "broken"]
    assert verdicts({"seconds": 0.5}) == ["broken", "kept"]


def test_a_busy_machine_excuses_times_and_nothing_else() -> None:
    assert verdicts({"ratio": 1.9, "seconds": 9.0}, busy=True) == ["broken", "noisy"]


def test_percentiles_are_samples() -> None:
    samples = [float(n) for n in range(1, 101)]
    assert percentile(samples, 0.99) == 99
    assert percentile(samples, 1) == 100
    assert percentile([7.0], 0.5) == 7
    assert median_of([{"p50": 1.0}, {"p50": 9.0}, {"p50": 2.0}]) == {"p50": 2.0}


def test_the_names_of_cases_and_their_rules_are_their_own() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    assert all(case.rules and case.measures for case in CASES)


def test_a_process_is_of_its_own_family_and_occupies_memory() -> None:
    assert os.getpid() in family(os.getpid())
    assert min(memory(os.getpid(), "VmHWM"), memory(os.getpid())) > 1024 * 1024
    assert memory(2**22 + 1) == 0


@pytest.mark.parametrize("case", SHORT, ids=[case.name for case in SHORT])
def test_every_case_runs_in_a_fresh_process_and_measures_what_its_rules_need(
    case: Case, tmp_path: Path
) -> None:
    report = runner.run(case, Parameters(2_000, quick=True))
    assert not report["failed"]
    assert all(rule["measured"] is not None for rule in report["rules"])
    counts = [rule for rule in report["rules"] if "==" in rule["rule"]]
    assert all(rule["verdict"] == "kept" for rule in counts)
    path = runner.save(report, tmp_path)
    assert json.loads(path.read_text(encoding="utf-8"))["case"] == case.name
    assert case.name in runner.table(report)


def test_a_case_that_fails_is_not_a_case_that_passed() -> None:
    broken = Case("no such case", "nothing", lambda _: {}, RULES)
    report = runner.run(broken, Parameters(100, quick=True))
    assert report["failed"]
    assert not runner.passed(report)
    assert "failed" in runner.table(report)
