"""Pages of elements to write, and a plain model of what the store must then hold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from cloudwan_mcp.model import Connection, Element, Identity, Scope, Step
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.store.staging import Staging

IDENTITY = Identity("111122223333", "default", "arn:aws:iam::111122223333:user/reader")
Value = Element | Connection
Counted = list[tuple[tuple[str, ...], int]]


def new_staging(folder: Path, name: str = "one", max_bytes: int = 0) -> Staging:
    path = folder / f"staging-{name}.db"
    return Staging.create(path, snapshot_id=name, identity=IDENTITY, max_bytes=max_bytes)


def first_step(staging: Staging) -> Step:
    staging.add_steps([("attachment", Scope("global-network-1", "core-network-1"))])
    return staging.steps()[0]


def vpcs(count: int, start: int = 0, size: int = 0) -> list[Element]:
    """Attachments that differ, each with `size` characters of attributes or a few."""
    return [
        Element(
            f"attachment-{n:017x}",
            "vpc-attachment",
            f"vpc {n}",
            "global-network-1",
            "core-network-1",
            f"segment{n % 3}",
            f"edge-{n % 5}",
            f"{n % 7:012d}",
            "AVAILABLE",
            json.dumps({"AttachmentId": n, "Tags": [{"Key": "n", "Value": str(n % 4)}], "Pad": "x" * size}),
        )
        for n in range(start, start + count)
    ]


def flat(text: str, most: int = 256) -> str:
    """What is kept of an id, a name or a word: one line, no halves of characters, bounded."""
    text = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(" " if c < " " else "?" if "\ud800" <= c <= "\udfff" else c for c in text)


def kept(e: Element) -> Element:
    """An element as it is read back."""
    words = {
        member: flat(getattr(e, member))
        for member in (
            "type",
            "name",
            "global_network",
            "core_network",
            "segment",
            "edge",
            "account",
            "state",
        )
    }
    return replace(e, id=flat(e.id, 2048), **words)


class Model:
    """Elements in a dict, connections in a list: what a snapshot would be without a store."""

    def __init__(self) -> None:
        self.elements: dict[str, Element] = {}
        self.pairs: dict[tuple[str, str, str], Connection] = {}

    def add(self, values: Iterable[Value]) -> tuple[int, int]:
        new = repeated = 0
        for value in values:
            if isinstance(value, Connection):
                end = flat(value.target, 2048)
                pair = replace(value, source=flat(value.source, 2048), target=end, state=flat(value.state))
                self.pairs.setdefault((pair.source, pair.type, pair.target), pair)
            elif flat(value.id, 2048) in self.elements:
                repeated += 1
            else:
                self.elements[flat(value.id, 2048)] = kept(value)
                new += 1
        return new, repeated

    def rows(self) -> list[tuple[int, Element]]:
        return list(enumerate(self.elements.values(), 1))

    def connections(self) -> set[tuple[str, str, str]]:
        """(source, type, target) of every stored pair whose ends exist, and of segments and edges."""
        found = {key for key in self.pairs if key[0] in self.elements and key[2] in self.elements}
        places = {}
        for e in self.elements.values():
            if e.type in ("segment", "network-function-group") and e.segment:
                places["segment-association", e.core_network, e.segment] = e.id
            if e.type == "core-network-edge" and e.edge:
                places["edge-location", e.core_network, e.edge] = e.id
        for e in self.elements.values():
            for kind, name in (("segment-association", e.segment), ("edge-location", e.edge)):
                place = places.get((kind, e.core_network, name))
                if name and place is not None and place != e.id:
                    found.add((e.id, kind, place))
        return found


def attaches(kind: str) -> bool:
    """Whether a type is one of core network attachments; those of transit gateways are something else."""
    return kind.endswith("-attachment") and kind != "transit-gateway-attachment"


def matches(e: Element, f: Filters) -> bool:
    """Whether a naive reader would let an element through."""
    attributes = json.loads(e.attributes)
    everything = " ".join((e.id, e.name, e.attributes, json.dumps(attributes, ensure_ascii=False)))
    tags = [(tag.get("Key"), tag.get("Value")) for tag in attributes.get("Tags") or ()]
    key, equals, value = f.tag.partition("=")
    return (
        (not f.types or e.type in f.types or ("attachment" in f.types and attaches(e.type)))
        and all(
            not getattr(f, member) or getattr(f, member) == getattr(e, member)
            for member in ("global_network", "core_network", "segment", "edge", "account", "state")
        )
        and (not f.tag or any(k == key and (not equals or v == value) for k, v in tags))
        and (not f.text or f.text.lower() in everything.lower())
    )


def read_all(
    reader: SnapshotReader, filters: Filters | None = None, limit: int = 7
) -> list[tuple[int, Element]]:
    found: list[tuple[int, Element]] = []
    position, end = 0, False
    while not end:
        page = reader.page(filters or Filters(), after=position, limit=limit)
        assert len(page.rows) <= limit
        assert page.position >= position
        found += page.rows
        position, end = page.position, page.end
    return found


def all_connections(reader: SnapshotReader, filters: Filters, limit: int) -> Iterator[Connection]:
    position, end = (0, 0), False
    while not end:
        page = reader.connections(filters, after=position, limit=limit)
        assert len(page.rows) <= limit
        yield from page.rows
        position, end = page.position, page.end


PLACES = [
    *(
        Element(f"{core}/segment/{name}", "segment", name, core_network=core, segment=name, attributes="{}")
        for core in ("core-network-1", "core-network-2")
        for name in ("prod", "dev")
    ),
    *(
        Element(f"{core}/{kind}", kind, core_network=core, segment=segment, edge=edge, attributes="{}")
        for core, kind, segment, edge in (
            ("core-network-1", "network-function-group", "nfg:prod", ""),
            ("core-network-1", "core-network-edge", "", "eu-west-1"),
        )
    ),
]


def counted(elements: Iterable[Element], value: Callable[[Element], tuple[str, ...]]) -> Counted:
    """A naive count of what `value` gives, largest first, then in the order of names."""
    return sorted(Counter(map(value, elements)).items(), key=lambda each: (-each[1], each[0]))
