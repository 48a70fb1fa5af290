"""Findings are rendered as SARIF that code hosts take."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft4Validator, FormatChecker

from cloudwan_mcp.policy.finding import Finding
from cloudwan_mcp.policy.lint import lint
from cloudwan_mcp.policy.parse import parse
from cloudwan_mcp.policy.sarif import sarif
from fakes.policies import PUBLISHED, policy, published, share, written
from fakes.rule_defects import RULES
from fakes.structure_defects import STRUCTURE
from fakes.traffic_defects import TRAFFIC

DEFECTIVE = [document for *_, document in (*RULES, *STRUCTURE, *TRAFFIC)]
DEFECTIVE += [written(segments=["a", "a"], segment_actions=[share("a", ["\u2028 <b>nowhere"])])]


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


@pytest.fixture(scope="module")
def schema() -> Draft4Validator:
    """OASIS's own schema, which is not in this repository: CONTRIBUTING says where to get it."""
    path = os.environ.get("SARIF_SCHEMA")
    if not path:
        pytest.skip("SARIF_SCHEMA names no copy of OASIS's sarif-schema-2.1.0.json")
    validator = Draft4Validator(json.loads(Path(path).read_bytes()), format_checker=FormatChecker())
    validator.check_schema(validator.schema)
    return validator


def test_logs_of_published_and_of_defective_documents_are_valid_by_the_schema_of_oasis(
    schema: Draft4Validator,
) -> None:
    texts = [each.read_bytes() for each in PUBLISHED] + [json.dumps(each).encode() for each in DEFECTIVE]
    found = [lint(parse(text)) for text in texts]
    assert {each.severity for findings in found for each in findings} == {"error", "warning", "info"}
    for findings in found:
        assert list(schema.iter_errors(sarif(findings, "a%20policy.json", "1.0"))) == []


def test_the_schema_of_oasis_refuses_what_is_no_log(schema: Draft4Validator) -> None:
    log = sarif([Finding("quota", "error", "/segments", "Too many.")], "p")
    for spoilt in (
        log | {"version": "2.0.0"},
        log | {"other": 1},
        {k: v for k, v in log.items() if k != "runs"},
    ):
        assert not schema.is_valid(spoilt)
