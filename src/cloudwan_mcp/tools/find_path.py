"""find_path: how two elements are connected, and what breaks when one goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from cloudwan_mcp import live
from cloudwan_mcp.app import App
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.graph import Path, shortest_path
from cloudwan_mcp.live import Refresh
from cloudwan_mcp.locate import locate
from cloudwan_mcp.model import Element, SnapshotInfo
from cloudwan_mcp.queries.find_path import Removal, Without, removal
from cloudwan_mcp.reply import Envelope, envelope, overhead
from cloudwan_mcp.row import element_row, fitting, size
from cloudwan_mcp.store import Reader
from cloudwan_mcp.tool import Tool, answer, app_of

Name = Annotated[str, Field(max_length=2048)]
DESCRIPTION = """\
The shortest way from source to target (ids, ARNs or names) over the connections of the topology; without: \
also the way that is left when that element, segment or edge location goes. without alone: what depends on \
it, before you remove it. Topology, not routing: list_routes tells where packets go."""


class Way(Envelope):
    path: list[dict[str, Any]] | None = Field(None, description="elements, each with how it leads on")
    left: list[dict[str, Any]] | None = Field(None, description="the way that is left; [] when there is none")
    removed: dict[str, Any] | None = None
    breaks: dict[str, Any] | None = None
    complete: bool


@dataclass(slots=True)
class _Found:
    info: SnapshotInfo
    path: list[dict[str, Any]] | None = None
    left: list[dict[str, Any]] | None = None
    exact: bool = True
    removal: Removal | None = None


async def run(
    ctx: Context[App],
    source: Name = "",
    target: Name = "",
    without: Name = "",
    refresh: Refresh = "auto",
) -> Annotated[CallToolResult, Way]:
    app = app_of(ctx)
    if bool(source) is not bool(target) or not (source or without):
        raise BadRequest(
            "source and target go together, and one of them or without is needed.",
            field="target" if source else "source",
            next_step="Name both ends, or only what is to go in without.",
        )

    def look(reader: Reader) -> _Found:
        found = _Found(reader.info())
        gone = locate(reader, without, field_name="without") if without else 0
        if source:
            ends = locate(reader, source, field_name="source"), locate(reader, target, field_name="target")
            found.path, found.exact = _way(reader, shortest_path(reader, *ends))
            if gone:
                left = Path((), (), exact=True) if gone in ends else _around(reader, ends, gone)
                found.left, exact = _way(reader, left)
                found.exact = found.exact and exact
        if gone:
            found.removal = removal(reader, gone)
        return found

    found = await live.ask(app, refresh, look, ctx.report_progress, searched=True)
    return answer(_present(app, found))


def _around(reader: Reader, ends: tuple[int, int], gone: int) -> Path:
    return shortest_path(Without(reader, frozenset([gone])), *ends)


def _way(reader: Reader, path: Path) -> tuple[list[dict[str, Any]], bool]:
    kinds = [*path.kinds, ""]
    rows = [
        element_row(element, "concise") | ({"next": kind} if kind else {})
        for element, kind in zip(reader.elements(list(path.nodes)), kinds, strict=False)
    ]
    return rows, path.exact


def _present(app: App, found: _Found) -> Way:
    room = app.settings.reply_bytes - overhead(found.info, "")
    room -= sum(map(size, [*(found.path or []), *(found.left or [])]))
    breaks, whole = _breaks(found.removal, room) if found.removal else (None, True)
    return Way(
        path=found.path,
        left=found.left,
        removed=element_row(found.removal.element, "concise") if found.removal else None,
        breaks=breaks,
        complete=found.info.complete and found.exact and whole,
        **envelope(app, found.info, *_hints(found)),
    )


def _breaks(removal: Removal, room: int) -> tuple[dict[str, Any], bool]:
    members = [
        {"type": kind, "state": state or "(none)", "count": count} for (kind, state), count in removal.members
    ]
    dependants = [{"type": kind, "count": count} for (kind,), count in removal.dependants]
    last = [_short(each) for each in removal.last]
    examples = [_short(each) for each in removal.examples]
    kept_members = fitting(map(size, members), room // 3)
    kept_last = fitting(map(size, last), room // 3)
    kept = fitting(map(size, examples), room // 4)
    breaks = {
        "members": members[:kept_members],
        "dependants": dependants[:40],
        "nowhere_else": last[:kept_last],
        "examples": examples[:kept],
        "more": removal.truncated,
    }
    whole = not removal.truncated and kept_members == len(members) and kept_last == len(last)
    return {name: value for name, value in breaks.items() if value}, whole


def _short(element: Element) -> dict[str, Any]:
    return {k: v for k, v in element_row(element, "concise").items() if k in ("id", "type", "name", "state")}


def _hints(found: _Found) -> list[str]:
    said = []
    if found.path is not None and not found.path:
        said.append(
            "They are not connected in what AWS lists." if found.exact else "No way was found nearby."
        )
    if found.left is not None and not found.left:
        said.append("Nothing is left of the way without it.")
    removed = found.removal
    if removed and removed.element.type == "core-network-edge" and removed.members:
        said.append(
            "AWS refuses to remove an edge location that attachments or peerings are at: move them first."
        )
    elif removed and (removed.members or removed.dependants):
        said.append("breaks counts what depends on it; stream_topology lists it all by segment or edge.")
    elif removed:
        said.append("Nothing that AWS lists depends on it.")
    return said


TOOL = Tool(
    name="find_path",
    title="Find a path",
    description=DESCRIPTION,
    run=run,
    samples=(),
)
