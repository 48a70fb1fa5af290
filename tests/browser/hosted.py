"""The map inside the official host of MCP Apps, under the policy that the specification has by default."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Frame, Locator, Page, Route, expect

from browser.visitor import VIOLATIONS
from cloudwan_mcp.map import page as map_page

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; media-src 'self' data:; connect-src 'none'"
)
LIGHT = {"theme": "light", "displayMode": "inline", "containerDimensions": {"maxHeight": 900}}
Answer = Callable[[str, dict[str, Any]], dict[str, Any]]
"""(tool, arguments) -> its CallToolResult."""
MEASURE = """
window.long = [];
new PerformanceObserver((list) => window.long.push(...list.getEntries().map((each) => each.duration)))
  .observe({ type: "longtask" });
addEventListener("message", ({ data }) => {
  if (data?.method !== "ui/notifications/tool-result") return;
  const heard = performance.now();
  const look = () => document.querySelector("table.map td[tabindex]")
    ? requestAnimationFrame(() => { window.painted = performance.now() - heard; })
    : requestAnimationFrame(look);
  look();
});
"""


class Hosted:
    """One host in a page, which shows the map anew whenever it is opened.

    `calls` are the tools that the map asked for, `complaints` the browser's.
    """

    def __init__(self, page: Page) -> None:
        assert MODULES.exists(), "run `make test`, or `npm ci` in tests/browser"
        self.page = page
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.complaints: list[str] = []
        self._answer: Answer
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.add_init_script(VIOLATIONS)
        page.add_init_script(MEASURE)
        page.route(re.compile(r"https://\w+\.test/"), _serve)
        page.expose_function("answer", self._call)
        page.goto("https://host.test/")
        page.wait_for_function("window.loaded")

    def open(
        self,
        answer: Answer,
        context: dict[str, Any] | None = None,
        can: dict[str, Any] | None = None,
    ) -> Hosted:
        """Show the map anew, and wait until host and map know each other; `answer` says what tools say."""
        self._answer = answer
        self.calls.clear()
        self.complaints.clear()
        self.page.evaluate("([context, can]) => window.open(context, can)", [LIGHT | (context or {}), can])
        return self

    def result(self, tool: str = "show_topology", **arguments: Any) -> Hosted:
        """Hand over what `tool` says, as a host does that shows the map for a call of it."""
        said = self._answer(tool, arguments)
        self.page.evaluate("(given) => bridge.sendToolInput({ arguments: given })", arguments)
        self.page.evaluate("(result) => bridge.sendToolResult(result)", said)
        return self

    def drawn(self) -> Hosted:
        expect(self.at("table.map td[tabindex]").first).to_be_visible()
        return self

    def context(self, **changed: Any) -> None:
        self.page.evaluate("(changed) => bridge.sendHostContextChange(changed)", changed)

    def teardown(self) -> None:
        self.page.evaluate("async () => { await bridge.teardownResource({}); }")

    def asked(self, what: str) -> list[Any]:
        """What the map asked of its host: messages, files, contexts, sizes or modes."""
        return self.page.evaluate("(what) => asked[what]", what)

    def called(self, tool: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == tool]

    @property
    def frame(self) -> Frame:
        return self.page.frames[-1]

    def at(self, selector: str) -> Locator:
        return self.page.frame_locator("iframe").locator(selector)

    def button(self, name: str) -> Locator:
        return self.page.frame_locator("iframe").get_by_role("button", name=name, exact=True)

    def tab(self, name: str) -> Locator:
        return self.page.frame_locator("iframe").get_by_role("tab", name=name)

    def cell(self, segment: str, edge: str) -> Locator:
        return self.at(f'td[aria-label^="{segment}, {edge}:"]')

    def run(self, script: str, argument: Any = None) -> Any:
        return self.frame.evaluate(script, argument)

    def fine(self) -> None:
        """Nothing was complained of: not by the browser, and not by its policy."""
        assert (self.complaints, self.run("window.violations")) == ([], [])

    def _call(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((name, arguments))
        return self._answer(name, arguments)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")


def _serve(route: Route) -> None:
    """The host's page, the packages it is made of, and the map: nothing leaves the machine."""
    path = route.request.url.partition(".test")[2].partition("?")[0]
    if route.request.url.startswith("https://app.test/map"):
        route.fulfill(
            body=map_page(), headers={"content-type": "text/html", "content-security-policy": POLICY}
        )
    elif path == "/":
        route.fulfill(body=(HERE / "host.html").read_text(encoding="utf-8"), content_type="text/html")
    elif path.startswith("/modules/"):
        kind = mimetypes.guess_type(path)[0] or "text/javascript"
        route.fulfill(body=(MODULES / path.removeprefix("/modules/")).read_bytes(), content_type=kind)
    else:
        route.fulfill(status=204)
