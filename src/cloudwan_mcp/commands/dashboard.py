"""dashboard: the page alone, over the snapshots of the data folder, without a server."""

from __future__ import annotations

import argparse
from contextlib import suppress
from functools import partial

from cloudwan_mcp.command import Command, announce, end_as_interrupted
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", "--monitoring-host", dest="monitoring_host", help="address to bind")
    parser.add_argument(
        "--port", "--monitoring-port", dest="monitoring_port", type=int, help="port; 0 takes a free one"
    )
    parser.add_argument("--allowed-hosts", help="Host headers accepted beyond loopback, comma separated")
    parser.add_argument("--demo", action="store_true", default=None, help="over a simulated network, no AWS")
    parser.add_argument(
        "--discover", action="store_true", help="discover the network anew, and show how it goes"
    )


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    import anyio

    if not settings.monitoring_enabled:
        raise BadRequest(
            "Monitoring is switched off.",
            field="monitoring_enabled",
            next_step="Set CLOUDWAN_MONITORING_ENABLED=true, or leave it out.",
        )
    end_as_interrupted()
    with suppress(KeyboardInterrupt):  # how it is meant to end
        anyio.run(partial(_show, settings, discovering=arguments.discover))
    return 0


async def _show(settings: Settings, *, discovering: bool) -> None:
    import anyio

    from cloudwan_mcp.app import App
    from cloudwan_mcp.beside import dashboard_of, metrics_beside
    from cloudwan_mcp.hosting import hosting

    async with (
        App(settings) as app,
        metrics_beside(app, announce) as collector,
        hosting(app) as call,
        dashboard_of(app, collector, call) as dashboard,
    ):
        announce(f"{dashboard.url} (Ctrl-C ends it)")
        if discovering:
            await app.discover()
        await anyio.sleep_forever()


COMMAND = Command(
    name="dashboard",
    help="show memory, discoveries and snapshots on a web page",
    description=(
        "Show the dashboard without a server: the snapshots of the data folder with their gaps, the "
        "discovery that any process makes there, and the history that the last server with --dashboard "
        "left. To watch a server's own memory and calls, give the server --dashboard."
    ),
    add_arguments=_add_arguments,
    run=_run,
)
