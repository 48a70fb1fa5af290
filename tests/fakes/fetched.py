"""A page of a source with its items decoded, as the walk leaves it."""

from __future__ import annotations

from typing import Any

from cloudwan_mcp.source import Page, Source


def fetched(source: Source, *arguments: Any, **options: Any) -> Page:
    page = source.fetch(*arguments, **options)
    page.items = list(page.items)
    return page
