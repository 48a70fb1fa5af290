"""export_topology: a network, or what matches of it, as a document: in pieces, or in a file."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from cloudwan_mcp import live
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import (
    Account,
    CoreNetwork,
    Edge,
    Segment,
    State,
    Tag,
    Text,
    Types,
    filters_of,
)
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.live import Refresh
from cloudwan_mcp.locate import choose
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.policies import folder
from cloudwan_mcp.queries.alternatives import alternatives
from cloudwan_mcp.queries.group import group
from cloudwan_mcp.render.bookmark import CURSOR_CHARACTERS, Bookmark
from cloudwan_mcp.render.draft import MOST_CHARACTERS, Draft, file_name
from cloudwan_mcp.render.excerpt import Excerpt, excerpt
from cloudwan_mcp.render.format import Place, Source, Tally
from cloudwan_mcp.render.formats import FORMATS, chosen
from cloudwan_mcp.render.names import line
from cloudwan_mcp.reply import Envelope, envelope, overhead
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.tool import Tool, answer, app_of

SLICE_S = 0.2  # of writing, until others are let read and a cancelled call is noticed
MOST_GROUPS = 100_000
BY_NAME = {each.name: each for each in FORMATS}
Name = Literal[
    "markdown", "mermaid", "svg", "svg-matrix", "csv", "csv-connections", "ndjson", "graphml", "dot"
]  # fmt: skip
DESCRIPTION = """\
Export the network as a document. markdown, mermaid and svg draw segments against edges, in counts, with \
what is in trouble; mermaid draws elements where they are few; svg-matrix who reaches whom. csv, ndjson, \
graphml and dot hold every element; the last three also connections. With file it is written to the server's \
export folder; without, it comes in pieces to join."""


class Export(Envelope):
    format: str
    text: str | None = Field(None, description="this piece, none with file")
    next_cursor: str | None = None
    complete: bool = Field(description="true: the document ends here")
    file: str | None = Field(None, description="where it was written")
    bytes: int | None = None
    elements: int | None = None
    connections: int | None = None


@dataclass(slots=True, frozen=True)
class _Piece:
    info: SnapshotInfo
    excerpt: Excerpt
    nothing: str


async def run(
    ctx: Context[App],
    format: Annotated[Name | None, Field(description="else that of file or cursor, else markdown")] = None,
    core_network_id: CoreNetwork = "",
    element_types: Types = None,
    segment: Segment = "",
    edge: Edge = "",
    account: Account = "",
    state: State = "",
    tag: Tag = "",
    text: Text = "",
    file: Annotated[
        str, Field(max_length=MOST_CHARACTERS, description="name of a new file, without folder")
    ] = "",
    cursor: Annotated[str, Field(max_length=CURSOR_CHARACTERS, description="next_cursor, alone")] = "",
    refresh: Refresh = "auto",
) -> Annotated[CallToolResult, Export]:
    app = app_of(ctx)
    kind = chosen(format, file)
    name = file_name(file, kind.suffix) if file else ""
    filters = filters_of(
        element_types=element_types,
        global_network_id="",
        core_network_id=core_network_id,
        segment=segment,
        edge=edge,
        account=account,
        state=state,
        tag=tag,
        text=text,
    )
    if cursor:
        mark = Bookmark.opened(cursor, app.folder.signer)
        mark.check(format=format, filters=filters, file=file)
        return answer(await _piece(app, mark, first=False))
    Bookmark("s" * 32, kind.name, filters).sealed(app.folder.signer)  # refused before anything is read
    info = await live.ask(app, refresh, lambda reader: reader.info(), ctx.report_progress)
    last = 0 if info.complete else max(info.elements, 1)
    mark = Bookmark(info.id, kind.name, filters, last=last)
    if name:
        return answer(await _written(ctx, mark, name))
    return answer(await _piece(app, mark, first=True))


