"""Making a snapshot's index: every element read once more, after the snapshot has been published."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from cloudwan_mcp.finding import Examiner
from cloudwan_mcp.findings import FINDINGS
from cloudwan_mcp.indexing.facts import surveys
from cloudwan_mcp.indexing.prefixes import brought, prefixes
from cloudwan_mcp.locate import resource_of
from cloudwan_mcp.model import Element
from cloudwan_mcp.route import facts_of
from cloudwan_mcp.store import Filters, Folder, Reader
from cloudwan_mcp.store.filters import tags_in
from cloudwan_mcp.store.identify import key_of
from cloudwan_mcp.store.index.writer import Entry, IndexWriter

BATCH = 1_000
NAME_CHARACTERS = 256


def index(folder: Folder, snapshot: str, stop: threading.Event | None = None) -> bool:
    """Write the index of a complete snapshot; False when `stop` was set before its end.

    The memory it takes does not depend on the size of the network. Raises `Exhausted` when the disk is full
    and `NotFound` when the snapshot was pruned.
    """
    with folder.reader(snapshot) as reader, folder.index_writer(snapshot) as writer:
        return fill(reader, writer, stop)


def fill(reader: Reader, writer: IndexWriter, stop: threading.Event | None = None) -> bool:
    """As `index`, from a snapshot and for an index that are open."""
    examiner = Examiner(FINDINGS)
    position, end = 0, False
    while not end:
        if stop and stop.is_set():
            return False
        page = reader.page(Filters(), after=position, limit=BATCH)
        writer.add(_entry(n, element, examiner) for n, element in page.rows)
        position, end = page.position, page.end
    writer.add_surveys(surveys(reader, writer))
    writer.publish()
    return True


def _entry(n: int, element: Element, examiner: Examiner) -> Entry:
    attributes: Mapping[str, Any] = json.loads(element.attributes or "{}")
    return Entry(
        n,
        element.type,
        element.name[:NAME_CHARACTERS],
        resource_of(element, attributes),
        tags_in(attributes),
        list(prefixes(element, attributes)),
        list(brought(element, attributes)),
        key_of(json.dumps(facts_of(attributes))) if element.type == "route" else None,
        [
            (finding.name, evidence.severity or finding.severity, evidence.since)
            for finding, evidence in examiner.examine(element)
        ],
    )
