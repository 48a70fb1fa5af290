"""One listing of a discovery and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field

from cloudwan_mcp.model.scope import Scope


@dataclass(slots=True)
class Step:
    """`token` continues the listing after its last committed page (None before the first).

    `state` is `open`, `done`, or `cut` (ended early, with a gap). `mark` is a token kept from an earlier
    page: meeting it again means that the listing runs in a circle. `items` counts the elements stored,
    repeats left out.
    """

    id: int
    kind: str
    scope: Scope = field(default_factory=Scope)
    state: str = "open"
    token: str | None = None
    pages: int = 0
    items: int = 0
    mark: str | None = None
