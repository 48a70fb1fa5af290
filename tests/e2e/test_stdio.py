"""The installed command on stdio: nothing but the protocol on stdout, and an end whenever its client ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from cloudwan_mcp.simulator import Faults, Simulator
from conversation import COMMAND, PATIENCE_S, discoveries, family, gone, interrupt, started, stdio, until

INITIALIZE: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "raw", "version": "1"},
    },
}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def request(number: int, method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def call(number: int, _meta: dict[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:
    params: dict[str, Any] = {"name": "stream_topology", "arguments": arguments}
    return request(number, "tools/call", **params, **({"_meta": _meta} if _meta else {}))


def tell(process: subprocess.Popen[str], *messages: dict[str, Any] | str) -> None:
    assert process.stdin is not None
    for message in messages:
        process.stdin.write((message if isinstance(message, str) else json.dumps(message)) + "\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str], number: int) -> dict[str, Any]:
    """The answer to a request; every line before it is JSON-RPC as well."""
    return hear_all(process, number)[number]


def hear_all(process: subprocess.Popen[str], *numbers: int) -> dict[int, dict[str, Any]]:
    """The answers to requests, in whatever order they come."""
    assert process.stdout is not None
    heard: dict[int, dict[str, Any]] = {}
    for line in process.stdout:
        message = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        if message.get("id") in numbers:
            heard[message["id"]] = message
        if len(heard) == len(numbers):
            return heard
    raise AssertionError("the server hung up")


@pytest.fixture
def slow(simulate: Any) -> Simulator:
    served: Simulator = simulate(
        attachments=600, faults=Faults(operations={"ListAttachments": {"latency": 0.3}})
    )
    return served


def test_every_byte_on_stdout_is_the_protocol_whatever_comes_in(simulate: Any) -> None:
    simulate(attachments=60, faults=Faults(operations={"ListPeerings": {"access_denied": 1}}))
    with started("serve", "--log-level", "DEBUG") as process:
        tell(process, INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert hear(process, 1)["result"]["serverInfo"]["name"] == "cloudwan"
        tell(process, "this is not JSON", '{"jsonrpc": "2.0"', "[]", "null", "")
        tell(process, request(2, "no/such/method"), request(3, "tools/list"))
        heard = hear_all(process, 2, 3)
        assert heard[2]["error"]["code"] == -32601
        assert {tool["name"] for tool in heard[3]["result"]["tools"]} >= {"stream_topology"}
        tell(process, call(4, limit="x"), call(5), call(6, limit=1, text="\u202e<script>"))
        results = {number: said["result"] for number, said in hear_all(process, 4, 5, 6).items()}
        assert results[4]["isError"]
        assert results[5]["structuredContent"]["items"]
        process.stdin.close()
        for line in process.stdout:
            assert json.loads(line)["jsonrpc"] == "2.0"
        assert process.wait(PATIENCE_S) == 0


def test_the_modern_protocol_needs_no_handshake(simulate: Any) -> None:
    simulate(attachments=60)
    with started("serve") as process:
        tell(process, call(1, MODERN, limit=3))
        assert 1 <= hear(process, 1)["result"]["structuredContent"]["count"] <= 3


def test_a_state_that_a_client_makes_up_is_refused(simulate: Any) -> None:
    simulate(attachments=20)
    with started("serve") as process:
        asked = call(1, MODERN, limit=3)
        tell(process, asked | {"params": asked["params"] | {"requestState": "v1.AAAA"}})
        assert hear(process, 1)["error"]["code"] == -32602


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="what is loaded is read from Linux's /proc")
def test_what_the_sdk_needs_for_states_alone_is_not_loaded(simulate: Any) -> None:
    simulate(attachments=20)
    with started("serve") as process:
        tell(process, call(1, MODERN, limit=3))
        assert hear(process, 1)["result"]["structuredContent"]["items"]
        maps = Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8")
    assert "pydantic_core" in maps
    assert "cryptography" not in maps


@pytest.mark.anyio
@pytest.mark.parametrize(("mode", "version"), [("legacy", "2025-11-25"), ("auto", "2026-07-28")])
async def test_a_client_of_either_era_reads_a_whole_network(simulate: Any, mode: str, version: str) -> None:
    simulator = simulate(attachments=120)
    async with stdio(mode=mode) as talk:
        assert talk.client.protocol_version == version
        items = await talk.items(limit=500)
    assert set(simulator.estate.ids("ListAttachments")) <= {item["id"] for item in items}


@pytest.mark.parametrize("options", [(), ("--demo",)])
def test_it_ends_with_its_input_and_all_that_it_started_with_it(
    slow: Simulator, options: tuple[str, ...]
) -> None:
    with started("serve", *options, env={"CLOUDWAN_PAGE_SIZE": "50"}) as process:
        tell(process, INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"}, call(2, limit=1))
        assert hear(process, 2)["result"]["structuredContent"]["items"]
        children = family(process.pid)[1:]
        assert len(children) >= (1 if options else bool(discoveries(process.pid)))
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0
        until(lambda: all(map(gone, children)))
        assert process.stderr.read() == ""


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order_though_a_read_of_its_input_is_pending(
    tmp_path: Path, signal_number: signal.Signals
) -> None:
    with started("serve", "--demo", env={"TMPDIR": str(tmp_path)}) as process:
        tell(process, INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"}, call(2, limit=1))
        assert hear(process, 2)["result"]["structuredContent"]["items"]
        assert list(tmp_path.glob("cloudwan-mcp-*"))
        process.send_signal(signal_number)
        assert process.wait(PATIENCE_S) == 130
        assert "Traceback" not in process.stderr.read()
    assert not list(tmp_path.glob("cloudwan-mcp-*"))


LAUNCHER = """
import subprocess, sys, time
command = [sys.argv[1], "serve", *sys.argv[3:]]
server = subprocess.Popen(command, stdin=int(sys.argv[2]), stdout=subprocess.PIPE)
print(server.pid, flush=True)
for line in server.stdout:
    print(line.decode(), end="", flush=True)
