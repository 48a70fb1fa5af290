"""Policy documents are read as far as they go; what is wrong is said with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.policy.document import SendVia, Share, StaticRoute, Targets
from cloudwan_mcp.policy.lines import survey
from cloudwan_mcp.policy.parse import DEEPEST, LARGEST, parse
from fakes.policies import PUBLISHED, policy, published, rule, send_via, share, tagged, via, written


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.name[:3])
def test_every_published_document_is_read_without_an_error(path: Path) -> None:
    document = parse(path.read_bytes())
    data = json.loads(path.read_bytes())
    assert [each.name for each in document.segments] == [each["name"] for each in data["segments"]]
    assert len(document.actions) == len(data.get("segment-actions", []))
    assert len(document.rules) == len(data.get("attachment-policies", []))
    assert len(document.routing_policies) == len(data.get("routing-policies", []))
    assert [each.check for each in document.problems if each.severity != "info"] == []


def test_there_are_all_the_published_documents() -> None:
    assert len(PUBLISHED) == 67


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ("", "not JSON"),
        (b"\xff\xfe{", "UTF-8"),
        ('{"a": NaN}', "number or nesting"),
        ('{"a":' + "9" * 5000 + "}", "number or nesting"),
        ('{"a":' * (DEEPEST + 2) + "1" + "}" * (DEEPEST + 2), "nests deeper"),
        ("[" * 100_000, "number or nesting"),
        (" " * (LARGEST + 1), "larger than"),
        (json.dumps({"segments": [{"name": "a"}] * 3000}), "at most 2,000"),
    ],
)
def test_what_is_no_policy_document_is_refused_with_what_to_do(text: str | bytes, said: str) -> None:
    with pytest.raises(BadRequest, match=said) as caught:
        parse(text)
    assert caught.value.field
    assert caught.value.next_step


def test_the_place_of_a_syntax_error_is_said() -> None:
    with pytest.raises(BadRequest) as caught:
        parse('{\n "version": "2021.12",\n "segments": [}\n')
    assert caught.value.field == "line 3 column 15"


def test_what_is_missing_is_said_as_aws_says_it() -> None:
    problem = parse('{"version": "2025.11", "segments": [],\n "core-network-configuration": {}}').problems[0]
    assert problem.message == "$.core-network-configuration.asn-ranges: is missing but it is required"
    assert (problem.code, problem.pointer, problem.line) == (
        "REQUIRED_PROPERTY",
        "/core-network-configuration",
        2,
    )
    assert problem.path == "$.core-network-configuration"


def test_a_null_is_said_as_aws_says_it() -> None:
    problems = policy(network_function_groups=None).problems
    assert [each.message for each in problems] == ["$.network-function-groups: null found, a value expected"]


def test_unknown_members_are_kept_and_said() -> None:
    document = parse(json.dumps(written() | {"__comment": "why", "segmnet-actions": [1]}))
    assert dict(document.unknown) == {"/__comment": '"why"', "/segmnet-actions": "[1]"}
    assert [(each.check, each.severity) for each in document.problems] == [
        ("unknown-member", "info"),
        ("unknown-member", "warning"),
    ]


def test_an_unknown_action_is_kept_and_said() -> None:
    document = policy(segment_actions=[{"action": "teleport", "segment": "a"}])
    assert document.actions[0].segment == "a"
    assert [each.check for each in document.problems] == ["unknown-action"]


def test_a_member_that_stands_twice_is_said_with_its_line() -> None:
    text = '{"version": "2021.12",\n "segments": [],\n "segments": [],\n "core-network-configuration": {'
    problems = parse(text + '"asn-ranges": [], "edge-locations": []}}').problems
    assert [(each.check, each.pointer, each.line) for each in problems] == [
        ("repeated-member", "/segments", 3)
    ]


def test_booleans_and_bare_strings_are_taken_for_what_they_mean() -> None:
    document = policy(
        segment_actions=[send_via("a", "b")],
        attachment_policies=[rule(1, {**tagged("x", "y"), "value": True}, group="fw")],
    )
    action = document.actions[0]
    assert isinstance(action, SendVia)
    assert action.targets == Targets(names=("b",))
    assert document.rules[0].conditions[0].value == "true"
    assert {each.check for each in document.problems} == {"loose-type"}


def test_every_form_of_targets_is_read() -> None:
    document = policy(
        segment_actions=[share("a", "*"), share("a", {"except": ["b"]}), share("a", ["b"]), share("a", ["*"])]
    )
    assert [each.targets for each in document.actions if isinstance(each, Share)] == [
        Targets(everything=True),
        Targets(everything=True, excluded=("b",)),
        Targets(names=("b",)),
        Targets(everything=True),
    ]
    assert [each.check for each in document.problems] == ["star-in-list"]


def test_the_older_word_for_the_region_of_an_override_is_known() -> None:
    inserted = {
        "network-function-groups": ["fw"],
        "with-edge-overrides": [{"edge-sets": [["x"]], "use-edge": "y"}],
    }
    document = policy(segment_actions=[send_via("a", "*", via=inserted)])
    action = document.actions[0]
    assert isinstance(action, SendVia)
    assert action.via.overrides[0].region == "y"
    assert document.problems == ()


def test_static_routes_are_read() -> None:
    route = published(65).actions[0]
    assert isinstance(route, StaticRoute)
    assert route.destinations == ("attachment-22222222222222222", "attachment-11111111111111111")
    assert not route.blackhole


def test_names_are_shown_bounded_and_on_one_line() -> None:
    problems = policy(attachment_policies=[rule(1, {"type": "x\n" * 500}, segment="a")]).problems
    assert all(len(each.message) < 300 and each.message.isprintable() for each in problems)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
SECTIONS = (*written(groups=["fw"]), "segment-actions", "attachment-policies", "routing-policies")


@given(st.dictionaries(st.sampled_from(SECTIONS), JSON))
def test_no_json_object_makes_reading_crash(data: dict[str, object]) -> None:
    parse(json.dumps(data))


WHOLE = written(
    groups=["fw"],
    segment_actions=[share("a", ["b"]), send_via("a", "*", via=via("fw", overrides=[([["x", "y"]], "x")]))],
    attachment_policies=[rule(1, tagged("k", "v"), segment="a")],
    attachment_routing_policy_rules=[
        {"rule-number": 1, "conditions": [{"type": "routing-policy-label", "value": "l"}], "action": {}}
    ],
    routing_policies=[
        {
            "routing-policy-name": "p",
            "routing-policy-direction": "inbound",
            "routing-policy-number": 1,
            "routing-policy-rules": [{"rule-number": 1, "rule-definition": {"match-conditions": [{}]}}],
        }
    ],
)


def places(value: object) -> list[tuple[object, object]]:
    """Every (container, key) of a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, inner in items for found in [(value, key), *places(inner)]]


@given(st.integers(0, 500), JSON)
def test_no_wrong_value_anywhere_makes_reading_crash(index: int, value: object) -> None:
    data = json.loads(json.dumps(WHOLE))
    found = places(data)
    container, key = found[index % len(found)]
    container[key] = value  # type: ignore[index]
    parse(json.dumps(data))


@given(st.dictionaries(st.text(max_size=8), JSON, min_size=1))
def test_lines_are_those_on_which_values_stand(data: dict[str, object]) -> None:
    text = json.dumps(data, indent=1)
    found = survey(text, 100)
    for name, value in data.items():
        pointer = "/" + name.replace("~", "~0").replace("/", "~1")
        line = text.splitlines()[found.line(pointer) - 1] if "\x1c" not in text else ""
        assert not line or json.dumps(name) in line
        assert not line or json.dumps(value)[0] in line
