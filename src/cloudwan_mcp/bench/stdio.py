"""A server on stdio spoken to in bare lines of JSON-RPC: nothing of an SDK's own is measured with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from cloudwan_mcp.bench.installed import PYTHON
from cloudwan_mcp.bench.processes import family

SERVE = (PYTHON, "-m", "cloudwan_mcp", "serve")
PROTOCOL = "2025-06-18"


class Ended(Exception):
    """The server is gone."""


class StdioServer:
    """Starts `cloudwan-mcp serve`; a context manager that ends it."""

    def __init__(self, environ: Mapping[str, str], *options: str) -> None:
        self._last = 0
        self._process = subprocess.Popen(  # noqa: S603
            [*SERVE, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(environ)
        )

    def __enter__(self) -> StdioServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
        if self._process.stdout:
            self._process.stdout.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """`kill -9` the server and everything it started, at once."""
        for pid in family(self.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait()

    def initialize(self) -> dict[str, Any]:
        client = {"name": "bench", "version": "0"}
        answer = self.ask("initialize", protocolVersion=PROTOCOL, capabilities={}, clientInfo=client)
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return answer

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured content of a tool's answer. Raises `RuntimeError` with what an error says."""
        answer = self.ask("tools/call", name=tool, arguments=arguments)
        if answer.get("isError"):
            raise RuntimeError(str(answer["content"]))
        content: dict[str, Any] = answer["structuredContent"]
        return content

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One request and its result; notifications in between are passed over. Raises `Ended`."""
        self._last += 1
        self._send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        while True:
            line = self._process.stdout.readline() if self._process.stdout else b""
            if not line.endswith(b"\n"):
                raise Ended
            message = json.loads(line)
            if message.get("id") == self._last:
                if "error" in message:
                    raise RuntimeError(str(message["error"]))
                result: dict[str, Any] = message["result"]
                return result

    def _send(self, message: Mapping[str, Any]) -> None:
        try:
            if self._process.stdin:
                self._process.stdin.write(json.dumps(message).encode() + b"\n")
                self._process.stdin.flush()
        except OSError as error:
            raise Ended from error
