"""One simulated attachment: its facts from its index, and those facts as JSON text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from cloudwan_mcp.simulator.associations import Association, Pool
from cloudwan_mcp.simulator.mixing import mix
from cloudwan_mcp.simulator.network import PEERING, Network, moment

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

_ODD, _MASK = 0x9E3779B97F4A7C15, 0xFFFFFFFFFFFFFFFF
_STATES = (
    (12, "PENDING_ATTACHMENT_ACCEPTANCE"),
    (20, "PENDING_TAG_ACCEPTANCE"),
    (27, "REJECTED"),
    (36, "FAILED"),
    (39, "UPDATING"),
    (41, "CREATING"),
)
# So that an estate of twenty attachments already has one of each.
_ALWAYS = {11: "PENDING_ATTACHMENT_ACCEPTANCE", 12: "PENDING_TAG_ACCEPTANCE", 13: "REJECTED", 15: "FAILED"}
_SETTLED, _ALWAYS_UNTIL = 41, 15
_NAT = '"NatGatewaySupport":"ENABLED","NatSystemRouteSupport":false,'
_NO_NAT = '"NatGatewaySupport":"DISABLED","NatSystemRouteSupport":false,'
_ALWAYS_NONE, _ALWAYS_GROUP = 16, 19
_ERRORS = {
    "VPC": ("SUBNET_NO_FREE_ADDRESSES", "The subnet has no free addresses for the attachment"),
    "SITE_TO_SITE_VPN": ("VPN_CONNECTION_NOT_FOUND", "The VPN connection does not exist"),
    "CONNECT": ("MAXIMUM_NO_ENCAP_LIMIT_EXCEEDED", "Too many tunnel-less Connect attachments"),
    "TRANSIT_GATEWAY_ROUTE_TABLE": ("CREATION_FAILED", "The attachment could not be created"),
    "DIRECT_CONNECT_GATEWAY": (
        "DIRECT_CONNECT_GATEWAY_NO_PRIVATE_VIF",
        "The gateway has no private interface",
    ),
}


class Attachment(NamedTuple):
    """Facts of one attachment; `edges` has several names only for a Direct Connect gateway."""

    local: int
    network: Network
    id: str
    kind: str
    state: str
    edges: tuple[str, ...]
    account: str
    resource: str
    now: Association | None
    proposed: Association | None
    wanted: Association
    number: int
    bits: int


def attachment(estate: Estate, index: int) -> Attachment:
    """The facts of the attachment at `index` of the whole estate."""
    network = estate.network_of(index)
    local = index - network.start
    key = estate.attachment_key
    number = mix(index ^ key)
    # An odd factor is one to one on 64 bits, so that no two attachments share a VPC.
    bits = number * _ODD & _MASK
    kind = network.kinds[local % 100]
    # A Connect attachment lives where its transport does, and in the same account.
    place = mix((index - 1) ^ key) * _ODD & _MASK if kind == "CONNECT" else bits
    locations = network.plan.locations
    which = ((place & 0xFFFF) * len(locations)) >> 16
    if kind == "TRANSIT_GATEWAY_ROUTE_TABLE":
        peering = peering_of(network, local)
        which, place = peering % len(locations), network.bits(PEERING, peering)
    edge = locations[which]
    chance = bits >> 32 & 0x3FF
    state = "AVAILABLE" if chance >= _SETTLED and local > _ALWAYS_UNTIL else _state(local, chance)
    pool = network.pools[kind][which]
    wanted = _choose(pool, local, bits)
    account = wanted.account or network.account(place >> 16)
    now = None if state in ("PENDING_ATTACHMENT_ACCEPTANCE", "REJECTED", "FAILED", "CREATING") else wanted
    proposed = wanted if state == "PENDING_ATTACHMENT_ACCEPTANCE" else None
    if state == "PENDING_TAG_ACCEPTANCE":
        proposed = _choose(pool, local, bits >> 3)
    edges = locations[:4] if kind == "DIRECT_CONNECT_GATEWAY" else (edge,)
    if kind == "VPC":
        resource = f"arn:aws:ec2:{edge}:{account}:vpc/vpc-0{bits:016x}"
    else:
        resource = _resource(estate, network, kind, local, edge, account)
    identifier = f"attachment-0{number:016x}"
    return Attachment(
        local, network, identifier, kind, state, edges, account, resource, now, proposed, wanted, number, bits
    )


def peering_of(network: Network, local: int) -> int:
    """The transit gateway peering a route table attachment stands on."""
    return network.ordinal("TRANSIT_GATEWAY_ROUTE_TABLE", local) % network.counts.peerings


def _state(local: int, chance: int) -> str:
    found = (state for below, state in _STATES if chance < below)
    return _ALWAYS.get(local) or next(found, "AVAILABLE")


def _choose(pool: Pool, local: int, bits: int) -> Association:
    chance = bits >> 42 & 0x7F
    if pool.groups and (chance == 0 or local == _ALWAYS_GROUP):
        among = pool.groups
    elif pool.none and (chance == 1 or local == _ALWAYS_NONE):
        among = pool.none
    else:
        among = pool.segments or pool.none or pool.groups
    return among[((bits >> 48) * len(among)) >> 16] if len(among) > 1 else among[0]


def _resource(estate: Estate, network: Network, kind: str, local: int, edge: str, account: str) -> str:
    index = network.start + local
    if kind == "SITE_TO_SITE_VPN":
        return f"arn:aws:ec2:{edge}:{account}:vpn-connection/{estate.id('vpn', index)}"
    if kind == "CONNECT":
        return f"arn:aws:networkmanager::{network.owner}:attachment/{estate.id('attachment', index - 1)}"
    if kind == "TRANSIT_GATEWAY_ROUTE_TABLE":
        table = estate.id("tgw-rtb", network.ordinal(kind, local), network)
        return f"arn:aws:ec2:{edge}:{account}:transit-gateway-route-table/{table}"
    digits = f"{estate.series['dxcon'].number(index):016x}"
    uuid = f"{digits[:8]}-{digits[8:12]}-4{digits[13:]}-a{digits[1:4]}-{digits[4:]}"
    return f"arn:aws:directconnect::{account}:dx-gateway/{uuid}"


def attachment_text(estate: Estate, index: int) -> str:
    """The attachment at `index` as ListAttachments writes it."""
    return text_of(attachment(estate, index))


def text_of(one: Attachment) -> str:
    """Facts as JSON text, about 750 characters; a template, since pages of 500 are made of nothing else."""
    network, kind = one.network, one.kind
    if kind == "DIRECT_CONNECT_GATEWAY":
        where = f'"EdgeLocations":{json.dumps(one.edges)},'
    else:
        where = f'"EdgeLocation":"{one.edges[0]}",'
    created = moment(one.bits)
    extra = "" if one.state == "AVAILABLE" else _unsettled(one)
    nat = ""
    if kind == "VPC":
        nat = _NAT if one.local % 20 == 2 else _NO_NAT
    tags = network.tagging.text(one.number, one.local, one.wanted.tag_text)
    return (
        f'{network.head}"AttachmentId":"{one.id}",'
        f'"OwnerAccountId":"{one.account}","AttachmentType":"{kind}","State":"{one.state}",{where}'
        f'"ResourceArn":"{one.resource}",{one.now.text if one.now else ""}{nat}{extra}"Tags":[{tags}],'
        f'"CreatedAt":{created},"UpdatedAt":{created + (one.bits >> 20 & 0xFFFFF)}}}'
    )


def _unsettled(one: Attachment) -> str:
    text = ""
    if one.proposed is not None and one.proposed.text:
        member = "ProposedNetworkFunctionGroupChange" if one.proposed.group else "ProposedSegmentChange"
        text = f'"{member}":{{{one.proposed.text}"Tags":[{one.proposed.tag_text[1:]}]}},'
    if one.state == "FAILED":
        code, message = _ERRORS[one.kind]
        request = f"{one.bits:016x}"
        text += (
            f'"LastModificationErrors":[{{"Code":"{code}","Message":"{message}",'
            f'"ResourceArn":"{one.resource}","RequestId":"{request}"}}],'
        )
    return text
