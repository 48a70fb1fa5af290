"""Whole servers in processes of their own."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from conversation import started


class Served(NamedTuple):
    url: str
    process: subprocess.Popen[str]


Serve = Callable[..., Served]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def serve_http() -> Iterator[Serve]:
    """The HTTP server on a free port, known by the line in which it says where it listens."""
    with ExitStack() as stack:

        def serve(*options: str, **environ: str) -> Served:
            command = ("serve", "--transport", "http", "--port", "0", *options)
            process = stack.enter_context(started(*command, env=environ))
            assert process.stderr is not None
            line = process.stderr.readline()
            match = re.match(r"cloudwan-mcp serves (http://\S+)/(?:mcp|sse); health on \1/health$", line)
            assert match, line
            return Served(match[1], process)

        yield serve
