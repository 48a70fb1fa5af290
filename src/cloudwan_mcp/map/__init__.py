"""The map: one page that draws a network, in a chat and on the dashboard."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def page() -> str:
    return (files(__name__) / "page.html").read_text(encoding="utf-8")
