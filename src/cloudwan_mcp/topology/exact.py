"""Values as JSON can hold them, and back, without losing their types."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

TAG = "$kept"
DEPTH = 100  # levels of nesting: a tenth of Python's recursion limit, of which the caller has used some
SCALARS = frozenset((type(None), bool, int, float, str))
STRINGS = frozenset((str,))
_MOST_DIGITS = 10**600  # Python can be told to refuse decimal numbers of more than 640 digits


class NotExact(Exception):
    """A value that could not be given back as it came; the text says why."""


def is_plain(value: Any, depth: int = DEPTH) -> bool:
    """Whether JSON gives all of `value` back as it was; raises `NotExact` where it is nested too deeply."""
    kind = type(value)
    if kind is dict:
        if not set(map(type, value)) <= STRINGS:
            return False
        inner: Iterable[Any] = value.values()
    elif kind is list:
        inner = value
    else:
        return kind in SCALARS
    if set(map(type, inner)) <= SCALARS:
        return True
    if not depth:
        raise _too_deep()
    return all(is_plain(each, depth - 1) for each in inner)


def _too_deep() -> NotExact:
    return NotExact(f"is nested deeper than {DEPTH} levels or contains itself")


class Register:
    """Objects that rows refer to by number: time zones, classes. Equal ones of one class share a number."""

    def __init__(self) -> None:
        self.held: list[Any] = [None]
        self._last = 0

    def number(self, thing: Any) -> int:
        if not _alike(self.held[self._last], thing):
            found = (number for number, each in enumerate(self.held) if _alike(each, thing))
            self._last = next(found, len(self.held))
            if self._last == len(self.held):
                self.held.append(thing)
        return self._last


def _alike(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and one == other)


class Tagger:
    """Writes what JSON has no word for as `{"$kept": [type, ...]}`, and such objects of a user likewise.

    Classes and time zones stay here, in this process, under numbers.
    """

    def __init__(self) -> None:
        self.zones = Register()
        self._classes = Register()

    def tag(self, value: Any, depth: int = DEPTH) -> Any:
        """`value` in exact JSON types. Raises `NotExact` for what `untag` could not give back equal."""
        kind = type(value)
        if kind in SCALARS and not (kind is int and abs(value) >= _MOST_DIGITS):
            return value
        if not depth:
            raise _too_deep()
        if kind is list:
            return [self.tag(each, depth - 1) for each in value]
        if kind is dict and TAG not in value and set(map(type, value)) <= STRINGS:
            return {key: self.tag(each, depth - 1) for key, each in value.items()}
        write = _WRITERS.get(kind)
        if write:
            return {TAG: [kind.__name__, *write(self, value, depth - 1)]}
        return {TAG: ["", *self._derived(value, depth - 1)]}

    def untag(self, value: Any) -> Any:
        """What `tag` made `value` of."""
        if type(value) is list:
            return [self.untag(each) for each in value]
        if type(value) is not dict:
            return value
        if TAG in value:
            name, *parts = value[TAG]
            return _READERS[name](self, *parts)
        return {key: self.untag(each) for key, each in value.items()}

    def moment(self, value: datetime | time) -> list[Any]:
        """What pickle keeps of a moment, `fold` included, in hex; and its zone's number."""
        reduced: Any = value.__reduce_ex__(4)[1]  # ten times faster than isoformat, which asks the zone
        return [reduced[0].hex(), self.zones.number(reduced[1]) if len(reduced) > 1 else 0]

    def datetime(self, state: str, zone: int) -> Any:
        return _datetime(bytes.fromhex(state), self.zones.held[zone])

    def time(self, state: str, zone: int) -> Any:
        return _time(bytes.fromhex(state), self.zones.held[zone])

    def items(self, values: Iterable[Any], depth: int) -> list[Any]:
        return [self.tag(each, depth) for each in values]

    def _derived(self, value: Any, depth: int) -> tuple[int, Any]:
        """A subclass of a plain type: its class's number and its plain value, if the two give it back."""
        kind = type(value)
        base = next((each for each in _BASES if issubclass(kind, each)), None)
        if base is not None:
            plain = _BASES[base](value)
            if _same(kind, plain, value):
                return self._classes.number(kind), self.tag(plain, depth)
        raise NotExact(f"holds a value of type {kind.__module__}.{kind.__qualname__}")

    def derived(self, number: int, plain: Any) -> Any:
        return self._classes.held[number](self.untag(plain))


def _same(kind: type, plain: Any, value: Any) -> bool:
    """Whether the class makes an equal value of the plain one, whatever it does in between."""
    try:
        made = kind(plain)
        own = getattr(made, "__dict__", None) == getattr(value, "__dict__", None)
        return type(made) is kind and bool(made == value) and own
    except Exception:  # noqa: BLE001 - a class of the caller's may raise anything; it is then not kept
        return False


# what pickle calls to make them again, which their stubs do not know
_datetime: Any = datetime
_time: Any = time
_BASES: dict[type, Callable[[Any], Any]] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    dict: lambda value: dict(dict.items(value)),
    list: lambda value: list(list.__iter__(value)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
}
_Write = Callable[[Tagger, Any, int], tuple[Any, ...] | list[Any]]
_WRITERS: dict[type, _Write] = {
    int: lambda _, value, __: (hex(value),),
    dict: lambda t, value, depth: [t.items(pair, depth) for pair in value.items()],
    tuple: Tagger.items,
    set: Tagger.items,
    frozenset: Tagger.items,
    bytes: lambda _, value, __: (value.hex(),),
    bytearray: lambda _, value, __: (value.hex(),),
    complex: lambda _, value, __: (value.real, value.imag),
    datetime: lambda t, value, _: t.moment(value),
    time: lambda t, value, _: t.moment(value),
    date: lambda _, value, __: (value.toordinal(),),
    timedelta: lambda _, value, __: (value.days, value.seconds, value.microseconds),
    Decimal: lambda _, value, __: (str(value),),
    UUID: lambda _, value, __: (value.hex,),
}
_READERS: dict[str, Callable[..., Any]] = {
    "": Tagger.derived,
    "int": lambda _, text: int(text, 16),
    "dict": lambda t, *pairs: {t.untag(key): t.untag(value) for key, value in pairs},
    "tuple": lambda t, *items: tuple(map(t.untag, items)),
    "set": lambda t, *items: set(map(t.untag, items)),
    "frozenset": lambda t, *items: frozenset(map(t.untag, items)),
    "bytes": lambda _, text: bytes.fromhex(text),
    "bytearray": lambda _, text: bytearray.fromhex(text),
    "complex": lambda _, real, imaginary: complex(real, imaginary),
    "datetime": Tagger.datetime,
    "time": Tagger.time,
    "date": lambda _, number: date.fromordinal(number),
    "timedelta": lambda _, *parts: timedelta(*parts),
    "Decimal": lambda _, text: Decimal(text),
    "UUID": lambda _, text: UUID(text),
}
