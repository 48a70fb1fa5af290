"""Numbers from numbers: the bijective mixing every identifier and every choice of the estate comes from."""

from __future__ import annotations

from zlib import crc32

_MASK = 0xFFFFFFFFFFFFFFFF
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_FIRST_INVERSE = pow(_FIRST, -1, 1 << 64)
_SECOND_INVERSE = pow(_SECOND, -1, 1 << 64)


def mix(value: int) -> int:
    """Scramble 64 bits (the finalizer of splitmix64); one to one, so that `unmix` can undo it."""
    value = (value + _GOLDEN) & _MASK
    value = ((value ^ (value >> 30)) * _FIRST) & _MASK
    value = ((value ^ (value >> 27)) * _SECOND) & _MASK
    return value ^ (value >> 31)


def unmix(value: int) -> int:
    """Give back the number that `mix` scrambled."""
    value ^= (value >> 31) ^ (value >> 62)
    value = (value * _SECOND_INVERSE) & _MASK
    value ^= (value >> 27) ^ (value >> 54)
    value = (value * _FIRST_INVERSE) & _MASK
    value ^= (value >> 30) ^ (value >> 60)
    return (value - _GOLDEN) & _MASK


class Series:
    """A numbered series of identifiers of one kind: index to text and back, without a table of either."""

    __slots__ = ("key", "prefix")

    def __init__(self, prefix: str, seed: int, kind: str | None = None) -> None:
        self.prefix = f"{prefix}-0"
        self.key = mix(mix(seed) ^ crc32((kind or prefix).encode()))

    def number(self, index: int) -> int:
        """The 64 bits the identifier of `index` is written with."""
        return mix(index ^ self.key)

    def id(self, index: int) -> str:
        """The identifier, for example `attachment-0` and 16 hexadecimal digits."""
        return f"{self.prefix}{mix(index ^ self.key):016x}"

    def index(self, identifier: str, count: int) -> int | None:
        """The index below `count` that `identifier` stands for, or None when it is not of this series."""
        digits = identifier[len(self.prefix) :]
        if not identifier.startswith(self.prefix) or len(digits) != 16 or not digits.isalnum():
            return None
        try:
            index = unmix(int(digits, 16)) ^ self.key
        except ValueError:
            return None
        return index if index < count and self.id(index) == identifier else None
