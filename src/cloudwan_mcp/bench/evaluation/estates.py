"""The estates that are asked about: of three sizes, each on one day and on another."""

from __future__ import annotations

from dataclasses import asdict
from typing import NamedTuple

from cloudwan_mcp.simulator import Counts, Estate

GROWTH = 200  # on the second day there is one attachment more for every so many
ROUTES = "@"  # every table


class Size(NamedTuple):
    """About `elements` with the routes of all tables: 300,000 of the largest, which fill AWS's quotas."""

    elements: int
    attachments: int


SIZES = (Size(100, 20), Size(10_000, 1_200), Size(1_000_000, 495_000))


class Day(NamedTuple):
    """What an endpoint serves: its attachments, and every count that would else scale with them."""

    attachments: int
    counts: dict[str, int]

    def estate(self) -> Estate:
        """The same estate in this process: it is a function of these numbers."""
        return Estate(attachments=self.attachments, **self.counts)  # type: ignore[arg-type]


def first(size: Size) -> Day:
    """As the benchmarks' endpoint has it: no relationships listed twice, and no Connect peers."""
    counts = asdict(
        Counts.scaled(size.attachments, {"relationships_per_attachment": 0, "peers_per_connect": 0})
    )
    del counts["attachments"]
    return Day(size.attachments, counts)


def second(day: Day) -> Day:
    """Attachments came and a site went: devices and links stand in other sites than before."""
    sites = {"sites": day.counts["sites"] - 1}
    return Day(day.attachments + 1 + day.attachments // GROWTH, day.counts | sites)
