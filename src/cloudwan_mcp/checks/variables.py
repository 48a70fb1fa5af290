"""variables: those with our prefix that set nothing, most likely by a slip."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.check import Check, Remark
from cloudwan_mcp.examination import Examination
from cloudwan_mcp.strangers import strangers


def _look(found: Examination) -> Iterable[Remark]:
    given = {name: origin for name, origin in found.settings.origins.items() if name != "config"}
    yield Remark("ok", f"{len(given)} settings are not at their default.", facts={"given": given})
    for name, near in strangers(found.environ):
        step = f"Rename it to {near}." if near else "Remove it, or look up its name: `cloudwan-mcp config`."
        yield Remark("note", f"{name} is not a setting, and sets nothing.", step)


CHECK = Check("settings", _look)
