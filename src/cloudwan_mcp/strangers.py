"""Variables with our prefix that set nothing, most likely by a slip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from cloudwan_mcp.setting import variable
from cloudwan_mcp.settings import SETTINGS


def strangers(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(variable, the setting most like it, or "") of each that is none; its value may be a secret."""
    prefix = variable("")
    known = [variable(each.name).removeprefix(prefix) for each in SETTINGS]
    for name in sorted(each for each in environ if each.startswith(prefix)):
        word = name.removeprefix(prefix)
        if word not in known:
            near = get_close_matches(word, known, n=1)
            yield name, f"{prefix}{near[0]}" if near else ""
