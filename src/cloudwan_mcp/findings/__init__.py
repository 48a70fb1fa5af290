"""Every kind of finding, the gravest first; a new one is its file and its line here."""

from __future__ import annotations

from cloudwan_mcp.finding import Finding
from cloudwan_mcp.findings import (
    blackhole,
    change_set_failed,
    empty_group,
    empty_segment,
    failed,
    link_down,
    no_segment,
    overlapping_prefixes,
    pending,
    quota_use,
    session_down,
    untagged,
)

FINDINGS: tuple[Finding, ...] = (
    failed.FINDING,
    no_segment.FINDING,
    blackhole.FINDING,
    session_down.FINDING,
    link_down.FINDING,
    change_set_failed.FINDING,
    empty_group.FINDING,
    pending.FINDING,
    overlapping_prefixes.FINDING,
    quota_use.FINDING,
    empty_segment.FINDING,
    untagged.FINDING,
)
