"""One simulated core network with its global network: identifiers, plan and share of the attachments."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from cloudwan_mcp.simulator.associations import Associations
from cloudwan_mcp.simulator.counts import Counts
from cloudwan_mcp.simulator.mixing import mix
from cloudwan_mcp.simulator.plan import Plan
from cloudwan_mcp.simulator.tagging import Tagging

STRIDE = 1 << 32
EPOCH = 1_690_000_000
_YEARS = 70_000_000
# What `Network.bits` is asked for, so that two kinds at one index choose differently.
GLOBAL, CORE, PEERING, SITE, DEVICE, LINK, CONNECTION, PEER, GATEWAY, DIRECT, CONTEXT, ROUTE, VERSION = range(
    13
)

# Of every hundred attachments: each Connect follows the VPC attachment that transports it.
_SLOTS = {
    "SITE_TO_SITE_VPN": (3, 21, 33, 45, 57, 69),
    "CONNECT": (5, 25, 50, 75),
    "TRANSIT_GATEWAY_ROUTE_TABLE": (7, 37, 77),
    "DIRECT_CONNECT_GATEWAY": (9,),
}


def moment(bits: int) -> int:
    """A time of creation in epoch seconds, within about two years."""
    return EPOCH + bits % _YEARS


class Network:
    """Everything the answers need to know of one core network; no list in here grows with the attachments."""

    def __init__(
        self,
        number: int,
        ids: tuple[str, str],
        start: int,
        counts: Counts,
        plan: Plan,
        accounts: Sequence[str],
    ) -> None:
        self.number = number
        self.start = start
        self.counts = counts
        self.plan = plan
        self.accounts = accounts
        self.owner = accounts[0]
        self.associations = Associations(plan)
        self.pools = self.associations.pools
        self.tagging = Tagging(self.associations.keys)
        self.global_id, self.core_id = ids
        self.global_arn = f"arn:aws:networkmanager::{self.owner}:global-network/{self.global_id}"
        self.core_arn = f"arn:aws:networkmanager::{self.owner}:core-network/{self.core_id}"
        self.head = f'{{"CoreNetworkId":"{self.core_id}","CoreNetworkArn":"{self.core_arn}",'
        slots = {kind: where for kind, where in _SLOTS.items() if counts.peerings or "TRANSIT" not in kind}
        taken = {slot: kind for kind, where in slots.items() for slot in where}
        self.kinds = tuple(taken.get(slot, "VPC") for slot in range(100))
        self._slots = slots | {"VPC": tuple(slot for slot in range(100) if slot not in taken)}

    def count(self, kind: str) -> int:
        """How many attachments of one type there are."""
        slots = self._slots.get(kind, ())
        whole, rest = divmod(self.counts.attachments, 100)
        return whole * len(slots) + bisect_left(slots, rest)

    def nth(self, kind: str, ordinal: int) -> int:
        """The place among this network's attachments of the one that is `ordinal` among its type."""
        slots = self._slots[kind]
        whole, rest = divmod(ordinal, len(slots))
        return whole * 100 + slots[rest]

    def ordinal(self, kind: str, local: int) -> int:
        """The inverse of `nth`."""
        slots = self._slots[kind]
        whole, slot = divmod(local, 100)
        return whole * len(slots) + bisect_left(slots, slot)

    def account(self, bits: int) -> str:
        """One of the accounts the core network is shared with."""
        return self.accounts[((bits & 0xFFFF) * len(self.accounts)) >> 16]

    def location(self, bits: int) -> str:
        """One of the edges."""
        return self.plan.locations[((bits & 0xFFFF) * len(self.plan.locations)) >> 16]

    def peering_location(self, peering: int) -> str:
        """Where a transit gateway peering is; the first ones spread over every edge."""
        return self.plan.locations[peering % len(self.plan.locations)]

    def bits(self, kind: int, index: int) -> int:
        """64 bits to choose with for the things that are not attachments."""
        return mix((self.number << 48) ^ (kind << 40) ^ index)
