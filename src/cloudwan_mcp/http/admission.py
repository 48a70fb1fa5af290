"""Who is let in: with the token, and to one of so many sessions."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cloudwan_mcp.app import App
from cloudwan_mcp.exposure import bears
from cloudwan_mcp.http.probes import PROBES


class Sessions:
    """Counts the sessions of legacy SSE, which last, and refuses more than are set; others last a call."""

    def __init__(self, served: ASGIApp, app: App) -> None:
        self._served = served
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/sse":
            await self._served(scope, receive, send)
        elif self._app.sessions >= self._app.settings.max_sessions:
            said = f"{self._app.sessions} sessions are open; CLOUDWAN_MAX_SESSIONS bounds them."
            refusal = JSONResponse({"error": said}, 503, headers={"Retry-After": "5"})
            await refusal(scope, receive, send)
        else:
            self._app.sessions += 1
            try:
                await self._served(scope, receive, send)
            finally:
                self._app.sessions -= 1


class BearerToken:
    """Lets through what carries the token, and probes, which have none."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers") or ())
        if scope["type"] != "http" or scope["path"] in PROBES or bears(headers, self._token):
            await self._app(scope, receive, send)
            return
        refusal = JSONResponse(
            {"error": "A bearer token is required."}, 401, headers={"WWW-Authenticate": "Bearer"}
        )
        await refusal(scope, receive, send)
