"""The protocol's own conformance suite against what `http_app` serves, with the fixtures the suite calls.

Required scenarios must pass whole. What a fixture answers is never "unknown tool", on which some would pass.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
import uvicorn
from mcp.server.request_state import AESGCMRequestStateCodec

from cloudwan_mcp import server as room
from cloudwan_mcp.app import App
from cloudwan_mcp.server import build_server, http_app
from cloudwan_mcp.settings import load
from conformance import fixtures
from conftest import SimulatorFactory
from conversation import soon
from project import BIN, ROOT

pytestmark = pytest.mark.anyio
SUITE = Path(__file__).parent / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
REQUIRED = {"2025-11-25": 30, "2026-07-28": 37}
"""Scenarios for a server, frozen by the suite; extensions and later ones are reported and not scored."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning")  # of older versions
@pytest.mark.parametrize("version", REQUIRED)
async def test_every_required_scenario_passes(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, simulate: SimulatorFactory
) -> None:
    simulate(attachments=20)  # one of ours is read as well
    # ours ask nothing of a client: no state is ever given out, and no session kept
    monkeypatch.setattr(room, "_NoState", partial(AESGCMRequestStateCodec, [b"of the conformance suite" * 2]))
    async with App(load({})) as app, anyio.create_task_group() as tasks:
        server = build_server(app)
        fixtures.offer(server)
        served = server.streamable_http_app
        monkeypatch.setattr(
            server, "streamable_http_app", lambda **options: served(**options | {"stateless_http": False})
        )
        config = uvicorn.Config(http_app(app, server), port=0, log_level="error", ws="none")
        listening = uvicorn.Server(config)
        tasks.start_soon(listening.serve)
        await soon(lambda: listening.started)
        port = listening.servers[0].sockets[0].getsockname()[1]
        done = await _suite(version, f"http://127.0.0.1:{port}/mcp", tmp_path)
        listening.should_exit = True
    told = done.stdout.decode()
    assert done.returncode == 0, told[-6000:]
    unscored = set(re.findall(r"^\s*[✓✗] (\S+) \(", told, re.MULTILINE))
    found = {name: checks for name, checks in _checks(tmp_path) if name not in unscored}
    assert len(found) == REQUIRED[version]
    for name, checks in found.items():
        assert "SUCCESS" in (statuses := {each["status"] for each in checks}), name
        assert "FAILURE" not in statuses, name
        assert "Unknown tool" not in json.dumps(checks), name


async def _suite(version: str, url: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    command = [str(BIN / "node"), str(SUITE), "server", "--url", url, "--requirements", version]
    return await anyio.run_process([*command, "-o", str(folder)], check=False, cwd=ROOT, env={**os.environ})


def _checks(folder: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each scenario and what was checked in it."""
    for path in folder.glob("server-*/checks.json"):
        name = re.sub(r"^server-(.+)-\d{4}-\d\d-\d\dT.*", r"\1", path.parent.name)
        yield name, json.loads(path.read_text(encoding="utf-8"))
