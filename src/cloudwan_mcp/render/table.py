"""Rows of CSV as RFC 4180 has them, of which no spreadsheet makes a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from cloudwan_mcp.render.names import line

MOST = 2048  # characters of a cell; fifty tags of a usual length
# OWASP, CSV Injection: what makes a formula at the beginning of a cell, full-width variants included
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def rows(values: Iterable[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in values)
    return text.getvalue()


def _cell(value: str) -> str:
    """A leading apostrophe makes text of a formula, and spreadsheets do not show it."""
    # blanks before it do not keep every spreadsheet from reading a formula
    harmless = not value.lstrip(" ").startswith(FORMULA)
    return line(value if harmless else f"'{value}", MOST)
