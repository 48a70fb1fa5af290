"""Folders of snapshots that are closed when their test ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.store import Folder
from fakes.snapshots import IDENTITY, first_step, vpcs

OpenFolder = Callable[..., Folder]


@pytest.fixture
def open_folder(tmp_path: Path) -> Iterator[OpenFolder]:
    opened: list[Folder] = []

    def open_one(**settings: Any) -> Folder:
        values = {"data_dir": str(tmp_path / "data")} | settings
        opened.append(Folder(Settings(**values), {}))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def discovered(folder: Folder, elements: int = 3) -> SnapshotInfo:
    """A snapshot of some attachments, as a whole discovery leaves it."""
    with folder.writing():
        staging = folder.stage(IDENTITY)
        with staging:
            staging.commit(first_step(staging), vpcs(elements), token=None)
        return folder.publish(staging)


@pytest.fixture
def discover() -> Callable[..., SnapshotInfo]:
    return discovered
