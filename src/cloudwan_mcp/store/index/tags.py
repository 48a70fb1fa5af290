"""Tags as codes: a tag is looked up and counted by its code, as long as its key has few values."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from cloudwan_mcp.store.blocks import plain

MOST_VALUES = 1_000  # of a key; one with more is as good as a name, and of little use for grouping
MOST_WORDS = 20_000
Tag = tuple[str, str]


def token(code: int) -> str:
    return f"t{code}"


class TagWords:
    """The codes given so far, bounded: of a key with too many values only the key is kept."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str | None], int] = {}
        self._known: dict[Tag, tuple[int, ...]] = {}  # what most elements have was met before
        self._values: Counter[str] = Counter()
        self._varied: set[str] = set()
        self._cells: defaultdict[int, Counter[int]] = defaultdict(Counter)
        self.whole = True  # whether every key has a code

    def coded(self, tags: Sequence[Tag], type_code: int) -> str:
        """The text under which an element with these tags is found: a code for each key and each tag."""
        codes: list[int] = []
        for tag in tags:
            codes += self._known.get(tag) or self._met(tag)
        different = set(codes)
        self._cells[type_code].update(different)
        return " ".join(map(token, different))

    def words(self) -> Iterator[tuple[int, str, str | None, int]]:
        """(code, key, value, whether the key has more values than were kept); a key itself has no value."""
        for (key, value), code in self._codes.items():
            yield code, key, value, int(key in self._varied)

    def cells(self) -> Iterator[tuple[int, int, int]]:
        """(code, type, how many elements)."""
        for kind, counts in self._cells.items():
            yield from ((code, kind, count) for code, count in counts.items())

    def _met(self, tag: Tag) -> tuple[int, ...]:
        key, value = map(plain, tag)
        code = self._code(key, None)
        if (key, value) in self._codes or (self._values[key] < MOST_VALUES and len(self._codes) < MOST_WORDS):
            self._values[key] += (key, value) not in self._codes
            found = (*code, *self._code(key, value))
            if len(self._known) < MOST_WORDS:  # long values may differ and yet be kept as the same one
                self._known[tag] = found
            return found
        self._varied.add(key)
        return code

    def _code(self, key: str, value: str | None) -> tuple[int, ...]:
        found = self._codes.get((key, value))
        if found is None:
            if len(self._codes) >= 2 * MOST_WORDS:
                self.whole = False
                return ()
            found = self._codes[key, value] = len(self._codes) + 1
        return (found,)
