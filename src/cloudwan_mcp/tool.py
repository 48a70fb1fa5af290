"""What one tool is: a bounded call whose every anticipated failure says what to do next."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal, cast

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from mcp.types import Tool as Definition
from pydantic import BaseModel, ValidationError

from cloudwan_mcp.app import App
from cloudwan_mcp.definition import outline, slim
from cloudwan_mcp.errors import CloudWanError, Exhausted, TryAgain
from cloudwan_mcp.memory.limit import MIB
from cloudwan_mcp.record import recorded
from cloudwan_mcp.row import encode

ERROR_CHARACTERS = 4000
COPIES = 16  # of a reply are alive at once: rows, models, structure, text and what they were read from

READING: ContextVar[Context[App, Any] | None] = ContextVar("READING", default=None)
Run = Callable[..., Awaitable[CallToolResult]]
Kind = Literal["query", "report", "job"]
"""A query waits for memory, and is watched for leaks. A report answers also when memory is short. A job takes
long, one at a time, and is not what leak detection looks at."""


@dataclass(slots=True, frozen=True)
class Tool:
    """`run` takes a parameter `ctx: Context[App]`; its other parameters are the tool's arguments, and its
    return annotation `Annotated[CallToolResult, Model]` the schema of its answers.

    `samples` are arguments of calls that any network answers: with them the tool is tried, measured and
    checked for leaks. `writes` is for a tool that leaves behind what its caller asked for: a client may want
    to ask its user first. AWS is only read, by any tool.

    `page` is the `ui://` address of a page that shows its answers, in clients that can (MCP Apps); `for_page`
    is for a tool that only such a page calls."""

    name: str
    title: str
    description: str
    run: Run
    kind: Kind = "query"
    samples: tuple[dict[str, Any], ...] = ({},)
    writes: bool = False
    page: str = ""
    for_page: bool = False

    def register(self, server: MCPServer[App]) -> None:
        annotations = ToolAnnotations(
            read_only_hint=not self.writes,
            destructive_hint=False if self.writes else None,  # what only reads says it by that
            idempotent_hint=True if self.writes else None,
            open_world_hint=None if self.kind == "query" else False,  # true unless it is said
        )
        shown = (
            {"visibility": ["app"]} if self.for_page else {"resourceUri": self.page} if self.page else None
        )
        server.tool(
            name=self.name,
            title=self.title,
            description=self.description,
            annotations=annotations,
            meta={"ui": shown} if shown else None,
        )(_guarded(self))


def only_for_pages(meta: Mapping[str, Any] | None) -> bool:
    """Whether a definition with this `_meta` is of a tool that only a page calls."""
    shown: Mapping[str, Any] = (meta or {}).get("ui", {})
    return shown.get("visibility") == ["app"]


def app_of(ctx: Context[App]) -> App:
    return ctx.request_context.lifespan_context


def exercises_of(ctx: Context[App]) -> list[str]:
    """The tools that can be called with their samples."""
    return cast(Server, ctx.mcp_server).exercises


def room_beside(app: App, what: str, needed_mib: int, *, next_step: str) -> int:
    """Bytes that a process beside this server may take. Raises `Exhausted` when `what` needs more."""
    free = app.memory.budget.available
    if free < needed_mib * MIB:
        raise Exhausted(
            f"{what} takes some {needed_mib} MiB beside this server, and {free // MIB} are left.",
            next_step=next_step,
        )
    return free


def answer(model: BaseModel) -> CallToolResult:
    """The same JSON twice, since clients read either one: as structure, and as compact text."""
    data = model.model_dump(mode="json", exclude_none=True)
    return CallToolResult(content=[TextContent(type="text", text=encode(data))], structured_content=data)


def answer_page(data: dict[str, Any]) -> CallToolResult:
    """Of a tool that only a page calls: a page reads the structure and no model the text, so it goes once."""
    return CallToolResult(content=[TextContent(type="text", text=data["hint"])], structured_content=data)


class Server(MCPServer[App]):
    """MCPServer, with refusals of arguments that name the argument, its bound and the way out."""

    def __init__(self, *args: Any, tools: Iterable[Tool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arguments: dict[str, list[str]] = {}
        self.exercises: list[str] = []
        self._definitions: list[Definition] | None = None
        for tool in tools:
            tool.register(self)
            self._arguments[tool.name] = [p for p in inspect.signature(tool.run).parameters if p != "ctx"]
            self.exercises += [tool.name] if tool.samples else []

    async def converse(
        self, read: ReadStream[SessionMessage | Exception], write: WriteStream[SessionMessage]
    ) -> None:
        """Serve one client over a pair of streams until it has gone."""
        await self._lowlevel_server.run(read, write, self._lowlevel_server.create_initialization_options())

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[App, Any] | None = None
    ) -> Any:
        return await recorded(name, context, functools.partial(self._call, name, arguments, context))

    async def _call(self, name: str, arguments: dict[str, Any], context: Context[App, Any] | None) -> Any:
        # pydantic drops what it does not know, and a misspelt filter would answer with everything
        known = self._arguments.get(name, arguments)
        unknown = [repr(word[:60]) for word in arguments if word not in known]
        if unknown:
            raise ToolError(f"{name} has no argument {', '.join(unknown[:5])}; it has {', '.join(known)}.")
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError):
                raise ToolError(_explained(error.__cause__)) from error
            raise

    async def read_resource(self, uri: Any, context: Context[App, Any] | None = None) -> Any:
        """A resource with a fixed address is not given its request's context, and asks tools all the same."""
        token = READING.set(context)
        try:
            return await super().read_resource(uri, context)
        finally:
            READING.reset(token)

    async def list_tools(self) -> list[Definition]:
        """Definitions are read by a model before its first call: nothing in them is said twice."""
        if self._definitions is None:
            told: set[tuple[str, str]] = set()
            self._definitions = [_terse(each, told) for each in await super().list_tools()]
        return self._definitions


