"""What only some attachments have, routing policy labels and NAT; and prefix lists of a core network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.answer import Item, Params, Selection, select
from cloudwan_mcp.simulator.generated_policy import LABELS
from cloudwan_mcp.simulator.network import Network
from cloudwan_mcp.simulator.plan import mappings, strings

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

_LABELLED_FIRST, _LABELLED_EVERY = 3, 10
_NAT_FIRST, _NAT_EVERY = 2, 20


def _some(network: Network, first: int, every: int) -> int:
    return max(0, (network.counts.attachments - first + every - 1) // every)


def labels(network: Network) -> dict[str, tuple[str, ...]]:
    """The labels of a core network, and the routing policies its document gives each."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in mappings(network.plan.document.get("attachment-routing-policy-rules")):
        action = rule.get("action")
        names = strings(action.get("associate-routing-policies")) if isinstance(action, dict) else ()
        for condition in mappings(rule.get("conditions")):
            if isinstance(condition.get("value"), str):
                found.setdefault(condition["value"], names)
    return found or dict.fromkeys(LABELS, ())


def list_attachment_routing_policy_associations(estate: Estate, params: Params) -> Selection:
    """The tenth of the attachments that carries a routing policy label."""
    network = estate.required(params)
    named = list(labels(network).items())

    def item(position: int) -> Item:
        label, policies = named[position % len(named)]
        pending = position % 25 == 7
        index = network.start + _LABELLED_FIRST + position * _LABELLED_EVERY
        return {
            "AttachmentId": estate.id("attachment", index),
            "PendingRoutingPolicies": policies if pending else [],
            "AssociatedRoutingPolicies": [] if pending else policies,
            "RoutingPolicyLabel": label,
        }

    count = _some(network, _LABELLED_FIRST, _LABELLED_EVERY)
    return select(count, item, params, {"AttachmentId": "AttachmentId"})


def list_core_network_prefix_list_associations(estate: Estate, params: Params) -> Selection:
    """The managed prefix lists a policy document may name by alias."""
    network = estate.required(params)

    def item(position: int) -> Item:
        name = estate.id("pl", position, network)
        return {
            "CoreNetworkId": network.core_id,
            "PrefixListArn": f"arn:aws:ec2:us-west-2:{network.owner}:prefix-list/{name}",
            "PrefixListAlias": f"prefixes{position:03d}",
        }

    return select(network.counts.prefix_lists, item, params, {"PrefixListArn": "PrefixListArn"})


def list_attachment_nat_configurations(estate: Estate, params: Params) -> Selection:
    """The twentieth of the attachments, all of VPCs, that translates addresses."""
    among = estate.spread(estate.network(params), lambda network: _some(network, _NAT_FIRST, _NAT_EVERY))

    def item(position: int) -> Item:
        network, place = among.at(position)
        rules = [
            {
                "RuleNumber": 100 * (number + 1),
                "MatchSourceCidr": f"10.{place >> 8 & 255}.{place & 255}.0/24",
                "NatCidr": f"100.64.{place & 255}.{number * 16}/28",
                "State": "ACTIVATED",
            }
            for number in range(1 + place % 2)
        ]
        return {
            "AttachmentId": estate.id("attachment", network.start + _NAT_FIRST + place * _NAT_EVERY),
            "NatGatewaySupport": "ENABLED",
            "NatSystemRouteSupport": False,
            "NatGatewayRules": rules,
        }

    wanted = {"AttachmentId": params.get("AttachmentId")}
    for name, values in (params.get("Filters") or {}).items():
        wanted["".join(part.title() for part in name.split("-"))] = values
    return select(among.total, item, wanted, {name: name for name in wanted})
