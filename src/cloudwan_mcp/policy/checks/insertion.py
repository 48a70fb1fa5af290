"""Service insertion: inspection that is bypassed, doubled, or sent nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.policy.document import Document, SendTo, SendVia
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.matrix import EVERYTHING, MOST_SEGMENTS, Cell, matrix
from cloudwan_mcp.policy.quotation import listed, quote


def _cells(document: Document) -> list[Cell]:
    """One cell for each unordered pair that some group inspects."""
    inserting = any(isinstance(action, SendVia) for action in document.actions)
    if not inserting or len(document.segments) > MOST_SEGMENTS:
        return []
    found = matrix(document)
    order = {name: index for index, name in enumerate(found.segments)}
    return [cell for (a, b), cell in found.cells.items() if order[a] <= order[b] and cell.inserted]


def check_bypasses(document: Document) -> Iterator[Finding]:
    for cell in _cells(document):
        pointer = cell.inserted[0].pointer
        if cell.bypass and cell.source == cell.destination:
            named = any(cell.source in (each.targets or EVERYTHING).names for each in cell.inserted)
            yield Finding(
                "inspection-bypass",
                "error" if named else "warning",
                pointer,
                f"{quote(cell.source)} does not isolate its attachments, so its own traffic bypasses "
                f"{listed(cell.groups)}.",
                "Set isolate-attachments, or leave the segment itself out of when-sent-to.",
            )
        elif cell.bypass:
            yield Finding(
                "shared-and-inspected",
                "warning",
                pointer,
                f"{quote(cell.source)} and {quote(cell.destination)} are shared as well: the direct route "
                f"may bypass {listed(cell.groups)}.",
                "Remove the share for the pair.",
            )
        elif "filter-and-send-via" in cell.assumptions:
            yield Finding(
                "filter-and-send-via",
                "info",
                pointer,
                f"A filter between {quote(cell.source)} and {quote(cell.destination)} is not known to stop "
                "send-via.",
                "Leave the pair out of when-sent-to if it has to stay apart.",
            )


def check_pairs(document: Document) -> Iterator[Finding]:
    """Several actions on one pair; said once for each pair of actions."""
    said: set[tuple[str, ...]] = set()
    for cell in _cells(document):
        pointers = tuple(action.pointer for action in cell.inserted)
        if len(pointers) < 2 or pointers in said:
            continue
        said.add(pointers)
        groups = {action.via.groups for action in cell.inserted}
        pair = f"{quote(cell.source)} and {quote(cell.destination)}"
        if len(groups) > 1:
            message = (
                f"Several groups inspect between {pair}: {listed(cell.groups)}; one per pair is allowed."
            )
            yield Finding("several-groups", "error", pointers[1], message, "Keep one send-via for the pair.")
        else:
            message = f"Several send-via actions cover {pair}."
            yield Finding("overlapping-send-via", "warning", pointers[1], message, "Keep one for each pair.")


def check_modes(document: Document) -> Iterator[Finding]:
    first: dict[str, SendVia] = {}
    for action in document.actions:
        if isinstance(action, SendVia):
            other = first.setdefault(action.segment, action)
            if other.mode != action.mode:
                modes = f"{quote(other.mode)} and {quote(action.mode)}"
                message = f"{quote(action.segment)} has send-via in modes {modes}."
                fix = "Use one mode for a segment."
                yield Finding("several-modes", "error", step(action.pointer, "mode"), message, fix)


def check_groups(document: Document) -> Iterator[Finding]:
    dual = {
        group
        for each in document.actions
        if isinstance(each, SendVia) and each.mode == "dual-hop"
        for group in each.via.groups
    }
    left: dict[str, SendTo] = {}
    for action in document.actions:
        if not isinstance(action, SendTo | SendVia):
            continue
        where = step(action.pointer, "via")
        if len(action.via.groups) > 1:
            message = f"The action names {len(action.via.groups)} groups; one serves."
            yield Finding("several-groups", "error", where, message, "Name one.", "MAXIMUM_ITEMS_EXCEEDED")
        if isinstance(action, SendVia):
            continue
        if left.setdefault(action.segment, action) is not action:
            message = f"{quote(action.segment)} has several send-to actions: it has one default route."
            yield Finding("several-send-to", "error", action.pointer, message, "Keep one for the segment.")
        for group in dual & set(action.via.groups):
            message = (
                f"{quote(group)} serves dual-hop send-via and send-to; a console was seen to reject that."
            )
            yield Finding("group-reuse", "info", where, message, "Use a second group if AWS rejects it.")


def check_targets(document: Document) -> Iterator[Finding]:
    for action in document.actions:
        if isinstance(action, SendVia) and action.targets is None:
            message = "A send-via without when-sent-to is undocumented; it is read as every segment."
            fix = 'Write "when-sent-to": {"segments": "*"}, or name the segments.'
            yield Finding("send-via-without-targets", "info", action.pointer, message, fix)
        if isinstance(action, SendTo) and action.targets is not None:
            where = step(action.pointer, "when-sent-to")
            message = "when-sent-to is not used for send-to, and is ignored."
            yield Finding("send-to-with-targets", "warning", where, message, "Remove it.")
