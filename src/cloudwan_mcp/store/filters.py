"""What a caller wants to see of a snapshot, as values and as SQL over the hot columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cloudwan_mcp.store.words import Words

ATTACHMENT = "attachment"  # stands for every type of attachment, those AWS has yet to name included
NONE = "(none)"  # as a filter, what has no such value; no name of AWS has parentheses
NOT_OURS = "transit-gateway-attachment"  # a network resource: what is attached to a transit gateway


@dataclass(slots=True, frozen=True)
class Filters:
    """Empty members do not filter; `NONE` as a segment or edge is what has none. `tag` is `key` or
    `key=value`; `text` is looked for, without regard to case, in ids, names and attributes."""

    types: tuple[str, ...] = ()
    global_network: str = ""
    core_network: str = ""
    segment: str = ""
    edge: str = ""
    account: str = ""
    state: str = ""
    tag: str = ""
    text: str = ""

    @property
    def fields(self) -> list[str]:
        """The members that filter by what every element has, by the names that counts are grouped by."""
        named = ("segment", "edge", "account", "state", "core_network", "global_network")
        return [*(["type"] if self.types else []), *(name for name in named if getattr(self, name))]

    @property
    def needs_attributes(self) -> bool:
        return bool(self.tag or self.text)

    def where(self, words: Words) -> tuple[str, list[int]] | None:
        """SQL and its parameters; None when a value occurs nowhere, so nothing can match."""
        placed = (("sg", self.segment), ("ed", self.edge))
        parts = [f"{column} IS NULL" for column, value in placed if value == NONE]
        values: list[int] = []
        for column, codes in self._codes(words):
            if not codes:
                return None
            parts.append(f"{column} IN ({','.join('?' * len(codes))})" if len(codes) > 1 else f"{column} = ?")
            values += codes
        return " AND ".join(parts), values

    def _codes(self, words: Words) -> list[tuple[str, list[int]]]:
        wanted = (
            ("gn", "global_network", self.global_network),
            ("co", "core_network", self.core_network),
            ("sg", "segment", "" if self.segment == NONE else self.segment),
            ("ed", "edge", "" if self.edge == NONE else self.edge),
            ("ac", "account", self.account),
            ("st", "state", self.state),
        )
        found = [(column, words.matching(field, value)) for column, field, value in wanted if value]
        if self.types:
            found.append(("ty", self.type_codes(words)))
        return found

    def type_codes(self, words: Words) -> list[int]:
        return [code for code, word in words.all("type").items() if self._wants(word)]

    def _wants(self, word: str) -> bool:
        ours = word.endswith("-" + ATTACHMENT) and word != NOT_OURS
        return word in self.types or (ATTACHMENT in self.types and ours)

    def accepts(self, identifier: str, name: str, attributes: str) -> bool:
        """Whether a row's text passes `text` and `tag`."""
        if self.text and not _contains(self.text.lower(), identifier, name, attributes):
            return False
        return not self.tag or _tagged(self.tag, attributes)


def _contains(needle: str, identifier: str, name: str, attributes: str) -> bool:
    if needle in identifier.lower() or needle in name.lower() or needle in attributes.lower():
        return True
    # JSON may spell a character as \\uXXXX; only then is decoding worth its cost
    return "\\" in attributes and needle in json.dumps(json.loads(attributes), ensure_ascii=False).lower()


def split_tag(tag: str) -> tuple[str, str | None]:
    """(key, value) of `key=value`; a key alone has no value."""
    key, equals, value = tag.partition("=")
    return key, value if equals else None


def tags_in(attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(key, value) of each tag; what is not one is left out, since nobody checked what stands there."""
    tags = attributes.get("Tags")
    pairs = (
        [(t.get("Key"), t.get("Value")) for t in tags if isinstance(t, dict)]
        if isinstance(tags, list)
        else []
    )
    return [(k, v if isinstance(v, str) else "") for k, v in pairs if isinstance(k, str)]


def _tagged(tag: str, attributes: str) -> bool:
    if '"Tags"' not in attributes:
        return False
    key, wanted = split_tag(tag)
    return any(k == key and wanted in (None, v) for k, v in tags_in(json.loads(attributes)))
