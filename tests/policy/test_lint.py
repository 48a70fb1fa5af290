"""Lint finds every planted defect with its place and its fix, and no error in what works."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.policy.finding import Finding
from cloudwan_mcp.policy.lint import lint
from cloudwan_mcp.policy.parse import parse
from fakes.policies import PUBLISHED, isolated, policy, published, rule, share, tagged, written
from fakes.policy_sections import TWO, VALID, action, overridden, route, rules
from fakes.rule_defects import RULES
from fakes.structure_defects import STRUCTURE
from fakes.traffic_defects import TRAFFIC

BED = [*STRUCTURE, *TRAFFIC, *RULES]


def findings(sections: dict[str, Any]) -> list[Finding]:
    return lint(policy(**sections))


@pytest.mark.parametrize(
    ("check", "severity", "pointer", "sections"),
    BED,
    ids=[f"{index}-{each[0]}" for index, each in enumerate(BED)],
)
def test_a_planted_defect_is_found_at_its_place_with_a_fix(
    check: str, severity: str, pointer: str, sections: dict[str, Any]
) -> None:
    found = findings(sections)
    assert (check, severity, pointer) in [(each.check, each.severity, each.pointer) for each in found]
    for each in found:
        assert each.fix
        assert each.message.isprintable()
        assert len(each.message) < 400


CLEAN = action(
    share("c", "*"),
    overridden(([TWO], TWO[0])),
    route("a", VALID),
    edges=TWO,
    segments=[isolated("a"), "b", "c"],
)


def test_a_sound_policy_has_no_finding_but_what_it_says_twice() -> None:
    assert [each.check for each in findings(CLEAN | {"segment_actions": CLEAN["segment_actions"][1:]})] == []


def test_findings_point_at_the_line_of_what_they_are_about() -> None:
    text = json.dumps(written(segments=["a", "a"]), indent=1)
    found = next(each for each in lint(parse(text)) if each.check == "repeated-name")
    before = text.splitlines()[: found.line]
    assert sum('"name": "a"' in line for line in before) == 1
    assert before[-1].strip() == "{"


def test_errors_come_first() -> None:
    found = [
        each.severity for each in findings(rules(rule(1, segment="z"), rule(2, tagged("x"), segment="a")))
    ]
    assert found == sorted(found, key=["error", "warning", "info"].index)


# A unit test of a Terraform provider, that names edges its own configuration does not have.
WRONG = {67: {"unknown-name"}}


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.name[:3])
def test_a_published_document_has_no_error_but_where_it_is_wrong(path: Path) -> None:
    number = int(path.name[:3])
    found = lint(published(number))
    assert {each.check for each in found if each.severity == "error"} == WRONG.get(number, set())
    assert all(each.fix for each in found)
    assert all(each.line >= 1 for each in found)


def test_the_published_typo_of_an_edge_set_is_found() -> None:
    found = {each.check: each for each in lint(published(14))}
    assert found["self-pair"].line == 110
    assert '"eu-west-1", "eu-west-2"' in found["missing-override"].message


def test_the_published_rule_that_another_swallows_is_found() -> None:
    assert [each.check for each in lint(published(2))] == ["swallowed-tag"]


SECTIONS = [sections for _, _, _, sections in BED]


@given(st.sampled_from(SECTIONS), st.sampled_from(SECTIONS))
def test_no_mixture_of_defects_makes_lint_crash(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert findings(one | other) is not None
