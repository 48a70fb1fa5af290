"""The census: what AWS says it has, held against what it listed."""

from __future__ import annotations

from collections.abc import Mapping

from cloudwan_mcp.discovery.checkpoint import Checkpoint
from cloudwan_mcp.discovery.kind import Kind
from cloudwan_mcp.model import Gap, Scope


def announce(checkpoint: Checkpoint, scope: Scope, announced: Mapping[str, int]) -> None:
    """Note how many there are of each resource type; noting them again, after a kill, changes nothing."""
    counts = {_key(scope.global_network, kind): count for kind, count in announced.items()}
    before = sum(int(checkpoint.recall(key) or 0) for key in counts)
    checkpoint.expect(int(checkpoint.recall("expected") or 0) - before + sum(counts.values()))
    checkpoint.remember(**counts)


def compare(checkpoint: Checkpoint, kinds: Mapping[str, Kind]) -> None:
    """Say where AWS counted other than it listed: something came or went while it was read.

    A listing that was cut short has its own gap already.
    """
    listed: dict[tuple[str, str], int] = {}
    cut: set[tuple[str, str]] = set()
    for step in checkpoint.steps():
        where = (step.kind, step.scope.global_network)
        listed[where] = listed.get(where, 0) + step.items
        if step.state == "cut":
            cut.add(where)
    for name, network in listed.keys() - cut:
        kind, found = kinds[name], listed[name, network]
        counted = checkpoint.recall(_key(network, kind.counted_as))
        if counted and int(counted) != found:
            message = f"AWS counted {counted} and listed {found}: the network changed while it was read."
            checkpoint.note(Gap(kind.operation_name, network, "CountMismatch", message))


def _key(network: str, resource_type: str) -> str:
    return f"count {network} {resource_type}"
