"""Who may ask over HTTP: what loopback is, what an address beyond it needs, and the bearer token."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping

from cloudwan_mcp.errors import BadRequest

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check_exposure(host: str, token: str, allowed_hosts: Iterable[str], *, what: str) -> None:
    """Beyond loopback, `what` does not start without a token and an allow-list of hosts."""
    if host in LOOPBACK:
        return
    given = {"allowed_hosts": list(allowed_hosts), "token": token}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise BadRequest(
            f"Binding {host!r} exposes the {what} to the network.",
            field=missing[0],
            next_step=f"Set {' and '.join(f'CLOUDWAN_{m.upper()}' for m in missing)}, or bind 127.0.0.1.",
        )


def hosts_in(text: str) -> list[str]:
    """The hosts of a comma-separated list."""
    return [host for each in text.split(",") if (host := each.strip())]


def bracketed(host: str) -> str:
    """An address as it stands in a URL."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def host_name(host: str) -> str:
    """The host without its port, `*` counting as one; an IPv6 address stays in its brackets."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


def bears(headers: Mapping[bytes, bytes], token: bytes) -> bool:
    """Whether the Authorization header carries the token; the comparison tells nothing by its time."""
    return hmac.compare_digest(headers.get(b"authorization", b""), b"Bearer " + token)
