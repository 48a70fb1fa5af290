"""Counting by hot columns is what a naive count over the elements gives, whoever has counted them."""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Filters, page_writer
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.store.staging import Staging
from cloudwan_mcp.store.tally import COLUMNS
from fakes.snapshots import PLACES, Counted, Model, Value, counted, first_step, matches, new_staging, vpcs
from fakes.strategies import FILTERS, PAGES

FIELDS = st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=4, unique=True)


def naive(elements: list[Element], filters: Filters, fields: list[str]) -> Counted:
    matching = [element for element in elements if matches(element, filters)]
    return counted(matching, lambda element: tuple(getattr(element, field) for field in fields))


@given(pages=PAGES, filters=FILTERS, fields=FIELDS, resumed=st.booleans())
def test_any_columns_are_counted_as_a_naive_count_does(
    pages: list[list[Value]], filters: Filters, fields: list[str], resumed: bool
) -> None:
    filters = replace(filters, tag="", text="")
    model = Model()
    with tempfile.TemporaryDirectory() as name:
        staging = new_staging(Path(name))
        for page in [PLACES, *pages]:
            staging.commit(first_step(staging), page, token="next")
            model.add(page)
        growing = SnapshotReader(staging.path, complete=False)
        elements = [element for _, element in model.rows()]
        expected = naive(elements, filters, fields)
        assert growing.tally(filters, *fields) == expected
        growing.close()
        staging.close()
        cells = None if resumed else staging.cells
        reader = SnapshotReader(
            publish(staging.path, Path(name) / "snapshot-one.db", cells=cells), complete=True
        )
        assert reader.tally(filters, *fields) == expected
        assert reader.count(filters) == sum(count for _, count in expected)
        reader.close()


def published(staging: Staging) -> Counted:
    staging.close()
    target = publish(staging.path, staging.path.with_name("snapshot-one.db"), cells=staging.cells)
    reader = SnapshotReader(target, complete=True)
    try:
        return reader.tally(Filters(), "type")
    finally:
        reader.close()


def test_what_an_earlier_process_wrote_is_counted_too(tmp_path: Path) -> None:
    first = new_staging(tmp_path)
    first.commit(first_step(first), vpcs(3), token="next")
    first.close()
    again = Staging.open(first.path)
    again.commit(first_step(again), vpcs(5), token=None)
    assert published(again) == [(("vpc-attachment",), 5)]
    assert again.cells is None


def test_a_page_that_was_rolled_back_is_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staging = new_staging(tmp_path)
    staging.commit(first_step(staging), vpcs(3), token="next")

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(staging._page, "_insert_connections", fail)
        with pytest.raises(Exception, match="No space left"):
            staging.commit(first_step(staging), vpcs(9), token="next")
    staging.commit(first_step(staging), vpcs(4), token=None)
    assert published(staging) == [(("vpc-attachment",), 4)]


def test_more_places_than_fit_are_counted_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_writer, "PLACES_KEPT", 2)
    staging = new_staging(tmp_path)
    values = [replace(each, segment=f"segment-{number}") for number, each in enumerate(vpcs(6))]
    staging.commit(first_step(staging), values, token=None)
    assert published(staging) == [(("vpc-attachment",), 6)]
    assert staging.cells is None
