"""One directed connection between two elements."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Connection:
    """`source` and `target` are element ids (or ARNs of listed elements); `type` says how they connect.

    The two connections that every attachment has, to its segment and to its edge, are not stored as rows:
    they are the element's own `segment` and `edge`, and the store gives them out as connections.

    `attributes` is JSON text. Connections that have some are all kept, in the order in which they came; of
    those without, one for each pair of ends and type.
    """

    source: str
    target: str
    type: str
    state: str = ""
    attributes: str = ""
