"""The estate: every network, attachment and device simulated, as a pure function of seed and index."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple, Unpack

from cloudwan_mcp.simulator.answer import Item, Params, Selection
from cloudwan_mcp.simulator.answers import LISTINGS
from cloudwan_mcp.simulator.counts import Counts, Overrides
from cloudwan_mcp.simulator.directory import Directory
from cloudwan_mcp.simulator.generated_policy import generate
from cloudwan_mcp.simulator.mixing import Series, mix
from cloudwan_mcp.simulator.network import STRIDE, Network
from cloudwan_mcp.simulator.plan import Document, Plan, load
from cloudwan_mcp.simulator.refusal import Refusal, not_found

_KINDS = (
    "attachment", "global-network", "core-network", "connect-peer", "peering", "site", "device", "link",
    "connection", "cgw", "vpn", "tgw", "tgw-rtb", "tgw-attach", "tgw-connect-peer",
    "dxcon", "dxvif", "context-store", "pl", "subnet", "dxgw", "route-analysis",
)  # fmt: skip


class Spread(NamedTuple):
    """How many things there are over several networks, and whose each is."""

    total: int
    at: Callable[[int], tuple[Network, int]]


class Estate:
    """What the simulator serves.

    `attachments` are divided evenly among `core_networks`; other counts scale from them unless given by
    keyword (see `Overrides`). `policy` is the live policy document of the first core network, as an object
    or the path of one. A million attachments take no more memory than ten.
    """

    def __init__(
        self,
        seed: int = 0,
        attachments: int = 1000,
        core_networks: int = 1,
        policy: Document | str | Path | None = None,
        **counts: Unpack[Overrides],
    ) -> None:
        if attachments < 0 or core_networks < 1:
            raise ValueError("an estate has 0 or more attachments and 1 or more core networks")
        self.seed = seed
        self.attachments = attachments
        self.series = {kind: Series(kind, seed) for kind in _KINDS}
        self.attachment_key = self.series["attachment"].key
        scaled = Counts.scaled(attachments // core_networks, counts)
        self.accounts = _accounts(seed, scaled.accounts)
        self.owner = self.accounts[0]
        generated = Plan(generate(scaled))
        first = generated if policy is None else Plan(load(policy))
        self.networks: list[Network] = []
        self.directories: dict[int, Directory] = {}
        for number in range(core_networks):
            start = attachments * number // core_networks
            share = attachments * (number + 1) // core_networks - start
            own = Counts.scaled(share, counts)
            plan = generated if number else first
            ids = self.id("global-network", number), self.id("core-network", number)
            self.networks.append(Network(number, ids, start, own, plan, self.accounts))

    def id(self, kind: str, index: int, network: Network | None = None) -> str:
        """The identifier of the thing of `kind` at `index`, counted within `network` when one is given."""
        return self.series[kind].id(index if network is None else network.number * STRIDE + index)

    def locate(self, kind: str, identifier: str, count: str | None = None) -> tuple[Network, int] | None:
        """The network and the index in it that `identifier` stands for, below the count `count` names."""
        index = self.series[kind].index(identifier, len(self.networks) * STRIDE)
        if index is None:
            return None
        number, local = divmod(index, STRIDE)
        network = self.networks[number]
        return (network, local) if count is None or local < getattr(network.counts, count) else None

    def network_of(self, attachment: int) -> Network:
        """The network the attachment at a position of the whole estate belongs to."""
        if len(self.networks) == 1:
            return self.networks[0]
        return self.networks[((attachment + 1) * len(self.networks) - 1) // self.attachments]

    def network(self, params: Params) -> Network | None:
        """The network the input names by GlobalNetworkId or CoreNetworkId; None when it names none.

        An identifier this estate does not hold is the 404 of the service.
        """
        for member, kind in (("GlobalNetworkId", "global-network"), ("CoreNetworkId", "core-network")):
            identifier = params.get(member)
            if identifier is not None:
                index = self.series[kind].index(identifier, len(self.networks))
                if index is None:
                    raise not_found(kind.replace("-", "_").upper(), identifier)
                return self.networks[index]
        return None

    def required(self, params: Params) -> Network:
        """The network of an operation whose input must name one; the first when an accessor leaves it out."""
        return self.network(params) or self.networks[0]

    def spread(self, network: Network | None, count: Callable[[Network], int]) -> Spread:
        """The things of one network, or of all in order."""
        networks = self.networks if network is None else [network]
        ends = list(accumulate(count(each) for each in networks))

        def at(position: int) -> tuple[Network, int]:
            which = bisect_right(ends, position)
            return networks[which], position - (ends[which - 1] if which else 0)

        return Spread(ends[-1], at)

    def selection(self, operation: str, **scope: Any) -> Selection:
        """The items a listing operation answers with for the input `scope`."""
        return LISTINGS[operation](self, scope)

    def ids(self, operation: str, **scope: Any) -> Iterator[str]:
        """The identifying member of every item a listing must give, in order, without going through HTTP."""
        for item in self.items(operation, **scope):
            yield (
                str(next(iter(item.values())))
                if operation not in _IDENTITY
                else str(item[_IDENTITY[operation]])
            )

    def items(self, operation: str, **scope: Any) -> Iterator[Item]:
        """Every item a listing must give, as objects."""
        chosen = self.selection(operation, **scope)
        for position in range(chosen.count):
            if chosen.keep is None or chosen.keep(position):
                yield json.loads(chosen.text(position))

    def count(self, operation: str, **scope: Any) -> int:
        """How many items a listing must give; immediate unless a filter has to look at each."""
        try:
            chosen = self.selection(operation, **scope)
        except Refusal:
            return 0
        if chosen.keep is None:
            return chosen.count
        return sum(map(chosen.keep, range(chosen.count)))

    def item(self, operation: str, index: int, **scope: Any) -> Item:
        """The item at a position of a listing; with filters, of the listing before they apply."""
        item: Item = json.loads(self.selection(operation, **scope).text(index))
        return item


_IDENTITY = {
    "DescribeGlobalNetworks": "GlobalNetworkId",
    "ListCoreNetworks": "CoreNetworkId",
    "ListAttachments": "AttachmentId",
    "ListConnectPeers": "ConnectPeerId",
    "ListPeerings": "PeeringId",
    "GetNetworkResources": "ResourceArn",
    "GetNetworkTelemetry": "ResourceArn",
    "GetTransitGatewayRegistrations": "TransitGatewayArn",
    "ListCoreNetworkPolicyVersions": "PolicyVersionId",
    "ListCoreNetworkPrefixListAssociations": "PrefixListArn",
    "ListContextStores": "ContextStoreId",
    "GetLinkAssociations": "DeviceId",
    "GetCoreNetworkChangeEvents": "IdentifierPath",
    "GetCoreNetworkChangeSet": "Identifier",
    "ListContextStoreAssociations": "TransitGatewayArn",
}


def _accounts(seed: int, count: int) -> tuple[str, ...]:
    return tuple(f"{100_000_000_000 + mix(mix(seed) + n) % 900_000_000_000}" for n in range(max(count, 1)))
