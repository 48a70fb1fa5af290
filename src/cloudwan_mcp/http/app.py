"""The server over HTTP: its faces, behind everything that stands between them and a network."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from cloudwan_mcp.app import App
from cloudwan_mcp.exposure import LOOPBACK, bracketed, hosts_in
from cloudwan_mcp.exposure import check_exposure as check_host
from cloudwan_mcp.http import oauth
from cloudwan_mcp.http.admission import BearerToken, Sessions
from cloudwan_mcp.http.bounds import Bounds
from cloudwan_mcp.http.probes import probes
from cloudwan_mcp.http.serving import Serving, listen
from cloudwan_mcp.server import Beside, build_server
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.tool import Server


def http_app(app: App, server: Server | None = None) -> ASGIApp:
    """Streamable HTTP on /mcp, legacy SSE on /sse, behind all bounds and checks; /health and /ready.

    `server` is one that `build_server` made for `app`, where it is to offer more than that.
    """
    settings = app.settings
    check_exposure(settings)
    app.traffic.in_use = True
    access = oauth.access(settings)
    if server is None:
        server = build_server(app, access.settings, access.verifier) if access else build_server(app)
    elif access:
        raise ValueError("A server of one's own would let in whoever asks: give build_server the access.")
    hosts = [*(f"{bracketed(host)}:*" for host in LOOPBACK), *hosts_in(settings.allowed_hosts)]
    origins = [f"{scheme}://{host}" for host in hosts for scheme in ("http", "https")]
    security = TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
    most = settings.request_bytes
    served = server.streamable_http_app(
        stateless_http=True, transport_security=security, max_request_body_size=most
    )
    served.router.routes.insert(0, Route("/mcp", _no_stream, methods=["GET"]))
    served.router.routes += server.sse_app(transport_security=security, max_request_body_size=most).routes
    served.router.routes += probes(app)
    bounded: ASGIApp = Sessions(served, app)
    if settings.token:
        bounded = BearerToken(bounded, settings.token)
    return Bounds(bounded, app.traffic, settings)


async def _no_stream(_: Request) -> Response:
    """Sessions are not kept, so that nothing would ever come by a stream; it would only take up its place."""
    return Response(status_code=405, headers={"Allow": "POST"})


async def serve_http(
    settings: Settings, *, announce: Callable[[str], None], beside: Beside = nullcontext
) -> None:
    """Serve over HTTP until told to stop; `announce` is given the base URL once it listens."""
    check_exposure(settings)
    with listen(settings.http_host, settings.http_port) as listening:
        async with App(settings) as app, beside(app):
            url = f"http://{bracketed(settings.http_host)}:{listening.getsockname()[1]}"
            await Serving(http_app(app), app, lambda: announce(url)).serve(sockets=[listening])


def check_exposure(settings: Settings) -> None:
    """Beyond loopback, a server without an allow-list of hosts and a token, or OAuth, does not start."""
    oauth.check(settings)
    admitted = settings.token or settings.oauth_issuer
    check_host(settings.http_host, admitted, hosts_in(settings.allowed_hosts), what="server")
