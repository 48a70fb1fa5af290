"""CSV and NDJSON are read by Python's own readers, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import json

import pytest

from cloudwan_mcp.model import Connection
from cloudwan_mcp.render.names import line
from cloudwan_mcp.store import Filters
from render.networks import HOSTILE, document, hostile, regular, source, text_of
from tools.by_hand import CORE, attachment

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_each_element_is_a_row_with_its_names_unharmed() -> None:
    with source(hostile()) as made:
        rows = read(text_of("csv", made))
        stored = [element for _, element in made.reader.page(Filters(), after=0, limit=500).rows]
    assert [row["id"] for row in rows] == [element.id for element in stored]
    for row, element in zip(rows, stored, strict=True):
        assert row["name"].removeprefix("'") == line(element.name)
        assert row["segment"].removeprefix("'") == line(element.segment)
        assert (row["type"], row["state"], row["account"]) == (element.type, element.state, element.account)


def test_no_cell_of_any_row_is_a_formula() -> None:
    for name in ("csv", "csv-connections"):
        for row in csv.reader(io.StringIO(document(name, hostile()), newline=""), strict=True):
            assert not [cell for cell in row if cell.lstrip(" ").startswith(FORMULAS)]


@pytest.mark.parametrize("sign", FORMULAS)
def test_what_would_be_a_formula_keeps_its_text_behind_an_apostrophe(sign: str) -> None:
    tags = json.dumps({"Tags": [{"Key": f"{sign}k", "Value": "v"}]})
    rows = read(document("csv", [CORE, attachment(1, name=f"{sign}1+1", attributes=tags)]))
    assert rows[1]["name"] in (f"'{sign}1+1", "' 1+1", " 1+1")  # a control character is a blank by now
    assert rows[1]["tags"].startswith(("'", " "))


def test_tags_stand_in_one_cell() -> None:
    tags = json.dumps({"Tags": [{"Key": "Name", "Value": "vpc"}, {"Key": "env"}]})
    assert read(document("csv", [CORE, attachment(1, attributes=tags)]))[1]["tags"] == "Name=vpc; env"


def test_connections_are_those_of_the_store() -> None:
    with source(regular(50), Filters(state="FAILED")) as made:
        rows = read(text_of("csv-connections", made))
        found = made.reader.connections(made.filters, after=(0, 0), limit=500).rows
    assert [Connection(**row) for row in rows] == found
    assert {row["type"] for row in rows} == {"segment-association", "edge-location"}


def test_each_line_is_an_object_with_all_its_attributes() -> None:
    with source(hostile()) as made:
        lines = text_of("ndjson", made).splitlines()
        info = made.info
    rows = [json.loads(each) for each in lines]
    elements = [row for row in rows if "source" not in row]
    assert (len(elements), len(rows) - len(elements)) == (info.elements, info.connections)
    (row,) = (each for each in elements if each["id"] == attachment(0).id)
    assert row["attributes"]["Note"] == HOSTILE[0]
