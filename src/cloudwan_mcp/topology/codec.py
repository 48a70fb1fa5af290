"""Metadata as a short list of plain values beside the number of its shape, which many share."""

from __future__ import annotations

import json
import marshal
from datetime import datetime
from itertools import chain
from typing import Any

from cloudwan_mcp.topology.exact import SCALARS, STRINGS, Tagger, is_plain

MOST_SHAPES = 256  # what comes later, or is wider, is kept whole: keys that never recur belong in the rows
MOST_KEYS = 64
VERSION = 2  # of marshal: the last in which equal values always give equal bytes
TAGGED, WHOLE = 0, 1  # the first two numbers stand for no shape
_AS_IS = 0  # the first of the tables
_DICTS = {dict}

Leaves = list[Any]
_Signature = tuple[tuple[str, ...], tuple[type, ...]]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))  # escapes would join half characters


class Shape:
    """The keys of a dict, and where among its values stand those that JSON does not hold as they are."""

    __slots__ = ("dicts", "keys", "moments", "nested", "number")

    def __init__(self, number: int, signature: _Signature) -> None:
        kinds = list(enumerate(signature[1]))
        self.number = number
        self.keys = signature[0]
        self.moments = [at for at, kind in kinds if kind is datetime]
        self.dicts = [at for at, kind in kinds if kind is dict]
        self.nested = [at for at, kind in kinds if kind is list or kind is dict]


class Codec:
    """Packs the metadata of one topology; `leaves` are exact JSON types, for marshal or JSON to write.

    A dict as boto3 returns it is taken apart by the shape it shares with thousands: its values in order, its
    datetimes as text, its list of tags as one flat list. Anything else goes through `Tagger`.
    """

    def __init__(self) -> None:
        self._tagger = Tagger()
        self._numbers: dict[_Signature, Shape] = {}
        self._shapes: list[Shape | None] = [None, None]
        self._tables: dict[tuple[int, tuple[str, ...]], int] = {}
        self._columns: list[tuple[str, ...]] = [()]

    def pack(self, metadata: Any) -> tuple[int, Leaves]:
        """(shape, leaves); raises `NotExact` for what could not be given back equal."""
        if type(metadata) is not dict or not set(map(type, metadata)) <= STRINGS:
            return self.tagged(metadata)
        signature = (tuple(metadata), tuple(map(type, metadata.values())))
        shape = self._numbers.get(signature) or self._learn(signature)
        if shape is None:
            return (WHOLE, [metadata]) if is_plain(metadata) else self.tagged(metadata)
        leaves: Leaves = list(metadata.values())
        for at in shape.moments:
            leaves[at] = self._tagger.moment(leaves[at])
        for at in shape.dicts:
            leaves[at] = [leaves[at]]
        for at in shape.nested:
            flat = self._flat(leaves[at])
            if flat is None:
                return self.tagged(metadata)
            leaves[at] = flat
        return shape.number, leaves

    def tagged(self, metadata: Any) -> tuple[int, Leaves]:
        """The slower way, which keeps whatever can be kept."""
        return TAGGED, [self._tagger.tag(metadata)]

    def to_marshal(self, metadata: Any) -> tuple[int, bytes]:
        """The shape, and the leaves in marshal's format: five times faster than JSON, as exact for them."""
        shape, leaves = self.pack(metadata)
        return shape, marshal.dumps(leaves, VERSION)

    def from_marshal(self, shape: int, leaves: bytes) -> Any:
        return self.unpack(shape, marshal.loads(leaves))  # noqa: S302 - our own, and in memory ever since

    def to_json(self, metadata: Any, *more: str) -> str:
        """The shape and the leaves in one text, with `more` after them."""
        try:
            return _json([*self.pack(metadata), *more])
        except ValueError:  # a whole number of more digits than Python writes
            return _json([*self.tagged(metadata), *more])

    def from_json(self, _: int, text: str) -> Any:
        shape, leaves = json.loads(text)[:2]
        return self.unpack(shape, leaves)

    def unpack(self, number: int, leaves: Leaves) -> Any:
        """A metadata dict of its own for every call; takes `leaves` over."""
        shape = self._shapes[number]
        if shape is None:
            return self._tagger.untag(leaves[0]) if number == TAGGED else leaves[0]
        for at in shape.moments:
            leaves[at] = self._tagger.datetime(*leaves[at])
        for at in shape.nested:
            leaves[at] = self._unflat(leaves[at])
        for at in shape.dicts:
            (leaves[at],) = leaves[at]
        return dict(zip(shape.keys, leaves, strict=False))

    def _learn(self, signature: _Signature) -> Shape | None:
        keys, kinds = signature
        known = all(kind in SCALARS or kind in (datetime, list, dict) for kind in kinds)
        if not known or len(keys) > MOST_KEYS or len(self._shapes) >= MOST_SHAPES:
            return None
        shape = self._numbers[signature] = Shape(len(self._shapes), signature)
        self._shapes.append(shape)
        return shape

    def _flat(self, rows: list[Any]) -> Leaves | None:
        """A list of like dicts of scalars, as `Tags` are, as [number of their keys, value, value, ...]."""
        if set(map(type, rows)) == _DICTS:
            names = tuple(chain.from_iterable(rows))
            if set(map(type, names)) == STRINGS:
                number = self._tables.get((len(rows), names)) or self._table(rows, names)
                flat = [number, *chain.from_iterable(map(dict.values, rows))]
                if number and set(map(type, flat)) <= SCALARS:
                    return flat
        return [_AS_IS, rows] if is_plain(rows) else None

    def _unflat(self, flat: Leaves) -> list[Any]:
        if flat[0] == _AS_IS:
            rows: list[Any] = flat[1]
            return rows
        keys = self._columns[flat[0]]
        values = iter(flat)
        next(values)
        if len(keys) == 2:  # tags: half the time of what follows
            key, value = keys
            return [{key: a, value: b} for a, b in zip(values, values, strict=False)]
        return [dict(zip(keys, values, strict=False)) for _ in range((len(flat) - 1) // len(keys))]

    def _table(self, rows: list[Any], names: tuple[str, ...]) -> int:
        """The number of the keys that all `rows` have; `names` are those of each row, one after the other.

        Rows of other keys than each other's never have the same names as rows that are alike: for a row to be
        longer than theirs, it would have to hold one key twice.
        """
        keys = tuple(rows[0])
        if len(names) > MOST_KEYS or names != keys * len(rows) or len(self._tables) >= MOST_SHAPES:
            return _AS_IS
        if keys not in self._columns:
            self._columns.append(keys)
        number = self._tables[len(rows), names] = self._columns.index(keys)
        return number

    @property
    def bytes(self) -> int:
        """What shapes and tables occupy, about: 8 bytes a key and value, and each key once."""
        shapes = [shape.keys for shape in self._shapes if shape] + self._columns
        texts = {key: len(key) + 49 for keys in shapes for key in keys}
        return sum(texts.values()) + sum(300 + 16 * len(keys) for keys in shapes)
