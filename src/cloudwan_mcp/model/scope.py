"""Where a call is made: which caller, which network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Identity:
    """Who reads: the 12-digit account of the caller, and the alias configuration gives it."""

    account: str = ""
    alias: str = "default"
    arn: str = ""


@dataclass(slots=True, frozen=True)
class Scope:
    """What one listing is about; empty members do not apply.

    `segment` may be `nfg:NAME`, as in `Element.segment`; `resource_type` narrows network resources.
    """

    global_network: str = ""
    core_network: str = ""
    segment: str = ""
    edge: str = ""
    resource_type: str = ""

    def label(self) -> str:
        """The shortest text that names this scope to a person."""
        parts = (self.core_network or self.global_network, self.segment, self.edge, self.resource_type)
        return " ".join(p for p in parts if p) or "account"
