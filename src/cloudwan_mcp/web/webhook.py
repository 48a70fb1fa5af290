"""Alerts to a webhook: JSON that is signed, to https or to this machine."""

from __future__ import annotations

import hashlib
import hmac
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.parse import SplitResult, urlsplit

from cloudwan_mcp import __version__
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.exposure import LOOPBACK
from cloudwan_mcp.web.delivery import Delivery, Undelivered

TIMEOUT_S = 5.0
SECRET_CHARACTERS = 16
AGAIN = (408, 425, 429)
"""Statuses by which a receiver says "later", as it does by any of 500 and above."""

SIGNATURE = "X-Cloudwan-Signature"
DELIVERY = "X-Cloudwan-Delivery"


class Webhook:
    """Posts deliveries to one address; neither it nor the secret is ever told to anybody else.

    A receiver computes HMAC-SHA256 of `<t>.<body>` with the secret, compares it with `v1` of the header
    `X-Cloudwan-Signature: t=<unix seconds>,v1=<hex>`, and refuses an old `t`.
    """

    def __init__(self, url: str, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        parts = _checked(url)
        if len(secret) < SECRET_CHARACTERS:
            raise BadRequest(
                f"The secret of the webhook has fewer than {SECRET_CHARACTERS} characters.",
                field="alert_webhook_secret",
                next_step="Set CLOUDWAN_ALERT_WEBHOOK_SECRET, for example to the output of "
                "`openssl rand -hex 32`.",
            )
        self._url = url
        self._secret = secret.encode()
        self._clock = clock
        # A proxy of the environment is for the world outside, not for this machine.
        proxies: dict[str, str] | None = {} if parts.scheme == "http" else None
        self._opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler(proxies))

    def deliver(self, delivery: Delivery) -> None:
        at = int(self._clock())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"cloudwan-mcp/{__version__}",
            DELIVERY: delivery.id,
            SIGNATURE: f"t={at},v1={signature(self._secret, at, delivery.body)}",
        }
        request = urllib.request.Request(self._url, delivery.body, headers, method="POST")  # noqa: S310
        try:
            self._opener.open(request, timeout=TIMEOUT_S).close()
        except urllib.error.HTTPError as error:
            with error:
                final = error.code < 500 and error.code not in AGAIN
                raise Undelivered(f"The webhook answered {error.code}.", final=final) from None
        except (OSError, HTTPException) as error:
            # Nothing of the error's own words: they may hold the address.
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise Undelivered(f"The webhook was not reached: {type(reason).__name__}.") from None


def signature(secret: bytes, at: int, body: bytes) -> str:
    return hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it could lead to where the address itself must not."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and not parts.username and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise BadRequest(
            "The webhook's address is neither https nor on this machine.",
            field="alert_webhook_url",
            next_step="Set CLOUDWAN_ALERT_WEBHOOK_URL to https://<host>/<path>, without a user name.",
        )
    return parts
