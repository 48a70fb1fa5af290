"""Any name at all arrives in every format as the text that it is."""

from __future__ import annotations

import csv
import io
import random
import unicodedata
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.render.names import fitted, line, shown, xml
from cloudwan_mcp.render.table import FORMULA, rows
from cloudwan_mcp.store import Filters
from render.consumer import consumed
from render.networks import source, text_of
from tools.by_hand import CORE, attachment

ANY = st.text(st.characters(codec=None), max_size=400)
MARKS = "\"'`\\|[](){}<>&#;:%*_~=+-@/.,!?^$ \t\n\0aZ0end é語😀\u202e"


@given(text=ANY, most=st.integers(1, 300))
def test_a_line_is_bounded_and_holds_what_xml_can(text: str, most: int) -> None:
    found = line(text, most)
    assert len(found) <= most
    assert not any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in found)
    assert ET.fromstring(f"<a b='{xml(found)}'>{xml(found)}</a>").text == (found or None)
    found.encode()


@given(text=ANY, most=st.integers(1, 60))
def test_what_is_shown_hides_nothing_and_fits(text: str, most: int) -> None:
    assert len(shown(text, most)) <= most
    assert not {*"\u202e\u2066\u200b\ufeff\u00ad"} & {*shown(text, most)}
    assert len(fitted(text, most)) <= most


@given(values=st.lists(ANY, min_size=1, max_size=5))
def test_csv_reads_back_and_begins_no_formula(values: list[str]) -> None:
    (found,) = csv.reader(io.StringIO(rows([values]), newline=""), strict=True)
    assert [each.removeprefix("'") for each in found] == [
        line(each, 2048).removeprefix("'") for each in values
    ]
    assert not [each for each in found if each.lstrip(" ").startswith(FORMULA)]


def test_random_names_are_what_graphviz_draws_and_mermaid_takes() -> None:
    draw = random.Random(7)
    names = ["".join(draw.choices(MARKS, k=draw.randint(1, 40))) for _ in range(120)]
    values = [CORE, *(attachment(n, name=name, segment=f"s{n % 9}{name}") for n, name in enumerate(names))]
    with source(values, Filters(types=("attachment",))) as made:
        dot, mermaid = text_of("dot", made), text_of("mermaid", made)
        stored = {e.id: e for _, e in made.reader.page(made.filters, after=0, limit=500).rows}
    (found,) = consumed("mermaid", mermaid)
    assert found.get("diagramType") == "flowchart-v2", found
    (drawn,) = consumed("dot", dot)
    nodes = {each["aws_id"]: each["label"] for each in drawn["objects"] if "aws_id" in each}
    assert nodes.keys() == stored.keys()
    for identifier, label in nodes.items():
        wanted = shown(stored[identifier].name or identifier)
        # as it was given; what is drawn of it is tested with the picture
        assert label == wanted.replace("&", "&amp;").replace("\\", "\\\\") + "\\nvpc-attachment"
