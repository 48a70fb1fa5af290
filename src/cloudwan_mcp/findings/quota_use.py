"""Quota use: what is close to as many as AWS allows.

The numbers are those of the "Quotas" page of the Cloud WAN user guide (link below). They are defaults: an
account's own may have been raised where `adjustable`; None where it is not known. Edges have no quota there.
Routes are kept once for each edge, so that the fullest edge is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple

from cloudwan_mcp.finding import NOT_OURS, Cell, Evidence, Facts, Finding, Severity, seen

NOTICED, CLOSE = 0.8, 0.95
_NOT_RAISED = "It cannot be raised: remove what is not needed, or divide the network."
_RAISED = "Ask for more in Service Quotas before it is reached."


class Quota(NamedTuple):
    """At most `most` elements of `types`, within each `per`."""

    name: str
    most: int
    types: tuple[str, ...]
    per: Literal["core_network", "global_network"] = "core_network"
    adjustable: bool | None = None


ATTACHMENTS = Quota("attachments", 5000, ("attachment",), adjustable=True)
LANES = Quota(
    "segments and network function groups", 40, ("segment", "network-function-group"), adjustable=False
)
ROUTES = Quota("routes across all segments", 10_000, ("route",), adjustable=False)
CONNECT_PEERS = Quota("Connect peers of a Connect attachment", 4, ("connect-peer",))
COUNTED = (
    ATTACHMENTS,
    LANES,
    Quota("Direct Connect gateway attachments", 40, ("direct-connect-gateway-attachment",)),
    Quota("transit gateway peerings", 50, ("transit-gateway-peering",)),
    Quota("policy versions", 10_000, ("policy-version",)),
    Quota("prefix list associations", 100, ("prefix-list-association",)),
    Quota("sites", 200, ("site",), "global_network"),
    Quota("devices", 200, ("device",), "global_network"),
    Quota("links", 200, ("link",), "global_network"),
    Quota("connections", 500, ("connection",), "global_network"),
)


def _survey(facts: Facts) -> Iterator[tuple[str, Evidence]]:
    for quota in COUNTED:
        used: Counter[str] = Counter()
        for cell in facts.cells:
            if _counts(quota, cell):
                used[getattr(cell, quota.per)] += cell.elements
        for place, count in used.items():
            yield from _told(quota, place, count)
    yield from _routes(facts)
    for attachment, count in facts.connect_peers:
        if count >= CONNECT_PEERS.most:
            yield attachment, _evidence(CONNECT_PEERS, count, "low")


def _counts(quota: Quota, cell: Cell) -> bool:
    attached = cell.type.endswith("-attachment") and cell.type != NOT_OURS
    return cell.type in quota.types or ("attachment" in quota.types and attached)


def _routes(facts: Facts) -> Iterator[tuple[str, Evidence]]:
    used: Counter[tuple[str, str]] = Counter()
    for cell in facts.cells:
        if cell.type == "route":
            used[cell.core_network, cell.edge] += cell.elements
    fullest: dict[str, int] = {}
    for (core, _), count in used.items():
        fullest[core] = max(fullest.get(core, 0), count)
    for core, count in fullest.items():
        yield from _told(ROUTES, core, count)


def _told(quota: Quota, place: str, count: int) -> Iterator[tuple[str, Evidence]]:
    if place and count >= NOTICED * quota.most:
        yield place, _evidence(quota, count, _severity(quota, count))


def _severity(quota: Quota, count: int) -> Severity:
    if count >= quota.most and quota.adjustable is False:
        return "critical"
    if count > quota.most:  # it must have been raised, to what is not known here
        return "low"
    return "high" if count >= CLOSE * quota.most else "medium"


def _evidence(quota: Quota, count: int, severity: Severity) -> Evidence:
    raised = ", so the account's own quota is higher" if count > quota.most and quota.adjustable else ""
    return seen(
        f"{count:,} {quota.name}; AWS's default quota is {quota.most:,}{raised}.",
        severity=severity,
        fix=_NOT_RAISED if quota.adjustable is False else _RAISED if quota.adjustable else "",
        quota=quota.name,
        used=count,
        default=quota.most,
        percent=round(100 * count / quota.most),
        adjustable=quota.adjustable,
    )


FINDING = Finding(
    name="quota_use",
    severity="medium",
    title="Close to a quota",
    fix="Look in Service Quotas whether it can be raised, and remove what is not needed.",
    documentation="https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-quotas.html",
    reads=("GetCoreNetwork", "ListAttachments"),
    survey=_survey,
)
