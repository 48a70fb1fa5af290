"""Asking a server: one answer held against the truth, and how long many take."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from cloudwan_mcp.bench.evaluation.question import Answer, Arguments, Question, Way, tokens
from cloudwan_mcp.bench.evaluation.truth import Truth
from cloudwan_mcp.bench.figures import percentile
from cloudwan_mcp.bench.stdio import StdioServer

FAULTS_KEPT = 5
ENOUGH_MS = 20_000  # of one question


@dataclass(slots=True)
class Row:
    """One way of one question at one size. `quiet` and `refreshing` are p95 of many calls, None untimed."""

    question: int
    way: str
    tool: str
    elements: int
    calls: int
    tokens: int
    ms: float
    faults: list[str]
    peer: tuple[int, int] | None
    untimed: str = ""
    whole: bool = False
    attachments: int = 0
    quiet: float | None = None
    refreshing: float | None = None
    answer: Answer = field(default_factory=dict, repr=False)

    def measured(self) -> dict[str, Any]:
        """Without the answer, for an artefact."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "answer"}


def arguments(way: Way, truth: Truth, since: str) -> Arguments:
    return way.arguments(truth) | ({"before": since} if way.later else {})


def ask(server: StdioServer, question: Question, way: Way, truth: Truth, since: str = "") -> Row:
    """One call, and what in its answer is not so."""
    asked = arguments(way, truth, since)
    peer = question.peer(truth)
    began = time.perf_counter()
    try:
        answer = server.call(way.tool, **asked)
    except RuntimeError as error:
        answer, faults = {}, [f"refused: {error}"[:300]]
    else:
        faults = []
    ms = 1000 * (time.perf_counter() - began)
    faults = faults or faults_of(way, truth, answer)
    return Row(
        question=question.number,
        way=way.name,
        tool=way.tool,
        elements=0,
        calls=1,
        tokens=tokens(answer),
        ms=round(ms, 1),
        faults=faults,
        peer=peer,
        untimed=way.untimed,
        whole=way.whole,
        attachments=truth.estate.attachments,
        answer=answer,
    )


def faults_of(way: Way, truth: Truth, answer: Answer) -> list[str]:
    """What in an answer is not so; an answer of another shape is wrong as well."""
    expected = way.expected(truth)
    try:
        return list(islice(way.faults(expected, answer), FAULTS_KEPT))
    except (KeyError, TypeError, ValueError) as error:
        return [f"not to be read: {error!r}"[:300]]


def p95_ms(server: StdioServer, tool: str, asked: Arguments, calls: int) -> float:
    """After one call to warm up; what is so slow that it is settled is not asked all that often."""
    server.call(tool, **asked)
    taken: list[float] = []
    while len(taken) < calls and sum(taken) < ENOUGH_MS:
        began = time.perf_counter()
        server.call(tool, **asked)
        taken.append(1000 * (time.perf_counter() - began))
    return round(percentile(taken, 0.95), 1)
