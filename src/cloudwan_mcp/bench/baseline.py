"""The baseline of discovery: boto3's own paginators collect the same pages into a list.

`python -m cloudwan_mcp.bench.baseline` in a fresh process; one line of JSON tells what it took.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import boto3

from cloudwan_mcp.bench.processes import memory
from cloudwan_mcp.discovery.kind import Kind, ScopeLevel
from cloudwan_mcp.discovery.kinds import KINDS
from cloudwan_mcp.discovery.run import LEVELS
from cloudwan_mcp.model import Scope

PAGE = 500


def main() -> None:
    began = time.monotonic()
    client: Any = boto3.client("networkmanager", region_name=os.environ["AWS_REGION"])
    items: list[Any] = []
    pages = 0
    ahead: list[tuple[ScopeLevel, Scope]] = [("account", Scope())]
    done: list[tuple[ScopeLevel, Scope]] = []
    while ahead:
        level, scope = ahead.pop()
        if level not in LEVELS or (level, scope) in done:
            continue
        done.append((level, scope))
        for kind in (each for each in KINDS if each.scope == level):
            for page in _pages(client, kind, scope):
                items += page
                pages += 1
                ahead += [opened for item in page for opened in kind.reveals(item, scope)]
    taken = {
        "seconds": time.monotonic() - began,
        "cpu_s": time.process_time(),
        "items": len(items),
        "pages": pages,
        "peak_bytes": memory(os.getpid(), "VmHWM"),
    }
    sys.stdout.write(json.dumps(taken) + "\n")


def _pages(client: Any, kind: Kind, scope: Scope) -> Iterator[list[Any]]:
    arguments = kind.arguments(scope)
    if client.can_paginate(kind.operation):
        paginator = client.get_paginator(kind.operation)
        answers = paginator.paginate(**arguments, PaginationConfig={"PageSize": PAGE})
    else:
        answers = [getattr(client, kind.operation)(**arguments)]
    for answer in answers:
        found = answer.get(kind.items) or []
        yield found if isinstance(found, list) else [found]


if __name__ == "__main__":
    main()
