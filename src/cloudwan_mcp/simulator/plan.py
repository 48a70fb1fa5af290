"""What a core network policy document lays out: segments, edges and groups, however odd it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

Document = dict[str, Any]

REGIONS = (
    "us-east-1", "eu-west-1", "us-west-2", "eu-central-1", "ap-southeast-1", "ap-northeast-1", "us-east-2",
    "eu-west-2", "ap-southeast-2", "ca-central-1", "sa-east-1", "eu-north-1", "ap-south-1", "eu-west-3",
    "us-west-1", "ap-northeast-2", "eu-south-1", "me-central-1", "af-south-1", "ap-northeast-3",
    "il-central-1",
    "ap-southeast-3", "eu-central-2", "ap-south-2", "ca-west-1",
    "ap-east-1", "eu-south-2", "me-south-1",
)  # fmt: skip


class Segment(NamedTuple):
    """A segment as GetCoreNetwork shows it."""

    name: str
    edges: tuple[str, ...]
    shared: tuple[str, ...]
    isolated: bool


class Group(NamedTuple):
    """A network function group with the segments that send through it."""

    name: str
    edges: tuple[str, ...]
    send_via: tuple[str, ...]
    send_to: tuple[str, ...]


class Edge(NamedTuple):
    """A core network edge."""

    location: str
    asn: int
    inside_cidrs: tuple[str, ...]


def load(policy: Document | str | Path) -> Document:
    """Take a document, or read the one at a path; anything but a JSON object is a ValueError."""
    if isinstance(policy, dict):
        return policy
    document = json.loads(Path(policy).read_text(encoding="utf-8"))
    if not isinstance(document, dict):
        raise ValueError(f"{policy}: a core network policy is a JSON object, not a {type(document).__name__}")  # noqa: TRY004
    return document


def mappings(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a list that should hold nothing else."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (each for each in value if isinstance(each, Mapping))


def strings(value: object) -> tuple[str, ...]:
    """The strings of a list, or of the bare string some documents write instead of one."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence):
        return tuple(each for each in value if isinstance(each, str))
    return ()


class Plan:
    """The live layout one document asks for; every missing or odd part has a harmless reading."""

    __slots__ = ("document", "edges", "groups", "locations", "segments")

    def __init__(self, document: Document) -> None:
        self.document = document
        configuration = document.get("core-network-configuration")
        self.edges = tuple(_edges(configuration if isinstance(configuration, Mapping) else {}))
        self.locations = tuple(edge.location for edge in self.edges)
        named = [each for each in mappings(document.get("segments")) if isinstance(each.get("name"), str)]
        names = tuple(dict.fromkeys(each["name"] for each in named))
        actions = list(mappings(document.get("segment-actions")))
        shared = _shares(actions, names)
        where = {each["name"]: self._at(each.get("edge-locations")) for each in named}
        isolated = {each["name"] for each in named if str(each.get("isolate-attachments")).lower() == "true"}
        self.segments = tuple(
            Segment(name, where[name], tuple(sorted(shared[name])), name in isolated) for name in names
        )
        self.groups = tuple(
            Group(
                name, self.locations, _senders(actions, "send-via", name), _senders(actions, "send-to", name)
            )
            for name in dict.fromkeys(
                each["name"]
                for each in mappings(document.get("network-function-groups"))
                if isinstance(each.get("name"), str)
            )
        )

    def _at(self, value: object) -> tuple[str, ...]:
        return tuple(each for each in strings(value) if each in self.locations) or self.locations


def _edges(configuration: Mapping[str, Any]) -> Iterator[Edge]:
    first = 64512
    ranges = strings(configuration.get("asn-ranges"))
    if ranges and ranges[0].partition("-")[0].isdigit():
        first = int(ranges[0].partition("-")[0])
    whole = strings(configuration.get("inside-cidr-blocks"))
    seen: set[str] = set()
    for number, each in enumerate(mappings(configuration.get("edge-locations"))):
        location = each.get("location")
        if not isinstance(location, str) or location in seen:
            continue
        seen.add(location)
        asn = each.get("asn")
        inside = strings(each.get("inside-cidr-blocks")) or (f"10.255.{number % 256}.0/24",) * bool(whole)
        yield Edge(location, int(str(asn)) if str(asn).isdigit() else first + number, inside)
    if not seen:
        for number, location in enumerate(REGIONS[:2]):
            yield Edge(location, first + number, ())


def _shares(actions: list[Mapping[str, Any]], names: tuple[str, ...]) -> dict[str, set[str]]:
    shared: dict[str, set[str]] = {name: set() for name in names}
    for action in actions:
        source = action.get("segment")
        if action.get("action", "share") != "share" or source not in shared:
            continue
        for other in _audience(action.get("share-with"), names):
            if other != source and other in shared:
                shared[source].add(other)
                shared[other].add(source)
    return shared


def _audience(value: object, names: tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        without = strings(value.get("except"))
        return tuple(name for name in names if name not in without)
    listed = strings(value)
    return names if "*" in listed else listed


def _senders(actions: list[Mapping[str, Any]], kind: str, group: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for action in actions:
        via = action.get("via")
        segment = action.get("segment")
        if action.get("action") != kind or not isinstance(via, Mapping) or not isinstance(segment, str):
            continue
        if group in strings(via.get("network-function-groups")):
            found[segment] = None
    return tuple(found)
