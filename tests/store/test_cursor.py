"""Cursors outlive the process, carry their filters, and cannot be made up."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.store import Cursor, CursorSigner, Filters
from fakes.strategies import FILTERS, HOSTILE

SIGNER = CursorSigner(b"k" * 32)
EXAMPLE = Cursor("20261122T101112-00ff", Filters(("site",), segment="prod", text="é"), "connections", 7, 2)


@given(filters=FILTERS, text=HOSTILE, n=st.integers(0, 2**63), given=st.integers(0, 10**6))
def test_a_cursor_is_read_as_it_was_written(filters: Filters, text: str, n: int, given: int) -> None:
    for cursor in (
        Cursor("id", filters, "elements", n, given),
        Cursor("id", Filters(segment=text, tag=text)),
    ):
        assert SIGNER.read(SIGNER.write(cursor)) == cursor


def test_a_cursor_survives_the_reopening_of_its_folder(tmp_path: Path) -> None:
    written = CursorSigner.of_folder(tmp_path).write(EXAMPLE)
    assert CursorSigner.of_folder(tmp_path).read(written) == EXAMPLE
    assert [p.name for p in tmp_path.iterdir()] == ["cursor.key"]
    assert stat.S_IMODE((tmp_path / "cursor.key").stat().st_mode) == 0o600


def test_a_cursor_of_another_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    written = CursorSigner.of_folder(tmp_path / "a").write(EXAMPLE)
    with pytest.raises(BadRequest):
        CursorSigner.of_folder(tmp_path / "b").read(written)


def test_servers_that_begin_at_once_use_one_key(tmp_path: Path) -> None:
    together = Barrier(8)

    def begin(_: int) -> str:
        together.wait()
        return CursorSigner.of_folder(tmp_path).write(EXAMPLE)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(begin, range(8)))) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["cursor.key"]


@pytest.mark.parametrize("content", [b"", b"short"])
def test_a_key_that_a_killed_process_left_unfinished_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cursor.key").write_bytes(content)
    signer = CursorSigner.of_folder(tmp_path)
    assert len((tmp_path / "cursor.key").read_bytes()) == 32
    assert CursorSigner.of_folder(tmp_path).read(signer.write(EXAMPLE)) == EXAMPLE


def refused(text: str) -> None:
    with pytest.raises(BadRequest) as error:
        SIGNER.read(text)
    assert error.value.field == "cursor"
    assert "without cursor" in error.value.next_step


@pytest.mark.parametrize(
    "text",
    ["", "x", "===", "é", "\x00", "null", "eyJuIjoxfQ", "A" * 100_000, base64.b64encode(b"[]" * 20).decode()],
)
def test_foreign_text_is_refused(text: str) -> None:
    refused(text)


@given(st.text())
def test_any_text_that_was_not_signed_is_refused(text: str) -> None:
    refused(text)


def test_a_cursor_cut_anywhere_is_refused() -> None:
    written = SIGNER.write(EXAMPLE)
    for end in range(len(written)):
        refused(written[:end])


def test_a_cursor_changed_in_any_byte_is_refused() -> None:
    data = base64.urlsafe_b64decode(SIGNER.write(EXAMPLE) + "==")
    for at in range(len(data)):
        forged = bytes(byte ^ (at == place) for place, byte in enumerate(data))
        refused(base64.urlsafe_b64encode(forged).decode())


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'["id",{},"elements",0,0]', b"7", b'["id",7,"elements",0,0,"both"]']
)
def test_a_cursor_of_another_release_is_refused(body: bytes) -> None:
    refused(base64.urlsafe_b64encode(SIGNER._sign(body) + body).decode())
