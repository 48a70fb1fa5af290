"""The browser that the machine has, as the tests start it: alone, without a profile, without a network."""

from __future__ import annotations

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--enable-precise-memory-info",
)
MISSING = (
    "The tests of the dashboard's page need Chromium. On Debian or Ubuntu: "
    "sudo apt-get install --no-install-recommends chromium"
)


def executable(path: str | None = None) -> str:
    """Where it is; `AssertionError` that says how to get it when it is nowhere on `path` (left out: PATH)."""
    found = next(filter(None, (shutil.which(name, path=path) for name in NAMES)), None)
    assert found is not None, MISSING
    return found
