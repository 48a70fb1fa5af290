"""The HTTP server as a process: both eras and legacy SSE, and who may not talk to it."""

from __future__ import annotations

import os
import signal
import urllib.error
import urllib.request
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from cloudwan_mcp.simulator import Faults
from conversation import ERAS, PATIENCE_S, Conversation, discoveries, family, gone, run, soon, until
from e2e.conftest import Serve

TOKEN = "token-of-the-tests"


@asynccontextmanager
async def talk_to(url: str, mode: str = "auto", token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with AsyncExitStack() as stack:
        if url.endswith("/sse"):
            transport: Any = sse_client(url, headers=headers)
        else:
            http = await stack.enter_async_context(httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S))
            transport = streamable_http_client(url, http_client=http)
        yield Conversation(await stack.enter_async_context(Client(transport, mode=mode)))


def status(url: str, method: str = "GET", **headers: str) -> int:
    body = b"{}" if method == "POST" else None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, body, {"Content-Type": "application/json"} | named, method=method),
            timeout=PATIENCE_S,
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "mode"), [("/mcp", "legacy"), ("/mcp", "auto"), ("/mcp", "2026-07-28"), ("/sse", "legacy")]
)
async def test_every_kind_of_client_reads_a_whole_network(
    simulate: Any, serve_http: Serve, path: str, mode: str
) -> None:
    simulator = simulate(attachments=120)
    served = serve_http()
    async with talk_to(served.url + path, mode) as talk:
        items = await talk.items(limit=200)
        assert "limit" in await talk.refused(limit=0)
    ids = [item["id"] for item in items]
    assert len(set(ids)) == len(ids)
    assert set(simulator.estate.ids("ListAttachments")) <= set(ids)


def test_health_answers_without_a_token_and_everything_else_with_it(serve_http: Serve) -> None:
    served = serve_http(CLOUDWAN_TOKEN=TOKEN)
    assert status(f"{served.url}/health") == 200
    for path, method in (
        ("/mcp", "POST"),
        ("/sse", "GET"),
        ("/messages/?session_id=1", "POST"),
        ("/", "GET"),
    ):
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": TOKEN},
            {"Authorization": "Bearer"},
        ):
            assert status(served.url + path, method, **headers) == 401, (path, headers)


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/mcp", "/sse"])
async def test_the_token_opens_every_door(simulate: Any, serve_http: Serve, path: str) -> None:
    simulate(attachments=20)
    served = serve_http(CLOUDWAN_TOKEN=TOKEN)
    async with talk_to(served.url + path, "legacy", TOKEN) as talk:
        assert (await talk.page())["items"]


@pytest.mark.parametrize("path", ["/mcp", "/sse"])
def test_other_hosts_and_origins_are_turned_away(serve_http: Serve, path: str) -> None:
    served = serve_http(CLOUDWAN_ALLOWED_HOSTS="sidecar:8000, other")
    method = "GET" if path == "/sse" else "POST"
    assert status(served.url + path, method, Host="evil.example") == 421
    assert status(served.url + path, method, Origin="https://evil.example") == 403
    assert status(served.url + path, method, Origin="null") == 403
    if path == "/mcp":
        for accepted in ({"Host": "sidecar:8000"}, {"Host": "other"}, {"Origin": "http://localhost:3000"}):
            assert status(served.url + path, method, **accepted) not in (403, 421), accepted


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({}, ["CLOUDWAN_ALLOWED_HOSTS", "CLOUDWAN_TOKEN"]),
        ({"CLOUDWAN_TOKEN": TOKEN}, ["CLOUDWAN_ALLOWED_HOSTS"]),
        ({"CLOUDWAN_ALLOWED_HOSTS": "me:1"}, ["CLOUDWAN_TOKEN"]),
        ({"CLOUDWAN_ALLOWED_HOSTS": " , ", "CLOUDWAN_TOKEN": TOKEN}, ["CLOUDWAN_ALLOWED_HOSTS"]),
    ],
)
@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_beyond_loopback_it_does_not_start_without_hosts_and_token(
    environ: dict[str, str], names: list[str], host: str
) -> None:
    done = run("serve", "--transport", "http", "--port", "0", "--host", host, env=environ)
    assert done.returncode == 2
    assert all(name in done.stderr for name in names)
    assert all(
        name in names for name in ("CLOUDWAN_ALLOWED_HOSTS", "CLOUDWAN_TOKEN") if f"{name}" in done.stderr
    )
    assert TOKEN not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_beyond_loopback_it_serves_those_who_know_its_name_and_token(serve_http: Serve) -> None:
    served = serve_http("--host", "0.0.0.0", CLOUDWAN_ALLOWED_HOSTS="sidecar:*", CLOUDWAN_TOKEN=TOKEN)
    url = served.url.replace("0.0.0.0", "127.0.0.1")
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert status(f"{url}/mcp", "POST", Host="sidecar:1", **bearer) not in (401, 403, 421)
    assert status(f"{url}/mcp", "POST", Host="10.0.0.1:1", **bearer) == 421
    assert status(f"{url}/mcp", "POST", Host="sidecar:1") == 401


