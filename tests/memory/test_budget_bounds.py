"""The bounds of a budget: its ceiling follows the machine, and it can be switched off."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from cloudwan_mcp.errors import BadRequest, TryAgain
from cloudwan_mcp.memory.budget import MemoryBudget
from cloudwan_mcp.memory.limit import MIB
from fakes.use import Bench


def test_a_strained_machine_lowers_the_ceiling_at_once_and_raises_it_slowly() -> None:
    budget = Bench().budget
    assert [budget.adjust(True) for _ in range(3)] == [0.75, 0.5, 0.5]
    assert [budget.adjust(False) for _ in range(11)][0:2] == [0.55, 0.6]
    assert budget.ceiling == 1.0


def test_a_lowered_ceiling_bounds_what_is_held_together_but_not_what_runs_alone() -> None:
    bench = Bench(timeout_s=1.0)
    bench.budget.adjust(True)
    with bench.budget.reserve(900), pytest.raises(TryAgain):
        bench.take(50)
    with bench.budget.reserve(700):
        bench.take(50)


@pytest.mark.parametrize("off", [{"limit_bytes": 0}, {"enabled": False}])
def test_a_budget_that_is_off_admits_everything_and_still_counts(off: dict[str, Any]) -> None:
    bench = Bench(used=5000, **off)
    with bench.budget.reserve(10**12), bench.budget.parsing("page", 10**9):
        assert bench.budget.reserved > 10**12
        assert bench.budget.available == sys.maxsize
    assert bench.clock.waits == []
    assert bench.budget.reserved == 0
    assert bench.budget.statistics()["enabled"] is False


def test_the_setting_switches_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_MEMORY_OPTIMIZATION_ENABLED", "false")
    assert not MemoryBudget().enabled
    monkeypatch.setenv("CLOUDWAN_MEMORY_OPTIMIZATION_ENABLED", "true")
    monkeypatch.setenv("CLOUDWAN_MEMORY_THRESHOLD_MB", "300")
    assert MemoryBudget().limit_bytes == 300 * MIB


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit_bytes", -1),
        ("ceiling", 0.0),
        ("ceiling", 1.1),
        ("ceiling", float("nan")),
        ("timeout_s", -1.0),
        ("timeout_s", float("inf")),
        ("timeout_s", float("nan")),
    ],
)
def test_a_budget_out_of_bounds_is_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(BadRequest) as refused:
        Bench(**{field: value})
    assert refused.value.field == field


def test_a_negative_size_is_refused_by_name() -> None:
    with pytest.raises(BadRequest, match="size"):
        Bench().budget.reserve(-1)
    with pytest.raises(BadRequest, match="body_bytes"):
        Bench().budget.parsing("page", -1)
