"""The simulated AWS that a benchmark reads: a process of its own, and no part of what is measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType

NICENESS = 5  # it stands for a service that runs elsewhere


class Endpoint:
    """Runs `cloudwan-mcp simulate`; a context manager. `environ` points a child process at it.

    `counts` are set instead of scaled; a `port` that an earlier one had makes it the same AWS to a client.
    """

    def __init__(
        self,
        attachments: int,
        faults: tuple[str, ...] = (),
        counts: Mapping[str, int] | None = None,
        port: int = 0,
    ) -> None:
        self._command = [sys.executable, "-m", "cloudwan_mcp", "simulate", "--json", "--attended"]
        self._command += ["--port", str(port), "--attachments", str(attachments)]
        # every attachment brings two connections, to its segment and its edge: a network of 1,000,000
        # attachments and 2,000,000 connections, not one that lists the same pairs once more
        self._command += ["--count", "relationships_per_attachment=0", "--count", "peers_per_connect=0"]
        self._command += [f"--count={name}={count}" for name, count in (counts or {}).items()]
        self._command += [f"--fault={fault}" for fault in faults]
        self.environ: dict[str, str] = {}

    def __enter__(self) -> Endpoint:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)
        if self._process.stdout is None:
            raise RuntimeError("the simulator has no output")
        announced = json.loads(self._process.stdout.readline())
        self.environ = clean_environment() | announced["environment"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def port(self) -> int:
        return int(self.environ["AWS_ENDPOINT_URL"].rpartition(":")[2])


def clean_environment() -> dict[str, str]:
    """This process's environment without the settings and credentials that a user may have in it, or near."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CLOUDWAN_"))}
    return kept | {"CLOUDWAN_CONFIG": os.devnull}
