"""Who is near an element, and how two elements are connected: breadth-first, bounded, honest about hubs."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from cloudwan_mcp.store import Reader

HUB = 64  # a node with more neighbours is fanned out last or not at all: a segment has 100,000 members
MOST_NODES = 2_000
PAIRS = 64  # of hubs whose being connected is looked up


@dataclass(slots=True)
class Neighbourhood:
    """`nodes` maps element numbers to their distance in hops; `connections` are (a, b, type), each once.

    With `truncated` the bound was met: there is more within the same number of hops.
    """

    nodes: dict[int, int]
    connections: list[tuple[int, int, str]] = field(default_factory=list)
    truncated: bool = False


@dataclass(slots=True, frozen=True)
class Path:
    """Element numbers from one end to the other, and the types of the connections between them.

    Empty where there is none. With `exact` no path is shorter; without, only a part of the network was
    looked at.
    """

    nodes: tuple[int, ...]
    kinds: tuple[str, ...]
    exact: bool


def neighbourhood(reader: Reader, n: int, hops: int, most_nodes: int = 500) -> Neighbourhood:
    """The elements within `hops` of `n`, nearest first, at most `most_nodes` of them.

    Within a distance hubs are fanned out last, so that a segment's members do not crowd out the rest.
    """
    near = Neighbourhood({n: 0})
    seen: set[tuple[int, int, str]] = set()
    frontier = [n]
    for distance in range(1, hops + 1):
        fresh: list[int] = []
        for limit in (HUB, most_nodes):
            later = []
            for node in frontier:
                found = reader.neighbours(node, limit=limit + 1)
                if len(found) > limit == HUB:
                    later.append(node)
                    continue
                near.truncated |= len(found) > limit
                fresh += _take_in(near, seen, node, distance, found, most_nodes)
            frontier = later
        frontier = fresh
        if near.truncated:
            break
    return near


def _take_in(
    near: Neighbourhood,
    seen: set[tuple[int, int, str]],
    node: int,
    distance: int,
    found: list[tuple[int, str]],
    most_nodes: int,
) -> list[int]:
    fresh = []
    for other, kind in found:
        if other not in near.nodes:
            if len(near.nodes) >= most_nodes:
                near.truncated = True
                continue
            near.nodes[other] = distance
            fresh.append(other)
        connection = (min(node, other), max(node, other), kind)
        if connection not in seen:
            seen.add(connection)
            near.connections.append((node, other, kind))
    return fresh


class Steps(Protocol):
    """What a search of paths asks of a snapshot."""

    def steps(self, n: int, *, most: int) -> tuple[list[int], bool]: ...

    def between(self, a: int, b: int) -> str: ...


def shortest_path(reader: Steps, a: int, b: int, most_nodes: int = MOST_NODES, *, hub: int = HUB) -> Path:
    """The shortest path between two elements, whatever the direction of its connections.

    Both ends are searched at once. A hub is entered but not fanned out to its members: the one that leads
    on is met from the other end. Only a path through two hubs with a member between can be missed so; where
    that could be shorter than what was found, larger hubs are fanned out too, up to `most_nodes` elements.
    """
    if a == b:
        return Path((a,), (), exact=True)
    best: tuple[int, ...] = ()
    exact = False
    for most in (hub, most_nodes):
        search = _Search(reader, a, b, most, most_nodes)
        found, exact = search.run()
        best = min((nodes for nodes in (best, found) if nodes), key=len, default=())
        if exact or search.full:
            break
    kinds = tuple(reader.between(x, y) for x, y in pairwise(best))
    return Path(best, kinds, exact)


class _Side:
    """One end of a search: where each element met was come to from, and the hubs met by their distance."""

    def __init__(self, start: int) -> None:
        self.came_from: dict[int, int | None] = {start: None}
        self.frontier = [start]
        self.depth = 0
        self.hubs: dict[int, list[int]] = {}

    def trail(self, node: int) -> list[int]:
        """From `node` back to this end."""
        nodes: list[int] = []
        at: int | None = node
        while at is not None:
            nodes.append(at)
            at = self.came_from[at]
        return nodes


class _Search:
    """One search from both ends; `full` once more than `most_nodes` elements were met."""

    def __init__(self, reader: Steps, a: int, b: int, hub: int, most_nodes: int) -> None:
        self._reader, self._hub, self._most = reader, hub, most_nodes
        self._near, self._far = self._sides = (_Side(a), _Side(b))
        self._best: tuple[int, ...] = ()
        self.full = False

    def run(self) -> tuple[tuple[int, ...], bool]:
        """(nodes of the shortest path met, whether none can be shorter)."""
        while not self.full:
            hopeful = [side for side in self._sides if self._may_help(side)]
            if not hopeful or any(not side.frontier and not side.hubs for side in self._sides):
                break
            self._advance(min(hopeful, key=lambda side: len(side.frontier)))
        proven = not self.full and self._proven()  # which may find a shorter one on its way
        return self._best, proven

    def _may_help(self, side: _Side) -> bool:
        """Whether one step further from this end could still show a path shorter than the best."""
        if not side.frontier or not self._best:
            return bool(side.frontier)
        needed = len(self._best) - 2
        if any(each.hubs for each in self._sides):  # a connection may then be seen from one end alone
            return side.depth < needed
        return self._near.depth + self._far.depth < needed

    def _advance(self, side: _Side) -> None:
        other = self._far if side is self._near else self._near
        frontier, side.frontier = side.frontier, []
        for node in frontier:
            steps, whole = self._reader.steps(node, most=self._hub)
            if not whole:
                side.hubs.setdefault(side.depth, []).append(node)
            for step in steps:
                if step not in side.came_from:
                    side.came_from[step] = node
                    side.frontier.append(step)
                    if step in other.came_from:
                        self._consider(step, step)
            if len(self._near.came_from) + len(self._far.came_from) > self._most:
                self.full = True
                return
        side.depth += 1

    def _consider(self, last: int, first: int) -> None:
        """A path to `last` from the near end, and on from `first`: the same element, or the next one."""
        onward = self._far.trail(first)
        path = (*reversed(self._near.trail(last)), *(onward[1:] if first == last else onward))
        if not self._best or len(path) < len(self._best):
            self._best = path

    def _proven(self) -> bool:
        """Whether no path that hubs hide can be shorter than the best.

        Such a path leaves one hub and enters another, so it is at least as long as the ways to the nearest
        hubs of both ends and, unless those are connected themselves, two connections between them.
        """
        if not self._near.hubs or not self._far.hubs:
            return True
        near, far = min(self._near.hubs), min(self._far.hubs)
        pairs = [(x, y) for x in self._near.hubs[near] for y in self._far.hubs[far] if x != y]
        if not self._best or len(pairs) > PAIRS:
            return False
        if len(self._best) > near + far + 2:
            for x, y in pairs:
                if self._reader.between(x, y):
                    self._consider(x, y)
        return len(self._best) <= near + far + 3
