"""The map over a real server: in the official host, and as the tab of the dashboard."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from browser.backend import PATIENCE_S, Backend
from browser.hosted import Hosted
from browser.visitor import Visitor
from cloudwan_mcp.app import App
from cloudwan_mcp.beside import dashboard_of, metrics_beside
from cloudwan_mcp.hosting import hosting
from cloudwan_mcp.settings import load

Visit = Callable[..., Visitor]


class Served:
    """A server over a simulated network, and its dashboard, in a thread of their own."""

    def __init__(self, folder: Path) -> None:
        self.url = ""
        self._settings = load(
            {"demo": True, "data_dir": str(folder), "monitoring_port": 0},
            {name: value for name, value in os.environ.items() if not name.startswith("CLOUDWAN_")},
        )
        self._loop = asyncio.new_event_loop()
        self._ready, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)

    def __call__(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return asyncio.run_coroutine_threadsafe(self._call(tool, arguments), self._loop).result(PATIENCE_S)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _serve(self) -> None:
        async with (
            App(self._settings) as app,
            metrics_beside(app, lambda _: None) as collector,
            hosting(app) as self._call,
            dashboard_of(app, collector, self._call) as dashboard,
        ):
            await app.discover()
            self.url = dashboard.url
            self._ready.set()
            await self._over.wait()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("data"))
    try:
        yield served
    finally:
        served.close()


def test_every_view_is_filled_by_the_tools_of_the_server(browser: Browser, served: Served) -> None:
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    try:
        host = Hosted(context.new_page()).open(served).result().drawn()
        expect(host.at("#demo")).to_be_visible()
        expect(host.at("#age")).to_contain_text("snapshot")
        expect(host.at("th.edge")).to_have_count(10)
        host.at("tr").filter(has_text="(none)").locator("td[tabindex]:not(.empty)").first.click()
        expect(host.at(".list .row:not([hidden]) code").first).not_to_be_empty()
        host.at("tbody tr").filter(has_text="hybrid").locator("td[tabindex]:not(.empty)").first.click()
        total = int(host.at(".panel-head small").inner_text().partition(" ")[0])
        expect(host.at(".list + .note")).to_have_text(f"{total} in all")
        host.at("#panel .actions button").nth(1).click()
        host.page.wait_for_function("asked.files.length === 1")
        rows = host.asked("files")[0]["contents"][0]["resource"]["text"].splitlines()
        assert len({row.partition(",")[0] for row in rows[1:]}) == total
        host.at(".list .row:not([hidden]) code").first.click()
        expect(host.at(".facts")).to_contain_text("attachment-")
        host.tab("Route table").click()
        expect(host.at(".plain tbody tr").first).to_be_visible()
        host.at("#files button").nth(1).click()
        host.page.wait_for_function("asked.files.length === 2")
        assert host.asked("files")[1]["contents"][0]["resource"]["text"].rstrip().endswith("</svg>")
        host.at("#search").fill("payments")
        expect(host.at(".links li").first).to_be_visible()
        host.tab("Segment matrix").click()
        host.at("td.via").first.click()
        expect(host.at(".why li").first).to_be_visible()
        host.tab("Policy and routes").click()
        expect(host.at(".versus").first).to_be_visible()
        host.tab("Changes").click()
        expect(host.at("#view")).to_contain_text("Only one complete snapshot is kept.")
        host.fine()
    finally:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dashboard_shows_the_map_in_a_tab_and_takes_it_away(
    visit: Visit, served: Served, scheme: str
) -> None:
    visitor = visit(served, color_scheme=scheme, permissions=["clipboard-read", "clipboard-write"]).arrive()
    page = visitor.page
    assert len(page.frames) == 1
    page.get_by_role("tab", name="Map").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("html")).to_have_attribute("data-theme", scheme)
    frame.locator("td[tabindex]:not(.empty)").first.click()
    expect(frame.locator(".list .row:not([hidden]) code").first).not_to_be_empty()
    frame.get_by_role("button", name="Ask about this").click()
    expect(visitor.at("map-question-text")).to_have_value(re.compile("What stands out"))
    with page.expect_download() as download:
        frame.locator("#files button").first.click()
    assert download.value.suggested_filename == "cloudwan-core-0-grid.csv"
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    expect(frame.locator("html")).not_to_have_attribute("data-theme", scheme)
    page.get_by_role("tab", name="Memory").click()
    expect(page.locator("iframe")).to_have_count(0)
    expect(visitor.at("figures")).to_be_visible()
    assert (visitor.complaints, visitor.violations) == ([], [])


def test_a_dashboard_without_a_network_has_no_tabs(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    expect(visitor.at("views")).to_be_hidden()
