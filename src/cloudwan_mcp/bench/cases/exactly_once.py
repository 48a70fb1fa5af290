"""Whether a client gets each attachment exactly once, when AWS fails and when the server is killed."""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.endpoint import Endpoint
from cloudwan_mcp.bench.stdio import Ended, StdioServer

ATTACHMENTS = 20_000
KILLS = 20
PAGE = 500
FAULTS = ("throttle=0.05", "internal=0.02", "truncate=0.01", "reset=0.01")


def _run(parameters: Parameters) -> Measurements:
    attachments = parameters.sized(ATTACHMENTS)
    with Endpoint(attachments) as endpoint:
        expected = _listed(endpoint.environ)
        sys.stderr.write(f"  boto3 lists {len(expected):,}\n")
        began = time.monotonic()
        plain = _compare(expected, _read(endpoint.environ))
        seconds = time.monotonic() - began
        sys.stderr.write(f"  read plainly in {seconds:.1f} s\n")
        killed: Counter[str] = Counter()
        wanted = parameters.sized(KILLS)
        for number in range(3 * wanted):  # a kill that comes after the last page counts for nothing
            moment = random.Random(number).uniform(0.1, 0.9) * seconds  # noqa: S311
            killed += _compare(expected, _read(endpoint.environ, moment))
            sys.stderr.write(f"  read through {killed['kills']} kills\n")
            if killed["kills"] == wanted:
                break
    with Endpoint(attachments, FAULTS) as endpoint:
        faulty = _compare(expected, _read(endpoint.environ))
    results = {"plain": plain, "faulty": faulty, "killed": killed}
    counts = {f"{name}_{what}": found[what] for name, found in results.items() for what in WHAT}
    unkilled = wanted - killed["kills"]
    return {"attachments": len(expected), "kills": killed["kills"], "kills_left": unkilled, **counts}


WHAT = ("missing", "repeated", "invented")


def _listed(environ: Mapping[str, str]) -> list[str]:
    """What boto3's paginator lists, by itself."""
    import boto3

    create: Any = boto3.client
    client = create(
        "networkmanager",
        region_name=environ["AWS_REGION"],
        endpoint_url=environ["AWS_ENDPOINT_URL"],
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
    )
    pages = client.get_paginator("list_attachments").paginate(PaginationConfig={"PageSize": PAGE})
    return [item["AttachmentId"] for page in pages for item in page["Attachments"]]


def _read(environ: Mapping[str, str], kill_after_s: float = 0) -> Counter[str]:
    """Every id that the pages give, with how often; the server may be killed once on the way."""
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        environ = {**environ, "CLOUDWAN_DATA_DIR": folder}
        arguments: dict[str, Any] = {"element_types": ["attachment"], "limit": PAGE}
        if kill_after_s:
            arguments = _read_until_killed(environ, arguments, found, kill_after_s)
        with StdioServer(environ) as server:
            server.initialize()
            while arguments:
                arguments = _read_page(server, arguments, found)
    return found


def _read_until_killed(
    environ: Mapping[str, str], arguments: dict[str, Any], found: Counter[str], seconds: float
) -> dict[str, Any]:
    """The arguments of the call that got no answer."""
    with StdioServer(environ) as server:
        timer = threading.Timer(seconds, server.kill)
        timer.start()
        try:
            server.initialize()
            while arguments:
                arguments = _read_page(server, arguments, found)
            timer.join()
        except Ended:
            found["kills"] += 1
        finally:
            timer.cancel()
            timer.join()
    return arguments


def _read_page(server: StdioServer, arguments: dict[str, Any], found: Counter[str]) -> dict[str, Any]:
    """Count a page's ids; gives the arguments of the next call, empty after the last."""
    page = server.call("stream_topology", **arguments)
    found.update(item["id"] for item in page["items"])
    return {"cursor": page["next_cursor"], "limit": PAGE} if page.get("next_cursor") else {}


def _compare(expected: list[str], found: Counter[str]) -> Counter[str]:
    kills = found.pop("kills", 0)
    wanted = Counter(expected)
    return Counter(
        missing=(wanted - found).total(),
        repeated=sum(times - 1 for name, times in found.items() if name in wanted),
        invented=sum(times for name, times in found.items() if name not in wanted),
        kills=kills,
    )


CASE = Case(
    name="exactly_once",
    measures="attachments missing, repeated or invented in the pages that a client reads",
    run=_run,
    rules=(
        *(Rule(f"{name}_{what}", "==", 0) for name in ("plain", "faulty", "killed") for what in WHAT),
        Rule("kills_left", "==", 0),
    ),
)
