"""Sites, devices, links and the connections between devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.answer import Item, Params, Selection, select
from cloudwan_mcp.simulator.arns import manager_arn
from cloudwan_mcp.simulator.network import CONNECTION, DEVICE, LINK, SITE, Network, moment

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

_CITIES = (
    ("Frankfurt am Main, Germany", "50.1109", "8.6821"),
    ("Dublin, Ireland", "53.3498", "-6.2603"),
    ("Ashburn, VA", "39.0438", "-77.4874"),
    ("Singapore", "1.3521", "103.8198"),
    ("São Paulo, Brazil", "-23.5558", "-46.6396"),
    ("Tokyo, Japan", "35.6762", "139.6503"),
    ("Sydney, Australia", "-33.8688", "151.2093"),
)
_VENDORS = (
    ("Cisco", "C8500-12X"),
    ("Juniper", "MX204"),
    ("Fortinet", "FG-600F"),
    ("Palo Alto Networks", "PA-3410"),
)
_PROVIDERS = ("Lumen", "Equinix", "Telia", "NTT", "Colt")
_STATES = ("AVAILABLE",) * 15 + ("PENDING",)


def _name(kind: str, index: int) -> list[Item]:
    return [{"Key": "Name", "Value": f"{kind}-{index:03d}"}, {"Key": "Owner", "Value": "team-network"}]


def _location(bits: int) -> Item:
    address, latitude, longitude = _CITIES[bits % len(_CITIES)]
    return {"Address": address, "Latitude": latitude, "Longitude": longitude}


def site(estate: Estate, network: Network, index: int) -> Item:
    """A site of the global network."""
    bits, identifier = network.bits(SITE, index), estate.id("site", index, network)
    return {
        "SiteId": identifier,
        "SiteArn": manager_arn(network, "site", identifier),
        "GlobalNetworkId": network.global_id,
        "Description": f"Site {index}",
        "Location": _location(bits),
        "CreatedAt": moment(bits),
        "State": _STATES[bits >> 8 & 15],
        "Tags": _name("site", index),
    }


def site_of(estate: Estate, network: Network, index: int) -> str | None:
    """The site a device or link stands in: equal numbers share one."""
    sites = network.counts.sites
    return estate.id("site", index % sites, network) if sites else None


def device(estate: Estate, network: Network, index: int) -> Item:
    """A device; every ninth is an appliance in AWS, with a zone besides its site."""
    bits, identifier = network.bits(DEVICE, index), estate.id("device", index, network)
    vendor, model = _VENDORS[bits % len(_VENDORS)]
    in_aws = index % 9 == 8
    edge = network.location(bits)
    subnet = f"arn:aws:ec2:{edge}:{network.owner}:subnet/{estate.id('subnet', index, network)}"
    return {
        "DeviceId": identifier,
        "DeviceArn": manager_arn(network, "device", identifier),
        "GlobalNetworkId": network.global_id,
        "AWSLocation": {"Zone": f"{edge}a", "SubnetArn": subnet} if in_aws else None,
        "Description": f"Device {index}",
        "Type": "router" if index % 3 else "sd-wan",
        "Vendor": vendor,
        "Model": model,
        "SerialNumber": f"SN{bits & 0xFFFFFFFF:08X}",
        "Location": _location(network.bits(SITE, index)),
        "SiteId": site_of(estate, network, index),
        "CreatedAt": moment(bits),
        "State": _STATES[bits >> 8 & 15],
        "Tags": _name("device", index),
    }


def link(estate: Estate, network: Network, index: int) -> Item:
    """A link of a site to a provider."""
    bits, identifier = network.bits(LINK, index), estate.id("link", index, network)
    return {
        "LinkId": identifier,
        "LinkArn": manager_arn(network, "link", identifier),
        "GlobalNetworkId": network.global_id,
        "SiteId": site_of(estate, network, index),
        "Description": f"Link {index}",
        "Type": "broadband" if index % 2 else "mpls",
        "Bandwidth": {"UploadSpeed": 100 << (bits & 3), "DownloadSpeed": 200 << (bits & 3)},
        "Provider": _PROVIDERS[bits % len(_PROVIDERS)],
        "CreatedAt": moment(bits),
        "State": _STATES[bits >> 8 & 15],
        "Tags": _name("link", index),
    }


def ends(network: Network, index: int) -> tuple[int, int]:
    """The two devices a connection joins."""
    devices = max(network.counts.devices, 1)
    return index % devices, (index + 1 + index // devices) % devices


def connection(estate: Estate, network: Network, index: int) -> Item:
    """A connection between two devices over their links."""
    bits, identifier = network.bits(CONNECTION, index), estate.id("connection", index, network)
    one, other = ends(network, index)
    links = network.counts.links
    return {
        "ConnectionId": identifier,
        "ConnectionArn": manager_arn(network, "connection", identifier),
        "GlobalNetworkId": network.global_id,
        "DeviceId": estate.id("device", one, network),
        "ConnectedDeviceId": estate.id("device", other, network),
        "LinkId": estate.id("link", one % links, network) if links else None,
        "ConnectedLinkId": estate.id("link", other % links, network) if links else None,
        "Description": f"Connection {index}",
        "CreatedAt": moment(bits),
        "State": _STATES[bits >> 8 & 15],
        "Tags": _name("connection", index),
    }


def get_sites(estate: Estate, params: Params) -> Selection:
    """Sites of a global network."""
    network = estate.required(params)
    return select(network.counts.sites, lambda n: site(estate, network, n), params, {"SiteIds": "SiteId"})


def get_devices(estate: Estate, params: Params) -> Selection:
    """Devices of a global network, or of one site."""
    network = estate.required(params)
    filters = {"DeviceIds": "DeviceId", "SiteId": "SiteId"}
    return select(network.counts.devices, lambda n: device(estate, network, n), params, filters)


def get_links(estate: Estate, params: Params) -> Selection:
    """Links of a global network, or of one site, type or provider."""
    network = estate.required(params)
    filters = {"LinkIds": "LinkId", "SiteId": "SiteId", "Type": "Type", "Provider": "Provider"}
    return select(network.counts.links, lambda n: link(estate, network, n), params, filters)


def get_connections(estate: Estate, params: Params) -> Selection:
    """Connections of a global network; a device filter takes either end."""
    network = estate.required(params)

    def item(position: int) -> Item:
        return connection(estate, network, position)

    chosen = select(network.counts.connections, item, params, {"ConnectionIds": "ConnectionId"})
    wanted, rest = params.get("DeviceId"), chosen.keep
    if wanted:

        def keep(position: int) -> bool:
            made = item(position)
            at_an_end = wanted in (made["DeviceId"], made["ConnectedDeviceId"])
            return at_an_end and (rest is None or rest(position))

        chosen.keep = keep
    return chosen


def pairs(network: Network) -> int:
    """How many devices have the link of their own number."""
    return min(network.counts.devices, network.counts.links)


def get_link_associations(estate: Estate, params: Params) -> Selection:
    """Which link serves which device."""
    network = estate.required(params)

    def item(position: int) -> Item:
        return {
            "GlobalNetworkId": network.global_id,
            "DeviceId": estate.id("device", position, network),
            "LinkId": estate.id("link", position, network),
            "LinkAssociationState": "AVAILABLE",
        }

    return select(pairs(network), item, params, {"DeviceId": "DeviceId", "LinkId": "LinkId"})
