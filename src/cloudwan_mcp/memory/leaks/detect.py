"""One callable, called again and again: does it leak?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.memory.leaks.blame import find_line
from cloudwan_mcp.memory.leaks.calls import Calls
from cloudwan_mcp.memory.leaks.counters import Collector, Counter, standard_counters
from cloudwan_mcp.memory.leaks.rounds import FLAT_AFTER, WARM_UP_CALLS, Measured, Rounds
from cloudwan_mcp.memory.leaks.verdict import Kind, Verdict

BUDGET_S = (0.5, 600.0)
_UNJUDGED = {"fading", "unsure"}


def detect(target: Callable[[], Any], *, budget_s: float = 10.0, blame: bool = True) -> Verdict:
    """Call `target`, sync or async, for about `budget_s` seconds (0.5 to 600) and judge what it leaves.

    Never give it what costs money or changes something: it is called thousands of times, and a leak is one
    only after 1,000 calls (of file descriptors, threads, tasks and cycles: 100). It must bear repetition
    without arguments; what it raises goes through. It stops early when the verdict is plain, and takes twice
    the budget at most, on a machine that slows. Garbage is collected after every round.
    `blame` then looks for the line of what grows, for about as long again at most, and traces meanwhile, this
    whole process: where others are served, use `detect_in_child`.
    """
    if not BUDGET_S[0] <= budget_s <= BUDGET_S[1]:
        raise outside("budget_s", budget_s, f"between {BUDGET_S[0]:g} and {BUDGET_S[1]:g} seconds")
    calls, collector, began = Calls(target), Collector(), time.monotonic()
    try:
        found = standard_counters(collector, calls.loop)
        measured = Rounds(calls, found, budget_s, settle=collector).run()
        kind = conclude(measured, found)
        growing = [each for each in measured.growth if each.trend == "growing"]
        line = find_line(calls, growing, found, budget_s) if blame and growing else None
    finally:
        calls.close()
    return Verdict(
        kind=kind,
        growth=tuple(each for each in measured.growth if each.trend != "flat"),
        calls=measured.calls,
        rounds=measured.rounds,
        seconds=round(time.monotonic() - began, 2),
        next_step=_next_step(kind, measured, blamed=line is not None),
        blame=line,
    )


def conclude(measured: Measured, counters: tuple[Counter, ...]) -> Kind:
    """The verdict on what was measured, whose growth is in the order of the counters."""
    pairs = list(zip(measured.growth, counters, strict=True))
    enough = [measured.calls >= counter.calls for growth, counter in pairs if growth.trend == "growing"]
    if measured.rounds < FLAT_AFTER:
        return "suspect" if enough else "inconclusive"
    if enough:
        return "leak" if any(enough) else "suspect"
    if any(growth.trend in _UNJUDGED for growth in measured.growth) or measured.calls < WARM_UP_CALLS:
        return "inconclusive"
    return "clean"


def _next_step(kind: Kind, measured: Measured, *, blamed: bool) -> str:
    if kind == "clean":
        return "Nothing to do."
    if kind == "leak":
        return (
            "Bound what that line keeps, or release it, and detect again."
            if blamed
            else "Detect with blame, or a smaller part of it, until a line is established."
        )
    if any(each.trend == "fading" for each in measured.growth):
        return "It grows ever slower, as a cache that fills: detect again with a longer budget_s."
    return "Detect again with a longer budget_s, or a callable that takes less time per call."
