"""Pages of a snapshot, growing or complete, are what a naive filter gives: nothing repeated or left out."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from fakes.snapshots import PLACES, Model, Value, first_step, matches, new_staging, read_all, vpcs
from fakes.strategies import FILTERS, PAGES


def published(folder: Path, pages: list[list[Value]], model: Model | None = None) -> SnapshotReader:
    staging = new_staging(folder)
    for page in pages:
        staging.commit(first_step(staging), page, token="next")
        if model:
            model.add(page)
    staging.close()
    return SnapshotReader(publish(staging.path, folder / "snapshot-one.db"), complete=True)


@given(pages=PAGES, filters=FILTERS, limit=st.integers(1, 20))
def test_pages_of_a_complete_snapshot_are_what_a_naive_filter_gives(
    pages: list[list[Value]], filters: Filters, limit: int
) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        reader = published(Path(folder), [PLACES, *pages], model)
        expected = [(n, e) for n, e in model.rows() if matches(e, filters)]
        assert read_all(reader, filters, limit) == expected
        counted = reader.count(filters)
        assert counted == (None if filters.needs_attributes else len(expected))
        reader.close()


@given(pages=PAGES, filters=FILTERS, limit=st.integers(1, 20))
def test_pages_of_a_growing_snapshot_neither_repeat_nor_skip_while_it_grows(
    pages: list[list[Value]], filters: Filters, limit: int
) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        staging = new_staging(Path(folder))
        step = first_step(staging)
        reader = SnapshotReader(staging.path, complete=False)
        found: list[tuple[int, Element]] = []
        position = 0
        for values in [*pages, PLACES]:
            staging.commit(step, values, token="next")
            model.add(values)
            page = reader.page(filters, after=position, limit=limit)
            found += page.rows
            position = page.position
        staging.close()
        end = False
        while not end:
            page = reader.page(filters, after=position, limit=limit)
            found += page.rows
            position, end = page.position, page.end
        reader.close()
        assert found == [(n, e) for n, e in model.rows() if matches(e, filters)]


def test_a_reader_that_was_open_before_a_type_existed_finds_the_elements_of_that_type(tmp_path: Path) -> None:
    staging = new_staging(tmp_path)
    step = first_step(staging)
    staging.commit(step, vpcs(1), token="2")
    reader = SnapshotReader(staging.path, complete=False)
    staging.commit(step, [replace(e, type="vpn-attachment") for e in vpcs(1, start=1)], token="3")
    staging.commit(step, vpcs(1, start=2), token="4")
    page = reader.page(Filters(types=("attachment",)), after=0, limit=2)
    assert [n for n, _ in page.rows] == [1, 2]
    assert reader.count(Filters(types=("vpn-attachment",))) == 1
    assert reader.tally(Filters(types=("attachment",)), "type") == [
        (("vpc-attachment",), 2),
        (("vpn-attachment",), 1),
    ]
    reader.close()
    staging.close()


@given(filters=FILTERS)
def test_every_page_of_a_growing_snapshot_says_whether_more_is_stored_beyond_it(filters: Filters) -> None:
    with tempfile.TemporaryDirectory() as folder:
        staging = new_staging(Path(folder))
        staging.commit(first_step(staging), [*PLACES, *vpcs(40)], token="next")
        reader = SnapshotReader(staging.path, complete=False)
        page = reader.page(filters, after=0, limit=1000)
        assert page.end
        assert page.rows == read_all(reader, filters)
        reader.close()
        staging.close()


def test_a_search_stops_at_its_bound_of_scanned_rows_and_goes_on_from_there(tmp_path: Path) -> None:
    reader = published(tmp_path, [vpcs(3000)])
    needle = Filters(text="attachment-" + f"{2999:017x}")
    page = reader.page(needle, after=0, limit=5, scan=1000)
    assert (page.rows, page.end) == ([], False)
    assert 1000 <= page.scanned <= 1000 + 512
    pages = 1
    while not page.end and not page.rows:
        page = reader.page(needle, after=page.position, limit=5, scan=1000)
        pages += 1
    assert [e.name for _, e in page.rows] == ["vpc 2999"]
    assert 2 <= pages <= 4
    reader.close()


@pytest.mark.parametrize("limit", [1, 10, 100])
def test_the_last_page_says_that_it_is_the_last(tmp_path: Path, limit: int) -> None:
    reader = published(tmp_path, [vpcs(100)])
    page = reader.page(Filters(), after=100 - limit, limit=limit + 1)
    assert (len(page.rows), page.end) == (limit, True)
    assert reader.page(Filters(), after=100, limit=limit).end
    assert not reader.page(Filters(), after=0, limit=limit).end or limit == 100
    reader.close()


def test_an_element_is_found_by_its_id_and_by_its_arn(tmp_path: Path) -> None:
    strange = Element("odd\x00 id\ud800", "site", attributes="{}")
    reader = published(tmp_path, [[*vpcs(20), strange]])
    assert reader.find("attachment-00000000000000007") == 8
    assert reader.find("arn:aws:networkmanager::111122223333:attachment/attachment-00000000000000007") == 8
    assert reader.find("arn:aws:networkmanager::111122223333:attachment/attachment-7") is None
    assert reader.find("odd\x00 id\ud800") == reader.find("odd  id?") == 21
    assert reader.find("") is None
    assert [e.id for e in reader.elements([21, 8, 999])] == ["odd  id?", "attachment-00000000000000007"]
    reader.close()


def test_a_growing_snapshot_finds_elements_too(tmp_path: Path) -> None:
    staging = new_staging(tmp_path)
    reader = SnapshotReader(staging.path, complete=False)
    assert reader.find("attachment-00000000000000002") is None
    staging.commit(first_step(staging), vpcs(5), token="next")
    assert reader.find("attachment-00000000000000002") == 3
    reader.close()
    staging.close()


def test_unicode_escapes_are_searched_by_what_they_spell(tmp_path: Path) -> None:
    spelled = Element(
        "a", "site", attributes='{"Description":"caf\\u00e9","Tags":[{"Key":"\\u00e9","Value":"1"}]}'
    )
    reader = published(tmp_path, [[spelled, Element("b", "site", attributes='{"Description":"café"}')]])
    assert [e.id for _, e in read_all(reader, Filters(text="CAFÉ"))] == ["a", "b"]
    assert [e.id for _, e in read_all(reader, Filters(tag="é=1"))] == ["a"]
    reader.close()


def test_what_is_known_of_a_snapshot_counts_what_it_holds(tmp_path: Path) -> None:
    model = Model()
    reader = published(tmp_path, [PLACES, vpcs(10)], model)
    info = reader.info()
    assert (info.id, info.state, info.elements, info.pages) == ("one", "complete", len(PLACES) + 10, 2)
    assert info.connections == len(model.connections())
    assert info.bytes == (tmp_path / "snapshot-one.db").stat().st_size
    reader.path.unlink()
    assert reader.info() == info
    reader.close()
