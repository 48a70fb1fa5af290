"""What originates a route in the core network."""

from __future__ import annotations

from dataclasses import dataclass, field

from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.route import Route


@dataclass(slots=True, frozen=True)
class Origination:
    """A route as an attachment in a segment gives it to the core network.

    The attachment's `region` is the edge; its `label` chooses routing policies. `static` is a static route.
    """

    route: Route
    segment: str
    attachment: Attachment = field(default_factory=Attachment)
    static: bool = False
