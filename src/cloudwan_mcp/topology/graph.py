"""Who is near an element, and how two are connected: breadth first, whatever the direction of connections."""

from __future__ import annotations

from cloudwan_mcp.topology.body import Body


def neighbourhood(body: Body, start: int, hops: int, most: int) -> dict[int, int]:
    """Positions within `hops` of `start` with their distance, nearest first; at most `most` of them."""
    near = {start: 0}
    frontier = [start]
    for distance in range(1, hops + 1):
        following = []
        for n in frontier:
            for end in body.steps(n):
                if end not in near:
                    if len(near) >= most:
                        return near
                    near[end] = distance
                    following.append(end)
        frontier = following
        if not frontier:
            break
    return near


class _Ball:
    """Everything within a distance of one end, as a set for each distance.

    Sets of whole levels grow and meet at the speed of C, which matters where a hub has 100,000 neighbours.
    """

    def __init__(self, body: Body, start: int) -> None:
        self._body = body
        self.levels = [{start}]
        self.seen = {start}

    def grow(self) -> set[int]:
        """One level more; gives it."""
        fresh: set[int] = set()
        for n in self.levels[-1]:
            fresh.update(self._body.steps(n))
        fresh -= self.seen
        self.seen |= fresh
        self.levels.append(fresh)
        return fresh

    def trail(self, n: int) -> list[int]:
        """From `n` back to where the ball began."""
        nodes = [n]
        distance = next(at for at, level in enumerate(self.levels) if n in level)
        for level in reversed(self.levels[:distance]):
            nodes.append(min(level.intersection(self._body.steps(nodes[-1]))))
        return nodes


def shortest_path(body: Body, a: int, b: int) -> list[int]:
    """Positions from `a` to `b`, both included, such that none are fewer; empty where no path leads there.

    Two balls grow until they touch, the one with the smaller surface first.
    """
    near, far = _Ball(body, a), _Ball(body, b)
    touching = near.seen & far.seen
    while not touching:
        ball, other = (near, far) if len(near.levels[-1]) <= len(far.levels[-1]) else (far, near)
        fresh = ball.grow()
        if not fresh:
            return []
        touching = fresh & other.seen
    meeting = min(touching)
    return [*reversed(near.trail(meeting)), *far.trail(meeting)[1:]]
