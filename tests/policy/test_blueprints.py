"""The traffic tables that AWS publishes with its blueprints hold for the policies it publishes beside them.

Transcribed from the README files of patterns 1 to 3 of aws-samples/aws-cloud-wan-blueprints, as of December
2025. Each row is checked against every published document of its pattern.
"""

from __future__ import annotations

import pytest

from cloudwan_mcp.policy.associate import associate
from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.inspection import inspection
from cloudwan_mcp.policy.matrix import matrix
from cloudwan_mcp.policy.reach import End, Reach, reach
from fakes.policies import published

USE, EUW, EUW2, APSE = "us-east-1", "eu-west-1", "eu-west-2", "ap-southeast-2"
INTERNET = "Internet"
SIMPLE = (2, 3, 4, 95, 96, 97)
ACCOUNTS = (5, 98)
OUTBOUND = (8, 20, 102, 103)
OUTBOUND_WITHOUT = (10, 21, 105, 106)
DUAL, SINGLE, TGW_DUAL, TGW_SINGLE = (12, 22), (14, 23), (24, 108), (18, 25, 109)
Row = tuple[tuple[int, ...], str, str, str]

ROWS: list[Row] = [
    # documents, source, destination, result: "blocked", "allowed", or the Regions that inspect
    # Pattern 1, Simple Architecture: Traffic Flow
    (SIMPLE, f"production {USE}", f"production {USE}", "blocked"),
    (SIMPLE, f"development {USE}", f"development {USE}", "allowed"),
    (SIMPLE, f"production {USE}", f"shared {EUW}", "allowed"),
    (SIMPLE, f"development {USE}", f"shared {EUW}", "allowed"),
    (SIMPLE, f"shared {USE}", f"shared {EUW}", "blocked"),
    (SIMPLE, f"production {USE}", f"development {USE}", "blocked"),
    # Pattern 2, Multi-Account: Traffic Flow Examples
    (ACCOUNTS, f"production {USE}", f"production {EUW}", "blocked"),
    (ACCOUNTS, f"development {USE}", f"development {EUW}", "allowed"),
    (ACCOUNTS, f"production {USE}", f"development {USE}", "blocked"),
    # Pattern 3.1, Centralized Outbound
    (OUTBOUND, f"production {USE}", f"production {EUW}", "blocked"),
    (OUTBOUND, f"development {USE}", f"development {EUW}", "allowed"),
    (OUTBOUND, f"production {USE}", f"development {USE}", "blocked"),
    (OUTBOUND, f"production {USE}", INTERNET, USE),
    (OUTBOUND, f"development {APSE}", INTERNET, APSE),
    # Pattern 3.2, Centralized Outbound (Region Without Inspection)
    (OUTBOUND_WITHOUT, f"production {USE}", f"production {EUW}", "blocked"),
    (OUTBOUND_WITHOUT, f"development {USE}", f"development {EUW}", "allowed"),
    (OUTBOUND_WITHOUT, f"production {USE}", f"development {USE}", "blocked"),
    (OUTBOUND_WITHOUT, f"production {EUW}", INTERNET, EUW),
    (OUTBOUND_WITHOUT, f"production {USE}", INTERNET, USE),
    (OUTBOUND_WITHOUT, f"development {APSE}", INTERNET, APSE),
    (OUTBOUND_WITHOUT, f"production {EUW2}", INTERNET, EUW),
    # Pattern 3.3, East-West (Dual-Hop)
    (DUAL, f"production {USE}", f"production {USE}", USE),
    (DUAL, f"production {USE}", f"production {EUW}", f"{USE} {EUW}"),
    (DUAL, f"production {USE}", f"development {USE}", USE),
    (DUAL, f"production {USE}", f"development {EUW}", f"{USE} {EUW}"),
    (DUAL, f"development {USE}", f"development {EUW}", "allowed"),
    # Pattern 3.4, East-West (Single-Hop); the third row does not hold for document 14, see below
    (SINGLE, f"production {EUW}", f"production {EUW}", EUW),
    (SINGLE, f"production {USE}", f"production {EUW}", USE),
    ((23,), f"production {EUW2}", f"production {EUW}", EUW),
    (SINGLE, f"production {USE}", f"development {USE}", USE),
    (SINGLE, f"production {USE}", f"development {EUW}", USE),
    (SINGLE, f"development {USE}", f"development {EUW}", "allowed"),
    # Pattern 3.5, East-West with Transit Gateway (Dual-Hop): rows within one Region are the gateway's own
    (TGW_DUAL, f"production {USE}", f"production {EUW}", f"{USE} {EUW}"),
    (TGW_DUAL, f"production {USE}", f"development {EUW}", f"{USE} {EUW}"),
    (TGW_DUAL, f"development {USE}", f"development {EUW}", "allowed"),
    # Pattern 3.6, East-West with Transit Gateway (Single-Hop): which Region is said by document 25 alone
    ((25,), f"production {USE}", f"production {EUW}", USE),
    ((25,), f"production {USE}", f"development {EUW}", USE),
    ((18, 109), f"production {USE}", f"production {EUW}", "unspecified"),
    ((18, 109), f"production {USE}", f"development {EUW}", "unspecified"),
    (TGW_SINGLE, f"development {USE}", f"development {EUW}", "allowed"),
    # ... and within one Region "via Cloud WAN send-to": the route tables of the gateway send it there
    (TGW_SINGLE, f"production {USE}", INTERNET, USE),
    (TGW_SINGLE, f"development {USE}", INTERNET, USE),
]


