"""Answers for people: what a tool says in JSON, as lines and tables that fit a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

WIDEST = 60  # characters of a cell
LAST = ("items", "groups", "routes", "connections", "near")  # what was asked for, below what stands around it


def lines(answer: Mapping[str, Any], width: int) -> Iterator[str]:
    """The answer in lines of at most `width` characters but for the hint, control characters replaced."""
    around = [
        (name, value) for name, value in answer.items() if name not in LAST and value not in (None, [], {})
    ]
    last = [(name, answer[name]) for name in LAST if name in answer]
    for name, value in [*around, *last]:
        for line in _member(name, value, width):
            yield text(line) if name == "hint" else text(line)[:width]


def _member(name: str, value: Any, width: int) -> Iterator[str]:
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        yield f"{name}:"
        yield from table(value, width)
    elif isinstance(value, dict) and any(isinstance(each, list | dict) for each in value.values()):
        yield f"{name}:"
        for key, each in value.items():
            for line in _member(key, each, width - 2):
                yield f"  {line}"
    else:
        yield f"{name}: {text(value)}"


def table(rows: Sequence[Mapping[str, Any]], width: int) -> Iterator[str]:
    """Rows with a column for each member that one of them has, as many columns as fit."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cut(_cell(row.get(name, "")), WIDEST) for name in names] for row in rows]
    widths = [max([len(name), *(len(row[at]) for row in cells)]) for at, name in enumerate(names)]
    shown = max(1, sum(used + 2 <= width for used in accumulate(wide + 2 for wide in widths)))
    for row in [names, *cells]:
        line = "  ".join(cell.ljust(wide) for cell, wide in zip(row[:shown], widths, strict=False))
        yield f"  {line.rstrip()}"[:width]


def _cell(value: Any) -> str:
    """An element in a cell is its name and id; the rest of it is what describe shows."""
    if isinstance(value, dict) and "id" in value:
        return text(f"{value['name']} ({value['id']})" if value.get("name") else value["id"])
    return text(value)


def text(value: Any) -> str:
    """A value in one line: what others named may hold what a terminal would obey."""
    plain = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "".join(each if each.isprintable() else " " for each in plain)


def _cut(plain: str, most: int) -> str:
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
