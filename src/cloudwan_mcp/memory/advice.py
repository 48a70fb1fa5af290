"""What to do about memory, as it follows from the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloudwan_mcp.memory.limit import CONFIGURED, MIB, PHYSICAL

HEADROOM = 0.7  # of a limit, that the highest use should stay below
TIGHT = 0.85
STEP_MIB = 32


@dataclass(slots=True, frozen=True, kw_only=True)
class Figures:
    """What advice is drawn from; sizes in bytes."""

    limit: int
    origin: str
    used: int
    peak: int
    breaker: str
    breaker_opened: int
    late: int
    refused: int
    busy: int
    suspect: str
    disk_free: int
    disk_needed: int
    tracing: bool


def advise(figures: Figures) -> list[str]:
    """One sentence for each thing to do; one that says so when there is none."""
    return list(_advice(figures)) or ["Nothing to do: memory is well within its limit."]


def _advice(figures: Figures) -> Iterator[str]:
    yield from _of_limit(figures)
    if figures.late or figures.refused:
        yield (
            f"{figures.late} reservations waited in vain and {figures.refused} never fitted: lower "
            "CLOUDWAN_PAGE_SIZE or CLOUDWAN_CONCURRENCY, or raise the limit."
        )
    if figures.busy:
        yield f"{figures.busy} calls were turned away: call less at once, or raise CLOUDWAN_MAX_CALLS."
    if figures.suspect:
        yield figures.suspect
    if figures.disk_free < figures.disk_needed:
        yield (
            f"The disk has {figures.disk_free // MIB} MiB left and the next snapshot needs about "
            f"{figures.disk_needed // MIB}: free some, or set CLOUDWAN_DATA_DIR to another disk."
        )
    if figures.tracing:
        yield "Allocations are traced, which makes calls some ten times slower: stop it as soon as you can."


def _of_limit(figures: Figures) -> Iterator[str]:
    highest = max(figures.used, figures.peak if figures.origin in (CONFIGURED, PHYSICAL) else figures.used)
    better = -(-int(highest / HEADROOM) // (STEP_MIB * MIB)) * STEP_MIB
    raise_it = (
        f"Set {CONFIGURED} to {better} or more"
        if figures.origin == CONFIGURED
        else f"Raise the limit to {better} MiB"
    )
    if figures.breaker not in ("closed", "disabled"):
        yield f"The breaker is {figures.breaker}, memory being short: wait, and ask for less. {raise_it}."
    elif highest > TIGHT * figures.limit:
        yield f"{highest // MIB} of {figures.limit // MIB} MiB were in use. {raise_it}."
    elif figures.breaker_opened:
        yield f"The breaker opened {figures.breaker_opened} times, memory being short. {raise_it}."
    if figures.origin == PHYSICAL:
        yield f"Nothing but the machine limits this process: set {CONFIGURED}=256, or a container's limit."
