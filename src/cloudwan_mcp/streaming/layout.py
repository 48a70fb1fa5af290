"""Laying out chunk by chunk: nodes in places that they keep, edges once both of their ends have one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cloudwan_mcp.streaming.chunk import TopologyChunk
from cloudwan_mcp.streaming.grid import Grid, Label, Node
from cloudwan_mcp.topology import NetworkConnection

Place = tuple[int, int]


@dataclass(slots=True, frozen=True)
class Edge:
    """A connection between two places, the upper left corners of its ends."""

    source: str
    target: str
    type: str
    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(slots=True, frozen=True)
class Placed:
    """What a chunk adds to the picture, and how large that is now.

    `waiting` counts the edges so far with an end that has not come yet, `undrawn` those that will not be
    drawn since too many ends or edges would have to be remembered.
    """

    number: int
    nodes: list[Node]
    edges: list[Edge]
    labels: list[Label]
    width: int
    height: int
    waiting: int
    undrawn: int


class Layout:
    """Remembers the places of at most `max_ids` elements, and as many edges that wait for an end."""

    def __init__(self, max_ids: int) -> None:
        self._grid = Grid()
        self._most = max_ids
        self._forgetful = False
        self._places: dict[str, Place] = {}
        self._waiting: dict[str, list[NetworkConnection]] = {}
        self._waiting_count = 0
        self._undrawn = 0

    async def place(self, chunk: TopologyChunk) -> Placed:
        """Handles one message of the bus."""
        nodes, edges = [], []
        for element in chunk.elements:
            node = self._grid.place(element)
            nodes.append(node)
            edges += self._remember(node)
        edges += self._connect(chunk.connections)
        grid = self._grid
        return Placed(
            chunk.number,
            nodes,
            edges,
            grid.news(),
            grid.width,
            grid.height,
            self._waiting_count,
            self._undrawn,
        )

    def cleanup(self) -> None:
        """Let go of the ends; edges from now on are counted only. Places stay taken."""
        self._places.clear()
        self._forget()

    def _forget(self) -> None:
        """Remember no more ends, so that no edge need wait for one."""
        self._forgetful = True
        self._undrawn += self._waiting_count
        self._waiting_count = 0
        self._waiting.clear()

    def _remember(self, node: Node) -> list[Edge]:
        """Keep a node's place; gives the edges that have waited for it."""
        if self._forgetful or node.id in self._places:
            return []
        if len(self._places) >= self._most:
            self._forget()
            return []
        self._places[node.id] = node.x, node.y
        ready = self._waiting.pop(node.id, [])
        self._waiting_count -= len(ready)
        return self._connect(ready)

    def _connect(self, connections: Iterable[NetworkConnection]) -> list[Edge]:
        edges = []
        for each in connections:
            source, target = self._places.get(each.source), self._places.get(each.target)
            if source and target:
                edges.append(Edge(each.source, each.target, each.connection_type, *source, *target))
            elif self._forgetful or self._waiting_count >= self._most:
                self._undrawn += 1
            else:
                slim = NetworkConnection(each.source, each.target, each.connection_type)
                self._waiting.setdefault(each.target if source else each.source, []).append(slim)
                self._waiting_count += 1
        return edges
