"""Which two snapshots a caller wants told apart, and the cursors that say so again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.store import Cursor, Filters

Change = Literal["added", "removed", "changed", ""]
Part = Literal["before", "after"]
BETWEEN, WITHIN = "..", ":"
ALONE = "Pass the cursor alone, or call without it to start from the first page."


@dataclass(slots=True, frozen=True)
class Choice:
    """Ids of two snapshots, empty where the caller leaves the choice, and what is asked of them."""

    before: str = ""
    after: str = ""
    types: tuple[str, ...] = ()
    change: Change = ""


def choose_two(infos: Sequence[SnapshotInfo], asked: Choice) -> Choice:
    """The newest complete snapshot, and the newest of those before it, where none are named.

    `infos` come newest first. Raises `BadRequest` where there are no two, or not those.
    """
    complete = [info.id for info in infos if info.complete]
    for field, wanted in (("before", asked.before), ("after", asked.after)):
        if wanted and wanted not in complete:
            raise _unknown(field, wanted, infos, complete)
    if len(complete) < 2:
        raise BadRequest(
            f"{'Only one complete snapshot is' if complete else 'No complete snapshot is'} kept.",
            field="before",
            next_step="Call stream_topology with refresh='always' to read it anew, then call again. "
            "CLOUDWAN_KEEP_SNAPSHOTS, 2 at least, says how many are kept.",
        )
    after = asked.after or next(each for each in complete if each != asked.before)
    earlier = [*complete[complete.index(after) + 1 :], *complete]
    before = asked.before or next(each for each in earlier if each != after)
    if before == after:
        raise BadRequest(
            "before and after are the same snapshot.",
            field="before",
            next_step=f"Choose another of {', '.join(complete[:5])}.",
        )
    return replace(asked, before=before, after=after)


def _unknown(field: str, wanted: str, infos: Sequence[SnapshotInfo], complete: list[str]) -> BadRequest:
    growing = any(info.id == wanted for info in infos)
    there_are = ", ".join(complete[:10]) or "none"
    return BadRequest(
        f"{field}={wanted!r} {'is not complete yet' if growing else 'is not a snapshot that is kept'}.",
        field=field,
        next_step=f"Complete ones, newest first: {there_are}.",
    )


def cursor_of(choice: Choice, part: Part, n: int) -> Cursor:
    return Cursor(
        snapshot=f"{choice.before}{BETWEEN}{choice.after}",
        filters=Filters(types=choice.types),
        part=f"{choice.change}{WITHIN}{part}",
        n=n,
    )


def reading_of(cursor: Cursor, asked: Choice) -> tuple[Choice, Part, int]:
    """What a cursor goes on with, and where; raises `BadRequest` where something else is asked beside it."""
    before, between, after = cursor.snapshot.partition(BETWEEN)
    change, within, part = cursor.part.partition(WITHIN)
    if not between or not within:
        raise BadRequest("cursor is not one of diff_snapshots.", field="cursor", next_step=ALONE)
    choice = Choice(before, after, cursor.filters.types, cast(Change, change))  # it was signed here
    for field in ("before", "after", "types", "change"):
        wanted = getattr(asked, field)
        if wanted and wanted != getattr(choice, field):
            raise BadRequest(f"cursor belongs to another {field}.", field=field, next_step=ALONE)
    return choice, cast(Part, part), cursor.n
