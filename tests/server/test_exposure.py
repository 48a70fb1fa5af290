"""Whom the HTTP server lets in, asked without a network."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from cloudwan_mcp.app import App
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.http.app import check_exposure, http_app
from cloudwan_mcp.settings import load

pytestmark = pytest.mark.anyio
TOKEN = "token-of-the-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
async def test_loopback_needs_nothing(host: str) -> None:
    check_exposure(load({"http_host": host}))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.9", "example.org", "", "127.0.0.1.example.org"])
async def test_any_other_address_needs_hosts_and_a_token(host: str) -> None:
    with pytest.raises(BadRequest, match="CLOUDWAN_ALLOWED_HOSTS and CLOUDWAN_TOKEN"):
        check_exposure(load({"http_host": host}))
    with pytest.raises(BadRequest) as error:
        check_exposure(load({"http_host": host, "allowed_hosts": "me"}))
    assert error.value.field == "token"
    check_exposure(load({"http_host": host, "allowed_hosts": "me", "token": TOKEN}))


async def test_building_the_app_checks_as_well() -> None:
    async with App(load({"http_host": "0.0.0.0"})) as app:
        with pytest.raises(BadRequest):
            http_app(app)


async def ask(path: str, headers: dict[str, str], method: str = "POST", **settings: Any) -> httpx2.Response:
    async with App(load(settings)) as app:
        transport = httpx2.ASGITransport(app=http_app(app))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.request(method, path, headers=headers)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        f"bearer {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        "Bearer é",
    ],
)
async def test_what_is_not_the_token_is_answered_401_with_the_way_to_ask(header: str) -> None:
    raw: Any = {"Authorization": header.encode()} if header else {}
    answer = await ask("/mcp", raw, token=TOKEN)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert TOKEN not in answer.text


async def test_health_says_no_more_than_that_it_lives() -> None:
    answer = await ask("/health", {}, "GET", token=TOKEN)
    assert answer.status_code == 200
    assert answer.json().keys() == {"status", "version"}


@pytest.mark.parametrize("path", ["/health/", "//health", "/healthz", "/HEALTH"])
async def test_what_only_looks_like_health_needs_the_token(path: str) -> None:
    assert (await ask(f"http://127.0.0.1:8000{path}", {}, "GET", token=TOKEN)).status_code == 401
