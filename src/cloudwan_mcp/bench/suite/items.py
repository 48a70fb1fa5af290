"""The input of the benchmarks: attachments as boto3 returns them, written once and read page by page.

They are the simulator's, so that no shape is made up here to be saved well. boto3 would give times as
`datetime` objects, which are larger than the numbers here. Made in a process of their own: the simulator,
and what it imports, is no part of what is measured.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench.suite.benchmark import Sample

PAGE = 100
ELEMENTS, CONNECTIONS, IDS = "elements.jsonl", "connections.jsonl", "ids.txt"

Item = dict[str, Any]


def write(elements: int, connections: int, folder: str) -> Sample:
    """Write so many attachments into the folder, and relationships from each in turn to one that is drawn."""
    from cloudwan_mcp.simulator import Estate
    from cloudwan_mcp.simulator.mixing import mix

    estate = Estate(attachments=elements)
    chosen = estate.selection("ListAttachments")
    ids = [estate.id("attachment", index) for index in range(elements)]
    ends = ((ids[index % elements], ids[mix(index) % elements]) for index in range(connections))
    _lines(Path(folder, IDS), ids)
    _lines(Path(folder, ELEMENTS), _pages(map(chosen.text, range(elements))))
    _lines(Path(folder, CONNECTIONS), _pages(f'{{"From":"{source}","To":"{to}"}}' for source, to in ends))
    return {"elements": elements, "connections": connections}


def _pages(texts: Iterable[str]) -> Iterator[str]:
    """Each page is one text, as an answer is: its items share the names of members only."""
    left = iter(texts)
    while page := list(islice(left, PAGE)):
        yield f"[{','.join(page)}]"


def _lines(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines)


class Items:
    """The first `count` attachments, and the first `connections` relationships, that are in the folder."""

    def __init__(self, folder: str, count: int, connections: int) -> None:
        self.count = count
        self.connections = connections
        self._folder = Path(folder)

    def first(self, count: int) -> Items:
        """The first so many of both, where there are more."""
        return Items(str(self._folder), min(count, self.count), min(count, self.connections))

    def id(self, index: int) -> str:
        """That of the attachment at an index; all are equally long."""
        with (self._folder / IDS).open("rb") as lines:
            first = lines.readline()
            lines.seek(index * len(first))
            return lines.read(len(first) - 1).decode()

    def ids(self) -> Iterator[str]:
        with (self._folder / IDS).open(encoding="utf-8") as lines:
            for line in islice(lines, self.count):
                yield line[:-1]

    def element_pages(self) -> Iterator[list[Item]]:
        return self._read(ELEMENTS, self.count)

    def connection_pages(self) -> Iterator[list[Item]]:
        return self._read(CONNECTIONS, self.connections)

    def _read(self, name: str, count: int) -> Iterator[list[Item]]:
        with (self._folder / name).open(encoding="utf-8") as lines:
            for first, line in zip(range(0, count, PAGE), lines, strict=False):
                yield json.loads(line)[: count - first]
