"""Connections of a complete snapshot are what a naive join gives, each once, however they are paged."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.errors import NotFound
from cloudwan_mcp.model import Connection
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.store.staging import Staging
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


def distinct(pairs: list[tuple[int, int]], first: int = 0) -> list[Value]:
    """Connections that are told apart by their attributes alone."""
    return [
        Connection(f"attachment-{a:017x}", f"attachment-{b:017x}", "peer", "UP", json.dumps({"n": n}))
        for n, (a, b) in enumerate(pairs, first)
    ]


@given(pairs=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), max_size=30), limit=st.integers(1, 9))
def test_connections_with_attributes_are_all_kept_in_the_order_of_their_source_and_coming(
    pairs: list[tuple[int, int]], limit: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        links = distinct(pairs)
        staging = new_staging(Path(folder))
        staging.commit(first_step(staging), [*links[:10], *vpcs(5)], token="next")
        staging.close()
        with Staging.open(staging.path) as staging:  # another process goes on
            staging.commit(first_step(staging), links[10:], token=None)
        reader = SnapshotReader(publish(staging.path, Path(folder) / "snapshot-one.db"), complete=True)
        whole = [link for link in links if link.target != f"attachment-{5:017x}"]
        expected = sorted(whole, key=lambda link: link.source)
        assert list(all_connections(reader, Filters(), limit)) == expected
        assert (reader.info().connections, reader.info().unresolved) == (len(whole), len(links) - len(whole))
        for n, element in enumerate(vpcs(5), 1):
            out, into = reader.ends(n, outward=True), reader.ends(n, outward=False)
            notes = [reader.note(end.key) for end in out]
            assert notes == [link.attributes for link in expected if link.source == element.id]
            sources = [f"attachment-{end.number - 1:017x}" for end in into]
            assert sources == [link.source for link in expected if link.target == element.id]
        reader.close()


def test_beside_connections_with_attributes_those_without_are_one_for_each_pair_and_type(
    tmp_path: Path,
) -> None:
    a, b = vpcs(2)
    plain = Connection(a.id, b.id, "peer", "UP")
    values: list[Value] = [a, b, plain, *distinct([(0, 1), (0, 1)]), plain]
    reader = published(tmp_path, [values], Model())
    found = reader.connections(Filters(), after=(0, 0), limit=10).rows
    assert found == [plain, *distinct([(0, 1), (0, 1)])]
    assert reader.between(1, 2) == reader.between(2, 1) == "peer"
    assert reader.steps(1, most=5) == ([2, 2, 2], True)
    reader.close()


def test_ends_are_those_of_segments_and_edges_too(tmp_path: Path) -> None:
    element = replace(vpcs(1)[0], segment="prod", edge="eu-west-1")
    reader = published(
        tmp_path, [[*PLACES, element, Connection(element.id, PLACES[0].id, "part-of")]], Model()
    )
    n = reader.find(element.id) or 0
    out = reader.ends(n, outward=True)
    assert [end.kind for end in out] == ["segment-association", "edge-location", "part-of"]
    for end in out:
        assert (n, end.kind) in [(back.number, back.kind) for back in reader.ends(end.number, outward=False)]
        assert reader.note(end.key) == ""
    reader.close()


def test_a_damaged_note_is_said_to_be_damaged(tmp_path: Path) -> None:
    reader = published(tmp_path, [[*vpcs(2), *distinct([(0, 1)])]], Model())
    reader.close()
    with sqlite3.connect(reader.path) as db:
        db.execute("UPDATE note SET bytes = x'00'")
    db.close()
    reader = SnapshotReader(reader.path, complete=True)
    with pytest.raises(NotFound, match="damaged"):
        reader.note(1)
    reader.close()
