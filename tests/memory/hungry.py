"""Jobs that want more memory than there is, for a process with a limit: `python hungry.py PHASE on|off`.

What a phase prints is one line of JSON; with "off" it runs as it would without the memory budget.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import anyio.to_thread

from cloudwan_mcp.memory.budget import MemoryBudget
from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.streaming import StreamingTopologyManager
from cloudwan_mcp.topology import NetworkElement

PAGES = 12
ROWS = 31_200
STREAMED_PAGES = 33  # of ROWS each: more than 1,000,000 elements
CHUNK = 1_000
SLOW_S = 0.003  # that the consumer takes for each chunk, at least
SEGMENTS = 7
FIRST = 10_000_000  # so that all rows are equally long
ROW = (
    '{"AttachmentId":"attachment-%016x","CoreNetworkId":"core-network-0123456789abcdef0","State":"AVAILABLE",'
    '"EdgeLocation":"eu-west-1","SegmentName":"segment-%02d","AttachmentType":"VPC","Number":%d,'
    '"Tags":[{"Key":"Name","Value":"spoke-%08d"},{"Key":"environment","Value":"production"}]}'
)
NO_HURRY_S = 240.0
"""More than all pages take, one after the other, on a busy machine: here nobody is to give up waiting."""


def body(page: int) -> bytearray:
    """One page as AWS answers it, 9 MiB of JSON, the same each time."""
    made = bytearray(b"[")
    for number in range(page * ROWS, (page + 1) * ROWS):
        made += (ROW % (number, number % SEGMENTS, FIRST + number, number)).encode() + b","
    made[-1:] = b"]"
    return made


BODY_BYTES = ROWS * (len(ROW % (0, 0, FIRST, 0)) + 1) + 1


def fold(page: int) -> Counter[str]:
    """Parse one page, and keep of it what fits in the hand."""
    rows = json.loads(body(page))
    found = Counter(row["SegmentName"] for row in rows)
    found["numbers"] = sum(row["Number"] for row in rows)
    found["names"] = sum(len(row["Tags"][0]["Value"]) for row in rows)
    return found


def answer() -> dict[str, int]:
    """What all pages come to, by arithmetic."""
    total = PAGES * ROWS
    rows = {f"segment-{n:02d}": len(range(n, total, SEGMENTS)) for n in range(SEGMENTS)}
    return rows | {
        "numbers": total * FIRST + total * (total - 1) // 2,
        "names": total * len("spoke-00000000"),
    }


async def pages(guarded: bool) -> dict[str, Any]:
    """Twelve pages that arrive together, each parsed in a worker thread.

    Their arrival is simulated: a body comes into being within its reservation and not from a socket, since
    twelve bodies by themselves (108 MiB) would crowd the 160 MiB of the test before one is parsed. What is
    reserved is therefore for the body as well, whose size is known beforehand, as from a Content-Length.
    """
    budget = MemoryBudget(timeout_s=NO_HURRY_S, enabled=guarded)
    total: Counter[str] = Counter()
    together = [0, 0]

    async def one(page: int) -> None:
        async with budget.parsing("page", BODY_BYTES):
            together[0] += 1
            together[1] = max(together)
            total.update(await anyio.to_thread.run_sync(fold, page))
            together[0] -= 1

    async with anyio.create_task_group() as tasks:
        for page in range(PAGES):
            tasks.start_soon(one, page)
    return {"answer": dict(total), "together": together[1], "budget": budget.statistics()}


async def stream(guarded: bool) -> dict[str, Any]:
    """A million elements, parsed page by page and streamed in chunks to a consumer that takes its time."""
    guard = MemoryGuard(MemoryGauge(), enabled=guarded)
    manager = StreamingTopologyManager(guard=guard, chunk_size=CHUNK)
    seen = wrong = chunks = 0
    async for chunk in manager.stream_topology_chunks(_elements(guard.budget)):
        for element in chunk:
            wrong += element.metadata["Number"] != FIRST + seen
            seen += 1
        chunks += 1
        await anyio.sleep(SLOW_S)
    return {"seen": seen, "wrong": wrong, "chunks": chunks, "statistics": manager.statistics()}


async def _elements(budget: MemoryBudget) -> AsyncIterator[NetworkElement]:
    for page in range(STREAMED_PAGES):
        # For the parse alone: once there, rows are seen in what is used, and chunks of them need room too.
        async with budget.parsing("page", BODY_BYTES):
            rows = json.loads(body(page))
        for row in rows:
            yield NetworkElement(
                row["AttachmentId"], row["Tags"][0]["Value"], "vpc-attachment", row["EdgeLocation"], row
            )
        del rows, row  # before the next page asks for room


async def job(guarded: bool) -> dict[str, Any]:
    """One process through both: what the pages leave behind must not stand in the way of the stream."""
    return {"pages": await pages(guarded), "stream": await stream(guarded)}


PHASES: dict[str, Callable[[bool], Awaitable[dict[str, Any]]]] = {"pages": pages, "job": job}


def main(phase: str, guard: str) -> None:
    told = anyio.run(PHASES[phase], guard == "on")
    gauge = MemoryGauge()
    told |= {"limit": gauge.limit.bytes, "origin": gauge.limit.origin, "peak": gauge.peak()[1]}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
