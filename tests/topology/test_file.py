"""A spilled topology lies in a private folder, which is gone when the topology is, however it ends."""

from __future__ import annotations

import gc
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.errors import BadRequest, Exhausted
from cloudwan_mcp.topology import MemoryOptimizedTopology, NetworkElement, TopologyBuilder
from cloudwan_mcp.topology.spilled import PAGE_VALUES, stored_id
from conversation import python
from fakes.topologies import attachment

BUILD = """
from cloudwan_mcp.topology import MemoryOptimizedTopology
topology = MemoryOptimizedTopology([{"id": "a"}], enable_streaming=True)
"""


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Path]]:
    """The folders that stand where temporary ones are made."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return lambda: sorted(tmp_path.glob("cloudwan-topology-*"))


def spilled(count: int = 3) -> MemoryOptimizedTopology:
    return MemoryOptimizedTopology(map(attachment, range(count)), enable_streaming=True)


def test_nobody_else_may_look_into_it(folders: Any) -> None:
    with spilled():
        (folder,) = folders()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_closing_removes_it_at_once(folders: Any) -> None:
    topology = spilled()
    topology.close()
    assert not folders()
    topology.close()
    with pytest.raises(BadRequest, match="closed"):
        len(topology)


def test_it_goes_with_the_last_reference(folders: Any) -> None:
    topology = spilled()
    assert folders()
    del topology
    gc.collect()
    assert not folders()


@pytest.mark.parametrize(
    "ending", ["", "raise SystemExit(3)", "1 / 0", "import os, signal; os.kill(os.getpid(), signal.SIGINT)"]
)
def test_it_goes_with_the_interpreter(folders: Any, ending: str) -> None:
    python(f"{BUILD}\n{ending}")
    assert not folders()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_leaves_it_to_its_parent(folders: Any, tmp_path: Path) -> None:
    code = f"""{BUILD}
import os, sys
child = os.fork()
if not child:
    sys.exit()
os.waitpid(child, 0)
from pathlib import Path
print(list(topology), len(list(Path({str(tmp_path)!r}).glob("cloudwan-topology-*/snapshot-*"))))
"""
    assert python(code).stdout == "['a'] 1\n"
    assert not folders()


def test_a_builder_that_is_given_up_leaves_nothing(folders: Any) -> None:
    builder = TopologyBuilder(enable_streaming=True)
    builder.add_elements(map(attachment, range(2 * PAGE_VALUES)))
    assert folders()
    del builder
    gc.collect()
    assert not folders()


def test_a_refused_value_leaves_nothing(folders: Any) -> None:
    with pytest.raises(BadRequest) as caught:
        MemoryOptimizedTopology([attachment(1), {"no": "id"}], enable_streaming=True)
    assert not folders(), "although what was raised still knows all that was there"
    assert caught.value


def test_a_file_that_cannot_be_written_is_said(folders: Any) -> None:
    builder = TopologyBuilder(enable_streaming=True)
    builder.add_element(attachment(1))
    (folder,) = folders()
    for file in folder.iterdir():
        file.write_bytes(b"not what it was")
    with pytest.raises(Exhausted) as caught:
        builder.build()
    assert "TMPDIR" in caught.value.next_step
    del builder, caught
    gc.collect()
    assert not folders()


def test_a_temporary_folder_that_does_not_exist_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(Exhausted, match="gone"):
        TopologyBuilder(enable_streaming=True)


def test_elements_and_connections_fill_many_pages(folders: Any) -> None:
    count = 3 * PAGE_VALUES
    ids = [f"attachment-{n:017x}" for n in range(count)]
    links = [(own, ids[n // 2], {"n": n}) for n, own in enumerate(ids)] * 2
    with MemoryOptimizedTopology(map(attachment, range(count)), links, enable_streaming=True) as topology:
        assert len(topology) == count
        assert len(topology.connections) == 2 * count
        assert topology.count(region="eu-west-1") == count // 3
        assert [c.metadata["n"] for c in topology.connections_of(ids[-1], "out")] == [count - 1] * 2
        assert topology.memory_usage()["total"] < 2_000_000


def test_ids_that_the_store_would_alter_are_told_apart() -> None:
    odd = ["", "~", "~x", "a\x00", "a\x01", "a ", "\ud800", "x" * 3000, "x" * 3001, "arn:aws:x/v-1", "v-1"]
    assert len({stored_id(identifier) for identifier in odd}) == len(odd)
    with MemoryOptimizedTopology(map(NetworkElement, odd), enable_streaming=True) as topology:
        assert list(topology) == odd
        assert [topology[identifier].id for identifier in odd] == odd
        assert topology.repeated == 0


def test_names_that_the_store_would_alter_are_kept() -> None:
    names = ["~", "~x", "a\nb", "\udc00", "x" * 300, " ", ""]
    elements = [NetworkElement(f"vpc-{n}", name) for n, name in enumerate(names)]
    with MemoryOptimizedTopology(elements, enable_streaming=True) as topology:
        assert list(topology.elements) == elements
