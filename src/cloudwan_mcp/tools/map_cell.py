"""map_cell: the attachments of one cell, page by page, for the map's page alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from cloudwan_mcp.app import App
from cloudwan_mcp.argument import (
    Account,
    AttachmentType,
    CoreNetwork,
    CursorText,
    Edge,
    Segment,
    SnapshotId,
    State,
    Tag,
)
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.model import Element
from cloudwan_mcp.overview import narrowed, newest, standing_in, told_filters, whole_name
from cloudwan_mcp.queries.cell import Stretch, cell
from cloudwan_mcp.render.compact import label
from cloudwan_mcp.render.names import line
from cloudwan_mcp.reply import Envelope, envelope, overhead
from cloudwan_mcp.store import CursorSigner, Filters, Reader
from cloudwan_mcp.store.cursor import foreign
from cloudwan_mcp.tool import Tool, answer_page, app_of

KIND = "cell"
NAME = 128
MOST = 200


class Cell(Envelope):
    view: str
    segment: str | None = None
    edge: str | None = None
    filters: dict[str, str] | None = None
    total: int | None = None
    types: list[str]
    states: list[str]
    rows: list[list[Any]] = Field(description="[id, name, type, account, state]")
    next_cursor: str | None = None
    complete: bool


@dataclass(slots=True, frozen=True)
class _Mark:
    """How far a cell was read; `asked` are the filters as the caller gave them."""

    snapshot: str
    asked: Filters
    core_network: str = ""
    n: int = 0

    def sealed(self, signer: CursorSigner) -> str:
        given = {name: value for name, value in asdict(self.asked).items() if value}
        return signer.seal(KIND, [self.snapshot, given, self.core_network, self.n])

    @classmethod
    def opened(cls, text: str, signer: CursorSigner) -> _Mark:
        values = signer.opened(text, KIND)
        try:
            snapshot, given, core_network, n = values
            return cls(snapshot, Filters(**(given | {"types": tuple(given["types"])})), core_network, n)
        except (ValueError, TypeError, KeyError) as error:
            raise foreign() from error


async def run(
    ctx: Context[App],
    snapshot: SnapshotId = "",
    core_network_id: CoreNetwork = "",
    segment: Segment = "",
    edge: Edge = "",
    account: Account = "",
    state: State = "",
    type: AttachmentType = "",
    tag: Tag = "",
    cursor: CursorText = "",
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100,
) -> Annotated[CallToolResult, Cell]:
    app = app_of(ctx)
    asked = narrowed(core_network_id, account, state, type, tag, segment, edge)
    mark = _going_on(app, cursor, snapshot, asked) if cursor else _Mark(snapshot or await newest(app), asked)

    def look(reader: Reader) -> tuple[_Mark, Stretch]:
        here = mark if cursor else replace(mark, core_network=_core(reader, mark.asked))
        room = app.settings.reply_bytes - overhead(reader.info(), here.sealed(app.folder.signer))
        return here, cell(reader, _meant(reader, here), here.n, limit, room, _shown)

    mark, found = await app.read(mark.snapshot, look)
    data = _present(app, mark, found).model_dump(mode="json", exclude_none=True)
    return answer_page(data)


def _going_on(app: App, cursor: str, snapshot: str, asked: Filters) -> _Mark:
    mark = _Mark.opened(cursor, app.folder.signer)
    nothing = Filters(types=("attachment",))
    if snapshot not in ("", mark.snapshot) or asked not in (nothing, mark.asked):
        raise BadRequest(
            "cursor belongs to another snapshot, cell or filters than the ones given.",
            field="cursor",
            next_step="Pass the cursor alone, or the rest without it to start from the first page.",
        )
    return mark


def _core(reader: Reader, asked: Filters) -> str:
    core, _ = standing_in(reader, asked.core_network)
    return core.id if core else asked.core_network


def _meant(reader: Reader, mark: _Mark) -> Filters:
    return replace(
        mark.asked,
        core_network=mark.core_network,
        segment=whole_name(reader, "segment", mark.asked.segment),
        edge=whole_name(reader, "edge", mark.asked.edge),
    )


def _shown(element: Element) -> tuple[str, str, str]:
    return line(element.id), line(element.name, NAME), line(label(element.type), 64)


def _present(app: App, mark: _Mark, found: Stretch) -> Cell:
    ahead = None
    if found.position is not None:
        ahead = replace(mark, n=found.position).sealed(app.folder.signer)
    return Cell(
        view="cell",
        segment=mark.asked.segment or None,
        edge=mark.asked.edge or None,
        filters=told_filters(mark.asked) or None,
        total=found.total,
        types=found.types,
        states=found.states,
        rows=found.rows,
        next_cursor=ahead,
        complete=ahead is None,
        **envelope(app, found.info, "Pass next_cursor for more." if ahead else "This is the end."),
    )


TOOL = Tool(
    name="map_cell",
    title="Cell of the map",
    description="Attachments of a segment at an edge, for the page of show_topology.",
    run=run,
    for_page=True,
    samples=({}, {"limit": 5, "state": "FAILED"}),
)
