"""Counts by any fields are what a naive count over the elements gives; what is folded adds up."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.model import Element
from cloudwan_mcp.queries import group as room
from cloudwan_mcp.queries.alternatives import alternatives
from cloudwan_mcp.queries.group import FIELDS, group
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from fakes.indexed import snapshot
from fakes.snapshots import PLACES, Model, Value, counted, first_step, flat, matches, new_staging, vpcs
from fakes.strategies import FILTERS, PAGES

ASKED = st.lists(st.sampled_from([*FIELDS, "tag:env", "tag:é"]), min_size=1, max_size=3, unique=True)


def value(element: Element, field: str) -> str:
    if field in FIELDS:
        return getattr(element, field)
    tags = json.loads(element.attributes or "{}").get("Tags", [])
    values = [flat(tag["Value"]) for tag in tags if tag["Key"] == field.removeprefix("tag:")]
    return values[0] if values else ""


@given(pages=PAGES, filters=FILTERS, fields=ASKED, most=st.integers(1, 20), indexed=st.booleans())
def test_groups_are_those_of_a_naive_count(
    pages: list[list[Value]], filters: Filters, fields: list[str], most: int, *, indexed: bool
) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as name:
        for page in [PLACES, *pages]:
            model.add(page)
        with snapshot(Path(name), PLACES, *pages, indexed=indexed) as reader:
            found = group(reader, filters, fields, most)
    matching = [element for _, element in model.rows() if matches(element, filters)]
    expected = counted(matching, lambda element: tuple(value(element, field) for field in fields))
    assert found.rows == expected[:most]
    assert found.total == len(matching)
    assert (found.folded_groups, found.folded) == (len(expected[most:]), sum(n for _, n in expected[most:]))


@pytest.fixture
def reader(tmp_path: Path) -> SnapshotReader:
    staging = new_staging(tmp_path)
    staging.commit(first_step(staging), vpcs(30), token=None)
    staging.close()
    return SnapshotReader(publish(staging.path, tmp_path / "snapshot-one.db"), complete=True)


def test_more_groups_than_can_be_kept_are_refused(
    reader: SnapshotReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_GROUPS", 3)
    with pytest.raises(BadRequest, match="more than 3 groups") as refused:
        group(reader, Filters(), ["tag:n"], 20)
    assert refused.value.field == "group_by"


def test_what_occurs_nowhere_is_named_with_what_is_like_it(reader: SnapshotReader) -> None:
    assert alternatives(reader, Filters()) == []
    assert alternatives(reader, Filters(segment="segment1", types=("vpc-attachment",))) == []
    (said,) = alternatives(reader, Filters(segment="segmnt1"))
    assert said.startswith("No segment 'segmnt1'; there are segment1")
    (said,) = alternatives(reader, Filters(edge="nowhere at all"))
    assert said == "No edge 'nowhere at all'; there are edge-0, edge-1, edge-2, edge-3, edge-4."
    (said,) = alternatives(reader, Filters(types=("vpn",)))
    assert said == "No type 'vpn'; there is vpc-attachment."
