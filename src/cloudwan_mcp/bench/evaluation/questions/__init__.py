"""Every question that is evaluated; a new one is its file and its line here."""

from __future__ import annotations

from cloudwan_mcp.bench.evaluation.question import Question
from cloudwan_mcp.bench.evaluation.questions import (
    association,
    asymmetry,
    attached,
    attention,
    blackholes,
    changes,
    default_exits,
    dependants,
    down,
    inspection,
    installed,
    inventory,
    lint,
    matrix,
    overlaps,
    prefix_owner,
    proposal,
    quotas,
    reachability,
    versions,
)

QUESTIONS: tuple[Question, ...] = (
    reachability.QUESTION,
    inspection.QUESTION,
    matrix.QUESTION,
    attention.QUESTION,
    association.QUESTION,
    proposal.QUESTION,
    lint.QUESTION,
    prefix_owner.QUESTION,
    blackholes.QUESTION,
    overlaps.QUESTION,
    default_exits.QUESTION,
    inventory.QUESTION,
    attached.QUESTION,
    dependants.QUESTION,
    down.QUESTION,
    versions.QUESTION,
    quotas.QUESTION,
    asymmetry.QUESTION,
    installed.QUESTION,
    changes.QUESTION,
)
