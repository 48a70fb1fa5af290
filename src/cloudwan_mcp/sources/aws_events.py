"""What this product adds to every request and answer, through botocore's own events."""

from __future__ import annotations

import json
from threading import Lock
from typing import Any, Final, NamedTuple

from cloudwan_mcp.errors import NotPermitted
from cloudwan_mcp.source import SourceStatistics
from cloudwan_mcp.sources.aws_decode import looks_whole

ANSWER: Final = "cloudwan_mcp.answer"

TRANSIENT: Final = "RequestTimeout"
"""A code that botocore's retry handler takes for a transient failure whatever the HTTP status is."""

LONGEST_WAIT_S: Final = 60

READS: Final = ("Get", "List", "Describe")
SIGN_IN: Final = frozenset(
    {
        ("sts", "AssumeRole"),
        ("sts", "AssumeRoleWithWebIdentity"),
        ("sso-oidc", "CreateToken"),
        ("signin", "CreateOAuth2Token"),
    }
)
"""What botocore's credential providers call on a user's behalf; everything else must be a read."""

_THROTTLES: Final = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException", "429"})


class Answer(NamedTuple):
    """A success: its body, or None where botocore parses it."""

    body: bytes | None


def refuse_writes(**event: Any) -> None:
    """Stops every request that could change something, whoever asks for it."""
    _, service, operation = event["event_name"].split(".")
    if not operation.startswith(READS) and (service, operation) not in SIGN_IN:
        raise NotPermitted(
            f"{operation} is refused: this server only reads.",
            next_step="Make the change with the AWS console, the AWS CLI or your templates.",
            code="ReadOnly",
        )


def honour_retry_after(**event: Any) -> None:
    """Network Manager says `Retry-After` in seconds; botocore waits for `x-amz-retry-after`, in ms.

    botocore itself waits at most 5 s longer than its own backoff; what is left of a longer wait is in
    the error after the last attempt.
    """
    headers = event["response_dict"]["headers"]
    seconds = headers.get("Retry-After")
    if seconds is None:
        return
    if not seconds.isdecimal():
        # A proxy may send a date, at which botocore's parser stumbles: the model says a number.
        del headers["Retry-After"]
    elif "x-amz-retry-after" not in headers:
        headers["x-amz-retry-after"] = str(min(int(seconds), LONGEST_WAIT_S) * 1000)


class Watch:
    """Counts what is sent, and takes successes before botocore's parser sees them."""

    def __init__(self, statistics: SourceStatistics, lock: Lock, *, parse: bool) -> None:
        self._statistics, self._lock, self._parse = statistics, lock, parse

    def count(self, **event: Any) -> None:
        code = ((event["parsed_response"] or {}).get("Error") or {}).get("Code")
        attempt: int = event["context"].get("retries", {}).get("attempt", 1)
        with self._lock:
            self._statistics.calls += 1
            self._statistics.retries += attempt > 1
            self._statistics.throttles += code in _THROTTLES

    def take(self, **event: Any) -> None:
        response, taken = event["response_dict"], event["customized_response_dict"]
        if response["status_code"] < 300:
            self._take(response, taken)
        elif not _is_object(response["body"]):
            # botocore's parser of errors fails on other JSON and on other encodings, which proxies send.
            response["body"] = b"{}"

    def _take(self, response: dict[str, Any], taken: dict[str, Any]) -> None:
        body: bytes = response["body"]
        if _is_object(body) if self._parse else looks_whole(body):
            taken[ANSWER] = Answer(None if self._parse else body)
        else:
            # botocore would parse a body that was cut short as an answer without any members.
            message = f"not a JSON object in a body of {len(body)} bytes"
            taken["Error"] = {"Code": TRANSIENT, "Message": message}
        if not self._parse or "Error" in taken:
            response["body"] = b"{}"


def check_identity(**event: Any) -> None:
    """An answer that is not STS's own counts as a transient failure, as one of Network Manager does."""
    response = event["response_dict"]
    if response["status_code"] < 300 and b"<GetCallerIdentityResult>" not in response["body"]:
        event["customized_response_dict"]["Error"] = {"Code": TRANSIENT, "Message": "no identity in it"}
        response.update(status_code=503, body=b"")


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False
