"""The bounds of a request, each met by a request that breaks it."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest

from cloudwan_mcp.http.bounds import Bounds
from cloudwan_mcp.settings import load
from cloudwan_mcp.traffic import Traffic
from server.faces import face

pytestmark = pytest.mark.anyio
LEAST = 64 * 1024


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Served:
    """An app that takes a request's body, and answers once it is told to."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.go_on = anyio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.bodies.append((await receive())["body"])
        await self.go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


class Answer:
    def __init__(self, sent: list[Any]) -> None:
        start = sent[0] if sent else {"status": 0, "headers": []}
        self.status: int = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        self.text = b"".join(each.get("body", b"") for each in sent[1:]).decode()


class Door:
    def __init__(self, **settings: Any) -> None:
        self.served = Served()
        given = load(settings)
        self.traffic = Traffic(given)
        self._bounds = Bounds(self.served, self.traffic, given)

    async def ask(
        self,
        *parts: bytes,
        path: str = "/mcp",
        client: str = "10.0.0.1",
        headers: Any = (),
        ends: bool = True,
    ) -> Answer:
        """Send a body in parts; one that does not end leaves the server waiting."""
        sent: list[Any] = []
        left = list(parts or (b"",))

        async def receive() -> Any:
            if not left:
                await anyio.sleep_forever()
            part = left.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(left) or not ends}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "path": path,
            "method": "POST",
            "headers": list(headers),
            "client": (client, 1),
        }
        await self._bounds(scope, receive, send)
        return Answer(sent)


async def test_a_body_in_parts_reaches_the_app_whole() -> None:
    door = Door()
    door.served.go_on.set()
    answer = await door.ask(b"one ", b"two ", b"three")
    assert answer.status == 200
    assert door.served.bodies == [b"one two three"]
    assert (door.traffic.under_way, door.traffic.bytes) == (0, 0)


@pytest.mark.parametrize(
    ("parts", "headers"),
    [
        ((b"x" * (LEAST + 1),), ()),
        ((b"x" * LEAST, b"x"), ()),
        ((b"{}",), [(b"content-length", str(LEAST + 1).encode())]),
        ((b"{}",), [(b"content-length", b"9" * 5000)]),
    ],
    ids=["one part", "parts", "said", "absurd"],
)
async def test_a_request_that_is_too_large_is_refused_before_anything_reads_it(
    parts: Any, headers: Any
) -> None:
    door = Door(request_bytes=LEAST)
    answer = await door.ask(*parts, headers=headers)
    assert answer.status == 413
    assert "CLOUDWAN_REQUEST_BYTES" in answer.text
    assert answer.headers["connection"] == "close"
    assert door.served.bodies == []
    assert (door.traffic.under_way, door.traffic.bytes) == (0, 0)
    assert door.traffic.turned_away == {"large": 1}


async def test_who_does_not_send_the_rest_in_time_is_told_so() -> None:
    door = Door(request_wait_s=0.1)
    answer = await door.ask(b"{", ends=False)
    assert answer.status == 408
    assert door.served.bodies == []
    assert (door.traffic.under_way, door.traffic.bytes) == (0, 0)


async def test_one_request_more_than_are_served_at_once_is_told_to_try_again() -> None:
    door = Door(max_requests=2)
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(door.ask)
        await anyio.wait_all_tasks_blocked()
        answer = await door.ask()
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert "CLOUDWAN_MAX_REQUESTS" in answer.text
        door.served.go_on.set()
    assert (await door.ask()).status == 200
    assert door.traffic.turned_away == {"busy": 1}


async def test_bodies_that_are_too_much_together_are_told_to_try_again() -> None:
    door = Door(request_bytes=LEAST)
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(door.ask, b"x" * LEAST)
        await anyio.wait_all_tasks_blocked()
        answer = await door.ask(b"xx")
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        door.served.go_on.set()
    assert door.traffic.bytes == 0


async def test_a_client_that_asks_too_fast_waits_and_others_do_not() -> None:
    door = Door(requests_per_minute=3)
    door.served.go_on.set()
    assert [(await door.ask()).status for _ in range(4)] == [200, 200, 200, 429]
    answer = await door.ask()
    assert 0 < int(answer.headers["retry-after"]) <= 20
    assert (await door.ask(client="10.0.0.2")).status == 200


async def test_sessions_have_a_pace_but_take_no_place_among_requests() -> None:
    door = Door(max_requests=1, requests_per_minute=2)
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(lambda: door.ask(path="/sse"))
        await anyio.wait_all_tasks_blocked()
        assert len(door.served.bodies) == 2
        assert door.traffic.under_way == 0
        assert (await door.ask(path="/sse")).status == 429
        door.served.go_on.set()


async def test_probes_are_answered_whatever_else_is_refused() -> None:
    async with face(max_requests=1, requests_per_minute=1, token="token-of-the-tests") as (app, client):
        app.traffic.under_way = 1
        for _ in range(3):
            assert (await client.get("/health")).status_code == 200
            assert (await client.get("/ready")).json() == {"status": "ready"}
        assert [(await client.post("/mcp")).status_code for _ in range(2)] == [503, 429]
        app.traffic.under_way = 0


async def test_readiness_ends_when_the_server_is_told_to_stop_or_memory_is_short() -> None:
    async with face() as (app, client):
        app.traffic.draining = True
        answer = await client.get("/ready")
        assert (answer.status_code, answer.json()) == (503, {"status": "stopping"})
        assert answer.headers["retry-after"]
        assert (await client.get("/health")).status_code == 200
        app.traffic.closing = True
        assert (await client.post("/mcp")).status_code == 503
        assert (await client.get("/sse")).status_code == 503


async def test_a_server_that_is_short_of_memory_asks_for_no_clients_until_it_has_recovered() -> None:
    async with face(memory_threshold_mb=16_001) as (app, client):  # a guard of its own
        app.memory.breaker.force_open("a test")
        answer = await client.get("/ready")
        assert (answer.status_code, answer.json()) == (503, {"status": "short of memory"})
        app.memory.breaker.reset()
        assert (await client.get("/ready")).status_code == 200


async def test_no_stream_is_opened_on_which_nothing_would_come() -> None:
    async with face() as (_, client):
        answer = await client.get("/mcp", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-1.2_3", True), ("", False), ("x" * 65, False), ("a b", False), ("a\tb", False), ("é", False)],
)
async def test_an_answer_names_its_request_by_a_plain_word(given: str, kept: bool) -> None:
    door = Door()
    door.served.go_on.set()
    answer = await door.ask(headers=[(b"x-request-id", given.encode("latin-1"))])
    named = answer.headers["x-request-id"]
    assert (named == given) is kept
    assert named.replace("-", "").replace(".", "").replace("_", "").isalnum()


async def test_memory_report_shows_the_bounds_and_what_was_turned_away() -> None:
    from server.faces import talk

    async with face(max_requests=7, requests_per_minute=0) as (app, client), talk(client) as spoken:
        app.traffic.turned_away["busy"] += 2
        report = await spoken.page("memory_report")
    assert report["http"]["most"] == 7
    assert report["http"]["turned_away"] == {"busy": 2}
    assert report["http"]["under_way"] == 1
    assert report["limits"]["given"] == {
        "max_requests": "--max-requests",
        "requests_per_minute": "--requests-per-minute",
    }
    assert json.dumps(report)
