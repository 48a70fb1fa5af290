"""The names of the faults and the text each is written in on a command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cloudwan_mcp.simulator.wire import operations


class Bucket(NamedTuple):
    """A token bucket: calls a second, and how many may come at once."""

    rate: float
    burst: float


class Mutation(NamedTuple):
    """Positions that vanish, and positions that appear, once paging of a listing is under way."""

    vanish: frozenset[int]
    appear: frozenset[int]


Value = float | Bucket | Mutation | str


def _rate(text: str) -> float:
    value = float(text or "1")
    if not 0 <= value <= 1:
        raise ValueError("a rate from 0 to 1")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 3600:
        raise ValueError("seconds from 0 to 3600")
    return value


def _calls(text: str) -> float:
    value = int(text)
    if value < 0:
        raise ValueError("a number of calls")
    return value


def _calls_or_key(text: str) -> float | str:
    return "key" if text in ("", "key") else _calls(text)


def _bucket(text: str) -> Bucket:
    rate, _, burst = text.partition("/")
    bucket = Bucket(float(rate), float(burst or rate))
    if bucket.rate <= 0 or bucket.burst < 1:
        raise ValueError("a rate above 0 and a burst of 1 or more")
    return bucket


def _mutation(text: str) -> Mutation:
    vanish: set[int] = set()
    appear: set[int] = set()
    for part in text.split(","):
        (appear if part.startswith("+") else vanish).add(int(part.lstrip("+-")))
    return Mutation(frozenset(vanish), frozenset(appear))


class Form(NamedTuple):
    """How the value of a fault is read, and how to describe it to a person."""

    read: Callable[[str], Value]
    example: str


FORMS: Mapping[str, Form] = {
    "throttle": Form(_rate, "throttle=0.05"),
    "bucket": Form(_bucket, "bucket=10/20 (calls a second/burst)"),
    "internal": Form(_rate, "internal=0.02"),
    "access_denied": Form(_rate, "ListPeerings:access_denied"),
    "truncate": Form(_rate, "truncate=0.01"),
    "reset": Form(_rate, "reset=0.01"),
    "html": Form(_rate, "html=0.01"),
    "html_error": Form(_rate, "html_error=0.01"),
    "latency": Form(_seconds, "latency=0.05 (seconds)"),
    "repeat": Form(_rate, "ListAttachments:repeat"),
    "stuck_token": Form(_rate, "ListAttachments:stuck_token"),
    "unknown_fields": Form(_rate, "unknown_fields"),
    "mutate": Form(_mutation, "ListAttachments:mutate=-3,-4,+7 (positions that vanish and appear)"),
    "expired_credentials": Form(
        _calls_or_key, "expired_credentials=3 (first calls) or =key (until another key)"
    ),
    "expired_token": Form(_calls, "expired_token=10 (calls a token lives)"),
}

_OTHERS = ("GetCallerIdentity", "DescribeRegions", "DescribeVpcs", "DescribeSubnets")


class Spec(NamedTuple):
    """One fault asked for; `operation` is None when it strikes everywhere."""

    name: str
    operation: str | None
    value: Value


def parse(text: str) -> Spec:
    """Read `[Operation:]name[=value]`; a ValueError says which part is wrong and what is known."""
    head, _, value = text.partition("=")
    operation, colon, name = head.rpartition(":")
    if name not in FORMS:
        raise ValueError(f"unknown fault {name!r} in {text!r}; known faults: {', '.join(FORMS)}")
    if colon and operation not in operations() and operation not in _OTHERS:
        raise ValueError(f"unknown operation {operation!r} in {text!r}; for example ListAttachments:{name}")
    try:
        return Spec(name, operation or None, FORMS[name].read(value))
    except ValueError as error:
        raise ValueError(f"bad value {value!r} in {text!r} ({error}); write {FORMS[name].example}") from error
