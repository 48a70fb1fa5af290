"""The MCP Inspector, a client that nobody here wrote, finds nothing wrong."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from conversation import COMMAND, ours
from e2e.conftest import Serve
from e2e.inspector import TOOL_SAID_ERROR, call, inspector

SERVER = [COMMAND, "serve"]
Era = Literal["legacy", "modern"]
BOTH = pytest.mark.parametrize("era", ["legacy", "modern"])


@BOTH
def test_the_tools_are_listed_without_advice_over_stdio(era: Era) -> None:
    answer = inspector("--method", "tools/list", server=SERVER, env=ours(), era=era, strict=True)
    assert answer.code == 0, answer.stderr
    tools = {tool["name"]: tool for tool in answer.data["result"]["tools"]}
    assert tools.keys() >= {"stream_topology", "list_snapshots"}
    assert tools["show_topology"]["_meta"]["ui"]["resourceUri"] == "ui://cloudwan/map.html"
    assert "error" not in answer.stderr.lower()


@BOTH
def test_a_tool_is_called_over_stdio(era: Era) -> None:
    answer = call("stream_topology", {"limit": 3}, server=[*SERVER, "--demo"], env=ours(), era=era)
    assert answer.code == 0, answer.stderr
    page = answer.data["result"]["structuredContent"]
    assert 1 <= page["count"] <= 3  # the first page of a network that is being read
    assert "not AWS" in page["hint"]
    assert "error" not in answer.stderr.lower()


@BOTH
def test_tools_are_listed_and_called_over_http(simulate: Any, serve_http: Serve, era: Era) -> None:
    simulate(attachments=60)
    url = f"{serve_http().url}/mcp"
    listed = inspector("--method", "tools/list", url=url, era=era, strict=True)
    assert listed.code == 0, listed.stderr
    answer = call("stream_topology", {"limit": 3, "refresh": "always"}, url=url, era=era)
    assert answer.code == 0, answer.stderr
    assert 1 <= answer.data["result"]["structuredContent"]["count"] <= 3
    refused = call("stream_topology", {"limit": 0}, url=url, era=era)
    assert refused.code == TOOL_SAID_ERROR
