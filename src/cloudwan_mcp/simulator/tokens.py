"""Pagination tokens: opaque, bound to the operation and its parameters, worthless when altered."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from cloudwan_mcp.simulator.refusal import Refusal

_MAC = 12


class Place(NamedTuple):
    """Where the next page begins, and the number of the call that said so."""

    position: int
    call: int


class Tokens:
    """Writes and reads tokens signed with a key of this simulation."""

    def __init__(self, seed: int) -> None:
        self._key = hashlib.sha256(f"pages of {seed}".encode()).digest()

    def _sign(self, payload: bytes, operation: str, params: Mapping[str, Any]) -> bytes:
        scope = {key: value for key, value in params.items() if key not in ("NextToken", "MaxResults")}
        bound = json.dumps([operation, scope], sort_keys=True).encode()
        return hashlib.blake2b(payload + bound, key=self._key, digest_size=_MAC).digest()

    def write(self, place: Place, operation: str, params: Mapping[str, Any]) -> str:
        """The token for `place`, good only with the same operation and parameters."""
        payload = place.position.to_bytes(8, "big") + place.call.to_bytes(8, "big")
        mask = hashlib.blake2b(self._key, digest_size=16).digest()
        hidden = bytes(one ^ other for one, other in zip(payload, mask, strict=True))
        return base64.urlsafe_b64encode(self._sign(payload, operation, params) + hidden).decode()

    def read(self, token: str, operation: str, params: Mapping[str, Any]) -> Place:
        """The place a token stands for; a forged, foreign or damaged one is the 400 of the service."""
        try:
            raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        except ValueError:
            raise bad_token() from None
        mask = hashlib.blake2b(self._key, digest_size=16).digest()
        if len(raw) != _MAC + len(mask):
            raise bad_token()
        payload = bytes(one ^ other for one, other in zip(raw[_MAC:], mask, strict=True))
        if raw[:_MAC] != self._sign(payload, operation, params):
            raise bad_token()
        return Place(int.from_bytes(payload[:8], "big"), int.from_bytes(payload[8:], "big"))


def bad_token() -> Refusal:
    """The 400 for a token the service did not give for this request, or no longer honours."""
    return Refusal(
        "ValidationException",
        "The pagination token is invalid or has expired",
        Reason="FieldValidationFailed",
        Fields=[{"Name": "NextToken", "Message": "Invalid token"}],
    )
