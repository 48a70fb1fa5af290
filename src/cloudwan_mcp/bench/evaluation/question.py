"""What one question is: its words, the calls that answer it, what is true, and what another server needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from cloudwan_mcp.bench.evaluation.truth import Truth

CHARACTERS_A_TOKEN = 4  # 8,000 characters of compact JSON count as 2,000 tokens

Answer = dict[str, Any]
Arguments = dict[str, Any]


class Peer(NamedTuple):
    """What awslabs' aws-network-mcp-server needs at best: nothing fails, and every page holds all it can."""

    calls: int
    tokens: int


@dataclass(slots=True, frozen=True)
class Way:
    """One call that answers a question.

    `expected` is worked out from the simulator's estate alone; `faults` says what in an answer differs from
    it. `untimed` says why the call's milliseconds are not judged, "" where they are. `whole` calls pass
    through every attachment and have a bound of their own. `later` asks after the estate has changed, with
    the id of the snapshot from before as the argument `before`.
    """

    name: str
    tool: str
    arguments: Callable[[Truth], Arguments]
    expected: Callable[[Truth], Any]
    faults: Callable[[Any, Answer], Iterable[str]]
    untimed: str = ""
    later: bool = False
    whole: bool = False


@dataclass(slots=True, frozen=True)
class Question:
    """`number` and `words` are those of the list of twenty. `peer` gives None where it cannot answer."""

    number: int
    words: str
    ways: tuple[Way, ...]
    peer: Callable[[Truth], Peer | None]


def tokens(answer: Answer) -> int:
    """Of the answer as compact JSON, rounded up."""
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return -(-len(text) // CHARACTERS_A_TOKEN)


def different(what: str, expected: object, found: object) -> Iterable[str]:
    """One fault where two values that must be equal are not."""
    if expected != found:
        yield f"{what}: {str(found)[:300]} instead of {str(expected)[:300]}"
