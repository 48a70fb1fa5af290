"""A profile for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MIB = 1024 * 1024
SOURCE_CHARACTERS = 60
LABEL = 18


def table(profile: Mapping[str, Any]) -> str:
    """What calls take, and below it the lines that hold memory at the height of one."""
    return "\n".join([*_counted(profile), *_traced(profile.get("tracing"))])


def _counted(profile: Mapping[str, Any]) -> Iterator[str]:
    took, rss = profile["seconds"], profile["rss"]
    yield f"{profile['target']}: {_times(profile['calls'])} after {profile['warm_up_calls']} to warm up"
    spread = ", ".join(f"{name} {_time(took[name])}" for name in ("min", "p90", "max"))
    yield _line("time of a call", f"median {_time(took['median'])} ({spread})")
    peak = rss["peak_growth_bytes"]
    height = "not told by this system" if peak is None else f"{_mib(peak)} more at the height of a call"
    yield _line(
        "resident memory", f"{_mib(rss['before_bytes'])} before, {_mib(rss['growth_bytes'])} more after"
    )
    yield _line("", height)
    yield _line("blocks kept", f"{profile['blocks_kept_per_call']:,g} for each call")
    yield _line("collections", f"{profile['collections']:,}")
    yield _line("profiling", f"{_time(profile['overhead_s'])} for each call, not in its time")


def _traced(tracing: Mapping[str, Any] | None) -> Iterator[str]:
    if tracing is None:
        return
    if not tracing["calls"]:
        yield _line("tracing", tracing["note"])
        return
    yield _line("tracing", f"{_times(tracing['calls'])}, {tracing['factor']:g} times as long")
    yield _line("", f"{_mib(tracing['peak_bytes'])} of Python's memory at the height of a call")
    if "note" in tracing:
        yield _line("", tracing["note"])
    if tracing["lines"]:
        yield "  what holds it there:"
    for each in tracing["lines"]:
        size = f"{each['share']:>6.1%} {_mib(each['bytes']):>10} {each['blocks']:>8,} blocks"
        yield f"  {size}  {each['line']}  {each['source'][:SOURCE_CHARACTERS]}"


def _line(label: str, text: str) -> str:
    return f"  {label:<{LABEL}}{text}"


def _times(count: int) -> str:
    return f"{count:,} call" + "s" * (count != 1)


def _mib(size: int) -> str:
    return f"{size / MIB:.3g} MiB"


def _time(seconds: float) -> str:
    for unit, least in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= least:
            return f"{seconds / least:.3g} {unit}"
    return f"{seconds * 1e6:.3g} us"
