"""detect_leaks: a leak planted in the server is found and its line named; the server as it is has none."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx2
import psutil
import pytest
from mcp import Client, StdioServerParameters

import cloudwan_mcp
from cloudwan_mcp.memory.leaks.judge import Growth
from cloudwan_mcp.memory.leaks.place import Place
from cloudwan_mcp.memory.leaks.verdict import Blame, Verdict
from cloudwan_mcp.tools import detect_leaks
from conversation import Conversation, conversation, gone, ours, soon
from tools.conftest import Discovered

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]

HANDLER = "    return answer(_present(app, stretch, rows))\n"
LEAK = "    KEPT.append(json.dumps(_present(app, stretch, rows).model_dump()))  # leaks here\n"
PATIENCE_S = 120
PORT = 5173  # of the dashboard, which no other test has


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    """The product with one line more: a handler that keeps each page."""
    package = tmp_path / "leaky" / "cloudwan_mcp"
    shutil.copytree(Path(cloudwan_mcp.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    file = package / "tools" / "stream_topology.py"
    text = file.read_text(encoding="utf-8")
    assert text.count(HANDLER) == 1
    planted = text.replace(HANDLER, LEAK + HANDLER).replace(
        "\nDESCRIPTION =", "\nKEPT: list[str] = []\nDESCRIPTION =", 1
    )
    file.write_text(planted.replace("\nfrom typing", "\nimport json\nfrom typing", 1), encoding="utf-8")
    return package.parent


@asynccontextmanager
async def served(package: Path) -> AsyncIterator[Conversation]:
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "cloudwan_mcp", "serve", "--dashboard"],
        env=ours() | {"PYTHONPATH": str(package), "CLOUDWAN_MONITORING_PORT": str(PORT)},
        cwd=package,
    )
    async with Client(parameters, mode="auto", read_timeout_seconds=PATIENCE_S) as client:
        yield Conversation(client)


async def called_meanwhile(talk: Conversation, seconds: float) -> dict[str, Any]:
    """What an observation finds while pages are read, one after the other."""
    found: dict[str, Any] = {}

    async def observe() -> None:
        found.update(await talk.page("detect_leaks", seconds=seconds))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(observe)
        while not found:
            await talk.page(limit=50)
    return found


async def test_a_leak_planted_in_a_handler_is_found_and_its_line_named(
    leaky: Path, discovered: Discovered
) -> None:
    discovered(attachments=120)
    source = (leaky / "cloudwan_mcp/tools/stream_topology.py").read_text(encoding="utf-8")
    line = 1 + source[: source.index("# leaks here")].count("\n")
    async with served(leaky) as talk:
        for seconds in (8, 30, 120):  # a machine that is busy needs longer for as many calls
            watched = await called_meanwhile(talk, seconds)
            if watched["calls"] >= 200:
                break
        assert (watched["verdict"], watched.get("tool")) == ("suspect", "stream_topology"), watched["text"]
        assert "detect_leaks" in watched["next_step"]
        found = await talk.page("detect_leaks", tool="stream_topology", seconds=8)
        if found["calls"] < 1000 or found["verdict"] == "inconclusive":  # a busy machine needs longer
            found = await talk.page("detect_leaks", tool="stream_topology", seconds=60)
        assert (found["verdict"], found["mode"]) == ("leak", "exercised"), found["text"]
        assert found["line"] == f"cloudwan_mcp/tools/stream_topology.py:{line}"
        assert "# leaks here" in found["blame"][0]["source"]
        assert found["growth"][0]["low"] > 0
        leaks = (await talk.page("memory_report"))["leaks"]
        async with httpx2.AsyncClient(timeout=PATIENCE_S, verify=False) as client:
            page = await client.get(f"http://127.0.0.1:{PORT}/api/summary")
    assert leaks["tools"]["stream_topology"]["kind"] == "leak"
    assert leaks["tools"]["stream_topology"]["line"] == found["line"]
    assert page.json()["current"]["leaks"] == leaks


async def test_the_server_as_it_is_shows_no_growth_while_it_is_called(discovered: Discovered) -> None:
    discovered(attachments=120)
    async with conversation() as talk:
        found = await called_meanwhile(talk, 6)
    assert found["verdict"] in {"clean", "inconclusive"}, found["text"]
    assert found["calls"] > 0


@pytest.mark.parametrize(("tool", "seconds"), [("memory_report", 3), ("every", 12)])
async def test_no_tool_leaks(tool: str, seconds: int) -> None:
    async with conversation() as talk:
        found = await talk.page("detect_leaks", tool=tool, seconds=seconds)
    few = found["calls"] < 1000  # on a machine that is busy, and then nothing is said for certain
    assert found["verdict"] in {"clean", "inconclusive", *(["suspect"] if few else [])}, found["text"]
    assert found["tool"] == tool


async def test_without_calls_there_is_nothing_to_find() -> None:
    async with conversation() as talk:
        found = await talk.page("detect_leaks", seconds=1)
    assert found["verdict"] != "leak"
    assert found["calls"] == 0


async def test_it_tells_how_far_it_is() -> None:
    told: list[float] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append(progress)

    async with conversation("legacy") as talk:
        await talk.client.call_tool("detect_leaks", {"seconds": 3}, progress_callback=note)
    assert len(told) >= 2
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"tool": "strem_topology"}, ["tool=", "stream_topology", "memory_report"]),
        ({"tool": "run_benchmark"}, ["cannot be exercised"]),
        ({"seconds": 0}, ["seconds"]),
        ({"seconds": 121}, ["seconds"]),
        ({"second": 5}, ["second", "seconds"]),
    ],
)
async def test_what_cannot_be_done_is_refused_by_name(arguments: dict[str, Any], words: list[str]) -> None:
    async with conversation() as talk:
        message = await talk.refused("detect_leaks", **arguments)
    for word in words:
        assert word in message


async def test_two_at_once_would_measure_each_other() -> None:
    async with conversation() as talk, anyio.create_task_group() as tasks:
        tasks.start_soon(talk.page, "detect_leaks")
        await soon(lambda: talk.app.measuring, PATIENCE_S)
        assert "detect_leaks is at work" in await talk.refused("run_benchmark")
        tasks.cancel_scope.cancel()


async def test_a_detection_that_finds_no_room_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    rss = psutil.Process().memory_info().rss // 1024 // 1024
    monkeypatch.setenv("CLOUDWAN_MEMORY_THRESHOLD_MB", str(int((rss + 60) / 0.85)))
    async with conversation() as talk:
        message = await talk.refused("detect_leaks", tool="list_snapshots")
    assert "128 MiB" in message
    assert "cloudwan-mcp leaks" in message


async def test_a_call_that_is_given_up_ends_its_process() -> None:
    async with conversation() as talk:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(talk.page, "detect_leaks", tool="list_snapshots", seconds=60))
            children = await soon(psutil.Process().children, PATIENCE_S)
            tasks.cancel_scope.cancel()
        await soon(lambda: all(map(gone, children)), PATIENCE_S)
        assert talk.app.measuring == ""


def test_all_that_it_says_is_within_the_bytes_of_a_reply() -> None:
    place = Place("x" * 300, 1, "y" * 120, 0.4, ("z" * 300,) * 3)
    growth = Growth("blocks", "blocks", 1.0, 0.9, 1.1, 0.0, "growing")
    blame = Blame("blocks", "tracemalloc", (place,) * 3)
    verdict = Verdict("leak", (growth,) * 8, 5000, 20, 8.0, "n" * 500, blame=blame)
    assert len(json.dumps(detect_leaks._report(verdict, "exercised").model_dump())) < 8192
