"""Who looks at the page: what is read there, and every complaint of the browser."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from browser.backend import Backend

PATIENCE_MS = 60_000
VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""

expect.set_options(timeout=PATIENCE_MS)


class Visitor:
    def __init__(self, page: Page, backend: Backend) -> None:
        self.page = page
        self.backend = backend
        self.complaints: list[str] = []
        self.asked: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", lambda request: self.asked.append(request.url))
        page.add_init_script(VIOLATIONS)

    def arrive(self) -> Visitor:
        """Open the page and wait until it is live."""
        self.page.goto(self.backend.url)
        return self.until("live")

    def until(self, state: str) -> Visitor:
        expect(self.page.locator("body")).to_have_attribute("data-state", state)
        return self

    def at(self, name: str) -> Locator:
        return self.page.locator(f"#{name}")

    def sees(self, name: str, text: Any) -> None:
        """Wait until the place `name` has that text, or a match of the pattern."""
        expect(self.at(name)).to_have_text(text)

    def run(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    @property
    def violations(self) -> list[str]:
        return self.run("window.violations")

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")
