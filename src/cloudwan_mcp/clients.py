"""MCP clients, and what each is told to start this server."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from cloudwan_mcp import __version__

PROFILE = "net"
IMAGE = f"ghcr.io/cloudwan-mcp/cloudwan-mcp:{__version__}"
INPUT = {"type": "promptString", "id": "profile", "description": "AWS profile to read with"}


@dataclass(slots=True, frozen=True)
class Snippet:
    """`text` goes to `place`: a shell, a file or a browser."""

    client: str
    place: str
    text: str


def entry(profile: str = PROFILE) -> dict[str, Any]:
    """One server in a client's configuration."""
    return {"command": "uvx", "args": ["cloudwan-mcp"], "env": {"AWS_PROFILE": profile}}


def servers(profile: str = PROFILE) -> str:
    """The JSON that most clients read."""
    return json.dumps({"mcpServers": {"cloudwan": entry(profile)}}, indent=2)


def vs_code() -> str:
    """VS Code asks for the profile when it starts the server."""
    server = {"type": "stdio", **entry("${input:profile}")}
    return json.dumps({"inputs": [INPUT], "servers": {"cloudwan": server}}, indent=2)


def cursor_link(profile: str = PROFILE) -> str:
    config = base64.b64encode(json.dumps(entry(profile), separators=(",", ":")).encode()).decode()
    return f"https://cursor.com/en/install-mcp?name=cloudwan&config={quote(config, safe='')}"


def docker(profile: str = PROFILE) -> str:
    """As the user who owns `~/.aws`, whose files are closed to others."""
    return (
        'docker run -i --rm --memory 256m --user "$(id -u):$(id -g)" '
        f'-v "$HOME/.aws:/home/app/.aws:ro" -e AWS_PROFILE={_word(profile)} {IMAGE}'
    )


def snippets(profile: str = "") -> list[Snippet]:
    """One for each client; `profile` is the AWS profile to read with, where one is known."""
    profile = profile or PROFILE
    claude = (
        f"claude mcp add --transport stdio cloudwan --env AWS_PROFILE={_word(profile)} -- uvx cloudwan-mcp"
    )
    return [
        Snippet("Claude Code", "a shell", claude),
        Snippet("Claude Desktop", "claude_desktop_config.json, or .mcp.json in a project", servers(profile)),
        Snippet("VS Code", ".vscode/mcp.json", vs_code()),
        Snippet("Cursor", "a browser", cursor_link(profile)),
        Snippet("Docker", "a shell, or command and args of a client", docker(profile)),
    ]


def _word(text: str) -> str:
    """One word of a shell."""
    import shlex

    return shlex.quote(text)
