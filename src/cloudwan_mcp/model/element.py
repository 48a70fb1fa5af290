"""One thing of a global network, as AWS listed it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Element:
    """One listed item: an attachment, a segment, a device, a network resource...

    `type` is AWS's term in lower case with hyphens: `vpc-attachment`, `core-network-edge`, `site`.
    `segment` holds the segment's or, prefixed by `nfg:`, the network function group's name.
    `edge` is the edge location (a Region). Empty strings mean that AWS gave no value.
    `attributes` is the item's own JSON text, unchanged, unknown members included; the walk fills it in
    from the page where a kind leaves it empty.
    """

    id: str
    type: str
    name: str = ""
    global_network: str = ""
    core_network: str = ""
    segment: str = ""
    edge: str = ""
    account: str = ""
    state: str = ""
    attributes: str = ""
