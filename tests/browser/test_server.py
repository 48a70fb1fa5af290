"""The page of a real server: a discovery that runs, calls that are made, a restart."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect

from browser.visitor import Visitor
from cloudwan_mcp.bench.viewer import free_port
from cloudwan_mcp.simulator import Faults
from conversation import PATIENCE_S, started, until

Visit = Callable[..., Visitor]
SLOW = Faults(operations={"ListAttachments": {"latency": 1.0}})
HEADERS = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25"}


@pytest.fixture
def port() -> int:
    return free_port()


@contextmanager
def server(port: int) -> Iterator[str]:
    """The command with its dashboard on `port`; gives the URL of /mcp."""
    environ = {
        "CLOUDWAN_MONITORING_PORT": str(port),
        "CLOUDWAN_PAGE_SIZE": "50",
        "CLOUDWAN_FIRST_PAGE_WAIT_S": "20",
    }
    options = ("serve", "--transport", "http", "--port", "0", "--dashboard")
    with started(*options, env=environ) as process:
        assert process.stderr is not None
        said = [process.stderr.readline(), process.stderr.readline()]
        assert f"dashboard on http://127.0.0.1:{port}\n" in said[0]
        found = re.search(r"http://\S+/mcp", said[1])
        assert found, said
        yield found[0]


def call(url: str, tool: str, **arguments: Any) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    answer = httpx2.post(url, json=request, headers=HEADERS, timeout=PATIENCE_S)
    message = answer.text.partition("data: ")[2]  # an event stream of one event
    found: dict[str, Any] = json.loads(message)["result"]
    return found


def test_a_discovery_and_its_calls_appear_as_they_happen(simulate: Any, visit: Visit, port: int) -> None:
    simulate(attachments=900, faults=SLOW)
    with server(port) as url:
        visitor = visit(SimpleNamespace(url=f"http://127.0.0.1:{port}")).arrive()
        expect(visitor.at("no-discovery")).to_be_visible()
        assert not call(url, "stream_topology", limit=1).get("isError")
        expect(visitor.at("progress")).to_be_visible()
        before = visitor.at("pages").inner_text()
        expect(visitor.at("pages")).not_to_have_text(before)
        expect(visitor.page.locator("#calls tr th")).to_have_text(["stream_topology"])
        expect(visitor.page.locator("#snapshot-list .chip").first).to_have_text(
            re.compile("growing|complete")
        )
        expect(visitor.at("no-discovery")).to_be_visible()
        expect(visitor.page.locator("#snapshot-list .chip").first).to_have_text("complete")
        assert call(url, "stream_topology", cursor="nonsense")["isError"]
        expect(visitor.page.locator("#calls tr")).to_have_text(re.compile(r"^stream_topology2"))
        assert (visitor.complaints, visitor.violations) == ([], [])


def test_the_page_survives_that_its_server_is_started_anew(simulate: Any, visit: Visit, port: int) -> None:
    simulate(attachments=20)
    with server(port):
        visitor = visit(SimpleNamespace(url=f"http://127.0.0.1:{port}")).arrive()
        visitor.page.wait_for_function("() => /[1-9]/.test(document.querySelector('#rss').textContent)")
    visitor.until("offline")
    with server(port) as url:
        visitor.until("live")
        assert not call(url, "list_snapshots").get("isError")
        expect(visitor.page.locator("#calls tr th")).to_have_text(["list_snapshots"])


def test_who_comes_when_all_places_are_taken_still_sees_figures(
    simulate: Any, visit: Visit, port: int
) -> None:
    simulate(attachments=20)
    with server(port), httpx2.Client(timeout=PATIENCE_S) as client:
        url = f"http://127.0.0.1:{port}"
        sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
        try:
            for each in sockets:
                each.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            until(lambda: client.get(f"{url}/events").status_code == 503)
            visitor = visit(SimpleNamespace(url=url)).arrive()
            visitor.sees("connection", "Every few seconds")
            before = visitor.at("uptime").inner_text()
            expect(visitor.at("uptime")).not_to_have_text(before)
        finally:
            for each in sockets:
                each.close()
        expect(visitor.at("connection")).to_have_attribute("title", "By WebSocket")
        visitor.sees("connection", "Live")
