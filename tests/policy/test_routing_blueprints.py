"""The traffic tables of AWS's routing policy blueprints hold for the policies published beside them.

Transcribed from the README of pattern 4 of aws-samples/aws-cloud-wan-blueprints, as of December 2025.
"""

from __future__ import annotations

import pytest

from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.originate import Origination
from cloudwan_mcp.policy.paths import Choice, advertised, simulate
from cloudwan_mcp.policy.reach import End, reach
from cloudwan_mcp.policy.route import Route, prefix_of
from fakes.policies import published

USE, EUW, EUW2 = "us-east-1", "eu-west-1", "eu-west-2"
ONPREM = "192.168.0.0/16"
WORKS = {"reachable": "allowed", "inspected": "inspected"}


def vpc(domain: str, edge: str, prefix: str, **members: str) -> End:
    attachment = Attachment(
        f"vpc-{edge}", "vpc", {"domain": domain}, region=edge, prefixes=(prefix,), **members
    )
    return End(attachment=attachment)


def traffic(number: int, source: End, destination: End) -> str:
    return WORKS.get(reach(published(number), source, destination).policy, "blocked")


@pytest.mark.parametrize(
    ("source", "destination", "expected"),
    [
        (("production", "10.0.0.0/24"), ("production", "10.0.1.0/24"), "allowed"),
        (("development", "10.1.0.0/24"), ("development", "10.1.1.0/24"), "allowed"),
        (("production", "10.0.0.0/24"), ("development", "10.1.0.0/24"), "blocked"),
        # what the pattern is for: the secondary block is not propagated
        (("production", "10.0.0.0/24"), ("production", "10.100.0.0/16"), "blocked"),
    ],
)
def test_secondary_cidr_blocks_are_filtered(
    source: tuple[str, str], destination: tuple[str, str], expected: str
) -> None:
    ends = [vpc(segment, USE, prefix, label="vpcAttachments") for segment, prefix in (source, destination)]
    assert traffic(37, *ends) == expected


@pytest.mark.parametrize("number", [26, 38])
@pytest.mark.parametrize("domain", ["production", "development"])
@pytest.mark.parametrize(
    ("version", "segment", "expected"),
    [
        (4, "ipv4only", "allowed"),
        (6, "ipv4only", "blocked"),
        (6, "ipv6only", "allowed"),
        (4, "ipv6only", "blocked"),
    ],
)
def test_segments_of_one_address_family_learn_only_its_routes(
    number: int, domain: str, version: int, segment: str, expected: str
) -> None:
    one, other = ("10.0.0.0/24", "10.1.0.0/24") if version == 4 else ("2001:db8::/56", "2001:db8:1::/56")
    assert traffic(number, vpc(domain, USE, one), vpc(segment, EUW, other)) == expected


@pytest.mark.parametrize("number", [26, 38])
def test_segments_of_different_address_families_stay_apart(number: int) -> None:
    assert (
        traffic(number, vpc("ipv4only", USE, "10.0.0.0/24"), vpc("ipv6only", USE, "10.1.0.0/24")) == "blocked"
    )


@pytest.mark.parametrize("number", [26, 38])
def test_the_published_row_that_blocks_production_within_itself_does_not_hold(number: int) -> None:
    """The README says "no segment sharing", but the segment does not isolate its attachments."""
    ends = vpc("production", USE, "10.0.0.0/24"), vpc("production", EUW, "10.1.0.0/24")
    assert traffic(number, *ends) == "allowed"


@pytest.mark.parametrize("number", [27, 39, 45])
@pytest.mark.parametrize(
    ("source", "destination", "expected"),
    [
        (("production", "10.0.0.0/24"), ("development", "10.10.0.0/24"), "inspected"),
        (("production", "100.64.0.0/24"), ("development", "10.10.0.0/24"), "blocked"),
        (("development", "10.10.0.0/24"), ("production", "10.0.0.0/24"), "inspected"),
        (("development", "100.64.0.0/24"), ("production", "10.0.0.0/24"), "blocked"),
    ],
)
def test_filtered_routes_are_not_inspected_and_the_rest_are(
    number: int, source: tuple[str, str], destination: tuple[str, str], expected: str
) -> None:
    ends = [vpc(segment, USE, prefix, label="vpcAttachments") for segment, prefix in (source, destination)]
    assert traffic(number, *ends) == expected


def hybrid(edge: str, *as_path: int, kind: str = "site-to-site-vpn", community: str = "") -> Origination:
    communities = frozenset({community} if community else ())
    route = Route(prefix_of(ONPREM), as_path, communities)
    return Origination(route, "hybrid", Attachment(f"{kind}-{as_path[0]}-{edge}", kind, region=edge))


def learned(number: int, segment: str, community: str) -> bool:
    tables = simulate(published(number), segment, [hybrid(USE, 65050, community=community)])
    assert tables.settled
    return tables.choice(USE, prefix_of(ONPREM)) is not None


