"""Connections of a complete snapshot are what a naive join gives, each once, however they are paged."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.model import Connection
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from fakes.snapshots import PLACES, Model, Value, all_connections, first_step, matches, new_staging, vpcs
from fakes.strategies import FILTERS, PAGES


def published(folder: Path, pages: list[list[Value]], model: Model) -> SnapshotReader:
    staging = new_staging(folder)
    for page in pages:
        staging.commit(first_step(staging), page, token="next")
        model.add(page)
    staging.close()
    return SnapshotReader(publish(staging.path, folder / "snapshot-one.db"), complete=True)


@given(pages=PAGES, filters=FILTERS, limit=st.integers(1, 12))
def test_connections_are_those_of_a_naive_join_each_once(
    pages: list[list[Value]], filters: Filters, limit: int
) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        reader = published(Path(folder), [PLACES, *pages], model)
        found = [(c.source, c.type, c.target) for c in all_connections(reader, filters, limit)]
        assert len(found) == len(set(found))
        own = {e.id for e in model.elements.values() if matches(e, filters)}
        assert set(found) == {c for c in model.connections() if c[0] in own}
        assert reader.info().connections == len(model.connections())
        reader.close()


@given(pages=PAGES)
def test_neighbours_are_symmetrical_and_as_many_as_their_count(pages: list[list[Value]]) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        reader = published(Path(folder), [PLACES, *pages], model)
        numbers = {e.id: n for n, e in model.rows()}
        around = {n: reader.neighbours(n, limit=10_000) for n in numbers.values()}
        both = {(numbers[s], numbers[t], kind) for s, kind, t in model.connections()}
        both |= {(t, s, kind) for s, t, kind in both}
        assert {(n, other, kind) for n, found in around.items() for other, kind in found} == both
        for n, found in around.items():
            assert reader.degree(n) == len(found)
            assert len(reader.neighbours(n, limit=2)) == min(2, len(found))
        reader.close()


def test_paging_resumes_at_every_cut(tmp_path: Path) -> None:
    model = Model()
    elements = [*PLACES, *(replace(e, segment="prod", edge="eu-west-1") for e in vpcs(9))]
    pairs: list[Value] = [
        Connection(a.id, b.id, kind)
        for a in elements[::4]
        for b in elements
        for kind in ("part-of", "resource")
    ]
    reader = published(tmp_path, [list(elements), pairs], model)
    whole = reader.connections(Filters(), after=(0, 0), limit=10_000)
    assert whole.end
    assert len(whole.rows) == len(model.connections())
    for cut in range(1, len(whole.rows)):
        first = reader.connections(Filters(), after=(0, 0), limit=cut)
        rest = reader.connections(Filters(), after=first.position, limit=10_000)
        assert (first.end, rest.end) == (False, True)
        assert first.rows + rest.rows == whole.rows
    reader.close()


def test_a_connection_given_by_arn_and_repeated_on_later_pages_is_one(tmp_path: Path) -> None:
    model = Model()
    a, b = vpcs(2)
    arn = f"arn:aws:networkmanager::111122223333:attachment/{b.id}"
    pages: list[list[Value]] = [
        [a, Connection(a.id, arn, "resource", "UP")],
        [b, Connection(a.id, b.id, "resource", "DOWN")],
    ]
    reader = published(tmp_path, pages, model)
    rows = reader.connections(Filters(), after=(0, 0), limit=10).rows
    assert rows == [Connection(a.id, b.id, "resource", "UP")]
    reader.close()


def test_connections_with_an_end_that_was_not_listed_are_counted_as_unresolved(tmp_path: Path) -> None:
    a, b = vpcs(2)
    pages: list[list[Value]] = [
        [a, b, Connection(a.id, "gone", "resource"), Connection(a.id, b.id, "part-of")]
    ]
    reader = published(tmp_path, pages, Model())
    assert (reader.info().connections, reader.info().unresolved) == (1, 1)
    reader.close()
