"""Findings as SARIF 2.1.0 (OASIS), which code hosts show beside the lines they are about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudwan_mcp.policy.finding import Finding, Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def sarif(findings: Iterable[Finding], uri: str, version: str = "") -> dict[str, Any]:
    """One run over the document at `uri`; plain data, ready for `json.dumps`."""
    found = list(findings)
    checks = list(dict.fromkeys(each.check for each in found))
    driver: dict[str, Any] = {"name": "cloudwan-mcp policy lint", "rules": [{"id": each} for each in checks]}
    if version:
        driver["version"] = version
    results = [_result(each, checks.index(each.check), uri) for each in found]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(finding: Finding, rule: int, uri: str) -> dict[str, Any]:
    text = f"{finding.message} {finding.fix}".strip()
    return {
        "ruleId": finding.check,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri},
                    "region": {"startLine": max(finding.line, 1)},
                },
                "logicalLocations": [{"fullyQualifiedName": finding.path, "kind": "member"}],
            }
        ],
        "properties": {"pointer": finding.pointer} | ({"code": finding.code} if finding.code else {}),
    }
