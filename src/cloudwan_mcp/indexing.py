"""Making a snapshot's index: every element read once more, after the snapshot has been published."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Filters, Folder, Reader
from cloudwan_mcp.store.index.prefix import Network, network
from cloudwan_mcp.store.index.tags import Tag
from cloudwan_mcp.store.index.writer import Entry, IndexWriter

BATCH = 1_000
NAME_CHARACTERS = 256
NESTED = 8  # levels: a definition is what another service described, and its prefixes lie not deep


def index(folder: Folder, snapshot: str, stop: threading.Event | None = None) -> bool:
    """Write the index of a complete snapshot; False when `stop` was set before its end.

    The memory it takes does not depend on the size of the network. Raises `Exhausted` when the disk is full
    and `NotFound` when the snapshot was pruned.
    """
    with folder.reader(snapshot) as reader, folder.index_writer(snapshot) as writer:
        return fill(reader, writer, stop)


def fill(reader: Reader, writer: IndexWriter, stop: threading.Event | None = None) -> bool:
    """As `index`, from a snapshot and for an index that are open."""
    position, end = 0, False
    while not end:
        if stop and stop.is_set():
            return False
        page = reader.page(Filters(), after=position, limit=BATCH)
        writer.add(_entry(n, element) for n, element in page.rows)
        position, end = page.position, page.end
    writer.publish()
    return True


def _entry(n: int, element: Element) -> Entry:
    attributes: Mapping[str, Any] = json.loads(element.attributes or "{}")
    return Entry(
        n,
        element.type,
        element.name[:NAME_CHARACTERS],
        _tags(attributes),
        list(prefixes(element, attributes)),
    )


def _tags(attributes: Mapping[str, Any]) -> list[Tag]:
    tags = [(t.get("Key"), t.get("Value") or "") for t in attributes.get("Tags") or () if isinstance(t, dict)]
    return [(key, value) for key, value in tags if isinstance(key, str) and isinstance(value, str)]


def prefixes(element: Element, attributes: Mapping[str, Any]) -> Iterator[Network]:
    """The prefixes and addresses that an element says are its own or, of a route, its destination."""
    if element.type == "route":
        written = [str(attributes.get("DestinationCidrBlock") or "")]
    elif element.type == "core-network-edge":
        written = [str(each) for each in attributes.get("InsideCidrBlocks") or ()]
    elif element.type == "network-telemetry":
        written = [str(attributes.get("Address") or "")]
    elif "Definition" in attributes and "idr" in str(attributes["Definition"]):
        written = list(_blocks(attributes["Definition"]))
    else:
        return
    yield from {net for text in written if text and (net := network(text))}


def _blocks(definition: Any) -> Iterator[str]:
    """Whatever a described resource calls a CIDR block."""
    try:
        described = json.loads(definition) if isinstance(definition, str) else definition
    except ValueError:
        return
    level = [described]
    for _ in range(NESTED):
        deeper: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                blocks = [v for k, v in value.items() if "cidr" in k.lower()]
                yield from (v for v in blocks if isinstance(v, str))
                yield from (
                    v for block in blocks if isinstance(block, list) for v in block if isinstance(v, str)
                )
                deeper += value.values()
            elif isinstance(value, list):
                deeper += value
        level = deeper
