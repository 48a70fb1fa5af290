"""Data folders that cannot be used: the server says so and works all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudwan_mcp.app import App
from cloudwan_mcp.settings import load
from conversation import conversation
from tools.by_hand import CORE, attachment, fill
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio


async def test_a_folder_that_cannot_be_written_gives_way_to_a_temporary_one(
    simulate: Discovered, tmp_path: Path
) -> None:
    simulator = simulate(attachments=60)
    (tmp_path / "file").write_text("in the way")
    wanted = tmp_path / "file" / "data"
    async with conversation(data_dir=str(wanted)) as talk:
        temporary = talk.app.folder.root
        pages = [page async for page in talk.pages(limit=100)]
        snapshots = (await talk.call("list_snapshots")).structured_content
        assert temporary.exists()
    for hint in (pages[0]["hint"], pages[-1]["hint"], snapshots["hint"]):
        assert f"{wanted} cannot be written" in hint
        assert "512 MiB" in hint
        assert "CLOUDWAN_DATA_DIR" in hint
    assert set(simulator.estate.ids("ListAttachments")) <= {i["id"] for page in pages for i in page["items"]}
    assert not temporary.exists()


async def test_a_full_disk_keeps_what_was_read_and_says_what_to_do(simulate: Discovered) -> None:
    simulate(attachments=5000)
    async with conversation(disk_mib=1, first_page_wait_s=30) as talk:
        ids: list[str] = []
        cursor = ""
        while True:
            result = await talk.call(cursor=cursor, limit=500)
            if result.is_error:
                break
            page = result.structured_content
            ids += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
        message = await talk.refused(cursor=cursor)
        (row,) = (await talk.call("list_snapshots")).structured_content["items"]
    assert "No space left" in message
    assert "CLOUDWAN_DISK_MIB" in message
    assert row["snapshot"]["state"] == "interrupted"
    assert len(set(ids)) == len(ids) == row["elements"] > 500


async def test_a_damaged_snapshot_is_set_aside_with_a_notice() -> None:
    old = fill([CORE, attachment(1)])
    new = fill([CORE, attachment(2)])
    async with App(load()) as app:
        path = app.folder.path / f"snapshot-{new.id}.db"
    path.write_bytes(b"no snapshot at all" * 1000)
    async with conversation() as talk:
        page = await talk.page()
    assert page["snapshot"]["id"] == old.id
    assert "damaged" in page["hint"]
