"""A page is decoded once there is memory for it, and keeps that memory until it is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cloudwan_mcp.discovery.progress import Stopped
from cloudwan_mcp.discovery.run import Walk
from cloudwan_mcp.errors import Exhausted, TryAgain
from cloudwan_mcp.memory.budget import MemoryBudget
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.store.staging import Staging
from fakes.snapshots import read_all
from fakes.source import FakeSource, attachments, sites

Walks = Callable[..., Walk]
LISTINGS: dict[str, Any] = {"list_attachments": attachments(40), "get_sites": sites(20)}
LARGEST_PAGE = 3000  # bytes of text, of the pages of this source


class Watched:
    """A checkpoint that notes how much is reserved while a page is stored."""

    def __init__(self, staging: Staging, budget: MemoryBudget) -> None:
        self._staging = staging
        self._budget = budget
        self.reserved: list[int] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._staging, name)

    def commit(self, *page: object, **rest: object) -> object:
        self.reserved.append(self._budget.reserved)
        return self._staging.commit(*page, **rest)  # type: ignore[arg-type]


def budget(limit: int, **given: Any) -> MemoryBudget:
    return MemoryBudget(limit, used=lambda: 0, enabled=True, **given)


def test_a_page_keeps_its_memory_until_it_is_stored_and_no_longer(staging: Staging) -> None:
    plenty = budget(1 << 30)
    watched = Watched(staging, plenty)
    Walk(FakeSource(LISTINGS, page_size=10), watched, budget=plenty).run()  # type: ignore[arg-type]
    filled = [size for size in watched.reserved if size]
    assert len(filled) >= 6
    assert plenty.reserved == 0


def test_pages_that_do_not_fit_together_wait_for_each_other(
    staging: Staging, published: Callable[[], SnapshotReader]
) -> None:
    tight = budget(LARGEST_PAGE * 8)
    Walk(FakeSource(LISTINGS, page_size=10), staging, budget=tight, concurrency=8).run()
    assert tight.statistics()["most_reserved"] <= LARGEST_PAGE * 8 * 0.85
    reader = published()
    assert reader.info().gaps == ()
    assert sum(1 for _, each in read_all(reader) if each.type in ("vpc-attachment", "site")) == 60


def test_a_page_that_never_fits_ends_the_walk_and_a_larger_budget_lets_it_go_on(
    staging: Staging, published: Callable[[], SnapshotReader]
) -> None:
    with pytest.raises(Exhausted, match="bytes of memory"):
        Walk(FakeSource(LISTINGS, page_size=10), staging, budget=budget(2048)).run()
    Walk(FakeSource(LISTINGS, page_size=10), staging, budget=budget(1 << 30)).run()
    assert published().info().gaps == ()


def test_memory_that_stays_short_ends_the_walk_and_is_no_gap(staging: Staging) -> None:
    short = budget(1 << 20, timeout_s=0.0)
    with short.reserve(int((1 << 20) * 0.85)), pytest.raises((TryAgain, Exhausted)) as error:
        Walk(FakeSource(LISTINGS), staging, budget=short).run()
    assert "memory" in str(error.value)
    assert any(step.state == "open" for step in staging.steps())
    assert all(step.state != "cut" for step in staging.steps())


def test_a_walk_that_is_stopped_gives_all_its_memory_back(walk: Walks) -> None:
    plenty = budget(1 << 30)
    source = FakeSource(LISTINGS, page_size=2)
    halted = walk(source, budget=plenty)
    source.on_call = lambda operation, token: halted.stop.set() if token == "6" else None
    with pytest.raises(Stopped):
        halted.run()
    assert plenty.reserved == 0