def _terse(tool: Definition, told: set[tuple[str, str]]) -> Definition:
    """A tool without what goes without saying, and what an earlier tool's argument of that name said."""
    schema = slim(tool.input_schema)
    for name, member in schema["properties"].items():
        said = (name, member.get("description", ""))
        if said in told:
            del member["description"]
        elif said[1]:
            told.add(said)
    known = {"input_schema": schema, "output_schema": outline(slim(tool.output_schema))}
    return tool.model_copy(update=known)


def _explained(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(map(str, each['loc']))}: {each['msg']}, given {str(each['input'])[:60]!r}"
        for each in error.errors(include_url=False)[:5]
    ]
    return f"{'; '.join(faults)}. Correct the argument and call again."


def _needed(app: App) -> int:
    """Bytes that a call takes at most, whatever the size of the network."""
    return app.settings.reply_bytes * COPIES


def _guarded(tool: Tool) -> Run:
    """The one place where failures become what a model reads, and where calls are counted."""

    @functools.wraps(tool.run)
    async def guarded(*args: Any, ctx: Context[App], **kwargs: Any) -> CallToolResult:
        try:
            async with _admitted(app_of(ctx), tool):
                return await tool.run(*args, ctx=ctx, **kwargs)
        except CloudWanError as error:
            raise ToolError(str(error)[:ERROR_CHARACTERS]) from error

    return guarded


@asynccontextmanager
async def _admitted(app: App, tool: Tool) -> AsyncIterator[None]:
    """A call among those served at once, within the memory there is, and watched."""
    if app.calls >= app.settings.max_calls:
        app.turned_away += 1
        raise TryAgain(
            f"{app.calls} calls are being served.", next_step="Call again in a second.", code="Busy"
        )
    job = tool.kind == "job"
    if job and app.measuring:
        raise TryAgain(
            f"{app.measuring} is at work, and two would measure each other.",
            next_step="Call again when it has answered.",
            code="Busy",
            retry_after=30.0,
        )
    app.calls += 1
    if job:
        app.measuring = tool.name
    try:
        with app.watch.call(tool.name, observed=not job), app.profile(tool.name):
            if tool.kind == "report":
                yield
                return
            async with app.memory.breaker.permit(), app.memory.budget.reserve(_needed(app)):
                yield
    finally:
        app.calls -= 1
        if job:
            app.measuring = ""
