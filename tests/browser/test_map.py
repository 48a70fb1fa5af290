"""The map in the official host of MCP Apps: what is seen, found, asked and kept, at any size."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from browser.estates import CORE, Estate
from browser.hosted import Hosted
from browser.test_accessibility import AXE, FINDINGS

MIB = 1024 * 1024
TIMED = "TIMED" in os.environ
"""On a quiet machine times are held too: TIMED=1 make test ARGS=tests/browser/test_map.py."""
HEAP = "performance.memory.usedJSHeapSize"
MARKUP = "<img src=x onerror=harm()>"
TURNED = "in\u202egpj.exe\u200b"
PAN = """async () => {
  const list = document.querySelector(".list");
  for (let top = 0; top < list.scrollHeight; top += 4000) {
    list.scrollTop = top;
    await new Promise((done) => requestAnimationFrame(done));
  }
}"""
HERE = "document.activeElement.getAttribute('aria-label')"


@pytest.fixture(scope="module")
def host(browser: Browser) -> Iterator[Hosted]:
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    try:
        yield Hosted(context.new_page())
    finally:
        context.close()


@pytest.fixture(scope="module")
def estate() -> Estate:
    return Estate()


def findings(host: Hosted) -> list[str]:
    host.run(AXE.read_text(encoding="utf-8"))
    return host.run(FINDINGS)


@pytest.mark.parametrize(
    ("lanes", "edges", "elements", "most"),
    [(10, 12, 1_000, 8), (10, 16, 100_000, 12), (40, 34, 1_000_000, 48)],
)
def test_a_network_of_any_size_is_drawn_at_once_in_little_memory(
    host: Hosted, lanes: int, edges: int, elements: int, most: int
) -> None:
    estate = Estate(lanes, edges, elements)
    said = json.dumps(estate.grid(), separators=(",", ":"))
    assert len(said) < most * 1024
    host.open(estate).result().drawn()
    expect(host.at("td[tabindex]")).to_have_count((lanes + 1) * edges)
    host.page.wait_for_timeout(0)
    host.frame.wait_for_function("window.painted")
    assert host.run("window.painted") < (1000 if TIMED else 60_000)
    assert host.run(HEAP) < 16 * MIB
    host.fine()


def test_a_cell_opens_to_its_attachments_an_attachment_to_its_neighbours_and_routes(
    host: Hosted, estate: Estate
) -> None:
    host.open(estate).result().drawn()
    host.cell("production", "us-east-2").click()
    expect(host.at("#panel-title")).to_have_text("production · us-east-2")
    expect(host.at(".list .row:not([hidden]) b").first).to_have_text("orders-0000000")
    expect(host.at(".panel-head small")).to_have_text("135 attachments")
    host.at(".list .row b").nth(1).click()
    expect(host.at(".facts")).to_contain_text("vpc-096bd3e04c3a383a9")
    expect(host.at(".around text").filter(has_text="us-east-1")).to_be_visible()
    assert host.called("describe") == [{"id": "attachment-00000000000000001", "hops": 2}]
    host.tab("Route table").click()
    expect(host.at(".plain tbody tr")).to_have_count(24)
    expect(host.at(".blackhole")).to_contain_text("blackhole")
    host.at(".look input").fill("10.1.2.3")
    host.at(".look input").press("Enter")
    expect(host.at(".plain tbody tr")).to_have_count(1)
    host.button("Back").click()
    expect(host.at("#panel-title")).to_have_text("production · us-east-2")
    host.page.keyboard.press("Escape")
    expect(host.at("#panel")).to_be_hidden()
    expect(host.cell("production", "us-east-2")).to_be_focused()
    host.fine()


def test_the_keyboard_goes_through_the_grid_and_every_cell_says_what_it_holds(
    host: Hosted, estate: Estate
) -> None:
    host.open(estate).result().drawn()
    assert host.at("td[tabindex='0']").count() == 1
    host.at("td[tabindex='0']").focus()
    seen = []
    for key in ("ArrowRight", "ArrowDown", "End", "Home", "Control+End", "Control+Home"):
        host.page.keyboard.press(key)
        seen.append(host.run(HERE).partition(":")[0])
    assert seen == [
        *("production, us-east-2", "development, us-east-2", "development, ap-south-1"),
        *("development, us-east-1", "inspection, ap-south-1", "production, us-east-1"),
    ]
    assert host.run(HERE).endswith("1 pending attachment acceptance") or "none" in host.run(HERE)
    host.page.keyboard.press("ArrowRight")
    host.page.keyboard.press("Enter")
    expect(host.at("#panel-title")).to_be_focused()
    expect(host.at(".list .row:not([hidden]) b").first).to_have_text("orders-0000000")
    host.at(".list").focus()
    host.page.keyboard.press("End")
    expect(host.at(".list .active:not([hidden])")).to_contain_text("search-0000134")
    host.page.keyboard.press("Enter")
    expect(host.at(".facts")).to_be_visible()


def pan(host: Hosted) -> float:
    """Scroll from the first to the last attachment of the list; gives the longest task in milliseconds."""
    host.run("window.long.length = 0")
    host.run(PAN)
    expect(host.at(".list .row:not([hidden])").filter(has_text="-0009999")).to_be_visible()
    return max(host.run("window.long"), default=0)


def test_ten_thousand_attachments_of_a_cell_pass_by_within_bounds(host: Hosted) -> None:
    host.open(Estate(40, 34, 1_000_000, crowd=10_000)).result().drawn()
    host.cell("production", "us-east-2").click()
    expect(host.at(".list .row:not([hidden]) b").first).to_have_text("orders-0000000")
    assert pan(host) < (200 if TIMED else 60_000)
    assert host.run(HEAP) < 16 * MIB
    assert host.at(".list .row").count() <= 81
    read = host.called("map_cell")
    assert len(read) >= 50
    assert all(each["limit"] == 200 for each in read)
    host.run("document.querySelector('.list').scrollTop = 0")
    expect(host.at(".list .row:not([hidden])").filter(has_text="orders-0000000")).to_be_visible()
    assert len(host.called("map_cell")) > len(read), "the first page was dropped, and is read again"
    host.fine()


def test_search_asks_the_server_and_narrows_the_grid_to_an_account(host: Hosted, estate: Estate) -> None:
    host.open(estate).result().drawn()
    host.at("#search").fill("123456789012")
    expect(host.at(".links li")).to_have_count(3)
    assert host.called("find") == [{"query": "123456789012", "limit": 20}]
    host.at(".links .link").first.click()
    expect(host.at(".facts")).to_be_visible()
    host.button("Back").click()
    host.button("Show only account 123456789012 in the grid").click()
    chip = host.at(".chip").filter(has_text="account 123456789012")
    expect(chip).to_have_attribute("aria-pressed", "true")
    assert host.called("map_grid") == [{"account": "123456789012"}]
    chip.click()
    expect(chip).to_have_count(0)
    host.at("#search").fill("nothing")
    expect(host.at("#panel")).to_contain_text("Searched: ids; names")
    host.fine()


def test_chips_show_one_type_and_the_whole_again(host: Hosted, estate: Estate) -> None:
    host.open(estate).result().drawn()
    total = host.at(".sum").inner_text()
    host.button("VPN").click()
    expect(host.at(".sum")).not_to_have_text(total)
    expect(host.button("VPN")).to_have_attribute("aria-pressed", "true")
    host.button("VPN").click()
    expect(host.at(".sum")).to_have_text(total)
    assert host.called("map_grid") == [{"type": "SITE_TO_SITE_VPN"}, {}]


def test_questions_files_and_what_is_looked_at_go_to_the_host(host: Hosted, estate: Estate) -> None:
    host.open(estate).result().drawn()
    host.cell("production", "us-east-2").click()
    host.button("Ask about this").click()
    expect(host.at("#announce")).to_have_text("Your question was handed over.")
    (message,) = host.asked("messages")
    assert message["role"] == "user"
    assert '"production" at edge "us-east-2": 135 attachments' in message["content"][0]["text"]
    host.page.wait_for_function("asked.contexts.length > 0")
    assert CORE in host.asked("contexts")[-1]["content"][0]["text"]
    host.at("#panel .actions button").nth(1).click()
    host.page.wait_for_function("asked.files.length === 1")
    host.at("#files button").first.click()
    host.page.wait_for_function("asked.files.length === 2")
    cell, grid = (each["contents"][0]["resource"] for each in host.asked("files"))
    assert (cell["uri"], cell["mimeType"]) == ("file:///cloudwan-production-us-east-2.csv", "text/csv")
    assert len(cell["text"].splitlines()) == 136
    assert grid["text"].startswith("segment,edge,attachments,VPC,SITE_TO_SITE_VPN")
    assert "production,us-east-2,135,122,13" in grid["text"]
    host.fine()


def test_what_a_host_cannot_do_is_not_offered(host: Hosted, estate: Estate) -> None:
    host.open(estate, can={"serverTools": {}}).result().drawn()
    host.cell("production", "us-east-2").click()
    expect(host.at(".list .row:not([hidden]) b").first).to_have_text("orders-0000000")
    assert host.at("#files button, .actions button").count() == 0
    assert host.at("#larger").is_hidden()
    assert (host.asked("contexts"), host.asked("messages")) == ([], [])


def test_room_and_theme_follow_the_host(host: Hosted, estate: Estate) -> None:
    modes = ["inline", "fullscreen"]
    host.open(estate, {"availableDisplayModes": modes}).result().drawn()
    host.page.wait_for_function("asked.sizes.length > 0")
    assert 300 < host.asked("sizes")[-1]["height"] <= 900
    before = host.run("getComputedStyle(document.body).backgroundColor")
    host.context(theme="dark")
    host.frame.wait_for_function(
        "(was) => getComputedStyle(document.body).backgroundColor !== was", arg=before
    )
    host.button("Full screen").click()
    expect(host.button("Leave full screen")).to_be_visible()
    assert host.asked("modes") == ["fullscreen"]
    host.fine()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_view(host: Hosted, estate: Estate, theme: str) -> None:
    host.open(estate, {"theme": theme}).result().drawn()
    host.cell("production", "us-east-2").click()
    expect(host.at(".list .row:not([hidden]) b").first).to_have_text("orders-0000000")
    assert findings(host) == []
    host.tab("Segment matrix").click()
    host.at("td.via").first.click()
    expect(host.at(".why").first).to_be_visible()
    assert findings(host) == []
    host.tab("Changes").click()
    expect(host.at(".changes li").first).to_be_visible()
    host.at("#search").fill("orders")
    expect(host.at(".links li").first).to_be_visible()
    assert findings(host) == []


def test_the_matrix_says_in_words_who_reaches_whom_and_a_cell_why(host: Hosted, estate: Estate) -> None:
    host.open(estate).result().drawn()
    host.tab("Segment matrix").click()
    cells = host.at(".matrix td[tabindex]")
    expect(cells).to_have_count(100)
    words = {label: cells.get_by_text(label, exact=True).count() for label in ("open", "via NFG", "isolated")}
    assert words == {"open": 9 + 2 * 8, "via NFG": 6, "isolated": 1}
    told = cells.nth(5).get_attribute("aria-label")
    assert told == "production to hybrid: via NFG through inspection"
    cells.nth(5).click()
    expect(host.at(".why")).to_have_count(2)
    host.tab("Policy and routes").click()
    expect(host.at(".versus").first).to_contain_text("inspected")
    assert host.called("check_reachability")[0]["source"] == "production"
    host.fine()


def test_changes_are_counted_and_listed_and_a_lack_of_snapshots_is_said(host: Hosted, estate: Estate) -> None:
    host.open(estate).result().drawn()
    host.tab("Changes").click()
    expect(host.at(".counters")).to_contain_text("+30")
    expect(host.at(".changes li")).to_have_count(90)
    expect(host.at(".split table").nth(1).locator("tbody tr")).to_have_count(12)

    def alone(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        said = estate(tool, arguments)
        if tool == "list_snapshots":
            del said["structuredContent"]["items"][1:]
        return said

    host.open(alone).result().drawn()
    host.tab("Changes").click()
    expect(host.at("#view")).to_contain_text("Only one complete snapshot is kept.")
    host.fine()


def test_a_growing_network_is_followed_until_it_is_whole_or_the_page_is_left(host: Hosted) -> None:
    estate = Estate()
    snapshot = estate.around["snapshot"] | {"state": "growing"}
    estate.around["snapshot"] = snapshot
    host.open(estate).result().drawn()
    expect(host.at("#age")).to_contain_text("growing")
    estate.cells[0, 1] = [400, 20]
    expect(host.cell("production", "us-east-2")).to_contain_text("420")
    estate.around["snapshot"] = snapshot | {"state": "complete"}
    expect(host.at("#age")).to_contain_text("snapshot 4 min old")
    estate.around["snapshot"] = snapshot
    host.result()
    expect(host.at("#age")).to_contain_text("growing")
    host.teardown()
    asked = len(host.calls)
    host.page.wait_for_timeout(2500)
    assert len(host.calls) == asked
    host.fine()


@pytest.mark.parametrize(("name", "shown"), [(MARKUP, MARKUP), (TURNED, "in[U+202E]gpj.exe[U+200B]")])
def test_a_name_is_text_wherever_it_stands(host: Hosted, name: str, shown: str) -> None:
    estate = Estate()
    estate.hostile = name
    host.open(estate).result().drawn()
    for place in ("#networks", "th.lane"):
        expect(host.at(place).filter(has_text=shown).first).to_be_visible()
    host.cell("production", "us-east-2").click()
    row = host.at(".list .row:not([hidden]) b").first
    expect(row).to_have_text(shown)
    row.click()
    for place in (".chip", ".links li"):
        expect(host.at(f"#panel {place}").filter(has_text=shown).first).to_be_visible()
    host.tab("Route table").click()
    expect(host.at("#panel .plain tr").filter(has_text=shown).first).to_be_visible()
    assert host.at("img, iframe").count() == 0
    host.fine()


def test_what_fails_is_said_where_it_was_asked_and_can_be_asked_again(host: Hosted, estate: Estate) -> None:
    broken = {"show_topology", "map_cell", "segment_matrix"}

    def answer(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if tool in broken:
            return {"isError": True, "content": [{"type": "text", "text": f"{tool} is not permitted."}]}
        return estate(tool, arguments)

    host.open(answer).result()
    expect(host.at("#start")).to_contain_text("show_topology is not permitted.")
    broken.discard("show_topology")
    host.button("Try again").click()
    host.drawn()
    host.cell("production", "us-east-2").click()
    expect(host.at("#panel .failure")).to_contain_text("map_cell is not permitted.")
    broken.discard("map_cell")
    host.button("Try again").click()
    expect(host.at(".list .row:not([hidden]) b").first).to_have_text("orders-0000000")
    host.tab("Segment matrix").click()
    expect(host.at("#view")).to_contain_text("segment_matrix is not permitted.")
    host.fine()
