"""What one policy document in place of another would do to attachments, segments, inspection and egress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from cloudwan_mcp.policy.associate import Placement, Placer, Status
from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.change import CellChange, Change, ExitChange, InspectionChange, Move, Transition
from cloudwan_mcp.policy.changeset import changes
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.matrix import Matrix, matrix
from cloudwan_mcp.policy.rerouting import cell_changes, exit_changes, inspection_changes

MOST = 1000


@dataclass(slots=True, frozen=True)
class Changes:
    """Everything that differs. Lists hold the first `MOST` or as many as were asked for; counts are whole.

    `moves` are attachments that change their segment, group or status, `moved` how many there are of
    `attachments` looked at; `transitions` count them by the places they leave and go to. `assumptions` are
    those of both matrices.
    """

    changes: tuple[Change, ...]
    change_count: int
    cells: tuple[CellChange, ...]
    cell_count: int
    inspections: tuple[InspectionChange, ...]
    exits: tuple[ExitChange, ...]
    moves: tuple[Move, ...]
    moved: int
    attachments: int
    transitions: tuple[Transition, ...]
    assumptions: tuple[str, ...]


@dataclass(slots=True)
class _Population:
    """What is kept of a stream of attachments: counts, the edges of groups, and the first moves."""

    total: int = 0
    moved: int = 0
    moves: list[Move] = field(default_factory=list)
    transitions: Counter[tuple[str, str, Status]] = field(default_factory=Counter)
    places: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    edges: tuple[dict[str, set[str]], dict[str, set[str]]] = field(default_factory=lambda: ({}, {}))


def compare(
    before: Document, after: Document, attachments: Iterable[Attachment] = (), most: int = MOST
) -> Changes:
    """Compare two documents, and place every attachment by both; attachments are read once, none is kept.

    Where attachments are given, inspection is judged by the edges at which groups have some. Raises
    `BadRequest` where a document has too many segments for a matrix.
    """
    one, other = matrix(before), matrix(after)
    found = _stream(before, after, attachments, most)
    presence = found.edges if found.total else (None, None)
    said = list(changes(before, after))
    cells = list(cell_changes(one, other, found.places))
    return Changes(
        changes=tuple(said[:most]),
        change_count=len(said),
        cells=tuple(cells[:most]),
        cell_count=len(cells),
        inspections=tuple(islice(inspection_changes(before, after, one, other, presence), most)),
        exits=tuple(islice(exit_changes(before, after, one, other, presence), most)),
        moves=tuple(found.moves),
        moved=found.moved,
        attachments=found.total,
        transitions=_transitions(found, one, other),
        assumptions=tuple(sorted({*one.assumptions, *other.assumptions})),
    )


def _stream(before: Document, after: Document, attachments: Iterable[Attachment], most: int) -> _Population:
    placers = (Placer(before), Placer(after))
    found = _Population()
    for attachment in attachments:
        found.total += 1
        one, other = (placer.place(attachment) for placer in placers)
        for index, placement in enumerate((one, other)):
            found.places[index][placement.place] += 1
            if placement.group and placement.status == "associated":
                found.edges[index].setdefault(placement.group, set()).add(attachment.region)
        if one.place != other.place or one.status != other.status:
            found.moved += 1
            found.transitions[one.place, other.place, other.status] += 1
            if len(found.moves) < most:
                found.moves.append(_move(attachment, one, other))
    return found


def _move(attachment: Attachment, one: Placement, other: Placement) -> Move:
    return Move(
        attachment.id,
        one.place,
        other.place,
        one.status,
        other.status,
        one.rule.number if one.rule else 0,
        other.rule.number if other.rule else 0,
        other.needs_acceptance,
    )


def _reached(found: Matrix, place: str) -> set[str]:
    return {name for name in found.segments if (cell := found.cells.get((place, name))) and cell.routed}


def _transitions(found: _Population, one: Matrix, other: Matrix) -> tuple[Transition, ...]:
    listed = []
    for (left, entered, status), count in found.transitions.most_common(MOST):
        before = _reached(one, left)
        after = _reached(other, entered) if status == "associated" else set()
        gained, lost = sorted(after - before), sorted(before - after)
        listed.append(Transition(left, entered, count, tuple(gained), tuple(lost), status))
    return tuple(listed)
