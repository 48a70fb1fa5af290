"""Every benchmark; a new one is its file and its line here."""

from __future__ import annotations

from cloudwan_mcp.bench.case import Case
from cloudwan_mcp.bench.cases import (
    answers,
    dashboard,
    diff,
    discovery,
    exactly_once,
    memory,
    policy,
    pooling,
    profiling,
    queries,
    soak,
    startup,
    topology,
)

CASES: tuple[Case, ...] = (
    startup.CASE,
    exactly_once.CASE,
    discovery.CASE,
    memory.CASE,
    dashboard.CASE,
    queries.CASE,
    diff.CASE,
    answers.CASE,
    policy.CASE,
    pooling.CASE,
    profiling.CASE,
    topology.CASE,
    soak.CASE,
)
