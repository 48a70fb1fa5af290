"""Drawings are what their consumers show: Mermaid's parser, Chromium, an XML parser, a Markdown parser."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page, sync_playwright

from browser.chromium import FLAGS, executable
from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.render.drawing import STYLE
from cloudwan_mcp.render.grid import grid_of
from cloudwan_mcp.render.layout import hue
from cloudwan_mcp.render.names import fitted, line, shown
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.blocks import plain
from render.consumer import MERMAID, consumed
from render.networks import HOSTILE, document, hostile, layout, regular, source, text_of
from tools.by_hand import CORE, attachment

SVG = "{http://www.w3.org/2000/svg}"
SEGMENTS = [line(plain(name)) for name in HOSTILE if name]  # as they are stored, then as they are shown
FEW = Filters(types=("attachment",))  # few enough to be drawn one by one
DRAW = """async (text) => {
  mermaid.initialize({ startOnLoad: false });
  document.body.innerHTML = (await mermaid.render("drawing", text)).svg;
}"""
HARM = "() => window.harmed || document.querySelectorAll(':is(svg) :is(script, img, a, iframe)').length"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def looked_at(browser: Browser, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """A fresh page, and all that it complains of or asks the network for."""
    with browser.new_page(**options) as page:
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.append(request.url))
        yield page, heard


def single(text: str) -> str:
    """Blanks are what browsers run together."""
    return " ".join(text.split())


def test_an_xml_parser_reads_the_picture_and_its_cells() -> None:
    with source(regular(200)) as made:
        picture, grid = ET.fromstring(text_of("svg", made)), grid_of(made)
    assert picture.tag == f"{SVG}svg"
    assert picture.attrib["role"] == "img"
    titles = [each.text for each in picture.iter(f"{SVG}title")]
    cells = sum(bool(cell.count) for lane in grid.lanes for cell in lane.cells)
    assert len(titles) == 1 + cells
    assert "segment 0 at eu-west-0: 17 vpc-attachment; 4 FAILED" in titles


def test_an_xml_parser_reads_the_segment_matrix_in_the_colours_of_the_grid() -> None:
    with source(governed()) as made:
        picture, grid = ET.fromstring(text_of("svg-matrix", made)), grid_of(made)
        lanes = ET.fromstring(text_of("svg", made))
    titles = [each.text for each in picture.iter(f"{SVG}title")][1:]
    assert len(titles) == 9
    assert "prod to shared: open" in titles
    assert "dev to prod: via NFG through inspect" in titles
    assert "dev to dev: isolated" in titles
    words = Counter(each.text for each in picture.iter(f"{SVG}text"))
    assert (words["open"], words["via NFG"], words["isolated"]) == (6, 2, 1)
    colours = {each.attrib["fill"] for each in picture.iter(f"{SVG}rect") if each.attrib.get("width") == "4"}
    assert colours == {hue(lane) for lane in grid.lanes}
    (isolated,) = [each.text for each in lanes.iter(f"{SVG}text") if each.attrib.get("class") == "bad"]
    assert isolated == "isolated · shared with prod"


def test_a_matrix_without_a_policy_says_so() -> None:
    assert "No policy in force can be read." in document("svg-matrix", regular(5))


def governed() -> list[Element | Connection]:
    """Three segments: one shared with both others, one isolated, inspection between two."""
    actions = [
        {"action": "share", "mode": "attachment-route", "segment": "shared", "share-with": "*"},
        {
            "action": "send-via",
            "segment": "dev",
            "mode": "single-hop",
            "when-sent-to": {"segments": ["prod"]},
            "via": {"network-function-groups": ["inspect"]},
        },
    ]
    policy = {
        "version": "2025.11",
        "core-network-configuration": {
            "asn-ranges": ["64512-64520"],
            "edge-locations": [{"location": "eu-west-1"}],
        },
        "segments": [{"name": "prod"}, {"name": "dev", "isolate-attachments": True}, {"name": "shared"}],
        "network-function-groups": [{"name": "inspect", "require-attachment-acceptance": True}],
        "segment-actions": actions,
    }
    attributes = json.dumps({"PolicyDocument": json.dumps(policy), "PolicyVersionId": 3})
    live = Element(
        f"{CORE.id}/policy/LIVE", "core-network-policy", core_network=CORE.id, attributes=attributes
    )
    return [*layout(["prod", "dev", "shared"], ["eu-west-1"]), live, attachment(1, segment="dev")]


def test_the_picture_holds_nothing_that_runs_or_leads_elsewhere() -> None:
    picture = ET.fromstring(document("svg", hostile()))
    names = {each.tag.removeprefix(SVG) for each in picture.iter()}
    assert names == {"svg", "title", "desc", "style", "rect", "text", "g", "circle"}
    assert not [
        key for each in picture.iter() for key in each.attrib if key.startswith("on") or "href" in key
    ]
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_chromium_shows_the_segment_matrix(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "matrix.svg"
    path.write_text(document("svg-matrix", governed()), encoding="utf-8")
    with looked_at(browser) as (page, heard):
        page.goto(path.as_uri())
        drawn = page.eval_on_selector_all("text", "all => all.map((each) => each.textContent)")
        assert page.evaluate(HARM) == 0
    assert heard == [path.as_uri()]
    assert {"prod", "dev", "shared", "via NFG", "isolated"} <= set(drawn)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chromium_shows_names_in_the_picture_as_text(browser: Browser, tmp_path: Path, scheme: str) -> None:
    path = tmp_path / "network.svg"
    path.write_text(document("svg", hostile()), encoding="utf-8")
    with looked_at(browser, color_scheme=scheme) as (page, heard):
        page.goto(path.as_uri())
        texts = page.eval_on_selector_all("text", "all => all.map((each) => each.textContent)")
        colours = page.evaluate(
            "() => ['.paper', '.ink'].map((name) => getComputedStyle(document.querySelector(name)).fill)"
        )
        assert page.evaluate(HARM) == 0
    assert heard == [path.as_uri()]
    assert {fitted(name, 28) for name in SEGMENTS} <= set(texts)
    assert colours == (
        ["rgb(255, 255, 255)", "rgb(22, 29, 41)"]
        if scheme == "light"
        else ["rgb(18, 22, 29)", "rgb(231, 235, 242)"]
    )


def test_mermaids_parser_reads_every_drawing() -> None:
    drawn = (
        *((hostile(), each) for each in (Filters(), FEW)),
        *((regular(160), each) for each in (Filters(), Filters(segment="segment 1"), Filters(segment="no"))),
        (regular(300, 40, 34), Filters()),
        (regular(0), Filters()),
    )
    texts = [document("mermaid", values, filters) for values, filters in drawn]
    assert [found.get("diagramType") for found in consumed("mermaid", *texts)] == ["flowchart-v2"] * len(
        texts
    )
    (broken,) = consumed("mermaid", f"{texts[0]}\n  a --> [")
    assert "Parse error" in broken["error"]


def test_a_drawing_keeps_to_mermaids_bounds_however_large_the_network() -> None:
    names = [f"{number:02}{'|' * 60}" for number in range(60)]
    values = regular(2000, 40, 34)
    for each in values:
        if hasattr(each, "segment") and each.segment:
            each.segment = names[int(each.segment.split()[-1])]
            each.name = each.segment if each.type == "segment" else each.name
    for filters in (Filters(), Filters(text="attachment-0000000000000000")):
        text = document("mermaid", values, filters)
        assert len(text) < 50_000
        assert text.count("~~~") + text.count("-->") < 500
    text = document("mermaid", values)
    assert "16 more lanes and 18 more edges: not drawn" in text


def test_chromium_draws_names_in_mermaid_as_text(browser: Browser) -> None:
    values = hostile()
    texts = [document("mermaid", values, filters) for filters in (Filters(), FEW)]
    with looked_at(browser) as (page, heard):
        page.set_content("<body></body>")
        page.add_script_tag(path=MERMAID)
        for text in texts:
            page.evaluate(DRAW, text)
            labels = page.eval_on_selector_all(".nodeLabel", "all => all.map((each) => each.textContent)")
            drawn = single("\n".join(labels))
            assert page.evaluate(HARM) == 0
            assert "Unsupported" not in drawn
            assert [name for name in SEGMENTS if single(shown(name))[:10] not in drawn] == []
    assert not [each for each in heard if not each.startswith(("about:", "data:"))]


def test_a_drawing_of_few_elements_names_each_and_leaves_membership_to_the_frames() -> None:
    with source(regular(20), Filters(segment="segment 1")) as made:
        text = text_of("mermaid", made)
    assert text.count("vpc-attachment") == 5
    assert "~~~" not in text
    assert 'subgraph S0["segment 1"]' in text


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a document: rows of cells, as text."""
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    found: list[list[list[str]]] = []
    for token in parser.parse(text):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and token.children and found and token.level > 2:
            assert {each.type for each in token.children} <= {"text", "text_special"}, token.content
            found[-1][-1].append("".join(each.content for each in token.children))
    return found


def test_a_markdown_parser_reads_the_grid() -> None:
    with source(regular(200)) as made:
        text, grid = text_of("markdown", made), grid_of(made)
    cells, states, types = tables(text)
    assert cells[0] == ["Segment", *(column.name for column in grid.columns), "Total"]
    for lane, row in zip(grid.lanes, cells[1:], strict=False):
        assert row == [lane.name, *(str(cell.count) for cell in lane.cells), str(lane.total)]
    assert cells[-1][-1] == "200"
    assert states[1:] == [["FAILED", "20"]]
    assert ["vpc-attachment", "200"] in types


def test_names_are_text_in_markdown() -> None:
    text = document("markdown", hostile())
    rows = tables(text)[0]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert {single(shown(name, 64)) for name in SEGMENTS} <= {single(row[0]) for row in rows}
    parsed = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text)
    assert not [each for each in parsed if each.type.startswith("html") or each.type == "fence"]


def test_what_is_read_as_it_stands_is_not_cluttered() -> None:
    text = document("markdown", regular(20))
    assert "\\" not in re.sub(r"\n.*\n", "\n", text)
    assert "| segment 1 |" in text
