"""Folded pairs say what the matrix says: nothing is lost, nothing is added, and many pairs take few rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.policy.folding import fold, fold_pairs, grid, own
from cloudwan_mcp.policy.matrix import matrix
from cloudwan_mcp.policy.parse import parse

EVERY = tuple(f"s{n}" for n in range(8))
PAIRS = st.frozensets(st.frozensets(st.sampled_from(EVERY), min_size=2, max_size=2))


def names(said: Any, every: tuple[str, ...], beside: list[str] = []) -> list[str]:  # noqa: B006
    if said == "*":
        return [name for name in every if name not in beside]
    if isinstance(said, dict):
        return [name for name in every if name not in beside and name not in said["except"]]
    return list(said)


def unfolded(row: dict[str, Any], every: tuple[str, ...]) -> list[frozenset[str]]:
    if "among" in row:
        members = names(row["among"], every)
        return [frozenset((a, b)) for at, a in enumerate(members) for b in members[at + 1 :]]
    return [frozenset((a, b)) for a in row["between"] for b in names(row["and"], every, row["between"])]


@given(PAIRS)
def test_pairs_are_told_once_each_and_no_others(pairs: frozenset[frozenset[str]]) -> None:
    told = [pair for row in fold_pairs(pairs, EVERY) for pair in unfolded(row, EVERY)]
    assert len(told) == len(set(told))
    assert set(told) == pairs


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "documents").glob("*.json"))[::4], ids=str)
def test_a_folded_matrix_has_the_verdict_of_every_cell(path: Path) -> None:
    found = matrix(parse(path.read_bytes()))
    verdicts = {pair: row["verdict"] for row in fold(found) for pair in unfolded(row, found.segments)}
    for (source, other), cell in found.cells.items():
        if source != other:
            assert verdicts.get(frozenset((source, other)), "no-route") == cell.verdict
    assert sum(len(names(said, found.segments)) for said in own(found).values()) == len(found.segments)
    assert {len(letters) for letters in grid(found).values()} <= {len(found.segments)}


def test_everything_shared_with_everything_is_one_row() -> None:
    segments = [{"name": f"s{n}"} for n in range(40)]
    actions = [{"action": "share", "mode": "attachment-route", "segment": "s0", "share-with": "*"}]
    found = matrix(parse(json.dumps({"segments": segments, "segment-actions": actions})))
    assert fold(found) == [{"verdict": "open", "by": ["/segment-actions/0"], "between": ["s0"], "and": "*"}]
