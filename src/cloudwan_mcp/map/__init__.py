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
_LEFT_OUT = re.compile(r"^(\s*//.*|import .*|\s*)\n", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@cache
def page() -> str:
    """The page as one HTML document that loads nothing: its style and its script stand in it.

    The modules stand in one script in the order above, without comments, indentation and what says which
    module knows which: they share one scope. It is the same text in every process of one version.
    """
    script = "".join(_script(_source(f"{name}.js")) for name in MODULES)
    style = _unindented(_COMMENT.sub("", _source("style.css")))
    parts = {"version": __version__, "style": style, "script": script}
    return re.sub(r"\{(version|style|script)\}", lambda found: parts[found[1]], _source("page.html"))


def _script(source: str) -> str:
    return _unindented(re.sub(r"^export ", "", _LEFT_OUT.sub("", source), flags=re.MULTILINE))


def _unindented(source: str) -> str:
    return re.sub(r"^\s+", "", source, flags=re.MULTILINE)


def _source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
