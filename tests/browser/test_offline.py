"""A server that goes away and comes back."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from browser.backend import Backend
from browser.visitor import Visitor
from web.machine import MIB

Visit = Callable[..., Visitor]


def test_the_last_figures_stay_with_their_age_and_the_page_comes_back_by_itself(
    visit: Visit, backend: Backend
) -> None:
    visitor = visit(backend).arrive()
    visitor.sees("rss", "212.0 MiB")
    backend.stop()
    visitor.until("offline").sees("connection", "Offline")
    expect(visitor.at("stale")).to_be_visible()
    visitor.sees("stale-age", re.compile(r"\d\d:\d\d:\d\d, \d+ s ago"))
    visitor.sees("rss", "212.0 MiB")
    backend.machine.resident = 150 * MIB
    backend.start()
    visitor.until("live").sees("rss", "150.0 MiB")
    expect(visitor.at("stale")).to_be_hidden()
    assert visitor.violations == []


def test_it_comes_back_as_often_as_the_server_does_and_leaves_no_link_behind(
    visit: Visit, backend: Backend
) -> None:
    visitor = visit(backend).arrive()
    for resident in (101, 102, 103):
        backend.stop()
        visitor.until("offline")
        backend.machine.resident = resident * MIB
        backend.start()
        visitor.until("live").sees("rss", f"{resident}.0 MiB")
        assert backend.viewers == 1


def test_somebody_who_does_not_want_to_wait_tries_now(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    visitor.run("Math.random = () => 1e6")  # the next try by itself is days away
    backend.stop()
    visitor.until("offline")
    backend.start()
    visitor.page.get_by_role("button", name="Try now").press("Enter")
    visitor.until("live")


def test_a_page_that_is_opened_too_early_waits_for_the_server(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend)
    visitor.page.route("**/api/summary", lambda route: route.abort())
    visitor.page.goto(backend.url)
    visitor.until("offline")
    expect(visitor.at("stale")).to_be_hidden()  # nothing was heard that could be old
    visitor.page.unroute("**/api/summary")
    visitor.until("live").sees("rss", "212.0 MiB")
