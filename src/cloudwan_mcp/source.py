"""What one source of networks is: something that answers an operation page by page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from cloudwan_mcp.model import Identity

Item = tuple[dict[str, Any], str]


@dataclass(slots=True)
class Page:
    """One answer: each item decoded and, beside it, its JSON text as received; the token of the next page.

    `items` may be iterated once, and `token` is known only after: a page is decoded item by item, and may
    turn out malformed on the way (`TryAgain`). An operation that answers a single object has one item.
    `bytes` is the size of the body, from which the memory that decoding takes is estimated.
    """

    items: Iterable[Item]
    token: str | None = None
    bytes: int = 0


@dataclass(slots=True)
class SourceStatistics:
    """Counts since the source was opened: requests sent (retries included) and how many were throttled."""

    calls: int = 0
    throttles: int = 0
    retries: int = 0


class Source(Protocol):
    """Blocking and thread-safe: the walk calls it from a few threads.

    Raises `NotPermitted` (refused, with the IAM action), `NotFound` (vanished), `TokenExpired`,
    `TryAgain` (throttled or unreachable after the source's own retries, with `retry_after`),
    `BadRequest` (AWS rejects the parameters).
    """

    statistics: SourceStatistics

    def identity(self) -> Identity: ...

    def fetch(
        self, operation: str, items: str, parameters: dict[str, Any], *, token: str | None = None
    ) -> Page:
        """Call `operation` (botocore's snake case) and give the page found under the member `items`."""
        ...

    def paginates(self, operation: str) -> bool:
        """Whether the installed model takes `MaxResults` and `NextToken` for this operation."""
        ...

    def close(self) -> None: ...
