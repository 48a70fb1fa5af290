"""A process that discovers what the environment points at: `python -m fakes.discoverer`."""

from __future__ import annotations

from cloudwan_mcp import settings
from cloudwan_mcp.refresh import discover
from cloudwan_mcp.store import Folder


def main() -> None:
    configured = settings.load()
    folder = Folder(configured)
    discover(configured, folder, on_start=lambda snapshot: print(snapshot, flush=True))  # noqa: T201
    folder.close()


if __name__ == "__main__":
    main()
