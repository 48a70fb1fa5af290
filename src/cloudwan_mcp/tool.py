"""What one tool is: a bounded call whose every anticipated failure says what to do next."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, ValidationError

from cloudwan_mcp.app import App
from cloudwan_mcp.errors import CloudWanError, TryAgain
from cloudwan_mcp.row import encode

ERROR_CHARACTERS = 4000
COPIES = 16  # of a reply are alive at once: rows, models, structure, text and what they were read from

Run = Callable[..., Awaitable[CallToolResult]]


@dataclass(slots=True, frozen=True)
class Tool:
    """`run` takes a parameter `ctx: Context[App]`; its other parameters are the tool's arguments, and its
    return annotation `Annotated[CallToolResult, Model]` the schema of its answers."""

    name: str
    title: str
    description: str
    run: Run

    def register(self, server: MCPServer[App]) -> None:
        annotations = ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=True
        )
        server.tool(name=self.name, title=self.title, description=self.description, annotations=annotations)(
            _guarded(self.run, self.name)
        )


def app_of(ctx: Context[App]) -> App:
    return ctx.request_context.lifespan_context


def answer(model: BaseModel) -> CallToolResult:
    """The same JSON twice, since clients read either one: as structure, and as compact text."""
    data = model.model_dump(mode="json", exclude_none=True)
    return CallToolResult(content=[TextContent(type="text", text=encode(data))], structured_content=data)


class Server(MCPServer[App]):
    """MCPServer, with refusals of arguments that name the argument, its bound and the way out."""

    def __init__(self, *args: Any, tools: Iterable[Tool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arguments: dict[str, list[str]] = {}
        for tool in tools:
            tool.register(self)
            self._arguments[tool.name] = [p for p in inspect.signature(tool.run).parameters if p != "ctx"]

    async def converse(
        self, read: ReadStream[SessionMessage | Exception], write: WriteStream[SessionMessage]
    ) -> None:
        """Serve one client over a pair of streams until it has gone."""
        await self._lowlevel_server.run(read, write, self._lowlevel_server.create_initialization_options())

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[App, Any] | None = None
    ) -> Any:
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


def _explained(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(map(str, each['loc']))}: {each['msg']}, given {str(each['input'])[:60]!r}"
        for each in error.errors(include_url=False)[:5]
    ]
    return f"{'; '.join(faults)}. Correct the argument and call again."


def _needed(app: App) -> int:
    """Bytes that a call takes at most, whatever the size of the network."""
    return app.settings.reply_bytes * COPIES


def _guarded(run: Run, name: str) -> Run:
    """The one place where failures become what a model reads, and where calls are counted."""

    @functools.wraps(run)
    async def guarded(*args: Any, ctx: Context[App], **kwargs: Any) -> CallToolResult:
        app = app_of(ctx)
        try:
            if app.calls >= app.settings.max_calls:
                raise TryAgain(
                    f"{app.calls} calls are being served.", next_step="Call again in a second.", code="Busy"
                )
            app.calls += 1
            try:
                async with app.memory.breaker.permit(), app.memory.budget.reserve(_needed(app)):
                    with app.profile(name):
                        return await run(*args, ctx=ctx, **kwargs)
            finally:
                app.calls -= 1
        except CloudWanError as error:
            raise ToolError(str(error)[:ERROR_CHARACTERS]) from error

    return guarded