@pytest.mark.parametrize("number", [28, 40])
def test_routes_are_segmented_by_their_community(number: int) -> None:
    assert learned(number, "test", "65051:100")
    assert not learned(number, "development", "65051:100")
    assert not learned(number, "test", "65052:100")
    assert not learned(number, "test", "65051:200")
    ends = vpc("development", USE, "10.0.0.0/24"), vpc("test", USE, "10.1.0.0/24")
    assert traffic(number, *ends) == "blocked"


@pytest.mark.parametrize("number", [28, 40])
def test_the_published_community_of_development_does_not_hold(number: int) -> None:
    """The README's tables say 65052:100, the policies beside them match 65051:200."""
    assert not learned(number, "development", "65052:100")
    assert learned(number, "development", "65051:200")


def choice(number: int, segment: str, edge: str, *originations: Origination) -> Choice:
    tables = simulate(published(number), segment, originations)
    assert tables.settled
    found = tables.choice(edge, prefix_of(ONPREM))
    assert found is not None
    return found


@pytest.mark.parametrize("number", [29, 41])
@pytest.mark.parametrize(
    ("edge", "neighbour", "chosen", "others"),
    [
        (EUW, EUW2, (65002, 65058), {(65000, 65500, 65501, 65052)}),
        (USE, "", (65052,), {(65002, 65058)}),
        (EUW2, "", (65058,), {(65000, 65052)}),
    ],
)
def test_paths_between_edges_are_those_published(
    number: int, edge: str, neighbour: str, chosen: tuple[int, ...], others: set[tuple[int, ...]]
) -> None:
    found = choice(number, "vpcs", edge, hybrid(USE, 65052), hybrid(EUW2, 65058))
    assert [(each.neighbour, each.route.as_path) for each in found.best] == [(neighbour, chosen)]
    assert {each.route.as_path for each in found.others} >= others


def gateways() -> list[Origination]:
    kind = "direct-connect-gateway"
    return [hybrid(edge, asn, kind=kind) for edge in (USE, EUW) for asn in (64512, 64513)]


@pytest.mark.parametrize("number", [31, 42])
@pytest.mark.parametrize(
    ("segment", "edge", "chosen", "longer"),
    [
        ("europevpcs", EUW, (64512,), (65500, 65501, 64513)),
        ("usvpcs", USE, (64513,), (65500, 65501, 64512)),
    ],
)
def test_each_continent_prefers_its_own_direct_connect_gateway(
    number: int, segment: str, edge: str, chosen: tuple[int, ...], longer: tuple[int, ...]
) -> None:
    found = choice(number, segment, edge, *gateways())
    assert [each.route.as_path for each in found.best] == [chosen]
    assert longer in {each.route.as_path for each in found.others}


def test_without_its_routing_policies_the_choice_of_the_gateway_is_a_tie() -> None:
    found = choice(30, "europevpcs", EUW, *gateways())
    assert found.tie
    assert {each.route.as_path for each in found.best} == {(64512,), (64513,)}


@pytest.mark.parametrize("number", [33, 34, 43, 110])
def test_ipv4_routes_are_summarized_and_ipv6_routes_are_not(number: int) -> None:
    four = ["10.0.0.0/24", "10.0.1.0/24", "10.10.0.0/24", "10.10.1.0/24"]
    six = ["2001:db8:0:1::/56", "2001:db8:0:100::/56"]
    routes = [Route(prefix_of(each), ()) for each in (*four, *six)]
    lists = {"ipv4routes": frozenset(prefix_of(each) for each in four)}
    label = Attachment("a", "site-to-site-vpn", region=USE, label="hybridAttachment")
    told = advertised(published(number), Origination(routes[0], "hybrid", label), routes, lists)
    assert [str(each.prefix) for each in told] == ["10.0.0.0/8", "2001:db8::/56", "2001:db8:0:100::/56"]
    plain = advertised(published(number), Origination(routes[0], "hybrid"), routes, lists)
    assert len(plain) == 6


@pytest.mark.parametrize("number", [35, 44])
@pytest.mark.parametrize(("version", "expected"), [(4, "blocked"), (6, "allowed")])
def test_between_peered_transit_gateways_only_ipv6_passes(number: int, version: int, expected: str) -> None:
    prefixes = ("10.0.0.0/16", "10.1.0.0/16") if version == 4 else ("2001:db8::/56", "2001:db8:1::/56")
    ends = [
        End(
            attachment=Attachment(
                edge, "TRANSIT_GATEWAY_ROUTE_TABLE", region=edge, prefixes=(prefix,), label="tgwAttachment"
            )
        )
        for edge, prefix in zip((USE, EUW), prefixes, strict=True)
    ]
    found = reach(published(number), *ends)
    # what a transit gateway says of AS paths and communities is not known, and no rule asks for it
    assert WORKS.get(found.policy, "blocked") == expected
    assert found.assumptions == ()
