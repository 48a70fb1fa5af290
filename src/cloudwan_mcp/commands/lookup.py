"""lookup: single reads from AWS for a server, asked and answered in lines of JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from cloudwan_mcp import errors
from cloudwan_mcp.command import Command
from cloudwan_mcp.errors import BadRequest, CloudWanError, Exhausted
from cloudwan_mcp.reads import OPERATIONS
from cloudwan_mcp.settings import Settings

if TYPE_CHECKING:
    from cloudwan_mcp.source import Source

AT_ONCE = 4  # AWS throttles Network Manager at some 10 calls a second
ANSWER_BYTES = 512 * 1024


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: it reads its questions from standard input and ends with it."""


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from cloudwan_mcp.sources.aws import AwsSource

    source, writing = AwsSource(settings), threading.Lock()

    def answer(line: bytes) -> None:
        text = json.dumps(answered(source, json.loads(line)), separators=(",", ":"))
        with writing:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    with ThreadPoolExecutor(min(AT_ONCE, settings.concurrency)) as pool:
        for line in sys.stdin.buffer:
            pool.submit(answer, line)
    source.close()
    sys.stdout.flush()
    os._exit(0)


def answered(source: Source, question: dict[str, Any]) -> dict[str, Any]:
    """{id, items, more, at, bytes}, or {id, error, ...} as `errors.to_dict` writes one."""
    try:
        return {"id": question["id"], **_looked(source, question)}
    except CloudWanError as error:
        return {"id": question["id"], **errors.to_dict(error)}


def _looked(source: Source, question: dict[str, Any]) -> dict[str, Any]:
    operation, most = question["operation"], question["most"]
    if operation not in OPERATIONS:
        raise BadRequest(
            f"{operation} is not looked up.", field="operation", next_step="Use stream_topology."
        )
    items: list[dict[str, Any]] = []
    used, more, token, at = 0, False, None, time.time()
    while not more:
        page = source.fetch(operation, OPERATIONS[operation], question["parameters"], token=token)
        for item, text in page.items:
            used += len(text.encode("utf-8", "replace"))
            if len(items) == most or (items and used > ANSWER_BYTES):
                more = True
                break
            if used > ANSWER_BYTES:
                raise Exhausted(
                    f"One item of {operation} is larger than {ANSWER_BYTES // 1024} KiB.",
                    next_step="Use the AWS CLI for it.",
                )
            items.append(item)
        token = page.token
        if token is None:
            break
    return {"items": items, "more": more, "at": at, "bytes": used}


COMMAND = Command(
    name="lookup",
    help="answer single AWS reads for a server",
    description="Answer single Get operations, asked and answered as lines of JSON. Started by the server.",
    add_arguments=_add_arguments,
    run=_run,
)
