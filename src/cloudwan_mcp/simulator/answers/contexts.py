"""Context stores: what Network Manager knows of the transit gateways given to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.answer import Item, Params, Selection, select
from cloudwan_mcp.simulator.arns import manager_arn, transit_gateway_arn, transit_gateways
from cloudwan_mcp.simulator.network import CONTEXT, Network, moment
from cloudwan_mcp.simulator.refusal import not_found

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

_TYPES = (("SECURITY_GROUP", "sg"), ("SUBNET", "subnet"), ("ATTACHMENT", "tgw-attach"))
_VERSION = 12


def _store(estate: Estate, network: Network, index: int) -> Item:
    identifier = estate.id("context-store", index, network)
    return {
        "GlobalNetworkId": network.global_id,
        "ContextStoreId": identifier,
        "ContextStoreArn": manager_arn(network, "context-store", identifier),
        "Description": f"Context store {index}",
        "CreatedAt": moment(network.bits(CONTEXT, index)),
        "State": "AVAILABLE",
        "Tags": [{"Key": "Name", "Value": f"contexts-{index}"}],
    }


def _found(estate: Estate, params: Params) -> tuple[Network, int]:
    identifier = params.get("ContextStoreId") or estate.id("context-store", 0, estate.networks[0])
    found = estate.locate("context-store", identifier, "context_stores")
    if found is None:
        raise not_found("CONTEXT_STORE", identifier)
    return found


def list_context_stores(estate: Estate, params: Params) -> Selection:
    """Context stores of one global network or all."""
    among = estate.spread(estate.network(params), lambda network: network.counts.context_stores)
    return select(among.total, lambda position: _store(estate, *among.at(position)))


def get_context_store(estate: Estate, params: Params) -> Item:
    """One context store."""
    return {"ContextStore": _store(estate, *_found(estate, params))}


def get_context_version(estate: Estate, params: Params) -> Item:
    """The version the contexts of a store are at."""
    _found(estate, params)
    return {"VersionId": str(_VERSION)}


def _association(estate: Estate, network: Network, index: int, position: int) -> Item:
    return {
        "ContextStoreId": estate.id("context-store", index, network),
        "TransitGatewayArn": transit_gateway_arn(estate, network, position),
        "CreatedAt": moment(network.bits(CONTEXT, position + 1000)),
        "State": "ASSOCIATED",
    }


def list_context_store_associations(estate: Estate, params: Params) -> Selection:
    """The transit gateways given to a store."""
    network, index = _found(estate, params)
    return select(transit_gateways(network), lambda position: _association(estate, network, index, position))


def get_context_store_association(estate: Estate, params: Params) -> Item:
    """One transit gateway given to a store."""
    network, index = _found(estate, params)
    for position in range(transit_gateways(network)):
        if transit_gateway_arn(estate, network, position) == params["TransitGatewayArn"]:
            return {"ContextStoreAssociation": _association(estate, network, index, position)}
    raise not_found("CONTEXT_STORE_ASSOCIATION", params["TransitGatewayArn"])


def _context(network: Network, position: int) -> Item:
    bits = network.bits(CONTEXT, position + 2000)
    kind, prefix = _TYPES[position % len(_TYPES)]
    region = network.location(bits)
    return {
        "ContextId": f"context-{bits:016x}",
        "ContextType": kind,
        "PublicId": f"{prefix}-0{bits:016x}",
        "Region": region,
        "AvailabilityZone": f"{region}a" if kind == "SUBNET" else None,
        "AttachmentType": "VPC" if kind == "ATTACHMENT" else None,
    }


def list_contexts(estate: Estate, params: Params) -> Selection:
    """The contexts of a store at its present version."""
    network, _ = _found(estate, params)
    top = {"VersionId": str(_VERSION)}
    return select(network.counts.contexts, lambda position: _context(network, position), top=top)


def list_context_changes(estate: Estate, params: Params) -> Selection:
    """What came and went since a version: three contexts for each version passed."""
    network, _ = _found(estate, params)
    since = str(params.get("FromVersionId", "0"))
    if not since.isdigit() or int(since) > _VERSION:
        raise not_found("CONTEXT_VERSION", since)

    def item(position: int) -> Item:
        change = "REMOVED" if position % 3 == 2 else "ADDED"
        return {"ChangeType": change, "Context": _context(network, position)}

    top = {"FromVersionId": since, "ToVersionId": str(_VERSION)}
    return select(min(3 * (_VERSION - int(since)), network.counts.contexts), item, top=top)
