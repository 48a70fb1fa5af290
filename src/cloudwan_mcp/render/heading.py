"""What a document is of: whose network, read when, which part of it, and what is missing."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime

from cloudwan_mcp.model import Element
from cloudwan_mcp.render.format import Source
from cloudwan_mcp.store import Filters

VERSIONS = 500  # policy versions among which the live one is looked for
GROWING = "the discovery was under way: this is a part of the network, without connections"


def heading(source: Source) -> list[tuple[str, str]]:
    """(what, value), unescaped and unbounded. It never changes for a snapshot, however often it is asked."""
    info, core = source.info, _core_network(source)
    facts = [("core network", f"{core.id} ({core.name})" if core.name else core.id)] if core else []
    version = _live_version(source, core) if core else ""
    if version:
        facts.append(("policy version", version))
    facts += [
        ("account", info.identity.account or "unknown"),
        ("snapshot", info.id),
        ("read", _time(info.updated_at if source.whole else info.started_at)),
    ]
    if filters := _filters(source.filters):
        facts.append(("only", filters))
    if not source.whole:
        facts.append(("incomplete", GROWING))
    elif info.gaps:
        facts.append(("incomplete", _gaps(source)))
    return facts


def _gaps(source: Source) -> str:
    refused = sorted({gap.operation for gap in source.info.gaps})
    named = ", ".join(refused[:5]) + (", ..." if len(refused) > 5 else "")
    return f"{len(source.info.gaps)} parts could not be read ({named})"


def _core_network(source: Source) -> Element | None:
    """The one that the document is of; None where there are several, or may be some day."""
    if not source.whole:
        return None
    only = Filters(types=("core-network",), core_network=source.filters.core_network)
    found = source.reader.page(only, after=0, limit=2).rows
    return found[0][1] if len(found) == 1 else None


def _live_version(source: Source, core: Element) -> str:
    only = Filters(types=("policy-version",), core_network=core.id)
    for _, element in source.reader.page(only, after=0, limit=VERSIONS).rows:
        if '"LIVE"' in element.attributes and json.loads(element.attributes).get("Alias") == "LIVE":
            return element.id.rpartition("/")[2]
    return ""


def _filters(filters: Filters) -> str:
    given = [(each.name, getattr(filters, each.name)) for each in fields(filters)]
    said = [(name, ", ".join(value) if isinstance(value, tuple) else value) for name, value in given if value]
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in said)


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
