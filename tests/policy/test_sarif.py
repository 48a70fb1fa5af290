"""Findings are rendered as SARIF that code hosts take."""

from __future__ import annotations

import json

from cloudwan_mcp.policy.finding import Finding
from cloudwan_mcp.policy.lint import lint
from cloudwan_mcp.policy.sarif import sarif
from fakes.policies import policy, published


def test_every_finding_is_a_result_with_its_rule_level_and_line() -> None:
    found = lint(published(14)) + lint(policy(segments=["a", "a"]))
    run = sarif(found, "policy.json", "1.0")["runs"][0]
    rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for each, result in zip(found, run["results"], strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == each.check
        assert result["level"] == {"info": "note"}.get(each.severity, each.severity)
        place = result["locations"][0]["physicalLocation"]
        assert place == {"artifactLocation": {"uri": "policy.json"}, "region": {"startLine": each.line}}
        assert each.fix in result["message"]["text"]
    json.dumps(run)


def test_a_document_without_findings_has_an_empty_run() -> None:
    run = sarif([], "policy.json")["runs"][0]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_a_finding_without_a_line_stands_on_the_first() -> None:
    result = sarif([Finding("quota", "error", "/segments", "Too many.", code="X")], "p")["runs"][0][
        "results"
    ][0]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert result["properties"] == {"pointer": "/segments", "code": "X"}
