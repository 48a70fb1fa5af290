"""What one attachment is to a policy: what its rules can ask about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TRANSIT_GATEWAY = "transit-gateway-route-table"
ROUTED_STATES = ("", "AVAILABLE", "UPDATING", "PENDING_NETWORK_UPDATE", "PENDING_TAG_ACCEPTANCE")
"""States in which an attachment has routing; "" is a hypothetical one, taken as accepted."""


@dataclass(slots=True, frozen=True)
class Attachment:
    """`type` is AWS's word, in the policy's spelling or the API's: `vpc`, `SITE_TO_SITE_VPN`.

    `region` is its edge location, `resource` the id or ARN of what it attaches, `state` the API's word or ""
    for a hypothetical one. `tags` are the attachment's own, not those of the VPC. `prefixes` are the CIDR
    blocks it originates and `label` its routing policy label, where known.
    """

    id: str = ""
    type: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    region: str = ""
    resource: str = ""
    state: str = ""
    prefixes: tuple[str, ...] = ()
    label: str = ""

    @property
    def kind(self) -> str:
        """The type as policies spell it."""
        return self.type.lower().replace("_", "-")

    @property
    def resource_id(self) -> str:
        return self.resource.rpartition("/")[2]

    @property
    def routed(self) -> bool:
        return self.state.upper() in ROUTED_STATES