"""


@pytest.mark.parametrize("options", [(), ("--demo",)])
def test_it_ends_when_its_parent_dies_though_another_process_keeps_its_input_open(
    slow: Simulator, options: tuple[str, ...]
) -> None:
    with ExitStack() as stack:
        read, write = os.pipe()
        stack.callback(os.close, write)
        launcher = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", LAUNCHER, COMMAND, str(read), *options],
                pass_fds=(read,),
                stdout=subprocess.PIPE,
                env=os.environ | {"CLOUDWAN_PAGE_SIZE": "50"},
                encoding="utf-8",
            )
        )
        os.close(read)
        stack.callback(launcher.kill)
        assert launcher.stdout is not None
        server = psutil.Process(int(launcher.stdout.readline()))
        stack.callback(lambda: [each.kill() for each in family(server.pid)])
        messages = [INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"}, call(2, limit=1)]
        os.write(write, b"".join(json.dumps(message).encode() + b"\n" for message in messages))
        assert json.loads(launcher.stdout.readline())["id"] == 1
        assert json.loads(launcher.stdout.readline())["id"] == 2
        children = family(server.pid)[1:]
        assert children
        launcher.kill()
        launcher.wait()
        until(lambda: gone(server))
        until(lambda: all(map(gone, children)))


def test_its_death_by_force_takes_its_discovery_along(slow: Simulator) -> None:
    with started("serve", env={"CLOUDWAN_PAGE_SIZE": "50"}) as process:
        tell(process, INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"}, call(2, limit=1))
        hear(process, 2)
        (child,) = discoveries(process.pid)
        process.kill()
        process.wait()
        until(lambda: gone(child))


def test_a_cancelled_call_stops_its_discovery(slow: Simulator) -> None:
    with started("serve", env={"CLOUDWAN_PAGE_SIZE": "50"}) as process:
        tell(process, INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        hear(process, 1)
        tell(process, call(2, segment="nowhere"))
        until(lambda: slow.answered["ListAttachments"] >= 1)
        (child,) = discoveries(process.pid)
        cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}}
        tell(process, cancelled)
        until(lambda: gone(child))
        tell(process, request(3, "tools/list"))
        assert hear(process, 3)["result"]["tools"]


def test_interrupting_it_before_anybody_spoke_ends_it_at_once() -> None:
    with started("serve", "--demo") as process:
        until(lambda: family(process.pid)[1:])
        interrupt(process)
        assert process.wait(PATIENCE_S) == 130
