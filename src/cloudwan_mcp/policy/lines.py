"""On which line of a JSON text each value stands."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from cloudwan_mcp.policy.finding import step

_SIGN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:\n]|[^\s{}\[\],:"]+')
_Key = str | int
LONGEST_KEY = 60
MOST_REPEATED = 100


@dataclass(slots=True)
class Node:
    """A value's line, and those of its members; a tree, since pointers of all values could be large."""

    line: int
    members: dict[_Key, Node] = field(default_factory=dict)


@dataclass(slots=True)
class Survey:
    """`depth` is how far the values nest; `repeated` holds pointers to members that an object has twice."""

    root: Node
    depth: int = 0
    repeated: list[str] = field(default_factory=list)

    def line(self, pointer: str) -> int:
        """The line of the value, or of the nearest one around it that exists."""
        node = self.root
        for part in pointer.split("/")[1:]:
            name: _Key = part.replace("~1", "/").replace("~0", "~")
            inner = node.members.get(name) or (node.members.get(int(part)) if part.isdecimal() else None)
            if inner is None:
                break
            node = inner
        return node.line


@dataclass(slots=True)
class _Open:
    node: Node
    pointer: str
    array: bool
    key: _Key = 0


def survey(text: str, deepest: int) -> Survey:
    """Walk over a text that is known to be JSON, and stop where it nests deeper than `deepest`."""
    line, found, stack = 1, Survey(Node(1)), list[_Open]()
    pending: str | None = None
    for match in _SIGN.finditer(text):
        sign = match.group()
        if sign == "\n":
            line += 1
        elif sign == ":" and stack:
            stack[-1].key, pending = str(json.loads(pending or '""')), None
        elif sign in "}],":
            _close(sign, stack)
        elif sign[0] == '"' and stack and not stack[-1].array and stack[-1].key == 0:
            pending = sign
        else:
            _value(sign, line, stack, found)
            if found.depth > deepest:
                break
    return found


def _close(sign: str, stack: list[_Open]) -> None:
    if not stack:
        return
    if sign != ",":
        stack.pop()
    elif stack[-1].array:
        stack[-1].key = int(stack[-1].key) + 1
    else:
        stack[-1].key = 0


def _value(sign: str, line: int, stack: list[_Open], found: Survey) -> None:
    node = Node(line)
    top = stack[-1] if stack else None
    if top is None:
        found.root = node
    else:
        if top.key in top.node.members and len(found.repeated) < MOST_REPEATED:
            found.repeated.append(_pointer(top))
        top.node.members[top.key] = node
    if sign in "{[":
        stack.append(_Open(node, _pointer(top) if top else "", sign == "["))
        found.depth = max(found.depth, len(stack))


def _pointer(top: _Open) -> str:
    """An unbounded key would make the pointers of everything below it unbounded as well."""
    return step(top.pointer, top.key) if len(str(top.key)) <= LONGEST_KEY else top.pointer
