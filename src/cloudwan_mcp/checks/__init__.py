"""Every check of the doctor, in the order in which they are told; a new one is its file and its line here."""

from __future__ import annotations

from cloudwan_mcp.check import Check
from cloudwan_mcp.checks import (
    data,
    endpoint,
    identity,
    memory,
    network,
    permissions,
    region,
    variables,
    versions,
)

CHECKS: tuple[Check, ...] = (
    versions.CHECK,
    variables.CHECK,
    identity.CHECK,
    region.CHECK,
    endpoint.CHECK,
    permissions.CHECK,
    network.CHECK,
    data.CHECK,
    memory.CHECK,
)
