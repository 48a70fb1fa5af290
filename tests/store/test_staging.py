"""A growing snapshot holds what a dict would, whatever the pages hold and whatever happens between them."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudwan_mcp.errors import NotFound
from cloudwan_mcp.model import Connection, Element, Gap, Scope
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.store.staging import Staging
from fakes.snapshots import IDENTITY, PLACES, Model, Value, first_step, new_staging, read_all, vpcs
from fakes.strategies import PAGES


class Interrupted(Exception):
    """Stands for whatever ends a page halfway."""


def interruption() -> Iterator[tuple[str, Scope]]:
    yield "site", Scope("global-network-1")
    raise Interrupted


def fail(staging: Staging, values: list[Value]) -> None:
    with pytest.raises(Interrupted):
        staging.commit(first_step(staging), values, token="next", follow=interruption())


def everything(path: Path, *, complete: bool) -> list[tuple[int, Element]]:
    reader = SnapshotReader(path, complete=complete)
    try:
        return read_all(reader)
    finally:
        reader.close()


@settings(max_examples=25)
@given(pages=PAGES, events=st.lists(st.sampled_from(["page", "rollback", "reopen"]), min_size=5, max_size=5))
def test_a_snapshot_equals_a_dict_after_any_pages_rollbacks_and_resumptions(
    pages: list[list[Value]], events: list[str]
) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        staging = new_staging(Path(folder))
        for page, event in zip([PLACES, *pages], ["page", *events], strict=False):
            if event == "rollback":
                fail(staging, page)
            if event == "reopen":
                staging.close()
                staging = Staging.open(staging.path)
            assert staging.commit(first_step(staging), page, token="next") == model.add(page)
        assert everything(staging.path, complete=False) == model.rows()
        staging.close()
        target = publish(staging.path, Path(folder) / "snapshot-one.db")
        assert everything(target, complete=True) == model.rows()


def test_a_rolled_back_page_leaves_no_codes_and_no_dictionary_that_later_pages_would_rely_on(
    tmp_path: Path,
) -> None:
    staging = new_staging(tmp_path)
    strange = [replace(e, type="strange-attachment", segment="strange") for e in vpcs(20)]
    fail(staging, strange)
    step = first_step(staging)
    later = [Element("site-1", "site", "s", attributes='{"a":"' + "site" * 99 + '"}')]
    staging.commit(replace(step, kind="site"), later, token="next")
    staging.commit(step, vpcs(20), token=None)
    staging.close()
    with sqlite3.connect(staging.path) as db:
        used = {
            code for row in db.execute("SELECT ty, gn, co, sg, ed, ac, st FROM el") for code in row if code
        }
        stored = dict(db.execute("SELECT code, value FROM word").fetchall())
        named = {row[0] for row in db.execute("SELECT dictionary FROM block")}
        assert named <= {row[0] for row in db.execute("SELECT code FROM dictionary")}
    db.close()
    assert used == set(stored)
    assert not [value for value in stored.values() if "strange" in value]
    assert [e for _, e in everything(staging.path, complete=False)] == later + vpcs(20)


def test_a_rolled_back_page_leaves_its_step_where_it_was(tmp_path: Path) -> None:
    staging = new_staging(tmp_path)
    step = first_step(staging)
    staging.commit(step, vpcs(3), token="second")
    before = replace(step)
    with pytest.raises(Interrupted):
        staging.commit(step, vpcs(3, start=3), token="third", follow=interruption())
    assert step == before == staging.steps()[0]
    assert len(staging.steps()) == 1
    assert staging.commit(step, vpcs(3, start=3), token="third") == (3, 0)
    staging.close()


def test_a_page_that_follows_a_rollback_finds_repeats_of_earlier_pages(tmp_path: Path) -> None:
    staging = new_staging(tmp_path)
    step = first_step(staging)
    for start in range(0, 4000, 500):
        staging.commit(step, vpcs(500, start=start), token="next")
    fail(staging, vpcs(100))
    assert staging.commit(step, vpcs(600), token=None) == (0, 600)
    assert staging.commit(step, vpcs(10, start=3995), token=None) == (5, 5)
    staging.close()


@pytest.mark.parametrize("count", [1, 15, 16, 17, 5000])
def test_a_page_of_any_length_is_stored(tmp_path: Path, count: int) -> None:
    staging = new_staging(tmp_path)
    assert staging.commit(first_step(staging), vpcs(count) + vpcs(count), token=None) == (count, count)
    staging.close()
    assert [e for _, e in everything(staging.path, complete=False)] == vpcs(count)


def test_items_of_a_megabyte_are_read_back_as_they_came(tmp_path: Path) -> None:
    staging = new_staging(tmp_path)
    huge = vpcs(3, size=1 << 20)
    mixed = [*vpcs(20, start=100), *huge, *vpcs(20, start=200)]
    staging.commit(first_step(staging), mixed, token=None)
    staging.close()
    assert [e for _, e in everything(staging.path, complete=False)] == mixed


def test_ids_names_and_words_of_half_characters_are_stored_as_question_marks(tmp_path: Path) -> None:
    staging = new_staging(tmp_path)
    hostile = Element(
        "id\ud800",
        "t\ud800",
        "n\udfff",
        "g\ud800",
        "c\ud800",
        "s\ud800",
        "e\ud800",
        "a\ud800",
        "x\ud800",
        "{}",
    )
    staging.commit(first_step(staging), [hostile, Connection("id\ud800", "b\ud800", "t\ud800")], token=None)
    staging.close()
    read = everything(staging.path, complete=False)[0][1]
    assert read == Element("id?", "t?", "n?", "g?", "c?", "s?", "e?", "a?", "x?", "{}")


def test_an_interrupted_staging_file_goes_on_with_its_tokens_steps_and_facts(tmp_path: Path) -> None:
    staging = new_staging(tmp_path)
    step = first_step(staging)
    staging.commit(step, vpcs(5), token="page-2", follow=[("site", Scope("global-network-1"))])
    staging.commit(step, vpcs(5, start=5), token="page-3")
    staging.commit(step, vpcs(5, start=10), token="page-4")
    staging.remember(answer=42)
    staging.expect(99)
    staging.close()
    with Staging.open(staging.path) as again:
        first, second = again.steps()
        assert (first.token, first.pages, first.items, first.mark) == ("page-4", 3, 15, "page-3")
        assert (second.kind, second.scope, second.state) == ("site", Scope("global-network-1"), "open")
        assert again.recall("answer") == "42"
        assert again.recall("expected") == "99"
        assert json.loads(again.recall("identity"))["account"] == IDENTITY.account
        assert again.recall("nothing") == ""


def test_a_step_that_ends_early_is_cut_and_leaves_a_gap(tmp_path: Path) -> None:
    staging = new_staging(tmp_path)
    step = first_step(staging)
    gap = Gap("ListAttachments", "core-network-1", "AccessDenied", "line\x00one\n" + "x" * 999, "nm:List")
    staging.end(step, gap)
    staging.note(gap)
    assert [(s.state, s.token) for s in staging.steps()] == [("cut", None)]
    staging.close()
    reader = SnapshotReader(staging.path, complete=False)
    (read,) = reader.info().gaps
    reader.close()
    assert read.message.startswith("line one x")
    assert len(read.message) == 400


def test_a_restarted_step_keeps_its_elements_and_loses_its_token(tmp_path: Path) -> None:
    staging = new_staging(tmp_path)
    step = first_step(staging)
    staging.commit(step, vpcs(5), token="page-2")
    staging.restart(step)
    assert staging.steps() == [step]
    assert (step.state, step.token, step.pages, step.mark, step.items) == ("open", None, 0, None, 5)
    assert staging.commit(step, vpcs(5), token=None) == (0, 5)
    staging.close()


def test_a_staging_file_appears_under_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    staging = new_staging(tmp_path)
    reader = SnapshotReader(staging.path, complete=False)
    info = reader.info()
    reader.close()
    staging.close()
    assert (info.id, info.identity, info.elements, info.state) == ("one", IDENTITY, 0, "growing")
    assert not list(tmp_path.glob("*.new*"))
    assert staging.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\x00" + bytes(200)])
def test_a_file_that_is_no_snapshot_is_refused_and_left_open_by_nobody(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "staging-x.db"
    path.write_bytes(content)
    with pytest.raises(NotFound) as refused:
        Staging.open(path)
    assert refused.value.next_step
