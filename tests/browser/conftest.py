"""One browser a module, a fresh page a test, and no complaint of the page that goes unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browser.backend import Backend, busy, serving
from browser.chromium import FLAGS, executable
from browser.visitor import Visitor

PATIENCE_MS = 60_000
Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open the page of a backend in a context of its own; further arguments are the context's."""
    with ExitStack() as stack:

        def open_page(backend: Backend, **options: Any) -> Visitor:
            defaults = {"locale": "en-US", "timezone_id": "UTC", "viewport": {"width": 1280, "height": 900}}
            context = browser.new_context(**(defaults | options))
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page: Page = context.new_page()
            return Visitor(page, backend)

        yield open_page


@pytest.fixture
def backend() -> Iterator[Backend]:
    """A server at work."""
    with serving(busy) as started:
        yield started
