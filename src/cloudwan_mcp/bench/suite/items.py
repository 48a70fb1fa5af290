"""The input of the benchmarks: attachments as boto3 returns them, made page by page and never kept.

They are the simulator's, so that no shape is made up here to be saved well. boto3 would give times as
`datetime` objects, which are larger than the numbers here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cloudwan_mcp.simulator import Estate
from cloudwan_mcp.simulator.mixing import mix

PAGE = 100

Item = dict[str, Any]


class Items:
    """`count` attachments, and `connections` relationships between them."""

    def __init__(self, count: int, connections: int) -> None:
        self.count = count
        self.connections = connections
        self._estate = Estate(attachments=count)

    def id(self, index: int) -> str:
        return self._estate.id("attachment", index)

    def element_pages(self) -> Iterator[list[Item]]:
        """Each page is parsed from one text, as from an answer: its items share the names of members only."""
        chosen = self._estate.selection("ListAttachments")
        for first in range(0, self.count, PAGE):
            texts = (chosen.text(index) for index in range(first, min(first + PAGE, self.count)))
            yield json.loads(f"[{','.join(texts)}]")

    def connection_pages(self) -> Iterator[list[Item]]:
        """Every element has its share of outgoing relationships; their other ends are drawn."""
        for first in range(0, self.connections, PAGE):
            indices = range(first, min(first + PAGE, self.connections))
            ends = ((index % self.count, mix(index) % self.count) for index in indices)
            texts = (f'{{"From":"{self.id(source)}","To":"{self.id(target)}"}}' for source, target in ends)
            yield json.loads(f"[{','.join(texts)}]")
