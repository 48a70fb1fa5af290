"""What is recorded of a tool call: who, what, how long, how it ended, how much it gave; never its words."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent
from pydantic import ValidationError

from cloudwan_mcp.app import App
from cloudwan_mcp.audit import brief, trace_of
from cloudwan_mcp.errors import CloudWanError

CALL = "tools/call"


async def recorded(tool: str, context: Context[App, Any] | None, call: Callable[[], Awaitable[Any]]) -> Any:
    """Make a call, and leave its record with the audit where this transport's calls are audited."""
    app = _audited(context)
    if app is None or context is None:
        return await call()
    began, ended = time.perf_counter(), {"outcome": "failed"}
    try:
        result = await call()
        ended = _result(result)
        return result
    except ToolError as error:
        ended = _refusal(error)
        raise
    except anyio.get_cancelled_exc_class():
        ended = {"outcome": "cancelled"}
        raise
    finally:
        spent = round(1000 * (time.perf_counter() - began), 1)
        app.audit.write(
            {"event": "tool_call", "at": _now(), **_asked(context), "tool": brief(tool), "ms": spent, **ended}
        )


def _audited(context: Context[App, Any] | None) -> App | None:
    try:
        request = context.request_context if context else None
    except ValueError:  # outside of a request there is no caller to speak of
        return None
    if request is None:
        return None
    app: App = request.lifespan_context
    wanted = app.settings.audit
    return app if wanted == "all" or (wanted == "http" and request.request is not None) else None


def _asked(context: Context[App, Any]) -> dict[str, Any]:
    """Who asks: address and principal are known, the agent and the ids are what a client says of itself."""
    request = context.request_context
    http = request.request
    headers = {} if http is None else http.headers
    trace, span = trace_of((request.meta or {}).get("traceparent") or headers.get("traceparent"))
    params = request.session.client_params
    return {
        "request_id": getattr(http.state, "request_id", None) if http is not None else None,
        "rpc_id": brief(request.request_id),
        "client": "stdio" if http is None else brief(http.client and http.client.host),
        "principal": brief(_principal(http)),
        "agent": brief(params.client_info.name if params and params.client_info else None),
        "trace": trace,
        "span": span,
        "via": None if request.method == CALL else brief(request.method),
    }


def _principal(http: Any) -> Any:
    token = getattr(http.scope.get("user"), "access_token", None) if http is not None else None
    return token and (token.subject or token.client_id)


def _result(result: Any) -> dict[str, Any]:
    if not isinstance(result, CallToolResult):
        return {"outcome": "ok"}
    texts = [each.text for each in result.content if isinstance(each, TextContent)]
    return {"outcome": "refused" if result.is_error else "ok", "bytes": sum(map(_size, texts))}


def _refusal(error: ToolError) -> dict[str, Any]:
    """By class and code: the message may repeat what the caller wrote."""
    cause = error.__cause__
    while isinstance(cause, ToolError):
        cause = cause.__cause__
    if isinstance(cause, CloudWanError):
        kind, code = type(cause).__name__, brief(getattr(cause, "code", None))
        return {"outcome": "refused", "error": kind, "code": code, "bytes": _size(str(error))}
    argument = cause is None or isinstance(cause, ValidationError)
    named = "BadArgument" if argument else type(cause).__name__
    return {"outcome": "refused" if argument else "failed", "error": named, "bytes": _size(str(error))}


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
