"""Every question that is evaluated; a new one is its file and its line here."""

from __future__ import annotations

from cloudwan_mcp.bench.evaluation.question import Question
from cloudwan_mcp.bench.evaluation.questions import (
    attached,
    attention,
    blackholes,
    changes,
    default_exits,
    dependants,
    down,
    inventory,
    overlaps,
    prefix_owner,
    quotas,
)

QUESTIONS: tuple[Question, ...] = (
    attention.QUESTION,
    prefix_owner.QUESTION,
    blackholes.QUESTION,
    overlaps.QUESTION,
    default_exits.QUESTION,
    inventory.QUESTION,
    attached.QUESTION,
    dependants.QUESTION,
    down.QUESTION,
    quotas.QUESTION,
    changes.QUESTION,
)
