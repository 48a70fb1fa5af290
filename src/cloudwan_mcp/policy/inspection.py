"""In which Region traffic between two edges is inspected, and where traffic leaves the core network.

AWS Cloud WAN, "Service insertion": dual-hop inspects at both edges, single-hop at one of them or at the one
that an edge override names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Literal

from cloudwan_mcp.policy.associate import Placer
from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.document import Document, Override, SendTo, SendVia, Via
from cloudwan_mcp.policy.matrix import Cell
from cloudwan_mcp.policy.quotation import quote

Basis = Literal["none", "override", "local", "both", "only-one", "unspecified", "blackhole"]
Presence = Mapping[str, Set[str]]
"""The edges at which each network function group has an attachment; what is not given is not judged."""


def presence_of(document: Document, attachments: Iterable[Attachment]) -> dict[str, set[str]]:
    """Where groups have attachments with routing; attachments are read once, and none is kept."""
    placer = Placer(document)
    found: dict[str, set[str]] = {group.name: set() for group in document.groups}
    for attachment in attachments:
        placement = placer.place(attachment)
        if placement.group and placement.status == "associated" and attachment.region:
            found[placement.group].add(attachment.region)
    return found


@dataclass(slots=True, frozen=True)
class Inspection:
    """Traffic from `source` edge to `destination` edge, inspected in `regions`, in the order it passes.

    `basis` says why: an override, the one edge that both are at, both edges (dual-hop), the only Region with
    an attachment, or that AWS's own list decides (`unspecified`, no regions). `blackhole` means that a Region
    which has to inspect has no attachment; `regions` are then those that would have to.
    """

    source: str
    destination: str
    regions: tuple[str, ...]
    basis: Basis
    group: str = ""
    pointer: str = ""
    because: str = ""
    assumptions: tuple[str, ...] = ()


@dataclass(slots=True, frozen=True)
class Exit:
    """Where `segment`'s traffic at `edge` goes for 0.0.0.0/0 and ::/0: to `group` in `region`."""

    segment: str
    edge: str
    group: str
    region: str
    basis: Basis
    pointer: str


def inspections(document: Document, cell: Cell, presence: Presence | None = None) -> Iterator[Inspection]:
    """Every pair of edges that the two segments are at."""
    source, destination = document.segment(cell.source), document.segment(cell.destination)
    if source is None or destination is None:
        return
    overrides = Overrides(cell.inserted[0].via) if cell.inserted else None
    for a in document.edges_of(source):
        for b in document.edges_of(destination):
            yield inspection(cell, a, b, presence, overrides)


def inspection(
    cell: Cell,
    source: str,
    destination: str,
    presence: Presence | None = None,
    overrides: Overrides | None = None,
) -> Inspection:
    """Traffic of `cell` between two edges; `basis` is `none` where no group inspects it.

    `overrides` are those of the cell's first action, for callers that ask about many edges.
    """
    if not cell.inserted or cell.verdict not in ("via", "shared-and-inspected"):
        return Inspection(source, destination, (), "none", because="no network function group is on the way")
    action = cell.inserted[0]
    group = action.via.groups[0] if action.via.groups else ""
    known = None if presence is None else presence.get(group, frozenset())
    if action.mode == "dual-hop":
        found = _dual(action, source, destination)
    else:
        found = _single(action, source, destination, known, overrides or Overrides(action.via))
    missing = [region for region in found.regions if known is not None and region not in known]
    basis, because = found.basis, found.because
    if missing:
        basis = "blackhole"
        because += f"; {quote(group)} has no attachment in {quote(missing[0])}: the traffic is dropped there"
    names = tuple(sorted({*found.assumptions, *(cell.assumptions if len(cell.inserted) > 1 else ())}))
    return Inspection(source, destination, found.regions, basis, group, found.pointer, because, names)


def _dual(action: SendVia, source: str, destination: str) -> Inspection:
    regions = tuple(dict.fromkeys((source, destination)))
    assumed = ("dual-hop-overrides",) if action.via.overrides else ()
    basis: Basis = "both" if len(regions) > 1 else "local"
    because = "dual-hop inspects at both edges" if len(regions) > 1 else "both ends are at one edge"
    return Inspection(source, destination, regions, basis, "", action.pointer, because, assumed)


def _single(
    action: SendVia, source: str, destination: str, known: Set[str] | None, overrides: Overrides
) -> Inspection:
    found = overrides.between(source, destination)
    if found:
        region, pointer = found[0].region, found[0].pointer
        assumed = ("several-overrides",) if len({each.region for each in found}) > 1 else ()
        because = f"an edge override names {quote(region)}"
        return Inspection(source, destination, (region,), "override", "", pointer, because, assumed)
    if source == destination and (known is None or source in known):
        return Inspection(
            source, destination, (source,), "local", "", action.pointer, "both ends are at one edge"
        )
    if known is not None and len(known) == 1:
        because = "only one Region has an attachment of the group"
        return Inspection(source, destination, tuple(known), "only-one", "", action.pointer, because)
    because = "no edge override names the pair: AWS's own order of Regions decides"
    names = ["single-hop-default"]
    if overrides.between(source, source) or overrides.between(destination, destination):
        names.append("single-edge-set")
    return Inspection(source, destination, (), "unspecified", "", action.pointer, because, tuple(names))


class Overrides:
    """Overrides by the unordered pairs they are for; a set of one edge, or of the same twice, is its own."""

    def __init__(self, via: Via) -> None:
        self._by_pair: dict[frozenset[str], list[int]] = {}
        self._wide: list[tuple[int, frozenset[str]]] = []
        self._all = via.overrides
        for index, override in enumerate(via.overrides):
            for edges in {frozenset(each) for each in override.sets}:
                if len(edges) > 2:
                    self._wide.append((index, edges))
                else:
                    self._by_pair.setdefault(edges, []).append(index)

    def between(self, source: str, destination: str) -> list[Override]:
        """In the document's order."""
        pair = frozenset((source, destination))
        found = {*self._by_pair.get(pair, ())}
        if len(pair) == 2:
            found |= {index for index, edges in self._wide if pair <= edges}
        return [self._all[index] for index in sorted(found)]


def exits(
    document: Document, segment: str, actions: tuple[SendTo, ...], presence: Presence | None = None
) -> Iterator[Exit]:
    """Per edge of the segment; `unspecified` where neither override nor own attachment decides."""
    found = document.segment(segment)
    for action in actions:
        group = action.via.groups[0] if action.via.groups else ""
        known = None if presence is None else presence.get(group, frozenset())
        overrides = Overrides(action.via)
        for edge in document.edges_of(found) if found else ():
            override = next(iter(overrides.between(edge, edge)), None)
            yield _exit(Exit(segment, edge, group, edge, "local", action.pointer), override, known)


def _exit(found: Exit, override: Override | None, known: Set[str] | None) -> Exit:
    region, basis, pointer = found.region, found.basis, found.pointer
    if override is not None:
        region, basis, pointer = override.region, "override", override.pointer
    elif known is not None and found.edge not in known:
        region, basis = (next(iter(known)), "only-one") if len(known) == 1 else ("", "unspecified")
    if region and known is not None and region not in known:
        basis = "blackhole"
    return Exit(found.segment, found.edge, found.group, region, basis, pointer)
