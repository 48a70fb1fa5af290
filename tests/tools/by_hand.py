"""Snapshots made by hand, for what no simulator would say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cloudwan_mcp.indexing.run import index
from cloudwan_mcp.model import Connection, Element, Gap, Identity, Scope, SnapshotInfo
from cloudwan_mcp.settings import load
from cloudwan_mcp.store import Folder

IDENTITY = Identity("111122223333", "default", "arn:aws:iam::111122223333:user/reader")
CORE = Element(
    "core-network-1", "core-network", "core", "global-network-1", "core-network-1", attributes="{}"
)


def fill(
    values: Sequence[Element | Connection], gaps: Iterable[Gap] = (), *, publish: bool = True, **settings: Any
) -> SnapshotInfo:
    """Put a snapshot of `values` where the environment, or `settings`, says that snapshots lie."""
    folder = Folder(load(settings))
    try:
        with folder.writing():
            staging = folder.stage(IDENTITY)
            with staging:
                staging.add_steps([("attachment", Scope("global-network-1", "core-network-1"))])
                (step,) = staging.steps()
                staging.commit(step, values, token=None if publish else "more")
                for gap in gaps:
                    staging.note(gap)
            if publish:
                info = folder.publish(staging)
                index(folder, info.id)
                return info
        info = folder.unfinished()
        assert info is not None
        return info
    finally:
        folder.close()


def attachment(number: int, **members: Any) -> Element:
    values = {
        "id": f"attachment-{number:017x}",
        "type": "vpc-attachment",
        "name": f"vpc {number}",
        "core_network": "core-network-1",
        "segment": "prod",
        "edge": "eu-west-1",
        "account": "111122223333",
        "state": "AVAILABLE",
        "attributes": "{}",
    }
    return Element(**(values | members))
