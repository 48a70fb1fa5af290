"""Advice follows from the numbers, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudwan_mcp.memory.advice import Figures, advise

MIB = 1024 * 1024
WELL = Figures(
    limit=256 * MIB,
    origin="CLOUDWAN_MEMORY_THRESHOLD_MB",
    used=90 * MIB,
    peak=100 * MIB,
    breaker="closed",
    breaker_opened=0,
    late=0,
    refused=0,
    busy=0,
    suspect="",
    disk_free=1000 * MIB,
    disk_needed=10 * MIB,
    tracing=False,
)


def test_where_all_is_well_nothing_is_to_be_done() -> None:
    assert advise(WELL) == ["Nothing to do: memory is well within its limit."]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"breaker": "open"}, ["The breaker is open", "CLOUDWAN_MEMORY_THRESHOLD_MB"]),
        ({"breaker_opened": 3}, ["opened 3 times"]),
        ({"peak": 230 * MIB}, ["230 of 256 MiB", "to 352"]),
        ({"late": 2, "refused": 1}, ["2 reservations", "1 never fitted", "CLOUDWAN_PAGE_SIZE"]),
        ({"busy": 4}, ["4 calls", "CLOUDWAN_MAX_CALLS"]),
        ({"suspect": "stream_topology grows."}, ["stream_topology grows."]),
        ({"disk_free": 5 * MIB}, ["5 MiB left", "CLOUDWAN_DATA_DIR"]),
        ({"tracing": True}, ["traced"]),
    ],
)
def test_each_number_that_is_not_well_has_its_sentence(changes: dict[str, object], words: list[str]) -> None:
    (said,) = advise(replace(WELL, **changes))
    for word in words:
        assert word in said


def test_an_enforced_limit_is_to_be_raised_where_it_is_set() -> None:
    (said,) = advise(replace(WELL, origin="/sys/fs/cgroup/memory.max", used=240 * MIB))
    assert "Raise the limit to 352 MiB" in said


def test_what_other_processes_of_a_group_once_took_is_not_this_ones_peak() -> None:
    assert advise(replace(WELL, origin="/sys/fs/cgroup/memory.max", peak=250 * MIB))[0].startswith("Nothing")


def test_several_troubles_are_several_sentences() -> None:
    assert len(advise(replace(WELL, busy=1, tracing=True, breaker="open"))) == 3
