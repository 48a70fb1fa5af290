"""What is kept of a run, compared with another, and shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.bench.suite.benchmark import Sample
from cloudwan_mcp.bench.suite.origin import commit
from cloudwan_mcp.bench.suite.result import found
from cloudwan_mcp.bench.suite.table import comparison, table
from cloudwan_mcp.errors import BadRequest, NotFound
from cloudwan_mcp.performance.benchmarking_suite import (
    BenchmarkResults,
    Rule,
    compare,
)
from conversation import python
from fakes.benchmarks import Pretend, ran

pytestmark = pytest.mark.anyio


def results(name: str = "pretend_1", **measures: list[float]) -> BenchmarkResults:
    samples: list[dict[str, Sample]] = [
        {"ours": dict(zip(measures, values, strict=True)), "baseline": {"value": 8.0}}
        for values in zip(*measures.values(), strict=True)
    ]
    return BenchmarkResults({name: found(Pretend(name), samples, busy=False)})


def artefact(name: str = "pretend_1", **measures: list[float]) -> dict[str, Any]:
    return {"schema": 1, "benchmarks": [each.to_dict() for each in results(name, **measures).each()]}


def changed(before: list[float], after: list[float], measure: str = "value") -> str:
    (change,) = compare(artefact(**{measure: before}), artefact(**{measure: after}))
    return change.verdict


def test_a_change_is_one_when_it_is_more_than_the_spread() -> None:
    assert changed([100, 101, 102], [80, 81, 82]) == "better"
    assert changed([100, 101, 102], [120, 121, 122]) == "worse"
    assert changed([100, 101, 102], [101, 80, 79]) == "same"  # the intervals meet
    assert changed([100, 100, 100], [102, 102, 102]) == "same"  # pages and arenas
    assert changed([100, 100, 100], [120, 120, 120], "time") == "same"
    assert changed([100, 100, 100], [130, 130, 130], "time") == "worse"
    assert changed([0, 0, 0], [1, 1, 1]) == "worse"
    assert changed([1, 1, 1], [2, 2, 2], "unknown") == "changed"


def test_what_only_one_of_two_runs_measured_is_said() -> None:
    changes = compare(artefact("old", value=[1]), artefact("new", value=[2]))
    assert [(each.benchmark, each.verdict) for each in changes] == [
        ("old", "only before"),
        ("new", "only after"),
    ]
    assert "only before" in comparison(changes)


async def test_an_artefact_holds_every_sample_and_is_compared_from_its_file(tmp_path: Path) -> None:
    runner = await ran(Pretend(rules=(Rule("value", "<", 2),)), iterations=2)
    path = runner.save(tmp_path / "new folder" / "run.json")
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert {"networkx", "boto3", "cloudwan-mcp"} <= kept["machine"]["packages"].keys()
    assert kept["machine"]["memory_limit"]["origin"]
    assert kept["machine"]["processor"] == runner.get_summary_report()["machine"]["processor"]
    (result,) = kept["benchmarks"]
    assert result["passed"]
    assert len(result["load"]) == 2
    assert [each["ours"]["value"] for each in result["samples"]] == [1, 1]
    assert {each.verdict for each in compare(path, runner.artefact())} == {"same"}


def test_the_commit_is_that_of_a_working_copy_and_of_nothing_above_or_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = tmp_path / "git"
    git.write_text("#!/bin/sh\necho 0123abcd-dirty\n", encoding="utf-8")
    git.chmod(0o755)
    copy = tmp_path / "copy"
    (copy / ".git").mkdir(parents=True)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit(copy) == "0123abcd-dirty"
    assert commit(tmp_path) == ""
    git.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    assert commit(copy) == ""
    git.unlink()
    assert commit(copy) == ""


def test_the_runner_brings_nothing_heavy_into_a_server() -> None:
    done = python(
        "import sys, cloudwan_mcp.bench.suite.runner, cloudwan_mcp.bench.suite.benchmarks as found\n"
        "found.every(); print(*sys.modules)"
    )
    loaded = set(done.stdout.split())
    assert "cloudwan_mcp.bench.suite.runner" in loaded
    heavy = {
        "boto3",
        "botocore",
        "networkx",
        "mcp",
        "argparse",
        "cloudwan_mcp.simulator",
        "cloudwan_mcp.topology",
    }
    assert not loaded & heavy


def test_only_an_artefact_can_be_compared(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    with pytest.raises(NotFound, match=r"other\.json cannot be read"):
        compare(other, artefact())
    for text in ("nonsense", "[]", '{"schema": 99, "benchmarks": []}'):
        other.write_text(text, encoding="utf-8")
        with pytest.raises(BadRequest, match="no artefact"):
            compare(artefact(), other)


def test_the_table_draws_each_side_to_one_scale() -> None:
    drawn = table(results(value=[2.0, 2.0, 2.0])).splitlines()
    ours = next(line for line in drawn if line.startswith("  value"))
    theirs = drawn[drawn.index(ours) + 1]
    assert "baseline" in theirs
    assert theirs.count("#") == 4 * ours.count("#") == 32
    assert "2 MiB" in ours
    assert drawn[-1] == "1 of 1 passed"
