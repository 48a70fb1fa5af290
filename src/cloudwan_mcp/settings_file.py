"""The file of settings: YAML in which every key is known, and every mistake is told with its line."""

from __future__ import annotations

import reprlib
import stat
from collections.abc import Collection, Iterator
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path
from typing import NamedTuple

import yaml

from cloudwan_mcp.errors import BadRequest

LARGEST_BYTES = 64 * 1024
"""A file with every key and a comment on each has 2 KiB."""

PLAIN = {f"tag:yaml.org,2002:{each}" for each in ("str", "int", "float", "bool")}
NULL = "tag:yaml.org,2002:null"


class Line(NamedTuple):
    """A value as it is written, the key it is for, and the number of the key's line, from 1."""

    key: str
    text: str
    number: int


def read(path: str, keys: Collection[str]) -> list[Line]:
    """Each value in the file; `keys` are all that there may be, written `section.section.key`.

    A key or section without a value counts as absent. Raises `BadRequest` for a file that cannot be read, is
    larger than `LARGEST_BYTES`, is neither YAML nor UTF-8, or has any other key, or one twice.
    """
    root = _composed(path, _text(path))
    return list(_Sections(path, keys).lines(root)) if root else []


def _text(path: str) -> str:
    try:
        file = Path(path).expanduser()
        if not stat.S_ISREG(file.stat().st_mode):  # reading a pipe could wait for ever
            raise _unreadable(path, "it is no regular file")
        with file.open("rb") as stream:
            data = stream.read(LARGEST_BYTES + 1)
    except (OSError, RuntimeError, ValueError) as error:  # no such home folder, a NUL in the path
        raise _unreadable(path, getattr(error, "strerror", None) or str(error).rstrip(".")) from error
    if len(data) > LARGEST_BYTES:
        raise _unreadable(path, f"it is larger than {LARGEST_BYTES // 1024} KiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _wrong(f"{path}:{line}", "this is not UTF-8", "Save the file as UTF-8.") from error


def _composed(path: str, text: str) -> yaml.Node | None:
    """The file as nodes, each of which knows its line; values stay as they are written."""
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        problem = str(error.problem)
    except yaml.reader.ReaderError as error:
        lines = text[: error.position].split("\n")
        place = f":{len(lines)}:{len(lines[-1]) + 1}"
        problem = f"the character U+{error.character:04X} is not allowed"
    except RecursionError:
        place, problem = "", "it is nested too deeply"
    raise _wrong(
        f"{path}{place}", f"not YAML: {problem[:200]}", "Correct it; indent with spaces only."
    ) from None


class _Sections:
    """Walks the nodes of one file along the keys that there may be, and no further."""

    def __init__(self, path: str, keys: Collection[str]) -> None:
        self._path = path
        self._keys = keys
        self._sections = {key[:end] for key in keys for end, each in enumerate(key) if each == "."}

    def lines(self, node: yaml.Node, section: str = "") -> Iterator[Line]:
        if _empty(node):
            return
        if not isinstance(node, yaml.MappingNode):
            subject = f"{section} is a section" if section else "the file consists of sections"
            raise self._wrong(node, f"{subject}, not a {_kind(node)}", f"It takes {self._below(section)}.")
        seen: dict[str, int] = {}
        for name, value in node.value:
            key, number = self._key(name, section), name.start_mark.line + 1
            if key in seen:
                raise self._wrong(name, f"{key} is also in line {seen[key]}", "Keep one of them.")
            seen[key] = number
            if key in self._sections:
                yield from self.lines(value, key)
            elif not _empty(value):
                yield Line(key, self._value(key, value), number)

    def _key(self, node: yaml.Node, section: str) -> str:
        """The whole key; an unknown one is cut short, and shown without control characters."""
        word = node.value if isinstance(node, yaml.ScalarNode) else f"a {_kind(node)}"
        key = f"{section}.{word}" if section else word
        if "." not in word and (key in self._keys or key in self._sections):  # one way to write each
            return key
        key = key[:100]
        near = ", ".join(self._nearest(key)) or self._below(section)
        raise self._wrong(
            node,
            f"{key!r} is not a key",
            f"The nearest are {near}; a setting without a key is an option or a CLOUDWAN_ variable.",
            field=key,
        )

    def _nearest(self, key: str) -> list[str]:
        """Keys and sections whose last word is like that of `key`, the likest whole first."""
        paths = sorted({*self._keys, *self._sections})
        words = get_close_matches(_last(key), {_last(each) for each in paths})
        near = [each for each in paths if _last(each) in words]
        return sorted(near, key=lambda each: -SequenceMatcher(None, key, each).ratio())[:3]

    def _below(self, section: str) -> str:
        paths = sorted({*self._keys, *self._sections})
        return ", ".join(each for each in paths if each.rpartition(".")[0] == section)

    def _value(self, key: str, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode) and node.tag in PLAIN:
            return str(node.value)
        raise self._wrong(
            node, f"{key} takes one plain value, not a {_kind(node)}", "Write the value behind the colon."
        )

    def _wrong(self, node: yaml.Node, problem: str, next_step: str, field: str = "config") -> BadRequest:
        return _wrong(f"{self._path}:{node.start_mark.line + 1}", problem, next_step, field)


def _empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and (node.tag == NULL or not node.value)


def _kind(node: yaml.Node) -> str:
    kinds: dict[type[yaml.Node], str] = {yaml.MappingNode: "section", yaml.SequenceNode: "list"}
    return kinds.get(type(node)) or f"value of type {reprlib.repr(node.tag.rpartition(':')[2])}"


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _wrong(place: str, problem: str, next_step: str, field: str = "config") -> BadRequest:
    return BadRequest(f"{place}: {problem}.", field=field, next_step=next_step)


def _unreadable(path: str, reason: str) -> BadRequest:
    return BadRequest(
        f"{path!r} cannot be read: {reason}.",
        field="config",
        next_step="Name a YAML file by --config or CLOUDWAN_CONFIG, or remove this one.",
    )
