"""Finding elements by whatever is known of them: id, ARN, name, tag, account, prefix or address, text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Literal

from cloudwan_mcp.locate import standing_for
from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.store.blocks import plain
from cloudwan_mcp.store.index.prefix import Network, network
from cloudwan_mcp.store.index.reader import SHORTEST, Index

By = Literal["id", "resource", "account", "tag", "prefix", "inside", "name", "text"]
LOOKED_AT = 500  # names that may match: each costs some 20 microseconds to read
TEXT_ROWS = 2_000  # whose attributes one call reads when nothing else was found
ALIKE_ROWS = 60
ALIKE = 0.5  # of the letters, for a name to be suggested
SUGGESTED = 5
OWNERS = 8
WRITING = "the search index is being written"
ACCOUNT = re.compile(r"\d{12}")


@dataclass(slots=True)
class Hit:
    """`by` is what matched; a prefix hit has the prefix, and what a route to it leads to."""

    element: Element
    by: By
    prefix: str = ""
    owners: list[Element] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """`hits`, best first. `more` says that others match; `searched` where was looked, `close` what is alike.

    `whole` is False where a part was left out: `searched` names it.
    """

    hits: list[Hit] = field(default_factory=list)
    more: bool = False
    searched: list[str] = field(default_factory=list)
    close: list[str] = field(default_factory=list)
    whole: bool = True


def find(reader: Reader, query: str, filters: Filters, limit: int) -> Found:
    """The elements that `query` means, among those that match `filters` (which name no tag and no text)."""
    text = plain(query.strip())
    found = Found()
    _by_id(reader, text, filters, found, limit)
    net = network(text) if "." in text or ":" in text else None
    if net:
        _by_prefix(reader, net, filters, found, limit)
    elif ACCOUNT.fullmatch(text):
        _listed(reader, replace(filters, account=text), "account", found, limit)
    elif "=" in text:
        _listed(reader, replace(filters, tag=text), "tag", found, limit)
    elif not found.hits:
        _by_name(reader, text, filters, found, limit)
    if not found.hits and not net:
        _by_text(reader, text, filters, found, limit)
    if not found.hits and reader.index and not net:
        found.close = _close(reader, reader.index, text)
    return found


def _by_id(reader: Reader, text: str, filters: Filters, found: Found, limit: int) -> None:
    """Its own id, or that of the VPC or other resource that it stands for."""
    found.searched.append("ids")
    number = reader.find(text)
    if number and (element := _one(reader, number, filters)):
        found.hits.append(Hit(element, "id"))
    others = [n for n, _ in standing_for(reader, text, limit=limit + 1)]
    found.hits += [Hit(element, "resource") for n in others if (element := _one(reader, n, filters))]
    found.more = len(others) > limit


def _listed(reader: Reader, filters: Filters, by: By, found: Found, limit: int) -> None:
    found.searched.append(f"{by}s")
    page = reader.page(filters, after=0, limit=limit + 1)
    found.hits += [Hit(element, by) for _, element in page.rows[:limit]]
    found.more = len(page.rows) > limit or not page.end
    found.whole = page.end or bool(page.rows)


def _by_prefix(reader: Reader, net: Network, filters: Filters, found: Found, limit: int) -> None:
    """What contains it, the longest prefix first, then what lies within."""
    index = reader.index
    if not index:
        found.searched.append(f"no prefixes: {WRITING}")
        found.whole = False
        return
    found.searched.append(f"{index.prefixes()} prefixes that elements and routes in the snapshot name")
    around, inside = index.containing(net), index.within(net, limit=limit + 1)
    hits: list[Hit] = []
    for by, held in [*(("prefix", each) for each in around), *(("inside", each) for each in inside)]:
        if element := _one(reader, held.number, filters):
            hits.append(
                Hit(
                    element,
                    "prefix" if by == "prefix" else "inside",
                    str(held.network),
                    _owners(reader, held.number),
                )
            )
    found.hits += hits[:limit]
    found.more = len(hits) > limit
    if not reader.count(Filters(types=("route",))):
        found.searched.append("no route tables, which were not read: list_routes asks AWS for them")
        found.whole = False


def _owners(reader: Reader, route: int) -> list[Element]:
    ends = [end.number for end in reader.ends(route, outward=True) if end.kind == "next-hop"]
    return reader.elements(ends[:OWNERS])


def _by_name(reader: Reader, text: str, filters: Filters, found: Found, limit: int) -> None:
    """Exact names first, then those that begin with it, then those that have it at a word's beginning."""
    index = reader.index
    if len(text) < SHORTEST or not index:
        found.searched.append(f"no names: {'3 characters are needed' if index else WRITING}")
        found.whole = False
        return
    found.searched.append("names")
    numbers = index.named(text, limit=LOOKED_AT + 1)
    elements = list(_matching(reader, numbers[:LOOKED_AT], filters))
    ranked = sorted(
        (rank, n, element)
        for n, element in elements
        if (rank := _rank(text.casefold(), element.name.casefold())) is not None
    )
    found.hits += [Hit(element, "name") for _, _, element in ranked[:limit]]
    found.more = len(ranked) > limit or len(numbers) > LOOKED_AT


def _matching(reader: Reader, numbers: list[int], filters: Filters) -> Iterator[tuple[int, Element]]:
    if filters == Filters():
        yield from zip(numbers, reader.elements(numbers), strict=True)
        return
    for n in numbers:
        if element := _one(reader, n, filters):
            yield n, element


def _one(reader: Reader, n: int, filters: Filters) -> Element | None:
    """The element of this number, if it matches."""
    rows = reader.page(filters, after=n - 1, limit=1, upto=n).rows
    return rows[0][1] if rows else None


def _rank(wanted: str, name: str) -> int | None:
    if wanted == name:
        return 0
    if name.startswith(wanted):
        return 1
    at = name.find(wanted)
    if at < 0:
        return None
    return 3 if name[at - 1].isalnum() else 2


def _by_text(reader: Reader, text: str, filters: Filters, found: Found, limit: int) -> None:
    page = reader.page(replace(filters, text=text), after=0, limit=limit, scan=TEXT_ROWS)
    found.hits += [Hit(element, "text") for _, element in page.rows]
    rest = "" if page.end else f" of the first {page.scanned:,} elements"
    found.searched.append(f"tags, descriptions and other attributes{rest}")
    found.more = not page.end and bool(page.rows)
    found.whole = page.end or bool(page.rows)


def _close(reader: Reader, index: Index, text: str) -> list[str]:
    """Names that a misspelt one may stand for."""
    names = {element.name for element in reader.elements(index.alike(text, limit=ALIKE_ROWS))}
    names |= {value for each in ("segment", "edge") for (value,), _ in reader.tally(Filters(), each) if value}
    folded = text.casefold()
    alike = ((SequenceMatcher(None, folded, name.casefold()).ratio(), name) for name in names)
    ranked = sorted(alike, key=lambda each: (-each[0], each[1]))
    return [name for ratio, name in ranked[:SUGGESTED] if ratio >= ALIKE]
