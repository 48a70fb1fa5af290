"""What can be profiled or checked for leaks by its name; a new workload is its function and its line here."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING, Any

from cloudwan_mcp.errors import NotFound
from cloudwan_mcp.workloads.workload import Workload

if TYPE_CHECKING:
    WORKLOADS: dict[str, Workload]

__all__ = ["LIBRARY", "WORKLOADS", "Workload", "find"]

_HERE = __name__
LIBRARY: dict[str, Workload] = {
    each.name: each
    for each in (
        Workload(
            "process_topology",
            "build a topology of 1,000 attachments, look things up in it, walk it, drop it",
            f"{_HERE}.topology:process_topology",
        ),
        Workload(
            "query_topology",
            "ask a topology that stays for elements, neighbours, a path and a page",
            f"{_HERE}.topology:query_topology",
        ),
        Workload(
            "spill_topology",
            "build a small topology in a file, read it, close it",
            f"{_HERE}.topology:spill_topology",
        ),
        Workload(
            "stream_topology_chunks",
            "stream a small topology in chunks, with a manager that stays",
            f"{_HERE}.streaming:stream_topology_chunks",
        ),
        Workload(
            "parse_page",
            "decode a page of ListAttachments into elements, as the discovery does",
            f"{_HERE}.pages:parse_page",
        ),
        Workload(
            "cache_bytes",
            "put into a full byte-bounded cache, and get out of it",
            f"{_HERE}.memory:cache_bytes",
        ),
        Workload(
            "pool_objects",
            "take objects out of a pool and give them back",
            f"{_HERE}.memory:pool_objects",
        ),
        Workload(
            "reserve_memory",
            "reserve memory of a budget and give it back",
            f"{_HERE}.memory:reserve_memory",
        ),
        Workload(
            "profile_work",
            "profile a piece of work: what measures leaks nothing itself",
            f"{_HERE}.memory:profile_work",
        ),
    )
}
"""The library's own; the tools' are in `WORKLOADS` as well."""


def find(name: str) -> str:
    """The reference of a workload; `module:callable` is one already.

    Raises `NotFound` that lists the names there are, the one most like `name` first.
    """
    if ":" in name:
        return name
    found = LIBRARY.get(name) or _all().get(name)
    if found is None:
        near = sorted(_all(), key=lambda each: -SequenceMatcher(None, name, each).ratio())
        raise NotFound(
            f"There is no workload {name[:100]!r}.",
            next_step=f"Name one of {', '.join(near)}, or any module:callable without arguments.",
        )
    return found.reference


@cache
def _all() -> dict[str, Workload]:
    from cloudwan_mcp.tools import TOOLS  # with the protocol, which the library's own do not need

    calls = {
        tool.name: Workload(
            tool.name,
            f"call the tool {tool.name}, against a simulated network",
            f"{_HERE}.tool_calls:calls.{tool.name}",
        )
        for tool in TOOLS
        if tool.samples
    }
    return LIBRARY | calls


def __getattr__(name: str) -> Any:
    if name == "WORKLOADS":
        return _all()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
