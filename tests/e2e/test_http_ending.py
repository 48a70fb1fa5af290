"""The HTTP server as a process in the open: OAuth at its door, an audit on stderr, and an end in order."""

from __future__ import annotations

import json
import signal
import socket
import time
import urllib.error
import urllib.request
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from cloudwan_mcp.simulator import Faults
from conversation import PATIENCE_S, Conversation, soon
from e2e.conftest import Serve
from server.authority import RESOURCE, Authority

pytestmark = pytest.mark.anyio


def readiness(url: str) -> str:
    try:
        with urllib.request.urlopen(f"{url}/ready", timeout=PATIENCE_S) as answer:
            return str(json.load(answer)["status"])
    except urllib.error.HTTPError as error:
        with error:
            return str(json.load(error)["status"])


async def test_told_to_stop_it_says_so_answers_what_is_under_way_and_ends(
    simulate: Any, serve_http: Serve
) -> None:
    simulator = simulate(attachments=20, faults=Faults(operations={"ListAttachments": {"latency": 1.0}}))
    with Authority() as authority:
        served = serve_http(
            CLOUDWAN_OAUTH_ISSUER=authority.url,
            CLOUDWAN_PUBLIC_URL=RESOURCE,
            CLOUDWAN_DRAIN_S="0.5",
            CLOUDWAN_GRACE_S="50",
        )
        assert readiness(served.url) == "ready"
        headers = {"Authorization": f"Bearer {authority.token()}"}
        answers: list[Any] = []
        async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S) as http:
            transport = streamable_http_client(f"{served.url}/mcp", http_client=http)
            async with Client(transport, mode="legacy") as client, anyio.create_task_group() as tasks:

                async def call() -> None:
                    answers.append(await Conversation(client).page(segment="nowhere"))

                await client.list_tools()  # else the client asks for them when it has its answer
                tasks.start_soon(call)
                await soon(lambda: simulator.calls["ListAttachments"])
                served.process.send_signal(signal.SIGTERM)
                await soon(lambda: readiness(served.url) == "stopping")
    assert answers[0]["snapshot"]["state"] == "complete"
    assert served.process.wait(PATIENCE_S) == 0
    assert served.process.stderr is not None
    (line,) = served.process.stderr.read().splitlines()
    record = json.loads(line)
    assert (record["outcome"], record["tool"], record["principal"]) == ("ok", "stream_topology", "alice")


async def test_who_does_not_say_what_it_wants_is_hung_up_on_and_sessions_do_not_delay_the_end(
    serve_http: Serve,
) -> None:
    served = serve_http(CLOUDWAN_GRACE_S="50", CLOUDWAN_REQUEST_WAIT_S="0.2")
    port = int(served.url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port)) as silent,
        socket.create_connection(("127.0.0.1", port)) as session,
    ):
        silent.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        session.sendall(b"GET /sse HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n")
        assert session.recv(15) == b"HTTP/1.1 200 OK"
        silent.settimeout(PATIENCE_S)
        assert silent.recv(1) == b""
        began = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(PATIENCE_S) == 0
        assert time.monotonic() - began < 20
