"""Traffic: what HTTP clients may ask at once and in a minute, and how much of it was turned away."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address, ip_network

from cloudwan_mcp.errors import TryAgain
from cloudwan_mcp.settings import Settings

CLIENTS = 4096  # whose pace is known; the one that was heard of longest ago is forgotten
BODIES = 4  # largest requests that are in memory together: 64 small ones fit into one of them
KEY = 64  # characters of a client's name
MINUTE_S = 60.0
WAIT_S = 1.0


class Traffic:
    """Bounds that are set hold for all clients together, but for the pace, which is each one's own.

    A client that was silent may ask a minute's worth at once. Of each only one number is kept: when it
    will have paid for all that it asked (the generic cell rate algorithm, ITU-T I.371).
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = settings.max_requests
        self.most_bytes = BODIES * settings.request_bytes
        self.under_way = 0
        self.bytes = 0
        self.in_use = False
        self.draining = False
        self.closing = False
        self.turned_away: Counter[str] = Counter()
        self._cost_s = MINUTE_S / settings.requests_per_minute if settings.requests_per_minute else 0.0
        self._paid: dict[str, float] = {}
        self._clock = clock

    @property
    def clients(self) -> int:
        """How many clients' pace is known."""
        return len(self._paid)

    def pace(self, client: str) -> None:
        """Note a request of `client`, an address. Raises `TryAgain` when it asks faster than is set."""
        if not self._cost_s:
            return
        now, key = self._clock(), _key(client)
        due = max(self._paid.pop(key, now), now) + self._cost_s
        early = due - now - MINUTE_S
        self._paid[key] = due - self._cost_s if early > 0 else due
        if len(self._paid) > CLIENTS:
            del self._paid[next(iter(self._paid))]
        if early > 0:
            raise self._away("pace", "CLOUDWAN_REQUESTS_PER_MINUTE bounds what one client asks.", early)

    def enter(self) -> None:
        """Raises `TryAgain` where nothing more is begun: another server may be there already."""
        if self.closing:
            raise self._away("closing", "This server is stopping.", WAIT_S)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """One request among those served at once. Raises `TryAgain` when there are as many as are set."""
        self.enter()
        if self.under_way >= self.most:
            said = f"{self.under_way} requests are being served; CLOUDWAN_MAX_REQUESTS bounds them."
            raise self._away("busy", said, WAIT_S)
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1

    def hold(self, size: int) -> None:
        """Count bytes of a request in, until they are let `go`. Raises `TryAgain` for lack of room."""
        if self.bytes + size > self.most_bytes:
            raise self._away("bytes", "Too much is being sent at once.", WAIT_S)
        self.bytes += size

    def go(self, size: int) -> None:
        self.bytes -= size

    def _away(self, why: str, said: str, wait_s: float) -> TryAgain:
        self.turned_away[why] += 1
        return TryAgain(said, next_step="Try again.", code=why, retry_after=wait_s)


def _key(client: str) -> str:
    """Whoever has one address of IPv6 has the 2^64 beside it too."""
    try:
        address = ip_address(client)
    except ValueError:
        return client[:KEY]
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)
