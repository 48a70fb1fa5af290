"""Cursors: where a reader stands in one snapshot with one set of filters, signed so that none is invented."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.store.filters import Filters

SIGNATURE_BYTES = 12
_AGAIN = "Call again without cursor to start from the first page."


@dataclass(slots=True, frozen=True)
class Cursor:
    """`n` is the last element number passed; `part` tells elements from connections, of whose source `given`
    were already handed out."""

    snapshot: str
    filters: Filters
    part: str = "elements"
    n: int = 0
    given: int = 0


class CursorSigner:
    """Writes and reads cursors with the data folder's own key, so that they outlive the process."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of_folder(cls, folder: Path) -> CursorSigner:
        """The folder's key, made on first use; of two processes that make one, the first wins."""
        path = folder / "cursor.key"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(path.read_bytes())
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
        return cls(path.read_bytes())

    def write(self, cursor: Cursor) -> str:
        filters = {k: v for k, v in asdict(cursor.filters).items() if v}
        body = json.dumps(
            [cursor.snapshot, filters, cursor.part, cursor.n, cursor.given], separators=(",", ":")
        ).encode()
        return base64.urlsafe_b64encode(self._sign(body) + body).decode().rstrip("=")

    def read(self, text: str) -> Cursor:
        """Raises `BadRequest` for anything this folder did not sign."""
        try:
            data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            data = b""
        signature, body = data[:SIGNATURE_BYTES], data[SIGNATURE_BYTES:]
        if not body or not hmac.compare_digest(signature, self._sign(body)):
            raise BadRequest("cursor is not one that this server gave out.", field="cursor", next_step=_AGAIN)
        snapshot, stored, part, n, given = json.loads(body)
        known = {f.name for f in fields(Filters)}
        types = tuple(stored.pop("types", ()))
        filters = Filters(types, **{k: v for k, v in stored.items() if k in known})
        return Cursor(snapshot, filters, part, n, given)

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)[:SIGNATURE_BYTES]
