"""Pairs of segments told in few words: what is alike once, with the segments it is between."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

from cloudwan_mcp.policy.matrix import Cell, Matrix, Verdict

LETTERS: Mapping[Verdict, str] = {
    "no-route": ".",
    "isolated": "-",
    "open": "O",
    "via": "V",
    "shared-and-inspected": "B",
}
CLIQUE = 3  # segments among which all pairs are alike are named once
Pair = frozenset[str]
Names = list[str] | dict[str, list[str]] | str


def fold(found: Matrix, *, reasons: bool = True) -> list[dict[str, Any]]:
    """Every pair of two segments with a route, those alike in one row; `by` shows what made it so."""

    def alike(cell: Cell) -> Hashable:
        by = tuple(sorted(set(cell.pointers))) if reasons else ()
        return cell.verdict, cell.groups, cell.mode, cell.bypass, by

    kinds: dict[Any, set[Pair]] = {}
    for (source, destination), cell in found.cells.items():
        if source != destination and cell.routed:
            kinds.setdefault(alike(cell), set()).add(frozenset((source, destination)))
    rows = []
    for (verdict, groups, mode, bypass, by), pairs in kinds.items():
        said = {"verdict": verdict, "via": list(groups), "mode": mode, "bypass": bypass, "by": list(by)}
        told = {name: value for name, value in said.items() if value}
        rows += [{**told, **row} for row in fold_pairs(pairs, found.segments)]
    return rows


def own(found: Matrix) -> dict[str, Names]:
    """Each segment's traffic with itself, by verdict; a send-via that a direct route defeats is said."""
    kinds: dict[str, list[str]] = {}
    for name in found.segments:
        cell = found.cells[name, name]
        kinds.setdefault("open, bypasses send-via" if cell.bypass else cell.verdict, []).append(name)
    return {verdict: spelled(names, found.segments) for verdict, names in kinds.items()}


def grid(found: Matrix) -> dict[str, str]:
    """One letter a cell, in the order of the segments: see `LETTERS`."""
    return {
        source: "".join(LETTERS[found.cells[source, other].verdict] for other in found.segments)
        for source in found.segments
    }


def fold_pairs(pairs: Iterable[Pair], every: Sequence[str]) -> list[dict[str, Any]]:
    """Unordered pairs as rows: all pairs `among` some segments, or those `between` some `and` others."""
    joined: dict[str, set[str]] = {}
    for pair in pairs:
        one, other = pair
        joined.setdefault(one, set()).add(other)
        joined.setdefault(other, set()).add(one)
    place = {name: at for at, name in enumerate(every)}
    rows = list(_cliques(joined, every, place.__getitem__))
    while left := [name for name in joined if joined[name]]:
        hub = max(left, key=lambda name: (len(joined[name]), -place[name]))
        others = frozenset(joined[hub])
        hubs = sorted((name for name in left if joined[name] == others), key=place.__getitem__)
        rows.append({"between": hubs, "and": spelled(sorted(others, key=place.__getitem__), every, hubs)})
        for name in hubs:
            _part(joined, name, others)
    return rows


def _cliques(
    joined: dict[str, set[str]], every: Sequence[str], place: Callable[[str], int]
) -> Iterable[dict[str, Any]]:
    circles: dict[frozenset[str], list[str]] = {}
    for name, others in joined.items():
        circles.setdefault(frozenset((*others, name)), []).append(name)
    for members in circles.values():
        if len(members) >= CLIQUE:
            for name in members:
                _part(joined, name, frozenset(members) - {name})
            yield {"among": spelled(sorted(members, key=place), every)}


def _part(joined: dict[str, set[str]], name: str, others: frozenset[str]) -> None:
    joined[name] -= others
    for other in others:
        joined[other].discard(name)


def spelled(names: Sequence[str], every: Sequence[str], beside: Sequence[str] = ()) -> Names:
    """`*` for all segments (but those `beside`), the missing ones where that is shorter, or the names."""
    meant = {*names, *beside}
    missing = [name for name in every if name not in meant]
    if not missing:
        return "*"
    return {"except": missing} if len(missing) < len(names) // 2 else list(names)
