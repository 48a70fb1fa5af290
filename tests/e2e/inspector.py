"""The MCP Inspector's command line: a client that nobody here wrote, for the end-to-end tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

HOME = Path(__file__).resolve().parents[1] / "inspector" / "node_modules"
LAUNCHER = HOME / "@modelcontextprotocol/inspector/clients/launcher/build/index.js"
NODE = Path(sys.executable).parent / "node"

TOOL_SAID_ERROR, SCHEMA_NOT_PORTABLE = 5, 6
"""Exit codes of the Inspector that tests assert on; 0 is success."""


class Answer(NamedTuple):
    code: int
    data: Any
    """What stdout held as JSON: `{"result": ...}`; None when it held nothing."""
    stderr: str
    """Advice of `--strict`, the `{"error": ...}` of a failure, and a stdio server's own stderr."""


def inspector(
    *options: str,
    server: Sequence[str] | None = None,
    url: str | None = None,
    era: Literal["legacy", "modern", "auto"] = "legacy",
    strict: bool = False,
    env: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = 180,
) -> Answer:
    """Run one Inspector command against a stdio `server` command or a `url` that ends in /mcp or /sse.

    `strict` lints the tool schemas and goes with `--method tools/list`. `env` reaches a stdio server on
    top of PATH, HOME and the like, which is all that it inherits. Nothing is read from or left in the
    user's own Inspector settings.
    """
    if (server is None) == (url is None):
        raise ValueError("Give either server= or url=.")
    if not LAUNCHER.exists():
        raise FileNotFoundError(f"{LAUNCHER} is missing: `make test` installs the Inspector.")
    with tempfile.TemporaryDirectory(prefix="inspector-") as folder:
        command = [str(NODE), str(LAUNCHER), "--cli", *_target(Path(folder), server, url, env)]
        command += [*options, "--protocol-era", era, "--format", "json", "--connect-timeout", "60000"]
        command += ["--strict"] if strict else []
        command += [
            part for name, value in (headers or {}).items() for part in ("--header", f"{name}: {value}")
        ]
        done = subprocess.run(
            command,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout_s,
            check=False,
        )
    return Answer(done.returncode, json.loads(done.stdout) if done.stdout.strip() else None, done.stderr)


def call(tool: str, arguments: Mapping[str, Any], *options: str, **where: Any) -> Answer:
    """`tools/call` with typed arguments; `where` is what `inspector` takes."""
    typed = ("--tool-name", tool, "--tool-args-json", json.dumps(arguments))
    return inspector("--method", "tools/call", *typed, *options, **where)


def load(tool: str, arguments: Mapping[str, Any], *, calls: int, at_once: int = 10, **where: Any) -> Answer:
    """Call one tool many times; `data["result"]` has ok, toolErrors, errors, throughput and latencyMs."""
    shape = ("--load", "--load-requests", str(calls), "--load-concurrency", str(at_once))
    return call(tool, arguments, *shape, **where)


def _target(
    folder: Path, server: Sequence[str] | None, url: str | None, env: Mapping[str, str] | None
) -> list[str]:
    if url is not None:
        return ["--server-url", url]
    # A file, not the command line: there a server's own --options would be read as the Inspector's.
    command, *args = server or []
    entry = {"type": "stdio", "command": command, "args": args, "env": dict(env or {})}
    config = folder / "servers.json"
    config.write_text(json.dumps({"mcpServers": {"it": entry}}), encoding="utf-8")
    return ["--config", str(config), "--server", "it"]


def _environment(folder: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name != "MCP_CATALOG_PATH"},
        "MCP_CLIENT_CONFIG_PATH": str(Path(folder, "client.json")),
        "MCP_STORAGE_DIR": folder,
        "MCP_INSPECTOR_SECRET_STORE": "memory",
        "NO_COLOR": "1",
    }
