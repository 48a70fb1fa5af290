"""What is imported when: a command starts fast, and what costs memory stays out of those without need."""

from __future__ import annotations

from typing import Any

import pytest

from conversation import python

HEAVY = ("mcp", "botocore", "boto3", "pydantic", "anyio", "starlette", "uvicorn", "sqlite3")
SHOW = "print(*sorted({name.partition('.')[0] for name in sys.modules}))"


def imported(code: str, *arguments: str) -> set[str]:
    done = python(f"import sys\n{code}\nsys.stdout.flush(); {SHOW}", *arguments)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_the_command_line_alone_imports_nothing_heavy() -> None:
    assert not imported("import cloudwan_mcp.cli").intersection(HEAVY)


@pytest.mark.parametrize("command", [["config"], ["serve", "--help"], ["--version"]])
def test_a_command_without_need_for_them_leaves_them_out(command: list[str]) -> None:
    code = f"""
from cloudwan_mcp.cli import main
try:
    main({command})
except SystemExit:
    pass
"""
    assert not imported(code).intersection(HEAVY)


def test_the_discovery_process_knows_no_protocol_and_no_models_of_replies(simulate: Any) -> None:
    simulate(attachments=20)
    code = """
from cloudwan_mcp.cli import main
assert main(["discover", "--json"]) == 0
"""
    found = imported(code)
    assert {"botocore", "sqlite3"} <= found
    assert not found & {"mcp", "pydantic", "starlette", "uvicorn", "anyio"}


def test_the_server_reads_stored_snapshots_without_importing_aws(simulate: Any) -> None:
    simulate(attachments=20)
    code = """
import anyio
from mcp import Client
from cloudwan_mcp.app import App
from cloudwan_mcp.server import build_server
from cloudwan_mcp.settings import load
async def main():
    async with App(load()) as app, Client(build_server(app)) as client:
        while not (await client.call_tool("stream_topology", {"limit": 1})).structured_content["items"]:
            pass
anyio.run(main)
"""
    found = imported(code)
    assert "mcp" in found
    assert not found & {"botocore", "boto3"}
