"""The attachments of a simulated network, read page by page: by boto3's paginator, and by our source.

Both look at every item and keep none. The simulator runs in a process of its own and is no part of it.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from cloudwan_mcp.bench.endpoint import Endpoint
from cloudwan_mcp.bench.suite.benchmark import Sample
from cloudwan_mcp.bench.suite.meter import Meter

PAGE = 500
WARM = 2  # pages that are read before measuring

Pages = Iterator[Iterable[dict[str, Any]]]


def paginator(attachments: int) -> Sample:
    """The baseline."""
    return _read(attachments, _by_boto3)


def source(attachments: int) -> Sample:
    """What replaces it, as the discovery uses it."""
    return _read(attachments, _by_source)


def _by_boto3() -> Callable[[], Pages]:
    import boto3

    client: Any = boto3.client("networkmanager", region_name=os.environ["AWS_REGION"])

    def pages() -> Pages:
        answers = client.get_paginator("list_attachments").paginate(PaginationConfig={"PageSize": PAGE})
        return (answer["Attachments"] for answer in answers)

    return pages


def _by_source() -> Callable[[], Pages]:
    from cloudwan_mcp.settings import load
    from cloudwan_mcp.sources.aws import AwsSource

    aws = AwsSource(load({"page_size": PAGE}))

    def pages() -> Pages:
        token: str | None = None
        while True:
            page = aws.fetch("list_attachments", "Attachments", {}, token=token)
            yield (item for item, _ in page.items)
            token = page.token  # known once the items have been read
            if token is None:
                return

    return pages


def _read(attachments: int, reader: Callable[[], Callable[[], Pages]]) -> Sample:
    with Endpoint(attachments) as endpoint:
        os.environ.update(endpoint.environ)
        pages = reader()
        _seen(islice(pages(), WARM))
        meter, began = Meter(), time.perf_counter()
        with meter.timed():
            items, checksum = _seen(pages())
        seconds = time.perf_counter() - began
    return {
        "items": items,
        "checksum": f"{checksum:08x}",  # no number, to be compared and not shown
        "peak_mib": meter.peak_mib(),
        "cpu_s": meter.cpu_s,
        "seconds": seconds,
        "items_per_s": items / max(meter.cpu_s, 1e-6),
    }


def _seen(pages: Iterable[Iterable[dict[str, Any]]]) -> tuple[int, int]:
    """How many items came, and a checksum of which, in their order."""
    count = checksum = 0
    for page in pages:
        for item in page:
            checksum = zlib.crc32(item["AttachmentId"].encode(), checksum)
            count += 1
    return count, checksum
