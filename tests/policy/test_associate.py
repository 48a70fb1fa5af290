"""An attachment goes where the first matching rule says; every rule before it says why it does not match."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from cloudwan_mcp.policy.associate import MOST_KNOWN, Placer, associate, associations
from cloudwan_mcp.policy.attachment import Attachment
from fakes.policies import isolated, policy, rule, tagged, typed


def at(**members: object) -> Attachment:
    return Attachment(**({"type": "vpc", "region": "us-east-1"} | members))  # type: ignore[arg-type]


def test_rules_are_tried_by_number_not_by_place() -> None:
    document = policy(attachment_policies=[rule(200, segment="b"), rule(100, segment="a")])
    found = associate(document, at())
    assert (found.placement.segment, [each.number for each in found.trials]) == ("a", [100])
    assert found.because == 'Rule 100 matches and puts it into segment "a".'


def test_the_rules_before_say_which_condition_failed() -> None:
    document = policy(
        attachment_policies=[
            rule(1, tagged("env", "prod"), segment="a"),
            rule(2, tagged("shared"), typed("connect"), logic="or", segment="a"),
            rule(
                3,
                typed("vpc"),
                {"type": "account-id", "operator": "begins-with", "value": "12"},
                logic="and",
                segment="b",
            ),
        ]
    )
    found = associate(document, at(tags={"env": "dev"}, account="123"))
    assert [each.because for each in found.trials] == [
        'tag "env" is "dev"; the rule asks for equals "prod"',
        'none of 2 conditions holds; the attachment has no tag "shared"; it has "env"',
        "all 2 conditions hold",
    ]
    assert found.placement.segment == "b"


def test_without_a_matching_rule_there_is_no_segment() -> None:
    found = associate(policy(attachment_policies=[rule(1, typed("connect"), segment="a")]), at())
    assert (found.placement.status, found.placement.place) == ("no-rule", "")
    assert found.because == "No rule matches, so it has no segment."


def test_a_tag_that_names_no_segment_exactly_leaves_it_without_one() -> None:
    document = policy(attachment_policies=[rule(1, tagged("domain"), tag="domain"), rule(2, segment="b")])
    found = associate(document, at(tags={"domain": "A"}))
    assert found.placement.status == "no-segment"
    assert found.because == (
        'Rule 1 matches, but tag "domain" says "A", and no segment is called so: it has none.'
    )


def test_a_group_takes_the_attachment_from_every_segment() -> None:
    document = policy(groups=["fw"], attachment_policies=[rule(1, group="fw"), rule(2, segment="a")])
    found = associate(document, at()).placement
    assert (found.group, found.segment, found.place) == ("fw", "", "nfg:fw")


def test_an_attachment_outside_the_segments_edges_is_said() -> None:
    document = policy(
        edges=["us-east-1", "eu-west-1"],
        segments=[isolated("a", **{"edge-locations": ["eu-west-1"]})],
        attachment_policies=[rule(1, segment="a")],
    )
    assert associate(document, at()).placement.status == "not-at-edge"
    assert associate(document, at(region="eu-west-1")).placement.status == "associated"


@pytest.mark.parametrize(
    ("segment", "tightened", "needed"), [(True, False, True), (False, True, True), (False, False, False)]
)
def test_a_rule_only_tightens_acceptance(segment: bool, tightened: bool, needed: bool) -> None:
    place = rule(1, segment="a")
    place["action"]["require-acceptance"] = tightened
    document = policy(
        segments=[{"name": "a", "require-attachment-acceptance": segment}], attachment_policies=[place]
    )
    assert associate(document, at()).placement.needs_acceptance is needed


@pytest.mark.parametrize("state", ["PENDING_ATTACHMENT_ACCEPTANCE", "REJECTED", "FAILED", "DELETING"])
def test_an_attachment_that_is_not_available_has_no_routing(state: str) -> None:
    found = associate(policy(attachment_policies=[rule(1, segment="a")]), at(state=state))
    assert found.placement.status == "no-routing"
    assert state in found.because


def test_the_words_of_the_api_are_those_of_the_policy() -> None:
    document = policy(attachment_policies=[rule(1, typed("site-to-site-vpn"), segment="a")])
    assert associate(document, at(type="SITE_TO_SITE_VPN")).placement.segment == "a"


def test_the_resource_id_is_the_end_of_its_arn() -> None:
    condition = {"type": "resource-id", "operator": "equals", "value": "vpc-1"}
    document = policy(attachment_policies=[rule(1, condition, segment="a")])
    assert associate(document, at(resource="arn:aws:ec2:us-east-1:1:vpc/vpc-1")).placement.segment == "a"
    assert associate(document, at(resource="vpc-2")).placement.segment == ""


def test_not_equals_without_the_tag_is_an_assumption() -> None:
    document = policy(attachment_policies=[rule(1, tagged("env", "x", "not-equals"), segment="a")])
    found = associate(document, at())
    assert found.placement.segment == ""
    assert found.assumptions == ("not-equals-without-tag",)


def test_conditions_without_their_logic_are_an_assumption() -> None:
    document = policy(attachment_policies=[rule(1, typed("vpc"), tagged("env"), segment="a")])
    found = associate(document, at())
    assert found.placement.segment == ""
    assert found.assumptions == ("condition-logic-missing",)


def test_a_tag_of_hostile_length_is_shown_bounded() -> None:
    document = policy(attachment_policies=[rule(1, tagged("d"), tag="d")])
    found = associate(document, at(tags={"d": "x\n" * 10_000}))
    assert len(found.because) < 250
    assert found.because.isprintable()


def test_a_rule_without_conditions_matches_nothing() -> None:
    empty = rule(1, segment="a") | {"conditions": []}
    assert associate(policy(attachment_policies=[empty]), at()).placement.status == "no-rule"


def many(count: int) -> Iterator[Attachment]:
    for index in range(count):
        yield at(id=f"attachment-{index:017}", tags={"domain": "a"})


def test_memory_does_not_grow_with_the_number_of_attachments() -> None:
    document = policy(attachment_policies=[rule(1, tagged("domain"), tag="domain")])
    peaks = []
    for count in (100, 2000):
        tracemalloc.start()
        assert sum(1 for _ in associations(document, many(count))) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 20_000


def test_placing_says_what_explaining_says() -> None:
    document = policy(
        groups=["fw"], attachment_policies=[rule(1, tagged("x"), group="fw"), rule(2, segment="b")]
    )
    placer = Placer(document)
    for attachment in (at(), at(tags={"x": ""})):
        assert placer.place(attachment) == associate(document, attachment).placement


def test_one_placer_tells_apart_whatever_the_rules_ask_about() -> None:
    even = {"type": "resource-id", "operator": "contains", "value": "even"}
    own = {"type": "account-id", "operator": "equals", "value": "1"}
    document = policy(attachment_policies=[rule(1, even, segment="a"), rule(2, own, segment="b")])
    placer = Placer(document)
    for index in range(3 * MOST_KNOWN):
        attachment = at(resource=f"vpc-{index}-{('even', 'odd')[index % 2]}", account=str(index % 3))
        expected = "a" if index % 2 == 0 else "b" if index % 3 == 1 else ""
        assert placer.place(attachment).place == expected
