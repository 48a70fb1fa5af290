"""Two artefacts side by side: what has changed by more than its own spread."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cloudwan_mcp.bench.suite.runner import SCHEMA
from cloudwan_mcp.errors import BadRequest, NotFound

TIMED = 0.25  # processor time of equal runs differs by about as much on a virtual machine
KEPT = 0.03  # resident memory comes in pages and arenas: less is not the program's doing

Verdict = Literal["better", "worse", "changed", "same", "only before", "only after"]
Artefact = Mapping[str, Any]


@dataclass(slots=True, frozen=True)
class Change:
    """One measure of one benchmark; `before` and `after` are medians, `ratio` is after over before."""

    benchmark: str
    measure: str
    unit: str
    before: float | None
    after: float | None
    ratio: float | None
    verdict: Verdict


def compare(before: Artefact | Path | str, after: Artefact | Path | str) -> list[Change]:
    """Every measure of both artefacts, or of the files they are saved in.

    A change is one when the intervals of both medians lie apart and the medians differ by more than 3 %, for
    times by more than 25 %. Raises `NotFound` for a file that is not there and `BadRequest` for another one.
    """
    old, new = (_stats(read(each)) for each in (before, after))
    return [_change(*key, old.get(key), new.get(key)) for key in dict.fromkeys([*old, *new])]


def read(artefact: Artefact | Path | str) -> Artefact:
    """The artefact itself, or that of a file."""
    name = "the artefact"
    if isinstance(artefact, (Path, str)):
        name = str(artefact)
        artefact = _parsed(Path(artefact))
    if not isinstance(artefact, Mapping) or artefact.get("schema") != SCHEMA or "benchmarks" not in artefact:
        raise BadRequest(
            f"{name} is no artefact of this version's benchmarks.",
            next_step="Give a file that BenchmarkRunner.save or --json has written.",
            field="artefact",
        )
    return artefact


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotFound(
            f"{path} cannot be read: {error.strerror}.", next_step="Give a file that --json has written."
        ) from error
    except ValueError:
        return None


def _stats(artefact: Artefact) -> dict[tuple[str, str], Mapping[str, Any]]:
    return dict(_measures(artefact))


def _measures(artefact: Artefact) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    for result in artefact["benchmarks"]:
        for name, stats in result["summary_stats"].items():
            yield (result["name"], name), stats


def _change(
    benchmark: str, measure: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> Change:
    unit = (new or old or {}).get("unit", "")
    before = None if old is None else float(old["median"])
    after = None if new is None else float(new["median"])
    ratio = after / before if before and after is not None else None
    return Change(benchmark, measure, unit, before, after, ratio, _verdict(old, new))


def _verdict(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Verdict:
    if old is None or new is None:
        return "only after" if old is None else "only before"
    difference = new["median"] - old["median"]
    apart = new["low"] > old["high"] or new["high"] < old["low"]
    enough = TIMED if new.get("timed") else KEPT
    if not apart or abs(difference) <= enough * abs(old["median"]):
        return "same"
    better = new.get("better")
    if not better:
        return "changed"
    return "better" if (difference < 0) == (better == "less") else "worse"
