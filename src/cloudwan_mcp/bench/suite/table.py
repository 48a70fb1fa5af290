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
    for name in result.summary_stats:
        yield from _measure(result, name)
    yield from (f"  {side} was left out: {why}" for side, why in result.left_out.items())
    yield from (f"  {rule['verdict']:<9}{rule['rule']}" for rule in result.rules)


def _measure(result: BenchmarkResult, name: str) -> Iterator[str]:
    """Ours, and below it to the same scale what it is compared with."""
    ours = result.summary_stats[name]
    sides = {"baseline": result.baseline} | result.others if ours.get("better") else {}
    theirs = {side: stats[name] for side, stats in sides.items() if name in stats}
    most = max(abs(each["median"]) for each in (ours, *theirs.values()))
    yield _line(name, ours, ours.get("unit", ""), most if theirs else 0)
    for side, stats in theirs.items():
        yield _line(f"  {side}", stats, ours.get("unit", ""), most)


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
