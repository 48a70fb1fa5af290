"""Edge locations: their AS numbers and inside CIDR blocks."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import pairwise

from cloudwan_mcp.policy.as_number import RANGES, ranges_of
from cloudwan_mcp.policy.check import repeated
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.quotation import quote

ALLOWED = ((64512, 65534), (4200000000, 4294967294))
MOST_BLOCKS = 400  # compared each with each
_INSIDE = "/core-network-configuration/inside-cidr-blocks"


def check_asn_ranges(document: Document) -> Iterator[Finding]:
    readable = ranges_of(document)
    places = {pointer for _, _, pointer in readable}
    for index, text in enumerate(document.configuration.asn_ranges):
        if step(RANGES, index) not in places:
            message = f"{quote(text)} is no range of AS numbers such as 64512-64555."
            yield Finding("asn-range", "error", step(RANGES, index), message, "Write first-last.")
    for first, last, pointer in readable:
        if not any(low <= first and last <= high for low, high in ALLOWED):
            message = f"{first}-{last} leaves the private AS numbers 64512-65534 and 4200000000-4294967294."
            yield Finding("asn-range", "error", pointer, message, "Stay within one of those ranges.")
    ordered = sorted(readable)
    for (_, last, _), (first, _, pointer) in pairwise(ordered):
        if first <= last:
            message = f"The range that starts at {first} overlaps another."
            yield Finding("asn-range-overlap", "error", pointer, message, "Make the ranges disjoint.")
    room = sum(last - first + 1 for first, last, _ in readable)
    if readable and room < len(document.edges):
        message = f"The ranges hold {room} AS numbers for {len(document.edges)} edge locations."
        yield Finding("asn-range-small", "error", RANGES, message, "Widen the ranges.")


def check_asns(document: Document) -> Iterator[Finding]:
    pinned = [edge for edge in document.configuration.edges if edge.asn is not None]
    for first, edge in repeated(pinned, lambda each: each.asn):
        message = f"{quote(edge.location)} has AS number {edge.asn}, as {quote(first.location)} has."
        yield Finding("asn-clash", "error", step(edge.pointer, "asn"), message, "Give each edge its own.")
    ranges = ranges_of(document)
    for edge in pinned:
        fitting = [(low, high) for low, high, _ in ranges if low <= (edge.asn or 0) <= high]
        pointer = step(edge.pointer, "asn")
        if ranges and not fitting:
            message = f"AS number {edge.asn} of {quote(edge.location)} is outside the asn-ranges."
            yield Finding("asn-outside", "error", pointer, message, "Choose one within, or widen the ranges.")
        elif fitting and all(edge.asn == high for _, high in fitting):
            message = f"AS number {edge.asn} is the last of its range, which one AWS source calls excluded."
            yield Finding("asn-range-end", "info", pointer, message, "Widen the range by one.")


_Network = IPv4Network | IPv6Network


def check_inside_cidrs(document: Document) -> Iterator[Finding]:
    whole: list[tuple[_Network, str]] = []
    for index, text in enumerate(document.configuration.inside_cidrs):
        yield from _read(text, step(_INSIDE, index), whole)
    owned: list[tuple[_Network, str]] = []
    for edge in document.configuration.edges:
        start = len(owned)
        for index, text in enumerate(edge.inside_cidrs):
            yield from _read(text, step(step(edge.pointer, "inside-cidr-blocks"), index), owned)
        for block, pointer in owned[start:MOST_BLOCKS]:
            if whole and not any(_within(block, each) for each, _ in whole[:MOST_BLOCKS]):
                message = f"{block} lies outside the inside-cidr-blocks of the core network."
                yield Finding("inside-cidr-outside", "error", pointer, message, "Choose a block within them.")
            if any(_overlap(block, each) for each, _ in owned[:start]):
                message = f"{block} overlaps the block of another edge location."
                yield Finding("inside-cidr-overlap", "error", pointer, message, "Make the blocks disjoint.")


def _read(text: str, pointer: str, into: list[tuple[_Network, str]]) -> Iterator[Finding]:
    try:
        into.append((ip_network(text), pointer))
    except ValueError:
        message = f"{quote(text)} is no CIDR block, or has bits set beyond its length."
        yield Finding("inside-cidr", "error", pointer, message, "Write a block such as 10.0.0.0/16.")


def _within(inner: _Network, outer: _Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def _overlap(a: _Network, b: _Network) -> bool:
    return a.version == b.version and a.overlaps(b)
