"""What one source of networks is: something that answers an operation page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from cloudwan_mcp.model import Identity


@dataclass(slots=True)
class Page:
    """One answer: each item decoded and, beside it, its JSON text as received; the token of the next page.

    For operations that answer a single object there is one item and no token.
    """

    items: list[tuple[dict[str, Any], str]]
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
