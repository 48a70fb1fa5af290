"""The next page, asked of a reader: its bounds hold at their edges and it always gets on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cloudwan_mcp.model import Connection
from cloudwan_mcp.queries.stream_topology import Stretch, stream_topology
from cloudwan_mcp.settings import load
from cloudwan_mcp.store import Cursor, Filters, Folder, Include, Reader
from tools.by_hand import CORE, attachment, fill

ELEMENTS = [attachment(n, segment="", edge="", attributes='{"Pad": "' + "x" * 300 + '"}') for n in range(6)]
PAIRS = [Connection(ELEMENTS[n].id, ELEMENTS[n + 1].id, "part-of") for n in range(5)]


@pytest.fixture
def reader() -> Iterator[Reader]:
    info = fill([CORE, *ELEMENTS, *PAIRS])
    folder = Folder(load())
    with folder.reader(info.id) as opened:
        yield opened
    folder.close()


def read(reader: Reader, include: Include, limit: int, bytes_left: int) -> list[Stretch]:
    stretches, cursor = [], Cursor(reader.info().id, Filters(), include=include)
    while cursor:
        stretch = stream_topology(reader, cursor, limit=limit, detail="full", bytes_left=bytes_left)
        stretches.append(stretch)
        assert len(stretches) < 100, "no end"
        cursor = stretch.cursor
    return stretches


@pytest.mark.parametrize("limit", [1, 2, 5, 500])
@pytest.mark.parametrize("bytes_left", [-100, 0, 700, 1100, 10**6])
@pytest.mark.parametrize("include", ["elements", "connections", "both"])
def test_everything_comes_once_whatever_the_bounds(
    reader: Reader, include: Include, limit: int, bytes_left: int
) -> None:
    stretches = read(reader, include, limit, bytes_left)
    items = [item for stretch in stretches for item in stretch.items]
    wanted_ids = [CORE.id, *(e.id for e in ELEMENTS)] if include != "connections" else []
    wanted_pairs = [(c.source, c.target) for c in PAIRS] if include != "elements" else []
    assert [item["id"] for item in items if "id" in item] == wanted_ids
    assert [(item["source"], item["target"]) for item in items if "source" in item] == wanted_pairs
    assert all(len(stretch.items) <= limit for stretch in stretches)


def test_it_says_which_bound_ended_a_page(reader: Reader) -> None:
    stopped = [
        read(reader, "elements", *bounds)[0].stopped_by for bounds in ((2, 10**6), (9, 900), (9, 10**6))
    ]
    assert stopped == ["limit", "bytes", "end"]
    stopped = [
        read(reader, "connections", *bounds)[0].stopped_by for bounds in ((2, 10**6), (9, 300), (9, 10**6))
    ]
    assert stopped == ["limit", "bytes", "end"]
