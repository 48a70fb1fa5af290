"""Columns: repeated texts as small codes, one or a few bytes an element."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from sys import getsizeof

_WIDER = {"B": "H", "H": "I"}


class Vocabulary(dict[str, int]):
    """Texts and their codes: 0, 1, 2 and so on, made when they are first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self.texts)
        self.texts.append(text)
        return code

    @property
    def bytes(self) -> int:
        return getsizeof(self) + getsizeof(self.texts) + sum(map(getsizeof, self.texts))


class Column:
    """A text for each position; the codes are as wide as the number of different texts needs."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()
        self.codes = array("B")

    def append(self, text: str) -> None:
        code = self.vocabulary[text]
        try:
            self.codes.append(code)
        except OverflowError:
            self.codes = array(_WIDER[self.codes.typecode], self.codes)
            self.codes.append(code)

    def __getitem__(self, position: int) -> str:
        return self.vocabulary.texts[self.codes[position]]

    def texts(self, first: int, end: int) -> Iterator[str]:
        """Those at the positions from `first` on, without `end`."""
        return map(self.vocabulary.texts.__getitem__, self.codes[first:end])

    def positions(self, text: str | None) -> Iterable[int]:
        """Where `text` stands; everywhere for None."""
        if text is None:
            return range(len(self.codes))
        code = self.vocabulary.get(text)
        return (position for position, each in enumerate(self.codes) if each == code)

    @property
    def bytes(self) -> int:
        return self.codes.itemsize * len(self.codes)
