"""A request the simulated service refuses, in the codes and modelled members of Network Manager."""

from __future__ import annotations

from typing import Any

STATUS = {
    "ValidationException": 400,
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "ConflictException": 409,
    "ThrottlingException": 429,
    "InternalServerException": 500,
    "ExpiredTokenException": 403,
    "MissingAuthenticationTokenException": 403,
    "UnknownOperationException": 404,
}


class Refusal(Exception):
    """Raised while answering; the server writes it as the error body of the protocol in use."""

    def __init__(self, code: str, message: str, **members: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = STATUS[code]
        self.members = members
        self.headers: dict[str, str] = {}


def not_found(kind: str, identifier: str) -> Refusal:
    """The 404 for an identifier this account has nothing under."""
    return Refusal(
        "ResourceNotFoundException",
        f"The specified {kind.replace('_', ' ')} was not found: {identifier}",
        ResourceId=identifier,
        ResourceType=kind,
    )


def invalid(name: str, message: str, reason: str = "FieldValidationFailed") -> Refusal:
    """The 400 for a member of the input that cannot be used."""
    return Refusal(
        "ValidationException",
        f"Value at '{name}' failed to satisfy constraint: {message}",
        Reason=reason,
        Fields=[{"Name": name, "Message": message}],
    )


def throttled(seconds: int) -> Refusal:
    """The 429, with the wait in the header where the model puts RetryAfterSeconds."""
    refusal = Refusal("ThrottlingException", "Rate exceeded")
    refusal.headers["Retry-After"] = str(seconds)
    return refusal