def end(text: str) -> End:
    segment, _, edge = text.partition(" ")
    return End(prefix="0.0.0.0/0") if text == INTERNET else End(segment, edge)


def result(found: Reach) -> str:
    leg = found.forward.intent
    if found.policy in ("unreachable", "reachable"):
        return {"unreachable": "blocked", "reachable": "allowed"}[found.policy]
    assert found.policy == "inspected"
    assert leg.groups == ("inspectionVpcs",)
    if leg.inspection is None:  # traffic that leaves: the Region is in the sentence
        return leg.because[0].rpartition(' in "')[2].rstrip('"')
    return " ".join(leg.inspection.regions) or "unspecified"


CASES = [(number, *row[1:]) for row in ROWS for number in row[0]]


@pytest.mark.parametrize(("number", "source", "destination", "expected"), CASES)
def test_a_published_row_of_traffic_holds(number: int, source: str, destination: str, expected: str) -> None:
    assert result(reach(published(number), end(source), end(destination))) == expected


# Pattern 3.4: Inspection Matrix
MATRIX = {
    USE: {USE: USE, EUW: USE, EUW2: USE, APSE: USE},
    EUW: {USE: USE, EUW: EUW, EUW2: EUW, APSE: EUW},
    EUW2: {USE: USE, EUW: EUW, EUW2: EUW, APSE: APSE},
    APSE: {USE: USE, EUW: EUW, EUW2: APSE, APSE: APSE},
}
# The CloudFormation template names eu-west-1 twice in the edge set that is meant for eu-west-1 and eu-west-2,
# so that AWS's own order of Regions decides between those two.
TYPO = {(14, EUW, EUW2), (14, EUW2, EUW)}


@pytest.mark.parametrize("number", SINGLE)
def test_the_published_inspection_matrix_holds_but_for_a_typo(number: int) -> None:
    cells = matrix(published(number)).cells
    for pair in (("production", "production"), ("production", "development"), ("development", "production")):
        for source, row in MATRIX.items():
            for destination, region in row.items():
                found = inspection(cells[pair], source, destination)
                if (number, source, destination) in TYPO:
                    assert (found.regions, found.basis) == ((), "unspecified")
                else:
                    assert found.regions == (region,)


def placed(number: int, kind: str = "vpc", account: str = "", **tags: str) -> str:
    attachment = Attachment("attachment-1", kind, tags, account, USE)
    return associate(published(number), attachment).placement.place


@pytest.mark.parametrize("number", SIMPLE)
def test_the_published_rules_of_the_simple_architecture_associate_by_the_domain_tag(number: int) -> None:
    assert placed(number, domain="production") == "production"
    assert placed(number, domain="development") == "development"


def test_the_published_rule_for_shared_services_does_not_hold_in_its_readme() -> None:
    """Its example is a VPC with domain=sharedservice: rule 100 matches that first, and names no segment.

    The documents that are deployed have rule 200 ask for a tag of its own instead.
    """
    assert placed(2, domain="sharedservice") == ""
    assert placed(95, domain="sharedservice") == ""
    assert placed(2, kind="connect", domain="sharedservice") == "shared"
    for number in (3, 4, 96, 97):
        assert placed(number, sharedservice="true") == "shared"


@pytest.mark.parametrize("number", ACCOUNTS)
def test_the_published_rule_of_the_spoke_account_asks_for_the_account(number: int) -> None:
    account = "<spoke-account-id>"
    assert placed(number, account=account, domain="production") == "production"
    assert placed(number, account="111122223333", domain="production") == ""


@pytest.mark.parametrize("number", [*OUTBOUND, *OUTBOUND_WITHOUT, *DUAL, *SINGLE, *TGW_DUAL, *TGW_SINGLE])
def test_the_published_inspection_vpcs_join_their_group(number: int) -> None:
    assert placed(number, inspection="true") == "nfg:inspectionVpcs"
    assert placed(number, domain="development") == "development"


def test_with_transit_gateways_traffic_within_a_region_rests_on_the_firewall() -> None:
    """Pattern 3.1 calls production to development blocked, 3.6 reaches it through the default route."""
    found = reach(published(8), End("production", USE), End("development", USE))
    assert found.policy == "unreachable"
    assert "default-route-hairpin" in found.assumptions
