"""Answers of AWS taken apart: every item as a value and, beside it, as the text it arrived in."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from cloudwan_mcp.source import Page

Pair = tuple[dict[str, Any], str]

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_value_at = json.JSONDecoder().raw_decode


class MalformedAnswer(ValueError):
    """A success whose body is not the JSON object it should be: cut short, or not from AWS at all."""


def looks_whole(body: bytes) -> bool:
    """Whether a body may be a JSON object; what is cut short or HTML nearly never looks so."""
    return body.lstrip(b" \t\r\n")[:1] == b"{" and body.rstrip(b" \t\r\n")[-1:] == b"}"


def page_of(body: bytes, items: str) -> Page:
    """The page found under the member `items`, decoded while it is iterated; a null or no member is empty.

    Each item is decoded once by json's C scanner, which also tells where its text ends; nothing is
    written out again, so members this program has never heard of stay as they were sent. One item at a
    time is alive: the values of a whole page take six times the memory of its text.
    Raises `MalformedAnswer`, while iterated as well.
    """
    page = Page(items=())
    try:
        page.items = _checked(body.decode(), items, page)
    except UnicodeDecodeError:
        raise MalformedAnswer(f"not UTF-8 in a body of {len(body)} bytes") from None
    return page


def _checked(text: str, items: str, page: Page) -> Iterator[Pair]:
    try:
        for name, value, found in _members(text, items):
            if name == items and value is not None:
                yield _object(value, items), found
            elif name == "NextToken" and isinstance(value, str):
                page.token = value or None
    except MalformedAnswer:
        raise
    except (ValueError, RecursionError) as failure:
        # The cause is named and not chained: it would keep the whole body in memory.
        raise MalformedAnswer(f"{type(failure).__name__} in a body of {len(text)} characters") from None


def _object(value: Any, items: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise MalformedAnswer(f"{items} holds something other than objects")


def _members(text: str, items: str) -> Iterator[tuple[str, Any, str]]:
    """(name, value, text) of each top-level member; an array under `items` gives one per element."""
    at = _after(text, 0, "{")
    if text.startswith("}", at):
        return _end(text, at + 1)
    while True:
        name, at = _value_at(text, at)
        if not isinstance(name, str):
            raise MalformedAnswer("a member's name is not a string")
        at = _after(text, _blank(text, at), ":")
        if name == items and text.startswith("[", at):
            at = yield from _array(text, at, name)
        else:
            value, end = _value_at(text, at)
            yield name, value, text[at:end]
            at = end
        at = _blank(text, at)
        if not text.startswith(",", at):
            return _end(text, _after(text, at, "}"))
        at = _blank(text, at + 1)


def _array(text: str, at: int, name: str) -> Generator[tuple[str, Any, str], None, int]:
    at = _blank(text, at + 1)
    if text.startswith("]", at):
        return at + 1
    while True:
        value, end = _value_at(text, at)
        yield name, value, text[at:end]
        if text.startswith(",{", end):  # compact JSON, as AWS sends it: nothing to skip
            at = end + 1
            continue
        at = _blank(text, end)
        if not text.startswith(",", at):
            return _after(text, at, "]")
        at = _blank(text, at + 1)


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


def _end(text: str, at: int) -> None:
    if _blank(text, at) != len(text):
        raise MalformedAnswer("text after the end of the object")


def written(answer: Mapping[str, Any]) -> bytes:
    """The body of an answer that botocore has parsed, with its timestamps as AWS sends them."""
    members = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    return json.dumps(members, default=_seconds, separators=(",", ":"), ensure_ascii=False).encode()


def _seconds(value: Any) -> float:
    """A timestamp as AWS sends it, in seconds since the epoch."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} is not a value of Network Manager")
    seconds = value.timestamp()
    return int(seconds) if seconds.is_integer() else seconds
