"""Whom the dashboard lets in."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.exposure import check_exposure
from cloudwan_mcp.web.dashboard import create_memory_dashboard
from cloudwan_mcp.web.gate import HEADERS, Pass
from cloudwan_mcp.web.routes import FILES
from web.machine import Machine, serving, watching

pytestmark = pytest.mark.anyio

TOKEN = "token-of-the-tests"
SCRIPT = next(path for path in FILES if path.endswith(".js"))
PATHS = [
    "/",
    "/metrics",
    "/api/thresholds",
    "/api/summary",
    "/api/history",
    "/api/alerts",
    "/events",
    SCRIPT,
    "/nothing",
]
GUARDED = [
    "/metrics",
    "/ws",
    "/api/thresholds",
    "/api/summary",
    "/api/history",
    "/api/alerts",
    "/events",
    "/nothing",
    "//",
    "/Health",
    "/health/",
]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
async def test_loopback_needs_nothing(host: str) -> None:
    check_exposure(host, "", (), what="dashboard")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.9", "example.org", "", "127.0.0.1.example.org"])
async def test_any_other_address_needs_hosts_and_a_token(host: str) -> None:
    with pytest.raises(BadRequest, match="CLOUDWAN_ALLOWED_HOSTS and CLOUDWAN_TOKEN"):
        check_exposure(host, "", (), what="dashboard")
    with pytest.raises(BadRequest) as error:
        check_exposure(host, "", ("me",), what="dashboard")
    assert error.value.field == "token"
    check_exposure(host, TOKEN, ("me",), what="dashboard")


async def test_starting_checks_before_it_listens() -> None:
    with pytest.raises(BadRequest, match="exposes the dashboard"):
        async with serving(host="0.0.0.0", token=TOKEN):
            pass


@pytest.mark.parametrize("path", PATHS)
async def test_a_foreign_host_is_refused_everywhere(path: str) -> None:
    async with serving() as served:
        for host in (
            "attacker.example",
            "127.0.0.1.attacker.example:5000",
            "localhost.attacker.example",
            "[::2]",
        ):
            answer = await served.client.get(path, headers={"Host": host})
            assert answer.status_code == 421, host


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:80", "127.0.0.1:9", "[::1]:5000", "desk.example:7000"]
)
async def test_loopback_and_allowed_hosts_are_let_in_whatever_their_port(host: str) -> None:
    async with serving(allowed_hosts=["Desk.example", "other:*"]) as served:
        assert (await served.client.get("/api/summary", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://attacker.example", "null", "http://localhost:1", "http://127.0.0.1", "file://"]
)
async def test_a_foreign_origin_is_refused_to_read_and_to_write(origin: str) -> None:
    async with serving() as served:
        for method, path in (
            ("GET", "/api/summary"),
            ("GET", "/events"),
            ("GET", "/metrics"),
            ("POST", "/api/alerts/1/acknowledge"),
            ("POST", "/api/thresholds"),
        ):
            answer = await served.client.request(method, path, headers={"Origin": origin})
            assert answer.status_code == 403, path


async def test_the_page_itself_is_the_origin_that_may_ask() -> None:
    async with serving() as served:
        answer = await served.client.get("/api/summary", headers={"Origin": served.dashboard.url})
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "header", ["", "Bearer", f"bearer {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer é"]
)
async def test_what_does_not_carry_the_token_is_refused(header: str) -> None:
    async with serving(token=TOKEN) as served:
        headers = {"Authorization": header.encode()} if header else {}
        for path in GUARDED:
            answer = await served.client.get(f"{served.dashboard.url}{path}", headers=headers)
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"] == "Bearer"
            assert TOKEN not in answer.text


async def test_with_the_token_all_is_as_without() -> None:
    async with serving(token=TOKEN) as served:
        served.client.headers["Authorization"] = f"Bearer {TOKEN}"
        assert (await served.client.get("/api/summary")).status_code == 200
        async with watching(served.client) as following:
            assert (await following())["current"]


@pytest.mark.parametrize("path", ["/health", *FILES])
async def test_the_page_needs_no_token_because_it_holds_no_data(path: str) -> None:
    async with serving(token=TOKEN) as served:
        assert (await served.client.get(path)).status_code == 200


async def test_a_browser_signs_in_once_and_its_stream_is_let_in() -> None:
    async with serving(token=TOKEN) as served:
        answer = await served.client.post("/api/sign-in", content=TOKEN)
        assert answer.status_code == 204
        cookie = answer.headers["set-cookie"]
        assert TOKEN not in cookie
        assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/"))
        assert (await served.client.get("/api/summary")).status_code == 200
        async with watching(served.client) as following:
            assert (await following())["current"]


@pytest.mark.parametrize(
    "body", [b"", b"x", TOKEN[:-1].encode(), f"{TOKEN}x".encode(), b"\xff", b"{}", b"\x00" * 4096]
)
async def test_a_wrong_token_signs_nobody_in(body: bytes) -> None:
    async with serving(token=TOKEN) as served:
        answer = await served.client.post("/api/sign-in", content=body)
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers


async def test_a_sign_in_longer_than_a_token_is_not_read_to_its_end() -> None:
    async with serving(token=TOKEN) as served:
        assert (await served.client.post("/api/sign-in", content=b"x" * 10_000)).status_code == 413


@pytest.mark.parametrize("cookie", ["", "cloudwan_=", "x", "a=b; \x00", "=" * 50])
async def test_a_foreign_cookie_is_no_pass(cookie: str) -> None:
    assert not Pass(TOKEN).admits({b"cookie": cookie.encode("latin-1")})


async def test_the_cookie_of_another_token_is_no_pass() -> None:
    mine, other = Pass(TOKEN), Pass("another")
    name, _, value = mine.cookie().partition(";")[0].partition("=")
    assert mine.admits({b"cookie": f"theme=dark; {name}={value}".encode()})
    assert not other.admits({b"cookie": f"{name}={value}".encode()})
    assert not mine.admits({b"cookie": f"{name}={value[:-1]}".encode()})
    assert name != other.cookie().partition("=")[0]


async def test_without_a_token_nobody_signs_in() -> None:
    assert not Pass("").is_token(b"")


@pytest.mark.parametrize("path", [*PATHS, "/health", "/api/history?tier=2s"])
async def test_every_answer_carries_the_headers_that_bind_a_browser(path: str) -> None:
    async with serving() as served:
        for headers in ({}, {"Host": "attacker.example"}, {"Origin": "null"}):
            async with served.client.stream("GET", path, headers=headers) as answer:
                found = answer.headers
        assert found["content-security-policy"].startswith("default-src 'self';")
        assert "unsafe" not in found["content-security-policy"]
        assert found["x-content-type-options"] == "nosniff"
        assert {name.decode() for name, _ in HEADERS} <= set(found)
        assert "server" not in found


async def test_data_is_not_kept_by_any_cache() -> None:
    async with serving() as served:
        assert (await served.client.get("/api/summary")).headers["cache-control"] == "no-store"


async def test_health_says_no_more_than_that_it_lives_to_whoever_asks() -> None:
    async with serving(token=TOKEN) as served:
        answer = await served.client.get("/health", headers={"Host": "10.0.0.7:5000"})
        assert answer.status_code == 200
        assert answer.json().keys() == {"status", "version"}


async def test_a_request_without_a_host_is_refused() -> None:
    async with serving(Machine()) as served:
        port = int(served.dashboard.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /api/summary HTTP/1.0\r\n\r\n")
        assert b" 421 " in await reader.readline()
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("source", ["environment", "file", "argument"])
async def test_an_open_address_is_refused_before_it_is_bound_wherever_it_comes_from(
    source: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if source == "environment":
        monkeypatch.setenv("CLOUDWAN_MONITORING_HOST", "0.0.0.0")
    if source == "file":
        file = tmp_path / "settings.yml"
        file.write_text("monitoring:\n  dashboard:\n    host: 0.0.0.0\n", encoding="utf-8")
        monkeypatch.setenv("CLOUDWAN_CONFIG", str(file))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    dashboard = create_memory_dashboard(port, "0.0.0.0" if source == "argument" else None)
    with pytest.raises(BadRequest, match="exposes the dashboard") as error:
        await dashboard.start()
    assert error.value.field == "allowed_hosts"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port))
