"""index: a snapshot without its index gets one, from a person, from a server, and from a large discovery."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.settings import load
from cloudwan_mcp.store import Folder
from conversation import COMMAND, conversation, ours
from tools.by_hand import CORE, attachment, fill


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *words], env=ours(), capture_output=True, text=True, check=False)


def indexes() -> list[Path]:
    folder = Folder(load())
    folder.close()
    return list(folder.path.glob("index-*.db"))


def without_index() -> str:
    """A snapshot whose index was cut off."""
    info = fill([CORE, attachment(1, name="billing")])
    (index,) = indexes()
    index.unlink()
    return info.id


def test_the_newest_snapshot_is_indexed_or_the_one_that_is_named() -> None:
    snapshot = without_index()
    assert f"Snapshot {snapshot} is searchable." in run("index").stdout
    assert len(indexes()) == 1
    assert run("index", snapshot).returncode == 0
    done = run("index", "nothing")
    assert done.returncode == 6
    assert "no longer kept" in done.stderr


def test_without_a_snapshot_there_is_nothing_to_index() -> None:
    done = run("index")
    assert done.returncode == 6
    assert "cloudwan-mcp discover" in done.stderr


@pytest.mark.anyio
async def test_a_server_has_the_index_written_that_it_misses(simulate: Any) -> None:
    simulate(attachments=1)  # for the patience of a slow machine; AWS is not asked
    without_index()
    async with conversation() as talk:
        found = await talk.page("find", query="billing")
        assert [item["id"] for item in found["items"]] == [attachment(1).id]
        assert found["complete"]
    assert len(indexes()) == 1


def test_a_large_discovery_ends_as_an_indexing(simulate: Any) -> None:
    simulate(attachments=15_000)
    done = run("discover")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert "Snapshot" in done.stdout
    assert len(indexes()) == 1


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
