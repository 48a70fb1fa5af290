"""Each kind of finding finds its planted case, says why, and stays silent at what is well."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.finding import TEXT_CHARACTERS, Attributes
from cloudwan_mcp.findings import FINDINGS
from cloudwan_mcp.model import Element
from findings.networks import HEALTHY, SETTLED, STATES, TAGS, element, found, named

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
MEMBERS = [
    "Tags",
    "Key",
    "Value",
    "LastModificationErrors",
    "Code",
    "Message",
    "MissingPermissionsContext",
    "ProposedSegmentChange",
    "CreatedAt",
    "UpdatedAt",
    "Health",
    "Type",
    "Timestamp",
    "Destinations",
    "DestinationCidrBlock",
    "Definition",
    "PolicyErrors",
    "State",
    "EdgeLocations",
    "Segments",
]
HOSTILE = st.dictionaries(
    st.sampled_from(MEMBERS),
    st.one_of(
        JSON,
        st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=4),
        st.lists(st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=4), max_size=2),
        JSON.map(lambda value: json.dumps(value)),
    ),
    max_size=6,
)
KINDS = [*HEALTHY, "segment", "core-network", "made-up"]
EVERY_STATE = sorted({"", "AVAILABLE", "FAILED", "odd"}.union(*(each.states for each in FINDINGS)))


@pytest.mark.parametrize("kind", HEALTHY)
def test_nothing_is_found_at_what_is_well(kind: str) -> None:
    assert found(element(kind, HEALTHY[kind])) == {}


def test_what_is_well_is_seldom_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    monkeypatch.setattr(Attributes, "members", property(lambda self: parsed.append(self.text) or {}))
    assert found(element("vpc-attachment", SETTLED)) == {}
    assert found(element("device", HEALTHY["device"])) == {}
    assert parsed == []


@pytest.mark.parametrize(
    ("state", "since"),
    [("PENDING_ATTACHMENT_ACCEPTANCE", 200.0), ("PENDING_TAG_ACCEPTANCE", 200.0), ("CREATING", 200.0)],
)
def test_what_is_pending_says_since_when_and_for_whom(state: str, since: float) -> None:
    proposed = {"SegmentName": "quarantine", "Tags": TAGS}
    members = SETTLED | {"CreatedAt": 100, "UpdatedAt": since, "ProposedSegmentChange": proposed}
    evidence = found(element("vpc-attachment", members, state=state))["pending"]
    assert evidence.since == since
    assert evidence.facts["proposed"] == "quarantine"
    assert state in evidence.text
    assert named("pending").patience_s == 86_400


def test_a_peering_has_been_pending_since_it_was_made() -> None:
    evidence = found(element("transit-gateway-peering", {"CreatedAt": 100.5}, state="CREATING"))["pending"]
    assert evidence.since == 100.5
    assert "AWS Support" in evidence.fix


@pytest.mark.parametrize("kind", ["vpc-attachment", "transit-gateway-peering"])
def test_what_failed_names_its_cause_and_what_mends_it(kind: str) -> None:
    error = {
        "Code": "SUBNET_NO_FREE_ADDRESSES",
        "Message": "No free addresses\u202e\x00",
        "ResourceArn": "arn:subnet-1",
        "RequestId": "r-1",
    }
    evidence = found(element(kind, SETTLED | {"LastModificationErrors": [error]}, state="FAILED"))["failed"]
    assert evidence.text == "Failed: SUBNET_NO_FREE_ADDRESSES. No free addresses  "
    assert evidence.facts["resource"] == "arn:subnet-1"
    assert "addresses" in evidence.fix
    assert evidence.severity is None


def test_what_works_although_its_last_change_failed_is_less_grave() -> None:
    error = {"Code": "UPDATE_FAILED", "Message": "too many"}
    evidence = found(element("vpc-attachment", SETTLED | {"LastModificationErrors": [error]}))["failed"]
    assert evidence.severity == "medium"
    assert evidence.text.startswith("Its last change failed")


def test_a_failure_without_a_cause_is_a_failure() -> None:
    assert "no cause" in found(element("connect-peer", {}, state="FAILED"))["failed"].text
    state = {"State": {"Code": "FAILED", "Message": "service-linked role"}}
    evidence = found(element("transit-gateway-registration", state, state="FAILED"))["failed"]
    assert "service-linked role" in evidence.text


@pytest.mark.parametrize(("alias", "severity"), [("LATEST", None), ("", "low")])
def test_a_change_set_that_failed_matters_while_it_is_the_latest(alias: str, severity: str | None) -> None:
    members = {"PolicyVersionId": 7, "Alias": alias, "PolicyErrors": [{"Path": "$.x", "Message": "bad"}]}
    evidence = found(element("policy-version", members, state="FAILED_GENERATION"))["change_set_failed"]
    assert evidence.severity == severity
    assert "version 7" in evidence.text
    assert "$.x bad" in evidence.text


def test_an_attachment_without_a_place_says_which_tags_it_has() -> None:
    evidence = found(element("vpc-attachment", SETTLED, segment=""))["no_segment"]
    assert "Name=billing" in evidence.text
    assert found(element("vpc-attachment", SETTLED, segment="nfg:inspect")) == {}
    pending = element("vpc-attachment", SETTLED, segment="", state="PENDING_ATTACHMENT_ACCEPTANCE")
    assert "no_segment" not in found(pending)


@pytest.mark.parametrize(
    "members",
    [
        {"Tags": []},
        {},
        {"Tags": None},
        {"ProposedSegmentChange": {"Tags": TAGS}},
    ],
)
def test_an_attachment_without_tags_is_found(members: dict[str, Any]) -> None:
    assert found(element("connect-attachment", members)).keys() == {"untagged"}
    assert found(element("connect-attachment", members, name="billing")) == {}


@pytest.mark.parametrize(
    ("members", "severity", "cause"),
    [
        ({"Type": "PROPAGATED", "Destinations": [{"CoreNetworkAttachmentId": "a-1"}]}, None, "a-1"),
        ({"Type": "STATIC", "DestinationCidrBlock": "0.0.0.0/0"}, "medium", "send-to"),
        ({"Type": "STATIC", "DestinationCidrBlock": "10.0.0.0/8"}, "low", "create-route"),
        ({"Type": "PROPAGATED", "Destinations": []}, None, "no attachment"),
    ],
)
def test_a_blackhole_says_where_it_is_and_what_likely_causes_it(
    members: dict[str, Any], severity: str | None, cause: str
) -> None:
    evidence = found(element("route", members, state="BLACKHOLE"))["blackhole"]
    assert evidence.severity == severity
    assert cause in evidence.text
    assert "segment prod at eu-west-1" in evidence.text


@pytest.mark.parametrize("protocol", ["BGP", "IPSEC"])
def test_a_session_that_is_down_says_whose_it_is(protocol: str) -> None:
    members = {
        "ResourceType": "vpn-connection",
        "ResourceArn": "arn:aws:ec2:eu-west-1:1:vpn-connection/vpn-1",
        "Address": "203.0.113.7",
        "Health": {"Type": protocol, "Status": "DOWN", "Timestamp": 1000},
    }
    evidence = found(element("network-telemetry", members, state="DOWN"))["session_down"]
    assert evidence.text == f"{protocol} at 203.0.113.7 is DOWN, of vpn-connection vpn-1."
    assert evidence.since == 1000


@pytest.mark.parametrize("kind", ["site", "device", "link", "connection"])
def test_what_is_not_available_says_where_it_belongs(kind: str) -> None:
    evidence = found(element(kind, {"SiteId": "site-9", "CreatedAt": 5}, state="PENDING"))["link_down"]
    assert evidence.text == f"{kind} is PENDING, not AVAILABLE; SiteId site-9."
    assert (evidence.since, evidence.severity) == (5, "low")


@pytest.mark.parametrize(
    ("kind", "member"),
    [("dxcon", "connectionState"), ("dxcon", "ConnectionState"), ("dx-vif", "virtualInterfaceState")],
)
def test_a_direct_connect_line_is_down_by_its_definition(kind: str, member: str) -> None:
    evidence = found(element(kind, {"Definition": json.dumps({member: "down"})}, state=""))["link_down"]
    assert evidence.severity is None
    assert "down" in evidence.text


@given(kind=st.sampled_from(KINDS), state=st.sampled_from(EVERY_STATE), members=HOSTILE)
def test_examining_never_raises_and_its_words_are_bounded_lines(
    kind: str, state: str, members: dict[str, Any]
) -> None:
    for text in (json.dumps(members), json.dumps([members]), "{", ""):
        one = Element(kind, kind, "n", "", "c", "", "e", "a", state, text)
        for evidence in found(one).values():
            told = [evidence.text, *(v for v in evidence.facts.values() if isinstance(v, str))]
            assert all(len(each) <= TEXT_CHARACTERS and each.isprintable() for each in told)


@given(members=HOSTILE)
def test_every_examination_takes_any_attributes_directly(members: dict[str, Any]) -> None:
    for finding in FINDINGS:
        if finding.examine:
            for kind in HEALTHY:
                state = finding.states[0] if finding.states else STATES.get(kind, "FAILED")
                finding.examine(Element("x", kind, state=state, attributes=json.dumps(members)), members)
