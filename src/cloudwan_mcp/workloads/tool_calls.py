"""The server's own tools, called again and again over a small simulated network."""

from __future__ import annotations

import os
import tempfile
from contextlib import closing
from dataclasses import replace
from itertools import cycle
from types import SimpleNamespace
from typing import Any, cast

from mcp.server.context import ServerRequestContext
from mcp.server.mcpserver import Context
from mcp.server.session import ServerSession

from cloudwan_mcp.app import App
from cloudwan_mcp.indexing.run import index
from cloudwan_mcp.refresh import discover
from cloudwan_mcp.server import build_server
from cloudwan_mcp.settings import load
from cloudwan_mcp.simulator import Estate, Simulator
from cloudwan_mcp.simulator.command import environment
from cloudwan_mcp.store import Folder
from cloudwan_mcp.tool import Server, Tool
from cloudwan_mcp.tools import TOOLS

ATTACHMENTS = 200
VERSION = "2025-11-25"


class Quiet:
    """A session whose client asked for no progress, and said nothing of itself."""

    client_capabilities = None

    async def report_progress(self, *_: object) -> None:
        pass


class Calls:
    """Some tools: each call takes the next of their samples; what it answers is dropped.

    The first call discovers the network, in this process, which then has no other AWS. Raises what the tool
    refuses.
    """

    _server: Server | None = None
    _app: App

    def __init__(self, *tools: Tool) -> None:
        self._samples = cycle([(tool.name, sample) for tool in tools for sample in tool.samples])

    async def __call__(self) -> None:
        server = await self._opened()
        request = ServerRequestContext(
            session=cast(ServerSession, Quiet()),
            lifespan_context=self._app,
            protocol_version=VERSION,
            method="tools/call",
        )
        context: Context[App, Any] = Context(request_context=request, mcp_server=server)
        name, sample = next(self._samples)
        await server.call_tool(name, dict(sample), context)

    async def _opened(self) -> Server:
        """The server, which stays for as long as this process."""
        if self._server is None:
            self._folder = tempfile.TemporaryDirectory(prefix="cloudwan-mcp-calls-")
            with Simulator(Estate(attachments=ATTACHMENTS)) as simulator:
                _own_environment(simulator, self._folder.name)
                settings = replace(
                    load(), monitoring_enabled=False
                )  # what it reads now and then is not a call's
                with closing(Folder(settings)) as folder:
                    # with its route tables, since AWS is no longer there when they are asked for
                    index(folder, discover(settings, folder, tables=[("", "")]).id)
            self._app = await App(settings).__aenter__()
            self._server = build_server(self._app)
        return self._server


def _own_environment(simulator: Simulator, folder: str) -> None:
    for name in [each for each in os.environ if each.startswith(("AWS_", "CLOUDWAN_"))]:
        del os.environ[name]
    own = {"CLOUDWAN_DATA_DIR": folder, "CLOUDWAN_CONFIG": os.devnull, "NO_PROXY": "127.0.0.1"}
    os.environ.update(environment(simulator) | own)


EXERCISED = [tool for tool in TOOLS if tool.samples]
calls = SimpleNamespace(**{tool.name: Calls(tool) for tool in EXERCISED}, every=Calls(*EXERCISED))
