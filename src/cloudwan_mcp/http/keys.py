"""The public keys of an authorization server: fetched when they are first needed, and seldom again."""

from __future__ import annotations

import json
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from cloudwan_mcp import __version__

if TYPE_CHECKING:
    from jwt import PyJWK

FRESH_S = 600.0
AGAIN_S = 30.0  # between two fetches, however many tokens name a key that is not known
TIMEOUT_S = 5.0
LARGEST = 256 * 1024
MOST = 50  # keys
METADATA = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")

_log = logging.getLogger(__name__)


class Keys:
    """Keys by their id. Where they cannot be fetched, those that are known go on serving."""

    def __init__(self, issuer: str, url: str = "", *, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._url = url
        self._keys: dict[str, PyJWK] = {}
        self._tried = self._fetched = clock() - FRESH_S
        self._clock = clock
        self._one_at_a_time = anyio.Lock()

    async def find(self, name: str) -> PyJWK | None:
        """The key `name`, or the only one there is where a token names none."""
        if (found := self._known(name)) and self._clock() - self._fetched < FRESH_S:
            return found
        async with self._one_at_a_time:
            if self._due(name):
                await self._fetch()
        return self._known(name)

    def _known(self, name: str) -> PyJWK | None:
        if name:
            return self._keys.get(name)
        return next(iter(self._keys.values())) if len(self._keys) == 1 else None

    def _due(self, name: str) -> bool:
        """Who waited for the fetch of another may find what it looks for."""
        now = self._clock()
        wanted = self._known(name) is None or now - self._fetched >= FRESH_S
        return wanted and now - self._tried >= AGAIN_S

    async def _fetch(self) -> None:
        from jwt import PyJWKSet, PyJWTError

        self._tried = self._clock()
        try:
            given = await anyio.to_thread.run_sync(self._download, abandon_on_cancel=True)
            keys = PyJWKSet.from_dict({"keys": list(given["keys"])[:MOST]}).keys
        except (OSError, HTTPException, ValueError, KeyError, TypeError, PyJWTError) as error:
            _log.warning("The keys of the authorization server could not be read: %s", type(error).__name__)
            return
        self._keys = {str(key.key_id or ""): key for key in keys}
        self._fetched = self._clock()

    def _download(self) -> dict[str, Any]:
        if self._url:
            return _read(self._url)
        return _read(_same_place(_metadata(self._issuer)["jwks_uri"], self._issuer))


def _metadata(issuer: str) -> dict[str, Any]:
    """RFC 8414 puts the well-known part before the issuer's path, OpenID Connect after it."""
    parts = urlsplit(issuer)
    root, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    for url in (f"{root}{METADATA[0]}{path}", f"{root}{path}{METADATA[1]}"):
        try:
            found = _read(url)
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            continue
        if found.get("issuer") == issuer:
            return found
    raise ValueError("no metadata of that issuer")


def _same_place(url: str, issuer: str) -> str:
    """Keys may lie on another host, but what is configured over TLS is not left for what is not."""
    if urlsplit(url).scheme not in ("https", urlsplit(issuer).scheme):
        raise ValueError("keys over plain HTTP")
    return url


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: where keys come from is configured."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _read(url: str) -> dict[str, Any]:
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("not HTTP")
    headers = {"Accept": "application/json", "User-Agent": f"cloudwan-mcp/{__version__}"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - its scheme was looked at
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=TIMEOUT_S) as answer:
            body = answer.read(LARGEST + 1)
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise
    found = json.loads(body) if len(body) <= LARGEST else None
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return found