@pytest.mark.anyio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_in_order_with_all_that_it_started(
    serve_http: Serve, tmp_path: Path, number: signal.Signals
) -> None:
    served = serve_http("--demo", TMPDIR=str(tmp_path))
    async with talk_to(f"{served.url}/mcp") as talk:
        assert (await talk.page())["items"]
    children = family(served.process.pid)[1:]
    assert children
    served.process.send_signal(number)
    assert served.process.wait(PATIENCE_S) == 0
    until(lambda: all(map(gone, children)))
    assert not [name for name in os.listdir(tmp_path) if name.startswith("cloudwan-mcp-")]
    assert "Traceback" not in served.process.stderr.read()


def test_a_port_that_is_taken_is_said_in_one_line(serve_http: Serve) -> None:
    served = serve_http()
    port = served.url.rpartition(":")[2]
    done = run("serve", "--transport", "http", "--port", port)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ERAS)
async def test_a_call_that_its_client_gives_up_stops_the_discovery(
    simulate: Any, serve_http: Serve, mode: str
) -> None:
    slow = Faults(operations={"ListAttachments": {"latency": 0.3}})
    simulator = simulate(attachments=600, faults=slow)
    served = serve_http(CLOUDWAN_PAGE_SIZE="50")
    async with talk_to(f"{served.url}/mcp", mode) as talk:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: talk.call(segment="nowhere"))
            await soon(lambda: simulator.answered["ListAttachments"] >= 1)
            (child,) = discoveries(served.process.pid)
            tasks.cancel_scope.cancel()
        await soon(lambda: gone(child))
        simulator.faults = Faults()
        items = await talk.items(limit=500)
    assert len({item["id"] for item in items}) == len(items) > 600
    assert simulator.calls["DescribeGlobalNetworks"] == 1


@pytest.mark.anyio
async def test_clients_over_http_learn_no_path_of_the_machine(
    simulate: Any, serve_http: Serve, tmp_path: Path
) -> None:
    simulate(attachments=20)
    folder = tmp_path / "exports"
    served = serve_http(CLOUDWAN_EXPORT_DIR=str(folder))
    for path in ("/mcp", "/sse"):
        async with talk_to(served.url + path) as talk:
            name = f"core{path[1:]}.csv"
            answer = await talk.call("export_topology", format="csv", file=name)
            again = await talk.call("export_topology", format="csv", file=name)
            outside = await talk.call("export_topology", format="csv", file=f"{tmp_path}/x.csv")
        assert answer.structured_content["file"] == name
        assert again.is_error
        assert outside.is_error
        assert (folder / name).stat().st_size == answer.structured_content["bytes"]
        for said in (answer, again):
            assert str(tmp_path) not in said.model_dump_json()
    assert "x.csv" not in os.listdir(tmp_path)
