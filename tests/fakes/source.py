"""A source that is told what to answer: items by operation, page by page, tokens and errors by script."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cloudwan_mcp.model import Identity
from cloudwan_mcp.source import Page, SourceStatistics

Items = list[dict[str, Any]]
Listing = Items | Callable[[dict[str, Any]], Items]
GLOBAL, CORE = "global-network-1", "core-network-1"


class FakeSource:
    """`listings` holds the items of each operation, or a function of the parameters; others are empty.

    `script` gives what happens at the first calls of an operation: an error to raise, or None. `tokens`
    replaces the token that would follow another: `{("get_sites", "2"): "0"}` leads in a circle.
    """

    def __init__(
        self,
        listings: Mapping[str, Listing] | None = None,
        *,
        page_size: int = 2,
        script: Mapping[str, Iterable[Exception | None]] | None = None,
        tokens: Mapping[tuple[str, str], str] | None = None,
        seconds: float = 0.0,
    ) -> None:
        self.listings: dict[str, Listing] = network() | dict(listings or {})
        self.page_size = page_size
        self.tokens = dict(tokens or {})
        self.statistics = SourceStatistics()
        self.calls: Counter[str] = Counter()
        self.asked: list[tuple[str, str | None]] = []
        self.most_in_flight = 0
        self.closed = False
        self.on_call: Callable[[str, str | None], None] = lambda operation, token: None
        self._script = {operation: iter(events) for operation, events in (script or {}).items()}
        self._seconds = seconds
        self.in_flight = 0
        self._lock = threading.Lock()

    def identity(self) -> Identity:
        return Identity("111122223333")

    def fetch(
        self, operation: str, items: str, parameters: dict[str, Any], *, token: str | None = None
    ) -> Page:
        with self._lock:
            self.calls[operation] += 1
            self.statistics.calls += 1
            self.asked.append((operation, token))
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            event = next(self._script.get(operation, iter(())), None)
        try:
            time.sleep(self._seconds)
            self.on_call(operation, token)
            if event is not None:
                raise event
            return self._page(operation, parameters, token)
        finally:
            with self._lock:
                self.in_flight -= 1

    def paginates(self, operation: str) -> bool:
        return True

    def close(self) -> None:
        self.closed = True

    def _page(self, operation: str, parameters: dict[str, Any], token: str | None) -> Page:
        listing = self.listings.get(operation, [])
        found = listing(parameters) if callable(listing) else listing
        start = int(token or 0)
        end = start + self.page_size
        following = str(end) if end < len(found) else None
        following = self.tokens.get((operation, following or ""), following)
        pairs = [(item, json.dumps(item)) for item in found[start:end]]
        return Page(pairs, following, sum(len(text) for _, text in pairs))


def network() -> dict[str, Listing]:
    """One global network with one core network of two segments and two edges."""
    return {
        "describe_global_networks": [{"GlobalNetworkId": GLOBAL, "State": "AVAILABLE"}],
        "list_core_networks": [{"CoreNetworkId": CORE, "GlobalNetworkId": GLOBAL, "State": "AVAILABLE"}],
        "get_core_network": [
            {
                "CoreNetworkId": CORE,
                "State": "AVAILABLE",
                "Segments": [
                    {"Name": "prod", "EdgeLocations": ["eu-west-1", "us-east-1"]},
                    {"Name": "dev", "EdgeLocations": ["eu-west-1"]},
                ],
                "Edges": [{"EdgeLocation": "eu-west-1"}, {"EdgeLocation": "us-east-1"}],
            }
        ],
        "get_core_network_policy": [{"PolicyVersionId": 1, "Alias": "LIVE"}],
    }


def attachments(count: int, start: int = 0) -> Items:
    return [
        {
            "AttachmentId": f"attachment-{number:017x}",
            "AttachmentType": "VPC",
            "CoreNetworkId": CORE,
            "SegmentName": "prod",
            "EdgeLocation": "eu-west-1",
            "State": "AVAILABLE",
        }
        for number in range(start, start + count)
    ]


def sites(count: int) -> Items:
    return [{"SiteId": f"site-{number:017x}", "State": "AVAILABLE"} for number in range(count)]
