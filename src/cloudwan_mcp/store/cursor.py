"""Cursors: where a reader stands in one snapshot with one set of filters, signed so that none is invented."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.store.filters import Filters

SIGNATURE_BYTES = 12
KEY_BYTES = 32
Include = Literal["elements", "connections", "both"]
_AGAIN = "Call again without cursor to start from the first page."


@dataclass(slots=True, frozen=True)
class Cursor:
    """`n` is the last element number passed; `part` tells elements from connections, of whose source `given`
    were already handed out; `include` is what the whole reading was asked for."""

    snapshot: str
    filters: Filters
    part: str = "elements"
    n: int = 0
    given: int = 0
    include: Include = "elements"


class CursorSigner:
    """Writes and reads cursors with the data folder's own key, so that they outlive the process."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of_folder(cls, folder: Path) -> CursorSigner:
        """The folder's key, made on first use; of two processes that make one, the first wins."""
        path = folder / "cursor.key"
        with contextlib.suppress(FileNotFoundError):
            key = path.read_bytes()
            if len(key) == KEY_BYTES:
                return cls(key)
            path.unlink()
        handle, fresh = tempfile.mkstemp(prefix="cursor-", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
            _name(Path(fresh), path)
        finally:
            Path(fresh).unlink(missing_ok=True)
        return cls(path.read_bytes())

    def write(self, cursor: Cursor) -> str:
        filters = {k: v for k, v in asdict(cursor.filters).items() if v}
        return self._sealed([cursor.snapshot, filters, cursor.part, cursor.n, cursor.given, cursor.include])

    def read(self, text: str) -> Cursor:
        """Raises `BadRequest` for anything this folder did not sign."""
        values = self._values(text)
        try:
            snapshot, stored, part, n, given, include = values
            return Cursor(snapshot, _filters(stored), part, n, given, include)
        except (ValueError, TypeError, AttributeError) as error:
            raise foreign() from error

    def seal(self, kind: str, values: Iterable[Any]) -> str:
        """Plain values of one kind of cursor, signed, as text that a URL can hold."""
        return self._sealed([kind, *values])

    def opened(self, text: str, kind: str) -> list[Any]:
        """What was sealed as this kind; raises `BadRequest` for anything else."""
        values = self._values(text)
        if not values or values[0] != kind:
            raise foreign()
        return values[1:]

    def _sealed(self, values: list[Any]) -> str:
        body = json.dumps(values, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sign(body) + body).decode().rstrip("=")

    def _values(self, text: str) -> list[Any]:
        """What was signed; raises `BadRequest` for anything this folder did not sign."""
        try:
            data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            data = b""
        signature, body = data[:SIGNATURE_BYTES], data[SIGNATURE_BYTES:]
        if not body or not hmac.compare_digest(signature, self._sign(body)):
            raise BadRequest("cursor is not one that this server gave out.", field="cursor", next_step=_AGAIN)
        values: list[Any] = json.loads(body)
        return values

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)[:SIGNATURE_BYTES]


def foreign() -> BadRequest:
    """What a cursor is that was signed here, and says something else."""
    message = "cursor was given out by another tool or another release of this server."
    return BadRequest(message, field="cursor", next_step=_AGAIN)


def _filters(stored: dict[str, Any]) -> Filters:
    return Filters(**(stored | {"types": tuple(stored.get("types", ()))}))


def _name(fresh: Path, path: Path) -> None:
    """Give a written key its name, unless another process was first: nobody ever reads half a key."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links: the later of two simultaneous keys wins
        fresh.replace(path)
