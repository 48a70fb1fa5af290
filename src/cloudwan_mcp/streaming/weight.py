"""What values weigh in memory, by looking at some of them."""

from __future__ import annotations

from itertools import islice
from sys import getsizeof
from typing import Any

PLAIN = (str, int, float, bytes, type(None))
SAMPLE = 16  # of the members of one container; half of it one level deeper, so a look stays below 1,024


def weigh(value: Any, sample: int = SAMPLE) -> int:
    """About how many bytes `value` takes with what it holds; members not looked at weigh as those that were.

    What several share is counted for each, but for the keys of dicts, which like ones nearly always share. A
    value that knows its own `size_bytes` is believed.
    """
    if isinstance(value, PLAIN):
        return getsizeof(value)
    known = getattr(value, "size_bytes", None)
    if isinstance(known, int):
        return known
    members = _members(value) if sample else ()
    if not members:
        return getsizeof(value)
    step = -(-len(members) // sample)
    looked = [weigh(each, sample // 2) for each in islice(members, 0, None, step)]
    return getsizeof(value) + sum(looked) * len(members) // len(looked)


def _members(value: Any) -> Any:
    """What a value consists of, as something with a length; empty for what has no members to look at."""
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, list | tuple | set | frozenset):
        return value
    names = getattr(type(value), "__slots__", ()) or getattr(value, "__dict__", ())
    return [getattr(value, name, None) for name in ((names,) if isinstance(names, str) else names)]
