"""A difference of two snapshots is that of two dicts, page by page, whatever their order and their gaps."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.difference import differences, only_times
from cloudwan_mcp.errors import NotFound
from cloudwan_mcp.model import Element, Gap, Scope
from cloudwan_mcp.queries.diff_snapshots import Asked, Diff, Position, Summary, diff_snapshots
from cloudwan_mcp.store import pairing
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from fakes.snapshots import first_step, kept, new_staging, vpcs
from fakes.strategies import ELEMENTS

Made = Callable[..., SnapshotReader]


def published(
    folder: Path, name: str, pages: Iterable[list[Element]], gaps: Iterable[Gap] = (), tables: Any = ()
) -> SnapshotReader:
    staging = new_staging(folder, name)
    step = first_step(staging)
    for page in pages:
        staging.commit(step, page, token="next")
    for gap in gaps:
        staging.note(gap)
    staging.add_steps([("route", Scope("g", *table)) for table in tables])
    staging.close()
    return SnapshotReader(publish(staging.path, folder / f"snapshot-{name}.db"), complete=True)


@contextmanager
def two(
    before: Iterable[list[Element]], after: Iterable[list[Element]]
) -> Iterator[tuple[SnapshotReader, SnapshotReader]]:
    with tempfile.TemporaryDirectory() as name:
        readers = published(Path(name), "one", before), published(Path(name), "two", after)
        try:
            yield readers
        finally:
            for reader in readers:
                reader.close()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    readers: list[SnapshotReader] = []

    def make(elements: list[Element], **known: Any) -> SnapshotReader:
        readers.append(published(tmp_path, f"s{len(readers)}", [elements], **known))
        return readers[-1]

    yield make
    for reader in readers:
        reader.close()


def diff(before: SnapshotReader, after: SnapshotReader, start: Position | None = None, **asked: Any) -> Diff:
    return diff_snapshots(before, after, start or Position(), Asked(**asked), lambda _: None)


def pages_of(before: SnapshotReader, after: SnapshotReader, **asked: Any) -> Iterator[Diff]:
    page = diff(before, after, **asked)
    yield page
    while page.position:
        page = diff(before, after, page.position, **asked)
        yield page


def naive(before: Iterable[list[Element]], after: Iterable[list[Element]]) -> dict[tuple[str, str], Element]:
    """(change, id) of all that came, went or changed, with the element as it is shown."""
    old, new = _first_listed(before), _first_listed(after)
    found = {("removed", i): old[i] for i in old.keys() - new.keys()}
    found |= {("added", i): new[i] for i in new.keys() - old.keys()}
    for i in old.keys() & new.keys():
        changes = differences(old[i], new[i])
        if changes and not only_times(changes):
            found["changed", i] = new[i]
    return found


def _first_listed(pages: Iterable[list[Element]]) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for page in pages:
        for element in map(kept, page):
            found.setdefault(element.id, element)
    return found


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[list[Element]], list[list[Element]]]:
    """Pages of elements, and the same some time later: some gone, some changed, some new, some elsewhere."""
    before = draw(st.lists(st.lists(ELEMENTS, max_size=25), max_size=4))
    flat = [element for page in before for element in page]
    later = []
    for element in flat:
        fate = draw(st.sampled_from(["same"] * 6 + ["gone", "state", "text", "moved"]))
        if fate == "state":
            later.append(replace(element, state="CHANGED"))
        elif fate == "text":
            later.append(replace(element, attributes=json.dumps({"New": draw(st.integers(0, 2))})))
        elif fate == "moved":
            later.insert(draw(st.integers(0, len(later))), element)
        elif fate == "same":
            later.append(element)
    later += draw(st.lists(ELEMENTS, max_size=8))
    cut = draw(st.integers(0, len(later)))
    whole = draw(st.booleans())
    return before, [later] if whole else [later[cut:], later[:cut]]


@given(
    history=histories(),
    limit=st.integers(1, 9),
    change=st.sampled_from(["", "", "added", "removed", "changed"]),
    ahead=st.sampled_from([2, 512]),
)
def test_all_pages_together_are_a_naive_difference(
    history: tuple[list[list[Element]], list[list[Element]]], limit: int, change: str, ahead: int
) -> None:
    expected = {key: e for key, e in naive(*history).items() if change in ("", key[0])}
    with pytest.MonkeyPatch.context() as patch, two(*history) as (before, after):
        patch.setattr(pairing, "MOST_AHEAD", ahead)
        pages = list(pages_of(before, after, limit=limit, change=change, bytes_left=10**6))
    items = [item for page in pages for item in page.items]
    assert Counter((item["change"], item["id"]) for item in items) == Counter(expected.keys())
    assert all(len(page.items) == limit for page in pages[:-1])
    assert all(item["type"] == expected[item["change"], item["id"]].type for item in items)
    assert all(bool(item.get("fields")) == (item["change"] == "changed") for item in items)


@given(history=histories(), types=st.sampled_from([(), ("site",), ("attachment", "device")]))
def test_the_summary_counts_what_a_naive_difference_holds(
    history: tuple[list[list[Element]], list[list[Element]]], types: tuple[str, ...]
) -> None:
    def wanted(kind: str) -> bool:
        family = kind.endswith("-attachment") and kind != "transit-gateway-attachment"
        return not types or kind in types or ("attachment" in types and family)

    counts = Counter((change, e.type) for (change, _), e in naive(*history).items() if wanted(e.type))
    with two(*history) as (before, after):
        summary = diff(before, after, types=types).summary
        none = diff(before, before, types=types)
    assert summary is not None
    for change in ("added", "removed"):
        assert getattr(summary, change) == Counter({k: n for (c, k), n in counts.items() if c == change})
    assert sum(summary.changed.values()) >= sum(n for (c, _), n in counts.items() if c == "changed")
    assert not none.items
    assert none.summary is not None
    assert not (none.summary.added)
    assert not (none.summary.removed)
    assert not (none.summary.changed)


def attachment(number: int = 1, **members: Any) -> Element:
    return replace(vpcs(1, start=number)[0], **members)


def test_every_element_listed_in_the_opposite_order_is_the_same(made: Made) -> None:
    elements = vpcs(3000)
    page = diff(made(elements), made(elements[::-1]))
    assert (page.items, page.position) == ([], None)
    assert page.summary == Summary(same=3000)


def test_a_later_page_reads_on_and_counts_nothing_again(made: Made) -> None:
    before, after = made(vpcs(20)), made(vpcs(20, start=10))
    first = diff(before, after, limit=10)
    assert first.summary is not None
    assert (first.summary.removed, first.summary.added) == ({"vpc-attachment": 10}, {"vpc-attachment": 10})
    assert first.position == Position("after", 10)
    second = diff(before, after, first.position, limit=10)
    assert [item["change"] for item in second.items] == ["added"] * 10
    assert (second.summary, second.position) == (None, None)


def test_fields_are_told_before_and_after_and_how_often_they_changed(made: Made) -> None:
    tags = [{"Key": "env", "Value": "dev"}, {"Key": "Name", "Value": "a"}]
    old = attachment(
        state="PENDING", attributes=json.dumps({"State": "PENDING", "Tags": tags, "UpdatedAt": 0})
    )
    new = {"State": "AVAILABLE", "Tags": [tags[1], {"Key": "env", "Value": "prod\x07"}], "UpdatedAt": 86400}
    page = diff(made([old]), made([replace(old, state="AVAILABLE", attributes=json.dumps(new))]))
    (row,) = page.items
    assert row["fields"] == {
        "state": ["PENDING", "AVAILABLE"],
        "Tags.env": ["dev", "prod "],
        "UpdatedAt": ["1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z"],
    }
    assert page.summary is not None
    assert page.summary.fields == {"state": 1, "Tags.env": 1, "UpdatedAt": 1}


@pytest.mark.parametrize("times", [{"UpdatedAt": 2}, {"Health": {"Timestamp": 2}}])
def test_where_only_times_changed_an_element_is_counted_apart(made: Made, times: dict[str, Any]) -> None:
    page = diff(made([attachment(attributes="{}")]), made([attachment(attributes=json.dumps(times))]))
    assert page.items == []
    assert page.summary == Summary(only_times=1)


def test_when_aws_polled_a_resource_is_no_change_of_it(made: Made) -> None:
    one, other = (
        attachment(attributes=json.dumps({"DefinitionTimestamp": n, "Definition": "{}"})) for n in (1, 2)
    )
    assert diff(made([one]), made([other])).summary == Summary(same=1)


def test_what_one_snapshot_could_not_read_neither_came_nor_went(made: Made) -> None:
    gap = Gap("ListAttachments", "core-network-1", "AccessDeniedException")
    elements = [*vpcs(5), Element("site-1", "site", core_network="core-network-1", attributes="{}")]
    page = diff(made(elements), made([], gaps=[gap]))
    assert [(row["change"], row["id"]) for row in page.items] == [("removed", "site-1")]
    assert page.summary is not None
    assert (page.summary.unread, page.summary.removed) == ({"vpc-attachment": 5}, {"site": 1})
    page = diff(made([], gaps=[gap]), made(elements))
    assert [(row["change"], row["id"]) for row in page.items] == [("added", "site-1")]
    assert page.summary is not None
    assert (page.summary.unread, page.summary.added) == ({"vpc-attachment": 5}, {"site": 1})
    elsewhere = replace(gap, scope="core-network-9")
    page = diff(made(elements), made([], gaps=[elsewhere, replace(gap, code="CountMismatch")]))
    assert page.summary is not None
    assert not page.summary.unread


def test_a_route_table_that_was_not_asked_for_has_lost_no_routes(made: Made) -> None:
    route = Element("r", "route", "10.0.0.0/8", "g", "core-network-1", "prod", "eu-west-1", attributes="{}")
    table = [("core-network-1", "prod", "eu-west-1")]
    before, asked, empty = made([route], tables=table), made([], tables=table), made([])
    for old, new in ((before, empty), (empty, before)):
        page = diff(old, new)
        assert (page.items, page.summary) == ([], Summary(unread=Counter(route=1)))
    assert [row["change"] for row in diff(before, asked).items] == ["removed"]


def test_a_page_keeps_to_its_bytes_and_its_rows_are_bounded(made: Made) -> None:
    wide = [attachment(n, attributes=json.dumps({f"m{i}": "x" * 4000 for i in range(60)})) for n in range(9)]
    before, after = made([attachment(n, attributes="{}") for n in range(9)]), made(wide)
    for detail in ("concise", "full"):
        pages = list(pages_of(before, after, bytes_left=3000, detail=detail))
        assert sum(len(page.items) for page in pages) == 9
        assert all(len(json.dumps(page.items, separators=(",", ":"))) <= 3002 for page in pages)
    row = diff(before, after, limit=1, bytes_left=10**6).items[0]
    assert len(row["fields"]) + row["fields_omitted"] == 60


def test_a_reading_can_be_ended_from_outside(made: Made) -> None:
    class EnoughError(Exception):
        """What the caller raises."""

    def step(passed: int) -> None:
        if passed > 1000:
            raise EnoughError

    reader = made(vpcs(3000))
    with pytest.raises(EnoughError):
        diff_snapshots(reader, reader, Position(), Asked(), step)


def test_a_damaged_block_is_said_to_be_damaged(made: Made, tmp_path: Path) -> None:
    import sqlite3

    old, new = made(vpcs(50)), made(vpcs(50, size=3))
    with sqlite3.connect(new.path) as db:
        db.execute("UPDATE block SET bytes = x'00ff' WHERE first = 9")
    with pytest.raises(NotFound, match="damaged"):
        diff(old, new)
