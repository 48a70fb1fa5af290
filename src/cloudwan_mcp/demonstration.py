"""The built-in demonstration: a simulated network in a process of its own, and snapshots that go with it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream

from cloudwan_mcp.errors import Exhausted
from cloudwan_mcp.settings import Settings

ATTACHMENTS = 2000
FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "CLOUDWAN_PROFILE")


class Demonstration:
    """Runs `cloudwan-mcp simulate` on a free port for as long as it is entered; no AWS is ever called."""

    def __init__(self, attachments: int = ATTACHMENTS) -> None:
        self._attachments = attachments
        self._folder = tempfile.TemporaryDirectory(prefix="cloudwan-mcp-demo-")
        self._environ: dict[str, str] = {}
        self._process: anyio.abc.Process | None = None

    async def __aenter__(self) -> Demonstration:
        command = [sys.executable, "-m", "cloudwan_mcp", "simulate", "--json"]
        command += ["--attended", "--port", "0", "--attachments", str(self._attachments)]
        self._process = process = await anyio.open_process(
            command,
            stdin=subprocess.PIPE,
            stderr=None,
            env={**os.environ, "CLOUDWAN_CONFIG": os.devnull},
            start_new_session=True,
        )
        self._environ = json.loads(await self._announcement(process))["environment"]
        return self

    async def _announcement(self, process: anyio.abc.Process) -> bytes:
        with contextlib.suppress(anyio.IncompleteRead):
            if process.stdout:
                return await BufferedByteReceiveStream(process.stdout).receive_until(b"\n", 65536)
        await self.__aexit__(None, None, None)
        raise Exhausted("The simulator did not start.", next_step="Run cloudwan-mcp simulate to see why.")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            with anyio.CancelScope(shield=True):
                with contextlib.suppress(ProcessLookupError):
                    self._process.terminate()
                await self._process.aclose()
        self._folder.cleanup()

    def environ(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` pointed at the simulator, with credentials that are none and no profile."""
        kept = {k: v for k, v in base.items() if k not in PROFILES}
        # broken configuration or a proxy of the user's must not stand between the two processes
        return kept | FILES | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"} | self._environ

    def settings(self, settings: Settings) -> Settings:
        return replace(settings, profile="", alias="demo", data_dir=self._folder.name)
