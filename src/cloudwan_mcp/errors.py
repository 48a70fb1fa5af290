"""What can go wrong, named by what the caller can do next."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any


class CloudWanError(Exception):
    """Root of every anticipated failure.

    `next_step` is one sentence that tells the caller how to go on; it is shown with the message.
    """

    def __init__(self, message: str, *, next_step: str) -> None:
        super().__init__(message)
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.args[0]} {self.next_step}".strip()


class BadRequest(CloudWanError):
    """The request itself is wrong: `field` names the part, the message its bound."""

    def __init__(self, message: str, *, next_step: str, field: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.field = field


class NotPermitted(CloudWanError):
    """AWS or this server refuses: `action` is the IAM action to grant, where one would help."""

    def __init__(self, message: str, *, next_step: str, code: str = "AccessDenied", action: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.code = code
        self.action = action


class NotFound(CloudWanError):
    """The thing named does not exist, or no longer exists."""


class TryAgain(CloudWanError):
    """It may work later: `retry_after` is in seconds."""

    def __init__(self, message: str, *, next_step: str, code: str = "", retry_after: float = 1.0) -> None:
        super().__init__(message, next_step=next_step)
        self.code = code
        self.retry_after = retry_after


class TokenExpired(CloudWanError):
    """AWS no longer accepts a pagination token: its listing has to start again."""


class Exhausted(CloudWanError):
    """A bound of this process or machine was reached: memory, disk, sessions."""


_CLASSES: tuple[type[CloudWanError], ...] = (
    BadRequest,
    NotPermitted,
    NotFound,
    TryAgain,
    TokenExpired,
    Exhausted,
    CloudWanError,
)


def to_dict(error: CloudWanError) -> dict[str, Any]:
    """An error as plain JSON, for the process that waits for it."""
    kind = next(each.__name__ for each in _CLASSES if isinstance(error, each))
    return {"error": kind, "message": str(error.args[0]), **vars(error)}


def from_dict(data: Mapping[str, Any]) -> CloudWanError:
    """The error that `to_dict` described; what else `data` holds is not its business."""
    kind = next((each for each in _CLASSES if each.__name__ == data.get("error")), CloudWanError)
    known = inspect.signature(kind).parameters.keys() - {"message"}
    members = {"next_step": "Call again."} | {k: v for k, v in data.items() if k in known}
    return kind(str(data.get("message", "")), **members)
