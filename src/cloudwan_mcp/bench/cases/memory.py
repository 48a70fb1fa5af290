"""What the server and everything it starts occupy while it discovers a network and streams it to a client.

Its dashboard is open meanwhile, with a page that follows it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from typing import Any

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.endpoint import Endpoint
from cloudwan_mcp.bench.processes import MIB, Watch, family
from cloudwan_mcp.bench.stdio import SERVE
from cloudwan_mcp.bench.viewer import free_port, watching

PAGE = 500


def _run(parameters: Parameters) -> Measurements:
    import anyio

    with Endpoint(parameters.attachments) as endpoint, tempfile.TemporaryDirectory() as folder:
        environ = {**endpoint.environ, "CLOUDWAN_DATA_DIR": folder}
        return anyio.run(_stream, environ, endpoint.pid)


async def _stream(environ: dict[str, str], simulator: int) -> Measurements:
    """This process is the client; the server and its descendants are its only other children."""
    from mcp import Client, StdioServerParameters

    port = free_port()
    server = StdioServerParameters(
        command=SERVE[0],
        args=[*SERVE[1:], "--dashboard"],
        env=environ | {"CLOUDWAN_MONITORING_PORT": str(port)},
    )
    mine, simulated = os.getpid(), simulator
    with Watch(lambda: [p for p in family(mine) if p not in (mine, simulated)]) as watch:
        async with Client(server) as client, watching(port) as heard:
            await client.list_tools()
            began = time.monotonic()
            page = await _page(client, {})
            first_page_s = time.monotonic() - began
            rows, pages = page["count"], 1
            while page.get("next_cursor"):
                page = await _page(client, {"cursor": page["next_cursor"], "limit": PAGE})
                rows, pages = rows + page["count"], pages + 1
                if pages % 1000 == 0:
                    sys.stderr.write(f"  {rows:,} rows in {pages:,} pages\n")
            seconds = time.monotonic() - began
    peaks = watch.peaks
    return {
        "first_page_s": round(first_page_s, 3),
        "rows": rows,
        "pages": pages,
        "total_known": page["total_known"],
        "rows_missing_or_repeated": abs(rows - page["total_known"]),
        "seconds": round(seconds, 1),
        "summaries_seen": len(heard),
        "peak_rss_mib": round(peaks.rss / MIB, 1),
        "peak_rss_parts_mib": [round(part / MIB, 1) for part in peaks.parts],
        "peak_pss_mib": round(peaks.pss / MIB, 1),
        "high_water_mib": sorted((round(each / MIB, 1) for each in peaks.high_water.values()), reverse=True),
        "samples": peaks.samples,
    }


async def _page(client: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    result = await client.call_tool("stream_topology", arguments)
    if result.is_error:
        raise RuntimeError(str(result.content))
    content: dict[str, Any] = result.structured_content
    return content


CASE = Case(
    name="memory",
    measures="memory of the server's process tree, dashboard open, while a client streams a growing network",
    run=_run,
    rules=(
        Rule("peak_rss_mib", "<", 128, "MiB, summed over all processes"),
        Rule("first_page_s", "<", 2, "s", timed=True),
        Rule("rows_missing_or_repeated", "==", 0),
        Rule("summaries_seen", ">=", 1, "on the dashboard"),
    ),
)
