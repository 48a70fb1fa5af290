"""Every workload of the labelled bed, judged in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from cloudwan_mcp.memory.leaks.child import detect_in_child
from cloudwan_mcp.memory.leaks.verdict import NO_LINE, Verdict
from memory.leaks.bed import CLEAN, LEAKS, marked_line
from project import ROOT

BUDGETS_S = (2.5, 10.0, 30.0)  # a machine that is busy needs longer to be certain
ENVIRON = dict(os.environ) | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}"}


def judged(workload: Callable[[], Any]) -> Verdict:
    for budget_s in BUDGETS_S:
        verdict = detect_in_child(f"memory.leaks.bed:{workload.__name__}", budget_s=budget_s, environ=ENVIRON)
        if verdict.kind in {"leak", "clean"}:
            break
    return verdict


@pytest.mark.parametrize("workload", LEAKS, ids=lambda each: each.__name__)
def test_a_leak_is_found_and_its_line_named(workload: Callable[[], Any]) -> None:
    verdict = judged(workload)
    assert verdict.kind == "leak", verdict
    assert verdict.blame is not None, verdict
    first = verdict.blame.places[0]
    assert f"memory/leaks/bed.py:{marked_line(workload)}" in {verdict.line, *first.callers}, verdict
    assert all(each.low <= each.rate <= each.high for each in verdict.growth)


@pytest.mark.parametrize("workload", CLEAN, ids=lambda each: each.__name__)
def test_what_keeps_nothing_in_the_end_is_clean(workload: Callable[[], Any]) -> None:
    verdict = judged(workload)
    assert verdict.kind == "clean", verdict
    assert verdict.line == NO_LINE
