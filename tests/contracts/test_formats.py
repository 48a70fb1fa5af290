"""Every output format keeps its promises, whatever the network; a new one is tested by its being there."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Sequence
from typing import get_args

import pytest

from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.render import formats
from cloudwan_mcp.render.format import Format, Place
from cloudwan_mcp.render.formats import FORMATS
from cloudwan_mcp.store import Filters
from cloudwan_mcp.tools.export_topology import Name
from render.networks import HOSTILE, hostile, regular, source
from tools.by_hand import CORE

each_format = pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
Values = Sequence[Element | Connection]
NETWORKS: dict[str, Values] = {"none": [], "core": [CORE], "hostile": hostile(), "250": regular(250)}


def test_each_file_is_in_the_list_and_in_the_tools_choice() -> None:
    files = {each.name for each in pkgutil.iter_modules(formats.__path__)}
    listed = {importlib.import_module(f"{formats.__name__}.{name}").FORMAT.name for name in files}
    assert listed == {each.name for each in FORMATS} == {*get_args(Name)}
    assert len(files) == len(FORMATS)


@each_format
def test_a_format_is_named_for_clients_and_files(kind: Format) -> None:
    assert kind.name.replace("-", "").isalnum()
    assert kind.suffix.startswith(".")
    assert "/" in kind.media_type


@each_format
@pytest.mark.parametrize(
    "values", [[], [CORE], hostile(), regular(250)], ids=["none", "core", "hostile", "250"]
)
@pytest.mark.parametrize(
    "filters", [Filters(), Filters(state="FAILED", text="attachment"), Filters(segment="no")]
)
def test_a_document_is_the_same_from_every_place_on(kind: Format, values: Values, filters: Filters) -> None:
    with source(values, filters) as made:
        chunks = list(kind.render(made, Place()))
        whole, passed = "".join(chunk.text for chunk in chunks), 0
        assert whole == "".join(chunk.text for chunk in kind.render(made, Place()))
        for chunk in chunks:
            passed += len(chunk.text)
            if chunk.place:
                rest = "".join(each.text for each in kind.render(made, chunk.place))
                assert whole[passed:] == rest
    whole.encode()
    assert not any(each in whole for each in ("\x00", "\x07", "\x1b", "\x7f"))


@each_format
def test_a_long_document_has_places_and_a_drawing_is_short(kind: Format) -> None:
    with source(regular(700)) as made:
        chunks = list(kind.render(made, Place()))
    assert any(chunk.place for chunk in chunks) is not kind.overview
    size = sum(len(chunk.text) for chunk in chunks)
    assert size < 64 * 1024 if kind.overview else max(len(chunk.text) for chunk in chunks) < 128 * 1024


@each_format
def test_what_grows_is_written_up_to_where_it_was(kind: Format) -> None:
    with source(regular(300), publish=False, gaps=[], last=150) as made:
        chunks = list(kind.render(made, Place()))
        head = "".join(chunk.text for chunk in chunks)[:1500]
    if not kind.overview and kind.name != "csv-connections":
        assert sum(chunk.elements for chunk in chunks) == 150
    assert not sum(chunk.connections for chunk in chunks)
    if kind.name not in ("csv", "csv-connections", "ndjson"):  # which have no comments
        assert "under way" in head


@each_format
def test_what_could_not_be_read_stands_in_the_head(kind: Format) -> None:
    with source(regular(3)) as made:
        text = "".join(chunk.text for chunk in kind.render(made, Place()))
    if kind.name not in ("csv", "csv-connections", "ndjson"):
        assert "1 parts could not be read (ListSites)" in text


@each_format
def test_long_names_are_cut(kind: Format) -> None:
    with source(hostile()) as made:
        text = "".join(chunk.text for chunk in kind.render(made, Place()))
    # tags and attributes of full rows are longer than names
    assert max(map(len, re.findall("語+", text)), default=0) <= (
        300 if kind.name in ("csv", "ndjson") else 256
    )


def test_hostile_names_cover_what_formats_give_a_meaning() -> None:
    assert {*'<>|"`*_[]{}%#&\\=+-@\t\r\n'} <= {*"".join(HOSTILE)}
