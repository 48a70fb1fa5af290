"""What simulate_policy must say of one document in place of another, by the model and the estate's counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from cloudwan_mcp.bench.evaluation import intent
from cloudwan_mcp.bench.evaluation.folded import pairs_of
from cloudwan_mcp.bench.evaluation.intent import Document
from cloudwan_mcp.bench.evaluation.question import Answer, different
from cloudwan_mcp.bench.evaluation.truth import ROUTED, Truth, Wanted

ROUTES = ("open", "via")
SECTIONS = {
    "core-network-configuration": "CORE_NETWORK_CONFIGURATION",
    "segments": "SEGMENTS_CONFIGURATION",
    "segment-actions": "SEGMENT_ACTIONS_CONFIGURATION",
    "attachment-policies": "ATTACHMENT_POLICIES_CONFIGURATION",
}
Cell = tuple[str, str, str]  # effect, verdict before, verdict after
Change = tuple[str, str, str]  # type, action, identifier


class Mapped(NamedTuple):
    """Attachments that go from one place to another; segments that they lose and gain."""

    before: str
    after: str
    status: str
    lost: tuple[str, ...]
    gained: tuple[str, ...]


class Expected(NamedTuple):
    cells: dict[tuple[str, str], Cell]
    mapped: Counter[Mapped]
    attachments: int
    places: Counter[str]
    exits: dict[tuple[str, str], tuple[str, str]]
    changes: set[Change]
    names: list[str]


def expected(truth: Truth, before: Document, after: Document) -> Expected:
    one, other = intent.pairs(before), intent.pairs(after)
    names = list(dict.fromkeys([*intent.names(before), *intent.names(after)]))
    mapped, places = _mapped(truth, after, one, other)
    leaving = [_exits(truth, document) for document in (before, after)]
    edges = leaving[0].keys() | leaving[1].keys()
    exits = {key: (leaving[0].get(key, "(none)"), leaving[1].get(key, "(none)")) for key in edges}
    return Expected(
        _cells(names, one, other),
        mapped,
        truth.estate.attachments,
        places,
        {key: ends for key, ends in exits.items() if ends[0] != ends[1]},
        set(_changes(before, after)),
        names,
    )


_Pairs = Mapping[tuple[str, str], intent.Pair]


def _cells(names: list[str], one: _Pairs, other: _Pairs) -> dict[tuple[str, str], Cell]:
    found = {}
    for pair in product(names, names):
        was, now = one.get(pair), other.get(pair)
        if (was and was[:2]) != (now and now[:2]):
            had, has = (each.verdict if each else "not there" for each in (was, now))
            found[pair] = (_effect(had, has), had, has)
    return found


def _effect(had: str, has: str) -> str:
    if (had in ROUTES) != (has in ROUTES):
        return "gained" if has in ROUTES else "lost"
    if (had == "via") != (has == "via"):
        return "now inspected" if has == "via" else "no longer inspected"
    return "other"


def _mapped(
    truth: Truth, after: Document, one: _Pairs, other: _Pairs
) -> tuple[Counter[Mapped], Counter[str]]:
    """Moves, and how many attachments are placed where. Rules for VPCs are the same in both documents."""
    mapped: Counter[Mapped] = Counter()
    places: Counter[str] = Counter()
    for wanted, count in truth.attached.wanted.items():
        place = _place(after, wanted)
        places[place] += count
        if place != wanted.place:
            routed = wanted.state in ROUTED
            had, has = _reached(one, wanted.place), _reached(other, place) if routed else set()
            status = "associated" if routed else "no-routing"
            lost, gained = tuple(sorted(had - has)), tuple(sorted(has - had))
            mapped[Mapped(wanted.place, place, status, lost, gained)] += count
    return mapped, places


def _place(document: Document, wanted: Wanted) -> str:
    kind = wanted.type.removesuffix("-attachment")
    return wanted.place if kind == "vpc" else intent.place(document, kind, {}).place


def _reached(pairs: _Pairs, place: str) -> set[str]:
    return {other for (one, other), pair in pairs.items() if one == place and pair.verdict in ROUTES}


def _exits(truth: Truth, document: Document) -> dict[tuple[str, str], str]:
    found = intent.exits(document, truth.attached.serving)
    return {key: f"{each.group}@{each.region or each.basis}" for key, each in found.items()}


def _changes(before: Document, after: Document) -> Iterator[Change]:
    """In the words of AWS's change sets; the model's documents differ in nothing else."""
    had, has = intent.names(before), intent.names(after)
    yield from (("CORE_NETWORK_SEGMENT", "ADD", name) for name in has if name not in had)
    yield from (("CORE_NETWORK_SEGMENT", "REMOVE", name) for name in had if name not in has)
    for section, kind in SECTIONS.items():
        if before[section] != after[section]:
            yield kind, "MODIFY", section


def faults(wanted: Expected, answer: Answer) -> Iterator[str]:
    """Lists are short enough here to be whole, and so must be."""
    if not answer["complete"]:
        yield "it says that something is left out"
    yield from _summary_faults(wanted, answer["summary"])
    yield from _cell_faults(wanted, answer.get("reachability") or ())
    mapped = Counter({_told(row): row["count"] for row in answer.get("mappings") or ()})
    yield from different("mappings", wanted.mapped, mapped)
    exits = {
        (row["segment"], edge): (row["before"], row["after"])
        for row in answer.get("exits") or ()
        for edge in row["edges"]
    }
    yield from different("exits", wanted.exits, exits)
    rows = answer.get("changes") or ()
    changes = {(row["type"], row["action"], row["identifier"]) for row in rows}
    yield from different("changes", wanted.changes, changes)


def _summary_faults(wanted: Expected, summary: Mapping[str, Any]) -> Iterator[str]:
    counts = {
        "cells_changed": len(wanted.cells),
        "by_effect": dict(Counter(effect for effect, _, _ in wanted.cells.values())),
        "attachments": wanted.attachments,
        "attachments_moved": wanted.mapped.total(),
        "inspection_changed": 0,
        "exits_changed": len(wanted.exits),
        "changes": len(wanted.changes),
    }
    yield from different("summary", counts, dict(summary))


def _cell_faults(wanted: Expected, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A segment that comes or goes without a route is among the changes, not here."""
    cells: dict[Cell, set[frozenset[str]]] = {}
    for pair, cell in wanted.cells.items():
        if cell[0] != "other" or "not there" not in cell:
            cells.setdefault(cell, set()).add(frozenset(pair))
    found: dict[Cell, set[frozenset[str]]] = {}
    for row in rows:
        pairs = found.setdefault((row["effect"], row["before"], row["after"]), set())
        for where in row["where"]:
            alone = where.get("within")
            pairs |= {frozenset((name,)) for name in alone} if alone else {*pairs_of(where, wanted.names)}
        counted = sum(wanted.places[name] for name in {name for pair in pairs for name in pair})
        yield from different("attachments", (len(pairs), counted), (row["pairs"], row["attachments"]))
    yield from different("reachability", cells, found)


def _told(row: Mapping[str, Any]) -> Mapped:
    before, after = (row[name].replace("(none)", "") for name in ("from", "to"))
    return Mapped(before, after, row["status"], tuple(row.get("lost", ())), tuple(row.get("gained", ())))
