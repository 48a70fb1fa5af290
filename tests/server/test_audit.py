"""The audit: one line for each tool call, which nobody can forge and which holds up nothing."""

from __future__ import annotations

import io
import json
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.types import Implementation

from cloudwan_mcp import audit as audit_room
from cloudwan_mcp.app import App
from cloudwan_mcp.audit import Audit, brief, line, trace_of
from cloudwan_mcp.server import build_server
from cloudwan_mcp.settings import load
from conversation import Conversation, until
from server.faces import face, talk
from tools.by_hand import CORE, attachment, fill

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"
HOSTILE = '\r\n{"event":"tool_call","outcome":"ok"}\x1b[2J\u2028\x7f\x85'


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What apps write to their audit."""
    kept = io.StringIO()
    monkeypatch.setattr("cloudwan_mcp.app.Audit", lambda: Audit(kept))
    return kept


def records(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(each) for each in written.getvalue().splitlines()]


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=80), max_size=4))
def test_no_text_ends_its_line_or_reaches_a_terminal_as_it_is(record: dict[str, str]) -> None:
    text = line(record | {"tool": HOSTILE})
    assert all(" " <= each <= "~" for each in text)
    assert json.loads(text) == record | {"tool": HOSTILE}


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_over_http_each_call_leaves_one_line_that_says_who_what_and_how(
    written: io.StringIO, mode: str
) -> None:
    fill([CORE, attachment(1)])
    async with face() as (_, client):
        client.headers |= {"traceparent": PARENT, "X-Request-Id": "r-1"}
        async with talk(client, mode) as spoken:
            await spoken.page("find", query="vpc 1")
            await spoken.refused("find", query="x", nonsense="sesame\n")
            await spoken.refused("find", query=["sesame"])
            await spoken.refused("describe", id="sesame")
    good, unknown, wrong, missing = records(written)
    assert good["tool"] == "find"
    assert good["outcome"] == "ok"
    assert good["client"] == "127.0.0.1"
    assert good["request_id"] == "r-1"
    assert (good["trace"], good["span"]) == (TRACE, SPAN)
    assert good["bytes"] > 100
    assert good["ms"] > 0
    assert good["at"].endswith("Z")
    assert (unknown["outcome"], unknown["error"]) == ("refused", "BadArgument")
    assert (wrong["outcome"], wrong["error"]) == ("refused", "BadArgument")
    assert (missing["outcome"], missing["error"]) == ("refused", "NotFound")
    assert "sesame" not in written.getvalue()


@pytest.mark.anyio
async def test_what_a_client_says_of_itself_is_cut_and_escaped(written: io.StringIO) -> None:
    fill([CORE])
    async with App(load({"audit": "all"})) as app:
        named = Implementation(name=HOSTILE + "n" * 500, version="1")
        async with Client(build_server(app), mode="legacy", client_info=named) as client:
            await client.call_tool(
                "list_snapshots", {}, meta={"traceparent": HOSTILE, "progressToken": HOSTILE}
            )
            await client.call_tool(HOSTILE, {"password": "sesame"})
    good, unknown = records(written)
    assert good["client"] == "stdio"
    assert len(good["agent"]) == 64
    assert "trace" not in good
    assert unknown["tool"] == HOSTILE[:64]
    assert unknown["outcome"] == "refused"
    assert "sesame" not in written.getvalue()
    assert len(written.getvalue().splitlines()) == len(written.getvalue().split("\n")) - 1 == 2


@pytest.mark.anyio
@pytest.mark.parametrize(("choice", "lines"), [("http", 0), ("none", 0), ("all", 2)])
async def test_whose_calls_are_audited_is_a_setting(written: io.StringIO, choice: str, lines: int) -> None:
    fill([CORE])
    async with App(load({"audit": choice})) as app, Client(build_server(app)) as client:
        await Conversation(client).page("list_snapshots")
        await client.read_resource("cloudwan://snapshots")
    assert [each["tool"] for each in records(written)] == ["list_snapshots"] * lines
    assert [each.get("via") for each in records(written)] == [None, "resources/read"][:lines]


def test_where_nobody_reads_lines_are_lost_and_counted_and_nothing_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit_room, "WAITING", 3)
    monkeypatch.setattr(audit_room, "END_S", 0.05)
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with os.fdopen(reading, "rb") as reader, os.fdopen(writing, "w") as pipe:
        audit = Audit(pipe)
        for _ in range(4000):
            audit.write({"filler": "x" * 200})
        assert audit.lost > 0
        audit.close()  # does not wait for ever either
        while not audit._lines.empty():
            reader.read(65536)
        until(lambda: not reader.read(65536) and audit._lines.empty())


def test_a_stream_that_is_closed_costs_lines_and_no_more() -> None:
    stream = io.StringIO()
    stream.close()
    audit = Audit(stream)
    audit.write({"a": 1})
    audit.close()
    assert audit.lost == 1


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (PARENT, (TRACE, SPAN)),
        (f"cc-{TRACE}-{SPAN}-01-what-will-be", (TRACE, SPAN)),
        (f"ff-{TRACE}-{SPAN}-01", (None, None)),
        (f"00-{'0' * 32}-{SPAN}-01", (None, None)),
        (f"00-{TRACE}-{'0' * 16}-01", (None, None)),
        (f"00-{TRACE.upper()}-{SPAN}-01", (None, None)),
        (f"{PARENT}\n", (None, None)),
        (HOSTILE, (None, None)),
        (7, (None, None)),
        (None, (None, None)),
    ],
)
def test_a_trace_context_is_taken_only_in_its_own_form(given: Any, found: Any) -> None:
    assert trace_of(given) == found


def test_what_is_empty_is_left_out() -> None:
    assert (brief(None), brief(""), brief(0)) == (None, None, "0")
