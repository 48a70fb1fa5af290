"""What lint calls dead is dead on random attachments and routes; findings point at what exists."""

from __future__ import annotations

import dataclasses
import importlib
import json
import pkgutil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudwan_mcp.policy import checks
from cloudwan_mcp.policy.associate import associate
from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.checks import CHECKS
from cloudwan_mcp.policy.filtering import filtered
from cloudwan_mcp.policy.lint import lint
from cloudwan_mcp.policy.parse import parse
from cloudwan_mcp.policy.route import Route, prefix_of
from fakes.policies import policy, rule, tagged, typed, written
from fakes.policy_sections import routing
from fakes.rule_defects import RULES
from fakes.structure_defects import STRUCTURE
from fakes.traffic_defects import TRAFFIC

VALUES = st.sampled_from(["p", "pr", "prod", "x"])
OPERATORS = st.sampled_from(["equals", "not-equals", "contains", "begins-with"])
conditions = st.one_of(
    st.just({"type": "any"}),
    st.builds(tagged, st.sampled_from(["k", "l"])),
    st.builds(tagged, st.just("k"), VALUES, OPERATORS),
    st.builds(typed, st.sampled_from(["vpc", "connect"])),
)
rules = st.lists(
    st.tuples(st.lists(conditions, min_size=1, max_size=3), st.sampled_from(["and", "or"])),
    min_size=2,
    max_size=5,
)
tags = st.dictionaries(st.sampled_from(["k", "l"]), VALUES)
TARGETED = ["dead-rule", "contradiction"]


@given(rules, st.lists(st.tuples(st.sampled_from(["vpc", "connect"]), tags), min_size=1, max_size=12))
@settings(max_examples=200)
def test_a_rule_called_dead_decides_for_no_attachment(found: Any, attachments: Any) -> None:
    written_rules = [
        rule(index, *each, logic=logic, segment="a") for index, (each, logic) in enumerate(found, 1)
    ]
    document = policy(attachment_policies=written_rules)
    dead = {each.pointer.split("/")[2] for each in lint(document) if each.check in TARGETED}
    for kind, tagged_with in attachments:
        placed = associate(document, Attachment(type=kind, tags=tagged_with)).placement.rule
        assert placed is None or str(placed.number - 1) not in dead


@pytest.mark.parametrize(
    ("given_", "wanted", "implied"),
    [
        (("begins-with", "prod"), ("begins-with", "p"), True),
        (("begins-with", "p"), ("begins-with", "prod"), False),
        (("begins-with", "prod"), ("contains", "ro"), True),
        (("contains", "prod"), ("begins-with", "prod"), False),
        (("equals", "prod"), ("not-equals", "p"), True),
        (("equals", "p"), ("not-equals", "p"), False),
        (("not-equals", "p"), None, False),  # whether it asks for the tag is undocumented
        (("contains", "p"), None, True),
    ],
)
def test_a_condition_is_dead_where_another_implies_it(
    given_: tuple[str, str], wanted: tuple[str, str] | None, implied: bool
) -> None:
    first = tagged("k") if wanted is None else tagged("k", wanted[1], wanted[0])
    document = policy(
        attachment_policies=[
            rule(1, first, segment="a"),
            rule(2, tagged("k", given_[1], given_[0]), segment="b"),
        ]
    )
    assert ("dead-rule" in {each.check for each in lint(document)}) is implied


def test_a_drop_that_asks_for_more_than_a_prefix_ends_nothing_for_sure() -> None:
    found = routing(("prefix-in-cidr", "0.0.0.0/0", "drop"), ("prefix-equals", "10.0.0.0/8", "allow"))
    body = found["routing-policy-rules"][0]["rule-definition"]
    body["condition-logic"] = "and"
    body["match-conditions"].append({"type": "med-equals", "value": "6"})
    assert "dead-routing-rule" not in {each.check for each in lint(policy(routing_policies=[found]))}


PREFIXES = ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "::/0", "2001:db8::/32"]
routing_rules = st.lists(
    st.tuples(
        st.sampled_from(["prefix-equals", "prefix-in-cidr"]),
        st.sampled_from(PREFIXES),
        st.sampled_from(["drop", "allow", "set-med 5"]),
    ),
    min_size=1,
    max_size=6,
)


@given(routing_rules)
@settings(max_examples=200)
def test_a_routing_rule_called_dead_changes_no_route(found: Any) -> None:
    document = policy(routing_policies=[routing(*found)])
    (whole,) = document.routing_policies
    dead = {each.pointer for each in lint(document) if each.check == "dead-routing-rule"}
    alive = dataclasses.replace(whole, rules=tuple(each for each in whole.rules if each.pointer not in dead))
    for prefix in PREFIXES:
        route = Route(prefix_of(prefix))
        assert filtered([whole], route).route == filtered([alive], route).route


def resolved(data: Any, pointer: str) -> bool:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(data, list) and name.isdecimal() and int(name) < len(data):
            data = data[int(name)]
        elif isinstance(data, dict) and name in data:
            data = data[name]
        else:
            return False
    return True


BED = [*STRUCTURE, *TRAFFIC, *RULES]


@pytest.mark.parametrize("sections", [each[3] for each in BED], ids=range(len(BED)))
def test_every_finding_points_at_a_value_that_exists(sections: dict[str, Any]) -> None:
    data = written(**sections)
    for each in lint(parse(json.dumps(data))):
        assert resolved(data, each.pointer), each


def test_every_check_in_the_folder_is_registered() -> None:
    found = set()
    for module in pkgutil.iter_modules(checks.__path__):
        loaded = importlib.import_module(f"cloudwan_mcp.policy.checks.{module.name}")
        found |= {
            value
            for name, value in vars(loaded).items()
            if name.startswith("check_") and value.__module__ == loaded.__name__
        }
    assert found == set(CHECKS)


def test_every_planted_kind_of_finding_is_planted_once_at_least() -> None:
    planted = {each[0] for each in BED}
    assert len(BED) >= 80
    assert len(planted) >= 60


MANY = 1800
NAMES = [f"n{index}" for index in range(190)]
HOSTILE: dict[str, dict[str, Any]] = {
    "conditions": {
        "attachment_policies": [
            rule(n, *[tagged("k", f"{n}-{i}") for i in range(MANY)], logic=("and", "or")[n % 2], segment="a")
            for n in range(1, 7)
        ]
    },
    "rules": {"attachment_policies": [rule(n, tagged("k", str(n)), segment="a") for n in range(1, MANY)]},
    "shares": {
        "segments": NAMES,
        "segment_actions": [
            {"action": "share", "mode": "attachment-route", "segment": NAMES[n % 190], "share-with": "*"}
            for n in range(MANY // 2)
        ],
    },
    "sets": {
        "groups": ["fw"],
        "segment_actions": [
            {
                "action": "send-via",
                "segment": "a",
                "mode": "single-hop",
                "via": {
                    "network-function-groups": ["fw"],
                    "with-edge-overrides": [
                        {"edge-sets": [NAMES] * 40, "use-edge-location": f"n{n}"} for n in range(10)
                    ],
                },
            }
        ],
    },
    "blocks": {
        "edges": [
            {"location": f"e{n}", "inside-cidr-blocks": [f"10.{n}.{i % 250}.0/24" for i in range(MANY)]}
            for n in range(20)
        ]
    },
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_large_document_is_linted_in_bounded_work(name: str) -> None:
    """Without the bounds of the checks, each of these takes minutes."""
    assert len(lint(parse(json.dumps(written(**HOSTILE[name]))))) <= 1000
