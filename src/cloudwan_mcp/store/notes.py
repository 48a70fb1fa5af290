"""The texts of a snapshot's connections, where they have any: blocks like the elements' own."""

from __future__ import annotations

from collections.abc import Sequence

from cloudwan_mcp.store.blocks import Row, unpack
from cloudwan_mcp.store.texts import Texts


class Notes(Texts):
    """Connection number to ("", "", attributes)."""

    def _block(self, n: int) -> tuple[int, Sequence[Row]]:
        query = "SELECT first, dictionary, bytes FROM note WHERE first <= ? ORDER BY first DESC LIMIT 1"
        first, code, data = self._db.execute(query, (n,)).fetchone()
        return first, unpack(data, self._dictionary(code))
