"""How many elements there are of each kind of anything: grouped by fields, crossed, the rest folded."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.store.blocks import plain
from cloudwan_mcp.store.filters import tags_in
from cloudwan_mcp.store.tally import Tally, largest_first

FIELDS = ("type", "segment", "edge", "state", "account", "core_network", "global_network")
TAG = "tag:"
BATCH = 2000
MOST_GROUPS = 10_000  # counted at once, where every element is read


@dataclass(slots=True, frozen=True)
class Groups:
    """`rows` are (values, count), largest first, as many as were asked for; the others are folded."""

    rows: Tally
    total: int
    folded_groups: int = 0
    folded: int = 0


def group(reader: Reader, filters: Filters, fields: Sequence[str], most: int) -> Groups:
    """Count the elements that match by `fields`: names of `FIELDS`, or `tag:KEY`.

    A value is "" where an element has none. Text, and tags that are crossed or that the index does not count,
    are counted by reading every matching element; raises `BadRequest` where those make more groups than can
    be kept.
    """
    tagged = [field for field in fields if field.startswith(TAG)]
    if not filters.needs_attributes and not tagged:
        counted = reader.tally(filters, *fields)
    else:
        alone = tagged == list(fields) and len(tagged) == 1
        known = reader.tally_tag(filters, tagged[0].removeprefix(TAG)) if alone else None
        counted = _read(reader, filters, fields) if known is None else known
    shown, rest = counted[:most], counted[most:]
    return Groups(
        rows=shown,
        total=sum(count for _, count in counted),
        folded_groups=len(rest),
        folded=sum(count for _, count in rest),
    )


def _read(reader: Reader, filters: Filters, fields: Sequence[str]) -> Tally:
    totals: Counter[tuple[str, ...]] = Counter()
    position, end = 0, False
    while not end:
        page = reader.page(filters, after=position, limit=BATCH)
        totals.update(tuple(_value(element, field) for field in fields) for _, element in page.rows)
        position, end = page.position, page.end
        if len(totals) > MOST_GROUPS:
            raise BadRequest(
                f"{', '.join(fields)} make more than {MOST_GROUPS:,} groups.",
                field="group_by",
                next_step="Group by what fewer elements differ in, or filter by segment, edge or account.",
            )
    return largest_first(totals)


def _value(element: Element, field: str) -> str:
    if not field.startswith(TAG):
        return str(getattr(element, field))
    if '"Tags"' not in element.attributes:
        return ""
    key = field.removeprefix(TAG)
    return next((plain(v) for k, v in tags_in(json.loads(element.attributes)) if k == key), "")
