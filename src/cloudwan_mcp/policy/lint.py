"""Everything that is wrong with a policy document, or probably not meant."""

from __future__ import annotations

import dataclasses

from cloudwan_mcp.policy.checks import CHECKS
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.finding import SEVERITIES, Finding
from cloudwan_mcp.policy.lines import survey
from cloudwan_mcp.policy.members import MOST_FINDINGS
from cloudwan_mcp.policy.parse import DEEPEST


def lint(document: Document) -> list[Finding]:
    """Findings of reading and of every check: errors first, then by line; at most `MOST_FINDINGS`."""
    found = list(document.problems)
    for check in CHECKS:
        for finding in check(document):
            if len(found) >= MOST_FINDINGS:
                break
            found.append(finding)
    lines = survey(document.text, DEEPEST) if document.text else None
    placed = [
        each if each.line or lines is None else dataclasses.replace(each, line=lines.line(each.pointer))
        for each in found
    ]
    return sorted(
        placed, key=lambda each: (SEVERITIES.index(each.severity), each.line, each.pointer, each.check)
    )
