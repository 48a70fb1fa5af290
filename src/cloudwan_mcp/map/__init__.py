"""The map: one page that draws a network of any size, wherever there is a host of MCP Apps to show it."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from cloudwan_mcp import __version__

FOLDER = files("cloudwan_mcp.map")
MODULES = (
    *("text", "bridge", "model", "keyboard", "grid", "panel", "tiles", "rows", "context", "download"),
    *("status", "routes", "element", "cell", "matrix", "changes", "search", "main"),
)
LITERAL = re.compile(
    r"""(?P<kept>"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`"""
    r"""|(?:(?<=[(\[=:,!&|?])|(?<=[(\[=:,!&|?] ))/(?:\\.|\[(?:\\.|[^]\\])*]|[^/\\\n[])+/)"""
    r"""|//.*|/\*(?s:.*?)\*/| *(?P<sign>[-=+*<>?:,;{}()[\]|&!]+) *"""
)
"""Of a script: a string, a template or a regular expression, else a comment, else signs and the spaces there.

Templates do not stand within one another, and strings are in double quotes.
"""
_STATED = re.compile(r"^(?:import .*\n|export )", re.MULTILINE)
_AROUND = re.compile(r"/\*(?s:.*?)\*/|\s*;?\s*(\}|[{;,>])\s*|(?<=:)\s+")


@cache
def page() -> str:
    """The page as one HTML document that loads nothing: its style and its script stand in it.

    The modules stand in one script in the order above, without comments, needless spaces and what says which
    module knows which: they share one scope. It is the same text in every process of one version.
    """
    parts = {
        "version": __version__,
        "style": _AROUND.sub(lambda found: found[1] or "", _source("style.css")),
        "script": "".join(_tight(_STATED.sub("", _source(f"{name}.js"))) for name in MODULES),
    }
    return re.sub(r"\{(version|style|script)\}", lambda found: parts[found[1]], _source("page.html"))


def _tight(script: str) -> str:
    bare = LITERAL.sub(lambda found: found["kept"] or found["sign"] or "", script)
    lines = re.sub(r"\s*\n\s*", "\n", bare).lstrip()
    return re.sub(r"(?<=[,({[>?:&|=])\n|;\n(?=})", "", lines)


def _source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
