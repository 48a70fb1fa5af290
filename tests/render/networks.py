"""Networks to render: made by hand, with the names that harm one format or another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cloudwan_mcp.model import Connection, Element, Gap
from cloudwan_mcp.queries.group import group
from cloudwan_mcp.render.format import Place, Source
from cloudwan_mcp.render.formats import FORMATS
from cloudwan_mcp.settings import load
from cloudwan_mcp.store import Filters, Folder
from tools.by_hand import CORE, attachment, fill

PLACES = 5
BY_NAME = {each.name: each for each in FORMATS}
HOSTILE = [
    "</text></svg><script>window.harmed=1</script><img src=x onerror=window.harmed=1>",
    "a | b || c",
    '"]; end; click A "javascript:window.harmed=1"',
    "%%{init: {'securityLevel': 'loose'}}%%",
    "`code` **bold** _it_ ~~gone~~ [link](javascript:window.harmed=1) ![x](http://x.invalid/x.png)",
    "1. list",
    "- [ ] task",
    "# head",
    "graph end subgraph",
    "\\N \\G \\\" quote \" back \\",
    "&lt;b&gt; &amp; &#60; #lt; #60;",
    "=HYPERLINK(\"http://x.invalid\",\"x\")",
    "+1+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    " =1+1",
    "\x00\x07\x1b[2J\x7f\x9b\ufffe\uffff",
    "\ud800 half",
    "invoice\u202egpj.exe\u2066\u200b",
    "line\u2028separator\r\n\r\n# next\n\n",
    "-->]]><![CDATA[ --> -- --",
    "語" * 300,
    "😀" * 300,
    "https://x.invalid/ www.x.invalid a@x.invalid $x$ :smile:",
    "",
]  # fmt: skip


def layout(segments: Sequence[str], edges: Sequence[str]) -> list[Element | Connection]:
    """A core network with these segments and edges."""
    made: list[Element | Connection] = [CORE]
    for at, name in enumerate(edges):
        attributes = json.dumps({"EdgeLocation": name, "Asn": 64512 + at})
        made.append(_part(f"edge/{at}", "core-network-edge", name, attributes, edge=name))
    for at, name in enumerate(segments):
        attributes = json.dumps({"Name": name, "SharedSegments": list(segments[:at])})
        made.append(_part(f"segment/{at}", "segment", name, attributes, segment=name))
    made += [Connection(each.id, CORE.id, "part-of") for each in made[1:] if isinstance(each, Element)]
    return made


def hostile() -> list[Element | Connection]:
    """An attachment of each name, each in a segment and at an edge of that name, tagged with it."""
    named = [name for name in HOSTILE if name]
    made = layout(named, named[:PLACES])
    for at, name in enumerate(HOSTILE):
        tags = json.dumps({"Tags": [{"Key": name or "k", "Value": name}], "Note": name})
        state = ("AVAILABLE", "FAILED", "PENDING_ATTACHMENT_ACCEPTANCE")[at % 3]
        made.append(
            attachment(at, name=name, segment=name, edge=named[at % PLACES], state=state, attributes=tags)
        )
    return made


def regular(attachments: int, segments: int = 4, edges: int = 3) -> list[Element | Connection]:
    names, places = [f"segment {n}" for n in range(segments)], [f"eu-west-{n}" for n in range(edges)]
    made = layout(names, places)
    for n in range(attachments):
        state = "FAILED" if n % 10 == 0 else "AVAILABLE"
        made.append(attachment(n, segment=names[n % segments], edge=places[n * 7 % edges], state=state))
    return made


@contextmanager
def source(
    values: Sequence[Element | Connection], filters: Filters | None = None, **options: Any
) -> Iterator[Source]:
    """A source over a stored snapshot of `values`."""
    last, gaps = options.pop("last", 0), options.pop("gaps", [Gap("ListSites", "g", "AccessDenied")])
    info = fill(values, gaps, **options)
    folder = Folder(load())
    try:
        with folder.reader(info.id) as reader:

            def count(filters: Filters, fields: tuple[str, ...]) -> list[tuple[tuple[str, ...], int]]:
                return group(reader, filters, fields, 10**6).rows

            yield Source(reader, filters or Filters(), reader.info(), count, last)
    finally:
        folder.close()


def text_of(name: str, made: Source) -> str:
    return "".join(chunk.text for chunk in BY_NAME[name].render(made, Place()))


def document(name: str, values: Sequence[Element | Connection], filters: Filters | None = None) -> str:
    with source(values, filters) as made:
        return text_of(name, made)


def _part(identifier: str, kind: str, name: str, attributes: str, **members: str) -> Element:
    network = {"global_network": "global-network-1", "core_network": CORE.id}
    return Element(f"{CORE.id}/{identifier}", kind, name, **network, **members, attributes=attributes)
