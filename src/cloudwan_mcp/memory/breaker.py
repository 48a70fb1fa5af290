"""The memory circuit breaker: no work starts while memory is short, and little until it has recovered."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cloudwan_mcp import settings
from cloudwan_mcp.errors import Exhausted
from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.memory.circuit import Circuit, Rules, State, Transition
from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.limit import MIB, critical_bytes, memory_limit
from cloudwan_mcp.memory.permits import Permit, Permitting

Callback = Callable[[Transition], object]

_log = logging.getLogger("cloudwan_mcp.performance.memory")


class MemoryCircuitBreaker(Permitting):
    """Breaks while more than the threshold is in use, and opens when that lasts.

    closed: all may run. `failure_threshold` looks in a row that find more than the threshold in use, or
    guarded calls that end in `MemoryError`, open it. open: nothing may start for `recovery_timeout_s`, and
    until less than `recovery_ratio` of the threshold is in use. half-open: now `half_open_permits` calls
    may try. When so many have succeeded, with the use still below that level, it closes; one that ends in
    `MemoryError`, or a look that finds the use over the threshold, opens it again. A call that is not back
    after `permit_timeout_s` is no longer waited for, and when none has tried for so long it closes as well.
    forced-open and disabled last until somebody says otherwise.

    `memory_threshold_mb` is in MiB. Left out, it is the setting of that name, or the critical share of the
    limit that is found where that is smaller or the setting is 0. `used` tells the bytes in use. May be
    used from any thread and any task.
    """

    def __init__(
        self,
        memory_threshold_mb: float | None = None,
        failure_threshold: int = 5,
        *,
        recovery_timeout_s: float = 30.0,
        half_open_permits: int = 3,
        permit_timeout_s: float = 60.0,
        recovery_ratio: float = 0.9,
        used: Callable[[], int] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        for field, least in (
            ("failure_threshold", failure_threshold),
            ("half_open_permits", half_open_permits),
        ):
            if not least >= 1:
                raise outside(field, least, "at least 1")
        if not 0 <= recovery_timeout_s < math.inf:
            raise outside("recovery_timeout_s", recovery_timeout_s, "a number of seconds, at least 0")
        if not 0 < permit_timeout_s < math.inf:
            raise outside("permit_timeout_s", permit_timeout_s, "a number of seconds above 0")
        if not 0 < recovery_ratio <= 1:
            raise outside("recovery_ratio", recovery_ratio, "a share of the threshold, above 0 and at most 1")
        threshold, self._used = _threshold(memory_threshold_mb, used)
        rules = Rules(
            threshold=threshold,
            recovery=int(threshold * recovery_ratio),
            failures=failure_threshold,
            recovery_timeout_s=recovery_timeout_s,
            permits=half_open_permits,
            permit_timeout_s=permit_timeout_s,
        )
        self._clock = clock
        self._lock = threading.Lock()
        self._circuit = Circuit(rules, clock())
        self._callbacks: list[Callback] = []
        self._refused = 0

    @property
    def state(self) -> State:
        return self._circuit.state

    @property
    def reason(self) -> str:
        """One or two sentences on what led to this state."""
        return self._circuit.reason

    @property
    def threshold_bytes(self) -> int:
        return self._circuit.rules.threshold

    def should_break(self) -> bool:
        """Look at the use now: True when it is over the threshold, or when the state lets no call start."""
        if self.state == "disabled":
            return False
        used = self._used()
        with self._changing() as now:
            self._circuit.sample(used, now)
            return self._circuit.breaks(now)

    def permit(self) -> Permit:
        """Leave for one call, as `with` or `async with`; entering raises `Exhausted` where it is refused."""
        return Permit(self._take, self._finish)

    def force_open(self, reason: str) -> None:
        self._turn("forced-open", reason)

    def disable(self) -> None:
        """Never break, nor look, until `reset` or `force_open`."""
        self._turn("disabled", "It was disabled.")

    def reset(self) -> None:
        """Close it, whatever its state, with nothing held against it."""
        self._turn("closed", "It was reset.")

    def add_callback(self, callback: Callback) -> None:
        """Have `callback` told of each change of state, after it, by the thread that brought it about.

        What it raises is logged and ends there.
        """
        with self._lock:
            self._callbacks.append(callback)

    def statistics(self) -> dict[str, Any]:
        """`used_bytes` as last seen, `state_s` seconds in this state; `opened` and `refused` count."""
        with self._lock:
            circuit, rules = self._circuit, self._circuit.rules
            return {
                "state": circuit.state,
                "reason": circuit.reason,
                "state_s": round(self._clock() - circuit.since, 3),
                "threshold_bytes": rules.threshold,
                "recovery_bytes": rules.recovery,
                "used_bytes": circuit.used,
                "opened": circuit.opened,
                "refused": self._refused,
            }

    def _take(self) -> int:
        used = 0 if self.state == "disabled" else self._used()
        with self._changing() as now:
            if self.state != "disabled":
                self._circuit.sample(used, now)
            if self._circuit.breaks(now):
                self._refused += 1
                raise self._refusal()
            return self._circuit.begin(now)

    def _finish(self, token: int, error: BaseException | None) -> None:
        if self.state == "disabled":
            return
        used = self._used()
        with self._changing() as now:
            self._circuit.end(token, error, used, now)

    def _turn(self, after: State, reason: str) -> None:
        with self._changing() as now:
            self._circuit.turn(after, reason, now)

    @contextmanager
    def _changing(self) -> Iterator[float]:
        """The time, with the lock held; afterwards, without it, the callbacks hear what has changed."""
        try:
            with self._lock:
                yield self._clock()
        finally:
            while self._circuit.news:
                self._tell()

    def _tell(self) -> None:
        with self._lock:
            if not self._circuit.news:
                return
            news = self._circuit.news.popleft()
            callbacks = tuple(self._callbacks)
        _log.debug("The memory circuit is %s and was %s: %s", news.after, news.before, news.reason)
        for each in callbacks:
            try:
                each(news)
            except Exception:  # noqa: BLE001 - a stranger's code must not end the call that it is told of
                _log.exception("A callback failed on %s", news)

    def _refusal(self) -> Exhausted:
        circuit = self._circuit
        if circuit.state == "forced-open":
            return Exhausted(
                f"Nothing may start: {circuit.reason}", next_step="It stays so until it is reset."
            )
        return Exhausted(
            f"Too little memory to start this: {circuit.used:,} bytes are in use, and the breaker,"
            f" {circuit.state} now, breaks over {circuit.rules.threshold:,}.",
            next_step=f"Call again once less than {circuit.rules.recovery:,} bytes are in use,"
            " or raise CLOUDWAN_MEMORY_THRESHOLD_MB or the container's limit.",
        )


def _threshold(mb: float | None, used: Callable[[], int] | None) -> tuple[int, Callable[[], int]]:
    if mb is not None and not 0 < mb < math.inf:
        raise outside("memory_threshold_mb", mb, "a number of MiB above 0")
    if mb is not None and used is not None:
        return int(mb * MIB), used
    given = settings.load()
    limit = memory_limit(given.memory_threshold_mb if mb is None else mb)
    return critical_bytes(limit, given.critical_threshold_percent), used or MemoryGauge(limit).used
