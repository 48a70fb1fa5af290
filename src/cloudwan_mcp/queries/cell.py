"""The attachments of one cell of the map, page by page in the order of their discovery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cloudwan_mcp.model import Element, SnapshotInfo
from cloudwan_mcp.row import encode
from cloudwan_mcp.store import Filters, Reader


@dataclass(slots=True, frozen=True)
class Stretch:
    """One page: `rows` are [id, name, type, account, state], the last three as places in `types` and `states`
    but for the account. `total` is None where only reading attributes could tell. `position` is the number of
    the last attachment passed, None where nothing more will come."""

    info: SnapshotInfo
    total: int | None
    types: list[str]
    states: list[str]
    rows: list[list[Any]]
    position: int | None


def cell(
    reader: Reader,
    filters: Filters,
    after: int,
    limit: int,
    bytes_left: int,
    shown: Callable[[Element], tuple[str, str, str]],
) -> Stretch:
    """Read on after the number `after`: at most `limit` rows that take at most `bytes_left` as JSON.

    `shown` gives the id, the name and the type of an element as they are to be seen. While the snapshot grows
    a page may be empty: more is to come. What it holds is read after `info`, so that a page is never the last
    on the word of a later state.
    """
    info = reader.info()
    found = Stretch(info, reader.count(filters), [], [], [], None)
    page = reader.page(filters, after=after, limit=limit)
    position, end = page.position, page.end
    for n, element in page.rows:
        identifier, name, kind = shown(element)
        fresh = [
            word for word, known in ((kind, found.types), (element.state, found.states)) if word not in known
        ]
        row = [identifier, name, 999, element.account, 999]
        bytes_left -= sum(len(encode(each).encode()) + 1 for each in (row, *fresh))
        if bytes_left < 0 and found.rows:
            end = False
            break
        row[2], row[4] = _place(found.types, kind), _place(found.states, element.state)
        found.rows.append(row)
        position = n
    else:
        position = page.position
    more = not end or info.state == "growing"
    return Stretch(info, found.total, found.types, found.states, found.rows, position if more else None)


def _place(words: list[str], word: str) -> int:
    if word not in words:
        words.append(word)
    return words.index(word)
