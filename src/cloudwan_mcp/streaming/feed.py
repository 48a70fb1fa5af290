"""What one feed is: the source of a stream, asked for one bounded portion at a time."""

from __future__ import annotations

from dataclasses import dataclass

from cloudwan_mcp.topology import NetworkConnection, NetworkElement

FAN_OUT = 16
"""Connections in a portion for each element asked for; only what goes out from one element may exceed it."""


@dataclass(slots=True, frozen=True)
class Portion:
    """The next elements and connections of a source; never both empty."""

    elements: list[NetworkElement]
    connections: list[NetworkConnection]


class Feed:
    """Gives a source once, in its order, and pulls nothing that it was not asked for.

    An element comes with the connections that go out from it, where the source knows them by then; where it
    tells them apart from its elements they come as they come.
    """

    position: int
    """Where the next portion begins: what `start` was at first. What it counts is the feed's own affair."""

    async def take(self, size: int) -> Portion | None:
        """At most `size` next elements, or as many connections that come alone; None at the end.

        Cancelled or failing it has lost nothing: the next call gives what this one would have.
        """
        raise NotImplementedError

    async def aclose(self) -> None:
        """End what runs for this feed, if anything does. What a caller opened stays open."""

    def abandon(self) -> None:
        """As much of `aclose` as can be done without waiting."""
