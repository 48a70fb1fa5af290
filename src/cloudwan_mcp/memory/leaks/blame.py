"""Which line: the search that fits the counter that grows."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from cloudwan_mcp.memory.leaks.calls import Calls
from cloudwan_mcp.memory.leaks.counters import Counter
from cloudwan_mcp.memory.leaks.judge import Growth
from cloudwan_mcp.memory.leaks.lines import blame_lines
from cloudwan_mcp.memory.leaks.traces import blame_blocks
from cloudwan_mcp.memory.leaks.verdict import Blame

# What tells most goes first: a leaked thread also leaks blocks, and a kept socket heap.
ORDER = ("tasks", "threads", "fds", "cycles", "blocks", "heap", "mmap")


def find_line(
    calls: Calls, growing: Iterable[Growth], counters: Iterable[Counter], seconds: float
) -> Blame | None:
    """The first blame that explains at least half of its counter's growth; calls go on meanwhile."""
    by_name: Mapping[str, Counter] = {counter.name: counter for counter in counters}
    ends = time.monotonic() + seconds
    for growth in sorted(growing, key=lambda each: ORDER.index(each.counter)):
        left = ends - time.monotonic()
        if left <= 0:
            return None
        if growth.counter in {"blocks", "cycles"}:
            found = blame_blocks(growth.counter, growth.rate, calls, left)
        else:
            found = blame_lines(by_name[growth.counter], growth.rate, calls, left)
        if found and found.established:
            return found
    return None
