"""Results for a person at a terminal: every measure with its spread, and a bar beside its baseline's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cloudwan_mcp.bench.suite.comparison import Change
from cloudwan_mcp.bench.suite.result import BenchmarkResult, BenchmarkResults

BAR = 32


def table(results: BenchmarkResults) -> str:
    """All results; what has failed says why."""
    lines = [line for result in results.each() for line in (*_result(result), "")]
    if not lines:
        return "nothing has run"
    passed = sum(result.passed for result in results.each())
    return "\n".join([*lines, f"{passed} of {len(results)} passed"])


def comparison(changes: Sequence[Change]) -> str:
    """Each measure before and after; those of one benchmark stand together."""
    lines: list[str] = []
    name = ""
    for change in changes:
        if change.benchmark != name:
            name = change.benchmark
            lines += ["", name]
        lines.append(_change(change))
    return "\n".join(lines[1:])


def shown(value: float | None, unit: str) -> str:
    """A number as one reads it: shares in percent, the rest with its unit."""
    if value is None:
        return "-"
    if unit == "share":
        return f"{value:.1%}"
    number = f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:.3g}"
    return f"{number} {unit}".rstrip()


def _result(result: BenchmarkResult) -> Iterator[str]:
    verdict = "passed" if result.passed else "NOT PASSED"
    noise = ", on a busy machine: its times are noise" if result.busy else ""
    yield f"{result.name}: {verdict} ({_times(len(result.samples))}{noise})"
    yield f"  {result.purpose}"
    if result.failure:
        yield f"  failed: {result.failure}"
    for name, stats in result.summary_stats.items():
        theirs = result.baseline.get(name) if stats.get("better") else None
        most = max(abs(stats["median"]), abs(theirs["median"]) if theirs else 0)
        yield _line(name, stats, stats.get("unit", ""), most if theirs else 0)
        if theirs:
            yield _line("  baseline", theirs, theirs.get("unit", ""), most)
    for rule in result.rules:
        yield f"  {rule['verdict']:<7}{rule['rule']}"


def _line(label: str, stats: Mapping[str, Any], unit: str, most: float) -> str:
    bar = "#" * round(BAR * max(stats["median"], 0) / most) if most else ""
    spread = f"+- {shown(stats['mad'], unit)}" if stats["mad"] else ""
    return f"  {label:<30}{shown(stats['median'], unit):>18} {spread:<20}{bar}".rstrip()


def _change(change: Change) -> str:
    before, after = shown(change.before, change.unit), shown(change.after, change.unit)
    percent = "" if change.ratio is None else f"{change.ratio - 1:+.1%}"
    return f"  {change.verdict:<12}{change.measure:<30}{before:>18} -> {after:<18}{percent:>9}"


def _times(count: int) -> str:
    return f"{count} iteration" + "s" * (count != 1)
