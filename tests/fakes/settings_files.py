"""Configuration files as tests write them."""

from __future__ import annotations

from pathlib import Path

from cloudwan_mcp.settings import FILE_NAME


def write(content: str | bytes, path: str | Path = FILE_NAME) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def nested(key: str, value: object) -> str:
    """The lines that give a value to a key; the last one holds the value."""
    *sections, last = key.split(".")
    lines = [f"{'  ' * depth}{section}:" for depth, section in enumerate(sections)]
    return "\n".join([*lines, f"{'  ' * len(sections)}{last}: {value}\n"])
