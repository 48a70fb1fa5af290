"""What a change of policy does, as rows of plain data: lost reachability first, what is alike told once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cloudwan_mcp.policy.change import CellChange
from cloudwan_mcp.policy.compare import Changes
from cloudwan_mcp.policy.folding import Pair, fold_pairs

ORDER = ("lost", "no longer inspected", "other", "now inspected", "gained")
WAYS = 4  # pairs of edges that are shown as examples
Row = dict[str, Any]


def told(found: Changes, segments: Sequence[str]) -> dict[str, list[Row]]:
    """Rows by what they are about; `segments` are those of both documents, in order."""
    return {
        "reachability": cell_rows(found.cells, segments),
        "mappings": mapping_rows(found),
        "inspection": inspection_rows(found),
        "exits": exit_rows(found),
        "changes": change_rows(found),
    }


def cell_rows(cells: Iterable[CellChange], segments: Sequence[str]) -> list[Row]:
    """Pairs of segments that change alike; `attachments` are those of the segments of a row together."""
    kinds: dict[Any, tuple[set[Pair], list[CellChange]]] = {}
    counts: dict[str, int] = {}
    for cell in cells:
        if cell.effect == "other" and None in (cell.before, cell.after):
            continue  # a segment came or went that has no route: the segment itself is among the changes
        pairs, members = kinds.setdefault((cell.effect, cell.before, cell.after), (set(), []))
        pairs.add(frozenset((cell.source, cell.destination)))
        members.append(cell)
        counts |= dict(zip((cell.source, cell.destination), cell.attachments, strict=True))
    rows = []
    for kind in sorted(kinds, key=lambda each: ORDER.index(each[0])):
        pairs, members = kinds[kind]
        alone = sorted(name for pair in pairs if len(pair) == 1 for name in pair)
        folded = fold_pairs([pair for pair in pairs if len(pair) == 2], segments)
        said = dict(zip(("effect", "before", "after"), (word or "not there" for word in kind), strict=True))
        meant = {name for pair in pairs for name in pair}
        more = {"pairs": len(pairs), "attachments": sum(counts[name] for name in meant)}
        because = list(dict.fromkeys(reason for cell in members[:40] for reason in cell.because))[:4]
        where = [*folded, *([{"within": alone}] if alone else [])]
        rows.append({**said, **more, "where": where, "because": because})
    return rows


def mapping_rows(found: Changes) -> list[Row]:
    """Attachments that go from one place to another, counted, with examples and what they gain and lose."""
    examples: dict[tuple[str, str, str], list[str]] = {}
    rules: dict[tuple[str, str, str], Row] = {}
    for move in found.moves:
        key = (move.before, move.after, move.after_status)
        examples.setdefault(key, [])
        if len(examples[key]) < 3:
            examples[key].append(move.attachment)
        rule = {"before": move.before_rule, "after": move.after_rule}
        rules.setdefault(key, {"rules": rule} | ({"needs_acceptance": True} if move.needs_acceptance else {}))
    rows = []
    for each in sorted(found.transitions, key=lambda one: (not one.lost, -one.count)):
        key = (each.before, each.after, each.after_status)
        row: Row = {
            "type": "ATTACHMENT_MAPPING",
            "from": each.before or "(none)",
            "to": each.after or "(none)",
        }
        row |= {"count": each.count, "status": each.after_status, "examples": examples.get(key, [])}
        row |= {"lost": list(each.lost)} if each.lost else {}
        row |= {"gained": list(each.gained)} if each.gained else {}
        rows.append(row | rules.get(key, {}))
    return rows


def inspection_rows(found: Changes) -> list[Row]:
    rows = []
    for each in found.inspections:
        shown = [
            {
                "edges": [way.source, way.destination],
                "before": list(way.before) or way.before_basis,
                "after": list(way.after) or way.after_basis,
            }
            for way in each.ways[:WAYS]
        ]
        pairs = [list(pair) for pair in each.pairs[:WAYS]]
        rows.append({"pairs": len(each.pairs), "segments": pairs, "ways": len(each.ways), "examples": shown})
    return rows


def exit_rows(found: Changes) -> list[Row]:
    """Default routes of segments, alike at several edges told once."""
    kinds: dict[tuple[str, str, str], list[str]] = {}
    for each in found.exits:
        kinds.setdefault((each.segment, each.before or "(none)", each.after or "(none)"), []).append(
            each.edge
        )
    return [
        {"segment": segment, "before": before, "after": after, "edges": edges}
        for (segment, before, after), edges in kinds.items()
    ]


def change_rows(found: Changes) -> list[Row]:
    rows = []
    for each in found.changes:
        row = {"type": each.type, "action": each.action, "identifier": each.identifier}
        more = {"before": each.before, "after": each.after, "pointer": each.pointer}
        rows.append(row | {name: value for name, value in more.items() if value})
    return rows
