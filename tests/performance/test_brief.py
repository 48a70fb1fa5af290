"""The library's description, executed: every Python block of it runs as it is written."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from inspect import iscoroutine
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

import awslabs.cloudwan_mcp_server.performance as second_name
import cloudwan_mcp.performance as first_name
from cloudwan_mcp.memory.leaks.detector import LeakDetector
from cloudwan_mcp.performance import (
    BenchmarkRunner,
    MemoryMonitor,
    MemoryOptimizedTopology,
    MemoryProfiler,
    NetworkConnection,
    NetworkElement,
    StreamingTopologyManager,
    TopologyProcessingBenchmark,
    create_leak_detector,
    create_memory_dashboard,
)
from cloudwan_mcp.settings import load
from cloudwan_mcp.web.dashboard import MemoryDashboard

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]  # a block runs the whole benchmark suite

BRIEF = (Path(__file__).parents[1] / "data" / "brief.md").read_text(encoding="utf-8")
ELEMENTS = 250


@dataclass
class Placeholders:
    """What the description leaves to its reader: the names that its blocks use and do not define."""

    chunks: list[Any] = field(default_factory=list)
    cleaned: int = 0

    async def process_chunk(self, chunk: Any) -> None:
        self.chunks.append(chunk)

    async def cleanup_resources(self) -> None:
        self.cleaned += 1

    def names(self) -> dict[str, Any]:
        elements = [NetworkElement(f"attachment-{n}", f"vpc {n}", "vpc-attachment") for n in range(ELEMENTS)]
        connections = [NetworkConnection("attachment-0", f"attachment-{n}", "peer") for n in range(1, 9)]
        topology = MemoryOptimizedTopology(elements, connections)
        own = {
            "large_element_list": elements,
            "connection_list": connections,
            "large_topology": topology,
            "topology": topology,
            "process_chunk": self.process_chunk,
            "process_topology_chunk": self.process_chunk,
            "process_topology": lambda topology: sum(1 for _ in topology.elements),
            "cleanup_resources": self.cleanup_resources,
            "aws_manager": load(),
            "your_count": 40,
            "streaming_manager": StreamingTopologyManager(),
            "memory_monitor": MemoryMonitor(),
        }
        given = (
            MemoryOptimizedTopology,
            NetworkElement,
            StreamingTopologyManager,
            BenchmarkRunner,
            TopologyProcessingBenchmark,
            MemoryProfiler,
            create_memory_dashboard,
            create_leak_detector,
        )
        return own | {each.__name__: each for each in given} | {"json": json, "Any": Any, "Dict": dict}


def blocks() -> list[Any]:
    """Each Python block with the heading that it stands under."""
    found, heading = [], ""
    for match in re.finditer(
        r"^#+ (?P<heading>[^\n]+)|^```(?P<kind>\w+)\n(?P<code>.*?)^```", BRIEF, re.M | re.S
    ):
        heading = match["heading"] or heading
        if match["kind"] == "python":
            found.append(pytest.param(match["code"], id=re.sub(r"\W+", "-", heading).strip("-").lower()))
    return found


def compiled(code: str) -> CodeType:
    return compile(code, "brief.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


async def execute(code: str, names: dict[str, Any]) -> None:
    result = eval(compiled(code), names)
    if iscoroutine(result):
        await result


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def place(simulate: Any) -> Iterator[Placeholders]:
    simulate(attachments=30)
    logger = logging.getLogger("cloudwan_mcp.performance")
    level = logger.level
    yield Placeholders()
    logger.setLevel(level)  # which one of the blocks turns up


async def stop_all(names: dict[str, Any]) -> None:
    for each in names.values():
        if isinstance(each, MemoryDashboard):
            await each.stop()
        if isinstance(each, LeakDetector):
            await each.stop_detection()


@pytest.mark.parametrize("code", blocks())
async def test_every_python_block_of_the_description_runs_as_it_is_written(
    code: str, place: Placeholders
) -> None:
    names = place.names()
    try:
        await execute(code, names)
        if "process_large_topology" in code:
            await names["process_large_topology"]()
        if "stream_topology_chunks" in code:
            streamed = [element.id for chunk in place.chunks for element in chunk]
            whole = names.get("optimized_topology", names["topology"])
            assert streamed == list(whole)
            assert len(streamed) >= 30
        if "run_all_benchmarks" in code:
            assert names["results"]["topology_processing"].passed
    finally:
        await stop_all(names)


def test_the_description_has_as_many_blocks_as_were_found() -> None:
    assert len(blocks()) == BRIEF.count("```python") == 13


async def test_the_debug_log_that_the_description_switches_on_tells_of_every_chunk(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, logger="cloudwan_mcp.performance"):
        async for _ in StreamingTopologyManager(chunk_size=2).stream_topology_chunks(
            [NetworkElement("a")] * 5
        ):
            pass
    assert [record.name for record in caplog.records] == ["cloudwan_mcp.performance.streaming"] * 3


def test_both_names_lead_to_the_same_objects() -> None:
    assert second_name.__all__ == first_name.__all__
    for name in first_name.__all__:
        assert getattr(second_name, name) is getattr(first_name, name)


def test_every_class_and_function_that_the_description_imports_is_in_the_library() -> None:
    imported = {
        alias.name
        for each in blocks()
        for node in ast.walk(ast.parse(each.values[0], mode="exec"))
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("performance")
        for alias in node.names
    }
    assert len(imported) == 12
    assert imported <= set(first_name.__all__)
