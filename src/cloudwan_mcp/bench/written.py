"""Snapshots of simulated attachments, written without a discovery."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from cloudwan_mcp.model import Element, Identity, Scope
from cloudwan_mcp.simulator import Estate
from cloudwan_mcp.simulator.attachment import attachment, text_of
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.staging import Staging

PAGE = 500
GLOBAL_NETWORK = "global-network-1"


def element(estate: Estate, index: int, state: str = "") -> Element:
    """An attachment as a discovery keeps it, in another `state` than its own if one is given."""
    one = attachment(estate, index)
    text = text_of(one)
    if state:
        text = text.replace(f'"State":"{one.state}"', f'"State":"{state}"')
    lane = one.now.segment if one.now else ""
    where = (GLOBAL_NETWORK, one.network.core_id, lane or "", one.edges[0])
    kind = f"{one.kind.lower().replace('_', '-')}-attachment"
    return Element(one.id, kind, f"attachment {index}", *where, one.account, state or one.state, text)


def write(folder: Path, name: str, elements: Iterable[Element]) -> Path:
    """The path of a snapshot that holds them."""
    staging = Staging.create(folder / f"staging-{name}.db", snapshot_id=name, identity=Identity())
    staging.add_steps([("attachment", Scope(GLOBAL_NETWORK))])
    (step,) = staging.steps()
    left = iter(elements)
    while page := list(islice(left, PAGE)):
        staging.commit(step, page, token="more")  # noqa: S106 - a page's, not a password
    staging.close()
    return publish(staging.path, folder / f"snapshot-{name}.db", cells=staging.cells)
