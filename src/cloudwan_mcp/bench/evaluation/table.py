"""The evaluation for a person: one line for each way of each question at each size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

HEAD = (
    "question",
    "way",
    "elements",
    "calls",
    "tokens",
    "right",
    "ms",
    "p95",
    "busy",
    "peer: calls",
    "tokens",
)


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """`ms` is the first call's; `p95` that of many, and `busy` beside a refresh; "-" what the peer cannot."""
    lines = [HEAD, *(_line(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(_padded(line, widths) for line in lines)


def _line(row: Mapping[str, Any]) -> tuple[str, ...]:
    calls, tokens = (f"{each:,}" for each in row["peer"]) if row["peer"] else ("-", "-")
    return (
        f"{row['question']} {row['tool']}",
        row["way"],
        f"{row['elements']:,}",
        str(row["calls"]),
        f"{row['tokens']:,}",
        "no: " + row["faults"][0][:60] if row["faults"] else "yes",
        f"{row['ms']:.0f}",
        _ms(row["quiet"], row["untimed"]),
        _ms(row["refreshing"], row["untimed"]),
        calls,
        tokens,
    )


def _ms(value: float | None, untimed: str) -> str:
    return f"({untimed})" if untimed else "" if value is None else f"{value:.1f}"


def _padded(line: tuple[str, ...], widths: list[int]) -> str:
    words = zip(line, widths, strict=True)
    left = (0, 1, 5)
    return "  ".join(
        word.ljust(width) if column in left else word.rjust(width)
        for column, (word, width) in enumerate(words)
    ).rstrip()
