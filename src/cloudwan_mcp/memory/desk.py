"""Who may take memory next: first come, first served, and never more than there is."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable

from cloudwan_mcp.errors import BadRequest, Exhausted, TryAgain
from cloudwan_mcp.memory.reservation import Reservation

LOOK_S = 0.015
"""Between two looks of one who waits: others give memory back without saying so."""

SETTLE_S = 0.25
"""How long nothing may be reserved, and too much be in use all the same, before that is called final.

What was given back a moment ago is often still referenced by a frame that is about to end.
"""

RETRY_S = 1.0, 30.0


class FairDesk:
    """Admits reservations in the order they came, as long as no more than `most` bytes can come to be in use.

    No lock is held while anybody sleeps, and whoever looks admits all whose turn it is.

    Reserved bytes turn into used bytes as a parse goes on, so "in use + reserved" would count them twice.
    What can come to be in use is `base` + reserved, where `base` is in use without what is held. While
    something is held that cannot be measured; but it lies between the use less what is reserved and the
    use, and what is given back is taken to stay in use until the use shows otherwise: a parse leaves results.
    So `base` is never too low, as long as nobody takes memory without reserving it. What somebody does take
    is seen at the latest when all that is held has grown, and the share of the limit above `most` is for it.

    While memory is strained `allowed` is less than `most`. It bounds what may be held together, never what
    one alone may have: what fits at all gets its turn.
    """

    def __init__(
        self,
        limit_bytes: int,
        ceiling: float,
        timeout_s: float,
        used: Callable[[], int],
        clock: Callable[[], float],
    ) -> None:
        self.most = self.allowed = int(limit_bytes * ceiling)
        self.relieve: Callable[[], object] | None = None
        self.reserved = 0
        self.waited_s = 0.0
        self.counts = dict.fromkeys(("admitted", "late", "refused", "most_reserved"), 0)
        self._limit = limit_bytes
        self._timeout_s = timeout_s
        self._used = used
        self._clock = clock
        self._lock = threading.Lock()
        self._queue: deque[Reservation] = deque()
        self._held: set[Reservation] = set()
        self._base = 0
        self._looked = 0.0

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def available(self) -> int:
        with self._lock:
            self._measure()
            return self._available()

    def join(self, reservation: Reservation) -> None:
        with self._lock:
            if reservation.state != "free":
                raise BadRequest(
                    "This reservation is in use already.",
                    field="reservation",
                    next_step="Make a reservation for each block that needs memory.",
                )
            now = self._clock()
            reservation.deadline = now + self._timeout_s
            reservation.stuck_since = math.inf
            reservation.relieved = False
            if not self._limit or not reservation.size:
                self._hold(reservation, now)
            elif reservation.size > self.most:
                raise self._exhausted(reservation)
            else:
                reservation.state = "waiting"
                self._queue.append(reservation)

    def look(self, reservation: Reservation) -> float:
        """Seconds after which to look again; 0 once it is held."""
        with self._lock:
            now = self._clock()
            if self._looks(reservation, now):
                self._admit(now)
            if reservation.state == "held":
                return 0.0
            first = self._first(reservation)
            stuck = first and not self._held
            self._give_up(reservation, now, stuck)
            helps = first and reservation.size <= self.most - self.reserved  # else it is others' to end
            relieve = self.relieve if helps and not reservation.relieved else None
            reservation.relieved |= helps
            if stuck:
                reservation.stuck_since = min(now, reservation.stuck_since)
        if relieve:
            relieve()
        return LOOK_S

    def leave(self, reservation: Reservation) -> bool:
        """Give back what is held, or the place in the queue; whether nobody else held any meanwhile."""
        with self._lock:
            if reservation.state == "waiting":
                self._queue.remove(reservation)
            elif reservation in self._held:
                self._held.remove(reservation)
                self.reserved -= reservation.size
                self._base += reservation.size
            reservation.state = "free"
            if self._queue:
                self._admit(self._clock())
            return reservation.alone

    def _looks(self, reservation: Reservation, now: float) -> bool:
        """The first in the queue looks for all, unless it cannot: its event loop may be blocked."""
        if reservation.state != "waiting":
            return False
        return self._first(reservation) or now >= self._looked + 2 * LOOK_S

    def _first(self, reservation: Reservation) -> bool:
        return bool(self._queue) and self._queue[0] is reservation

    def _admit(self, now: float) -> None:
        self._looked = now
        self._measure()
        while self._queue:
            first = self._queue[0]
            if first.size <= self._available():
                self._hold(self._queue.popleft(), now)
            elif now >= first.deadline + (0 if self._held else 2 * SETTLE_S):
                self._queue.popleft().state = "late"
            else:
                return

    def _measure(self) -> None:
        used = self._used()
        self._base = min(max(self._base, used - self.reserved), used)

    def _available(self) -> int:
        return (self.allowed if self._held else self.most) - self._base - self.reserved

    def _hold(self, reservation: Reservation, now: float) -> None:
        reservation.state = "held"
        self.counts["admitted"] += 1
        self.waited_s += now - (reservation.deadline - self._timeout_s)
        if not reservation.size:
            return
        reservation.alone = not self._held
        for each in self._held:
            each.alone = False
        self._held.add(reservation)
        self.reserved += reservation.size
        self.counts["most_reserved"] = max(self.counts["most_reserved"], self.reserved)

    def _give_up(self, reservation: Reservation, now: float, stuck: bool) -> None:
        if stuck:
            if now - reservation.stuck_since >= min(SETTLE_S, self._timeout_s):
                raise self._exhausted(reservation)
        elif reservation.state == "late" or now >= reservation.deadline:
            self.counts["late"] += 1
            raise TryAgain(
                f"No {reservation.size:,} bytes of memory became free in {self._timeout_s:g} seconds:"
                f" {self.reserved:,} of {self.most:,} are reserved, {self._used():,} in use.",
                next_step="Call again when what runs now is done.",
                code="MemoryBudget",
                retry_after=min(max(RETRY_S[0], self._timeout_s), RETRY_S[1]),
            )

    def _exhausted(self, reservation: Reservation) -> Exhausted:
        self.counts["refused"] += 1
        return Exhausted(
            f"{reservation.size:,} bytes of memory are needed at once; of the limit of {self._limit:,} bytes,"
            f" {self.most:,} may be in use and {self._used():,} are.",
            next_step="Raise CLOUDWAN_MEMORY_THRESHOLD_MB or the container's limit,"
            " or lower CLOUDWAN_PAGE_SIZE.",
        )
