"""Answers of AWS taken apart: every item as a value and, beside it, as the text it arrived in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from cloudwan_mcp.source import Page

Pair = tuple[Any, str]
Members = dict[str, Pair | list[Pair]]

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_value_at = json.JSONDecoder().raw_decode


class MalformedAnswer(ValueError):
    """A success whose body is not the JSON object it should be: cut short, or not from AWS at all."""


def split(body: bytes) -> Members:
    """The top-level members of a JSON object: an array gives one pair per element, anything else one pair.

    Each element is decoded once by json's C scanner, which also tells where its text ends; nothing is
    written out again, so members this program has never heard of stay as they were sent.
    """
    try:
        return _object(body.decode())
    except (ValueError, RecursionError) as failure:
        # The cause is named and not chained: it would keep the whole body in memory.
        raise MalformedAnswer(f"{type(failure).__name__} in a body of {len(body)} bytes") from None


def _object(text: str) -> Members:
    members: Members = {}
    at = _after(text, 0, "{")
    if text.startswith("}", at):
        return _ended(text, at + 1, members)
    while True:
        name, at = _value_at(text, at)
        if not isinstance(name, str):
            raise MalformedAnswer("a member's name is not a string")
        at = _after(text, _blank(text, at), ":")
        members[name], at = _array(text, at) if text.startswith("[", at) else _pair(text, at)
        at = _blank(text, at)
        if not text.startswith(",", at):
            return _ended(text, _after(text, at, "}"), members)
        at = _blank(text, at + 1)


def _array(text: str, at: int) -> tuple[list[Pair], int]:
    pairs: list[Pair] = []
    at = _blank(text, at + 1)
    if text.startswith("]", at):
        return pairs, at + 1
    while True:
        value, end = _value_at(text, at)
        pairs.append((value, text[at:end]))
        if text.startswith(",{", end):  # compact JSON, as AWS sends it: nothing to skip
            at = end + 1
            continue
        at = _blank(text, end)
        if not text.startswith(",", at):
            return pairs, _after(text, at, "]")
        at = _blank(text, at + 1)


def _pair(text: str, at: int) -> tuple[Pair, int]:
    value, end = _value_at(text, at)
    return (value, text[at:end]), end


def _blank(text: str, at: int) -> int:
    # AWS sends compact JSON, for which looking at one character is enough.
    if text[at : at + 1] not in (" ", "\t", "\n", "\r"):
        return at
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after(text: str, at: int, sign: str) -> int:
    at = _blank(text, at)
    if not text.startswith(sign, at):
        raise MalformedAnswer(f"no {sign} at character {at}")
    return _blank(text, at + 1) if sign in "{:" else at + 1


def _ended(text: str, at: int, members: Members) -> Members:
    if _blank(text, at) != len(text):
        raise MalformedAnswer("text after the end of the object")
    return members


def page_of(members: Members, items: str, size: int) -> Page:
    """The page found under `items`; a member that is missing or null is an empty page."""
    found = members.get(items, [])
    pairs = found if isinstance(found, list) else [found]
    present = [pair for pair in pairs if pair[0] is not None]
    if not all(isinstance(value, dict) for value, _ in present):
        raise MalformedAnswer(f"{items} holds something other than objects")
    return Page(items=present, token=_token(members), bytes=size)


def _token(members: Members) -> str | None:
    found = members.get("NextToken")
    token = found[0] if isinstance(found, tuple) else None
    return token if isinstance(token, str) and token else None


def written(answer: Mapping[str, Any]) -> Members:
    """What `split` gives, from an answer that botocore has parsed: its values written as JSON again."""
    return {
        name: [_rewritten(each) for each in value] if isinstance(value, list) else _rewritten(value)
        for name, value in answer.items()
        if name != "ResponseMetadata"
    }


def _rewritten(value: Any) -> Pair:
    text = json.dumps(value, default=_seconds, separators=(",", ":"), ensure_ascii=False)
    # Read back, so that timestamps are seconds in the value as well as in the text.
    return json.loads(text), text


def _seconds(value: Any) -> float:
    """A timestamp as AWS sends it, in seconds since the epoch."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} is not a value of Network Manager")
    seconds = value.timestamp()
    return int(seconds) if seconds.is_integer() else seconds
