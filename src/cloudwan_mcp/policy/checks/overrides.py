"""Edge overrides: missing, doubled, of one edge twice, or on an action that does not use them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice

from cloudwan_mcp.policy.document import Document, SendTo, SendVia
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.matrix import EVERYTHING
from cloudwan_mcp.policy.quotation import listed, quote

MOST_EDGES = 60  # far above the number of Regions
MOST_PAIRS = 20_000


def check_overrides(document: Document) -> Iterator[Finding]:
    for action in document.actions:
        if isinstance(action, SendVia | SendTo):
            yield from _sets(action)
            yield from _doubled(action)
        if isinstance(action, SendVia) and action.mode == "single-hop":
            yield from _missing(document, action)
        elif isinstance(action, SendVia) and action.via.overrides:
            where = step(action.pointer, "via")
            message = "Edge overrides do nothing in dual-hop mode: both edges inspect."
            yield Finding("idle-override", "info", where, message, "Remove them, or use single-hop.")


def _sets(action: SendVia | SendTo) -> Iterator[Finding]:
    for override in action.via.overrides:
        where = step(override.pointer, "edge-sets")
        for edges in override.sets:
            if len(edges) > 1 and len(set(edges)) == 1:
                message = f"An edge set names {quote(edges[0])} twice; another edge was probably meant."
                yield Finding("self-pair", "warning", where, message, "Name the other edge, or name it once.")
            elif isinstance(action, SendTo) and len(set(edges)) > 1:
                message = f"A send-to is decided by one edge; the set names {listed(edges)}."
                yield Finding("send-to-pair", "warning", where, message, "Name one edge in each set.")
            elif len(edges) > 2:
                message = f"An edge set names {len(edges)} edges; it is read as each pair of them."
                yield Finding("large-edge-set", "info", where, message, "Name two edges in each set.")


def _pairs(edges: tuple[str, ...]) -> Iterator[frozenset[str]]:
    names = sorted(set(edges))[:MOST_EDGES]
    if len(names) == 1:
        yield frozenset(names)
    for pair in combinations(names, 2):
        yield frozenset(pair)


def _doubled(action: SendVia | SendTo) -> Iterator[Finding]:
    region: dict[frozenset[str], str] = {}
    left = MOST_PAIRS
    for override in action.via.overrides:
        clashes: list[frozenset[str]] = []
        pairs = list(islice((pair for edges in override.sets for pair in _pairs(edges)), left))
        left -= len(pairs)
        for pair in pairs:
            first = region.setdefault(pair, override.region)
            if first != override.region:
                clashes.append(pair)
        if clashes:
            names = listed(sorted(min(clashes, key=sorted)))
            message = f"Overrides disagree on {names}: {quote(region[min(clashes, key=sorted)])} came first."
            fix = "Keep one override for each pair."
            yield Finding("conflicting-override", "warning", override.pointer, message, fix)


def _missing(document: Document, action: SendVia) -> Iterator[Finding]:
    """Pairs of edges between which traffic may flow and no override says which of them inspects."""
    source = document.segment(action.segment)
    if source is None:
        return
    targets = action.targets or EVERYTHING
    others = [each for each in document.segments if targets.cover(each.name)]
    near = set(document.edges_of(source))
    far = {edge for each in others for edge in document.edges_of(each)}
    every = (pair for each in action.via.overrides for edges in each.sets for pair in _pairs(edges))
    covered = set(islice(every, MOST_PAIRS))
    needed = {
        frozenset((a, b)) for a in sorted(near)[:MOST_EDGES] for b in sorted(far)[:MOST_EDGES] if a != b
    }
    missing = needed - covered
    if missing:
        example = listed(sorted(min(missing, key=sorted)))
        message = (
            f"{len(missing)} of {len(needed)} pairs of edges have no override, such as {example}: "
            "AWS's own order of Regions decides where they are inspected."
        )
        fix = "Add an edge override for each pair."
        yield Finding("missing-override", "warning", step(action.pointer, "via"), message, fix)