def _source(reader: Reader, mark: Bookmark, *, first: bool) -> Source:
    """Raises `BadRequest` where the core network has to be named, and for a drawing that grew since."""
    kind, filters, info = BY_NAME[mark.format], mark.filters, reader.info()
    if first and (kind.overview or filters.core_network):
        choose(reader, core_network=filters.core_network, global_network="")
    if kind.overview and mark.last and not first and (info.complete or info.elements != mark.last):
        raise BadRequest(
            "The network has been discovered further since this drawing was begun.",
            field="cursor",
            next_step="Call again without cursor for the whole.",
        )

    def count(filters: Filters, fields: tuple[str, ...]) -> Tally:
        return group(reader, filters, fields, MOST_GROUPS).rows

    return Source(reader, filters, info, count, mark.last)


async def _piece(app: App, mark: Bookmark, *, first: bool) -> Export:
    kind = BY_NAME[mark.format]

    def read(reader: Reader) -> _Piece:
        source = _source(reader, mark, first=first)
        said = _nothing(reader, mark.filters) if first and reader.count(mark.filters) == 0 else ""
        room = (
            app.settings.reply_bytes
            - overhead(source.info, mark.sealed(app.folder.signer))
            - len(said.encode())
        )
        return _Piece(source.info, excerpt(kind, source, mark.place, mark.offset, room=room), said)

    piece = await app.read(mark.snapshot, read)
    cursor = None
    if piece.excerpt.place is not None:
        ahead = replace(mark, place=piece.excerpt.place, offset=piece.excerpt.offset)
        cursor = ahead.sealed(app.folder.signer)
    return Export(
        format=kind.name,
        text=piece.excerpt.text,
        next_cursor=cursor,
        complete=cursor is None,
        **envelope(app, piece.info, *_hints(mark, piece.nothing), _go_on(cursor)),
    )


async def _written(ctx: Context[App], mark: Bookmark, name: str) -> Export:
    """Write the document a slice at a time, between which the call may be cancelled and others read."""
    app, kind = app_of(ctx), BY_NAME[mark.format]
    with ExitStack() as stack:
        opened = partial(stack.enter_context, app.folder.reader(mark.snapshot))
        reader: Reader = await app.work(opened)
        source = await app.work(partial(_source, reader, mark, first=True))
        total = await app.work(partial(reader.count, mark.filters))
        draft = Draft(folder(app), name, app.folder.disk_mib)
        await app.work(partial(stack.enter_context, draft))
        chunks = kind.render(source, Place())
        while await app.work(partial(draft.extend, chunks, SLICE_S)):
            await ctx.report_progress(draft.elements, total, f"{draft.bytes:,} bytes written")
        path = await app.work(draft.keep)
        nothing = _nothing(reader, mark.filters) if total == 0 else ""
    return Export(
        format=kind.name,
        complete=True,
        file=str(path) if ctx.request_context.request is None else path.name,
        bytes=draft.bytes,
        elements=draft.elements,
        connections=draft.connections,
        **envelope(app, source.info, *_hints(mark, nothing), "The file lies on the server's machine."),
    )


def _nothing(reader: Reader, filters: Filters) -> str:
    """What else there is, cut so that any reply has room for it."""
    return line(" ".join(["Nothing matches these filters.", *alternatives(reader, filters)]), 320)


def _hints(mark: Bookmark, nothing: str) -> list[str]:
    growing = "The document holds what was known when it was begun, without connections."
    return [*([growing] if mark.last else []), *([nothing] if nothing else [])]


def _go_on(cursor: str | None) -> str:
    return "Join the next piece to this one: pass next_cursor." if cursor else "This is its end."


TOOL = Tool(
    name="export_topology",
    title="Export the topology",
    description=DESCRIPTION,
    run=run,
    writes=True,
    samples=(
        {},
        {"format": "svg"},
        {"format": "csv", "element_types": ["attachment"]},
        {"format": "graphml", "state": "FAILED"},
    ),
)
