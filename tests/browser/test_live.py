"""The page comes up, follows the server, and shows what there is to show."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from browser.backend import Backend, serving
from browser.visitor import Visitor
from web.machine import MIB

Visit = Callable[..., Visitor]
NO_SOCKETS = """
window.WebSocket = class {
  constructor() { setTimeout(() => this.onclose?.()); }
  close() {}
};
"""


def test_the_page_comes_up_without_a_complaint_of_the_browser(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    visitor.sees("rss", "212.0 MiB")
    expect(visitor.page.locator("#memory-chart canvas")).to_be_visible()
    assert (visitor.complaints, visitor.violations) == ([], [])


def test_nothing_is_loaded_from_elsewhere(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    assert len(visitor.asked) > 10
    assert all(each.startswith(f"{backend.url}/") for each in visitor.asked)


def test_figures_follow_the_machine_over_the_socket(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    expect(visitor.at("connection")).to_have_attribute("title", "By WebSocket")
    for resident in (333, 120):
        backend.machine.resident = resident * MIB
        visitor.sees("rss", f"{resident}.0 MiB")
    backend.machine.in_use = 612 * MIB
    visitor.sees("percent", "61.2 %")
    visitor.sees("used-of", "612.0 MiB of 1,000 MiB")
    expect(visitor.at("meter")).to_have_attribute("aria-valuenow", "61.2")


def test_where_sockets_do_not_pass_the_event_stream_takes_over(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend)
    visitor.page.add_init_script(NO_SOCKETS)
    visitor.arrive()
    expect(visitor.at("connection")).to_have_attribute("title", "By event stream")
    backend.machine.resident = 333 * MIB
    visitor.sees("rss", "333.0 MiB")


def test_the_limit_says_where_it_comes_from_and_the_breaker_how_it_stands(
    visit: Visit, backend: Backend
) -> None:
    visitor = visit(backend).arrive()
    visitor.sees("origin", "The limit comes from /sys/fs/cgroup/memory.max")
    visitor.sees("breaker", "Closed")
    backend.machine.state, backend.machine.reason = "open", "900 MiB are in use."
    visitor.sees("breaker", re.compile("^Open"))
    visitor.sees("breaker-reason", "900 MiB are in use.")


def test_components_are_listed_by_size_with_what_nobody_accounts_for(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    rows = visitor.page.locator("#components tr")
    expect(rows.locator("th")).to_have_text(
        ["topology", "store", "reservations", "cache", "sessions", "agents", "unaccounted"]
    )
    expect(rows.nth(0)).to_have_text(re.compile(r"61\.0\sMiB.*28\.7\s%"))
    expect(rows.nth(5)).to_have_text(re.compile("unknown"))
    expect(rows.nth(6)).to_have_text(re.compile(r"64\.0\sMiB.*30\.1\s%"))
    width = rows.nth(0).locator(".bar i").evaluate("each => each.style.width")
    assert width.startswith("28.7")


def test_calls_are_listed_by_tool_with_their_latencies(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    rows = visitor.page.locator("#calls tr")
    expect(rows).to_have_count(5)
    expect(rows.nth(0)).to_have_text(re.compile(r"^list_attachments310100\.0\s%\d+\.\d\sms"))
    expect(rows.nth(2)).to_have_text(re.compile(r"^find_path9698\.9\s%"))
    visitor.sees("success", "99.6 %")  # 663 of 665, rounded down


def test_a_running_discovery_shows_its_progress_and_then_its_end(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    bar = visitor.at("progress")
    expect(bar).to_have_js_property("value", 12_840)
    visitor.sees("progress-of", "12,840 of about 20,000 elements, 64.2 %")
    visitor.sees("left", "17 s")
    backend.tell("discovery", backend.told["discovery"] | {"elements": 19_000, "throttles": 5})
    expect(bar).to_have_js_property("value", 19_000)
    visitor.sees("throttles", "5")
    backend.tell("discovery", backend.told["discovery"] | {"expected": None, "left_s": None})
    visitor.sees("progress-of", "19,000 elements so far")
    assert not bar.evaluate("each => each.hasAttribute('value')")
    backend.tell("discovery", None)
    expect(visitor.at("no-discovery")).to_be_visible()
    expect(bar).to_be_hidden()
    visitor.sees("announce", "The discovery has ended.")


def test_snapshots_name_what_they_could_not_see(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    entries = visitor.page.locator("#snapshot-list > li")
    expect(entries.locator("b")).to_have_text(["production", "snap-0006"])
    expect(entries.nth(0).locator("details")).to_be_hidden()
    fold = entries.nth(1).locator("details")
    fold.locator("summary").click()
    expect(fold.locator("li")).to_have_text(
        "GetNetworkRoutes · core-network-0a1b2c3d · AccessDeniedException"
    )
    backend.machine.resident = 99 * MIB
    visitor.sees("rss", "99.0 MiB")
    expect(fold).to_have_attribute("open", "")  # news do not close what somebody reads


def test_leak_verdicts_stand_worst_first_with_their_lines(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    entries = visitor.page.locator("#verdicts > li")
    expect(entries.locator("b")).to_have_text(["This process", "find_path", "get_topology"])
    expect(entries.nth(1).locator(".verdict")).to_have_text("Suspect")
    expect(entries.nth(1).locator("code")).to_have_text("topology/index.py:118 self._seen.append(key)")
    expect(entries.nth(0).locator("code")).to_be_hidden()


def test_what_nobody_tells_is_not_shown_and_what_is_broken_says_so(visit: Visit) -> None:
    with serving(lambda backend: backend.tell("leaks", object())) as backend:
        visitor = visit(backend).arrive()
        expect(visitor.at("leaks-error")).to_have_text(re.compile("could not be read"))
        expect(visitor.at("leaks-body")).to_be_hidden()
        for name in ("discovery", "snapshots"):
            expect(visitor.at(name)).to_be_hidden()
        assert visitor.complaints == []
        backend.tell("leaks", {"watched": None, "tools": {}})
        expect(visitor.at("no-leaks")).to_be_visible()
        expect(visitor.at("leaks-error")).to_be_hidden()


def test_the_token_opens_the_figures(visit: Visit) -> None:
    with serving(token="the-token-of-this-test") as backend:
        visitor = visit(backend)
        visitor.page.goto(backend.url)
        field = visitor.page.get_by_label("Token")
        expect(field).to_be_focused()
        expect(visitor.at("figures")).to_be_hidden()
        field.fill("wrong")
        field.press("Enter")
        visitor.sees("sign-in-error", "That is not the token.")
        field.fill("the-token-of-this-test")
        field.press("Enter")
        visitor.until("live")
        expect(visitor.at("figures")).to_be_visible()
        expect(visitor.at("sign-in")).to_be_hidden()
        expect(visitor.at("connection")).to_have_attribute("title", "By WebSocket")
