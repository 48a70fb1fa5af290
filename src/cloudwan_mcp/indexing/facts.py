"""What a whole network is surveyed by, read from its snapshot and from the index that is being written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address

from cloudwan_mcp.finding import Cell, Facts, Prefix
from cloudwan_mcp.findings import FINDINGS
from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.store.index.writer import IndexWriter, Survey

PLACES = ("core-network", "segment", "network-function-group", "core-network-edge")
PLACES_READ = 2_000  # AWS allows 40 segments and groups, and some 40 edges, in a core network
CELL = ("type", "global_network", "core_network", "segment", "edge", "state")
OWNERS_KEPT = 512  # that were just looked up: prefixes of one attachment lie together
TOLD = 10_000  # of each kind: more of the same say nothing new, and the last one says so


def surveys(reader: Reader, writer: IndexWriter) -> Iterator[Survey]:
    """What only a look at the whole network shows."""
    for finding in FINDINGS:
        if finding.survey is None:
            continue
        for told, (element, evidence) in enumerate(finding.survey(_facts(reader, writer))):
            yield Survey(
                finding.name,
                evidence.severity or finding.severity,
                element,
                evidence.text,
                evidence.fix,
                evidence.facts,
            )
            if told + 1 == TOLD:
                break


def _facts(reader: Reader, writer: IndexWriter) -> Facts:
    places = reader.page(Filters(types=PLACES), after=0, limit=PLACES_READ).rows
    return Facts(
        cells=[Cell._make((*values, count)) for values, count in reader.tally(Filters(), *CELL)],
        places=[element for _, element in places],
        connect_peers=_connect_peers(reader, writer),
        prefixes=_prefixes(reader, writer),
    )


def _connect_peers(reader: Reader, writer: IndexWriter) -> Iterator[tuple[str, int]]:
    for number, count in writer.pointed_at("connect-attachment"):
        yield reader.elements([number])[0].id, count


def _prefixes(reader: Reader, writer: IndexWriter) -> Iterator[Prefix]:
    @lru_cache(OWNERS_KEPT)
    def owner_of(identifier: str) -> Element | None:
        number = reader.find(identifier)
        return reader.elements([number])[0] if number else None

    for family, start, bits, identifier in writer.brought():
        owner = owner_of(identifier)
        if owner:
            yield Prefix(
                family, int(ip_address(start)), bits, owner.core_network, owner.id, owner.segment, owner.type
            )
