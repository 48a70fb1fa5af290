"""Two snapshots side by side: each element of one with its counterpart in the other."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.store.side import Row, Side

MOST_AHEAD = 512
LEAST_AHEAD = 8
UNKNOWN = -1  # of a word that the other file does not have


class Pairing:
    """Each element of `own`, in its order, beside the one with the same id in `other`.

    Discoveries list nearly the same in nearly the same order: behind a counterpart stands most often the
    next one's, so that whole stretches are read and not looked up one by one. What stands elsewhere is found
    by the key of its id. Memory does not grow with either; time grows where the order differs everywhere.
    """

    def __init__(self, own: Side, other: Side) -> None:
        self._own, self._other = own, other
        self._run: list[Row] = []
        self._at = 0
        self._last = 0
        self._size = LEAST_AHEAD
        self._same_dictionaries: dict[tuple[int, int], bool] = {}
        codes = other.vocabulary()
        self._theirs: dict[int | None, int | None] = {
            code: codes.get(word, UNKNOWN) for word, code in own.vocabulary().items()
        }
        self._theirs[None] = None

    def batches(self, after: int) -> Iterator[list[tuple[Row, Row | None]]]:
        """The elements behind number `after`, some hundred at a time."""
        while rows := self._own.rows(after, MOST_AHEAD):
            yield [(row, self._counterpart(row[1])) for row in rows]
            after = rows[-1][0]

    def same(self, mine: Row, its: Row) -> bool:
        """Whether the two say the same: words, name and text."""
        return tuple(map(self._theirs.get, mine[2:])) == its[2:] and self._same_text(mine[0], its[0])

    def _same_text(self, n: int, m: int) -> bool:
        """Blocks that were written alike hold the same texts: then nothing has to be inflated."""
        mine, its = self._own.sealed(n), self._other.sealed(m)
        if n - mine[0] == m - its[0] and mine[2] == its[2] and self._alike(mine[1], its[1]):
            return True
        return self._own.text(n) == self._other.text(m)

    def _alike(self, mine: int, its: int) -> bool:
        pair = (mine, its)
        if pair not in self._same_dictionaries:
            alike = self._own.dictionary(mine) == self._other.dictionary(its)
            self._same_dictionaries[pair] = alike
        return self._same_dictionaries[pair]

    def _counterpart(self, key: int) -> Row | None:
        if self._at == len(self._run):
            self._go_on()
        if self._at < len(self._run) and self._run[self._at][1] == key:
            self._at += 1
            return self._run[self._at - 1]
        found = self._other.keyed(key)
        if found is not None:
            self._stand_behind(found)
        return found

    def _go_on(self) -> None:
        """Read on, more at once the longer it has gone well."""
        self._size = min(2 * self._size, MOST_AHEAD)
        self._run, self._at = self._other.rows(self._last, self._size), 0
        self._last = self._run[-1][0] if self._run else self._last

    def _stand_behind(self, row: Row) -> None:
        at = row[0] - self._run[0][0] if self._run else -1
        if 0 <= at < len(self._run) and self._run[at][0] == row[0]:
            self._at = at + 1
        else:
            self._run, self._at, self._last, self._size = [], 0, row[0], LEAST_AHEAD
