"""Telling others of alerts: a short queue and a thread of its own, so that nobody waits for them."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from cloudwan_mcp.web.alert import Notice
from cloudwan_mcp.web.delivery import Delivery, Undelivered

QUEUE = 64
PAUSES_S = (1.0, 5.0, 25.0)  # before the second, third and fourth attempt, which is the last
IDLE_S = 30.0
END_S = 2.0

_log = logging.getLogger("cloudwan_mcp.performance.dashboard")


class Notifier:
    """Hands every notice to `deliver`, in order, each up to four times; `deliver` raises `Undelivered`.

    The queue holds 64 notices and drops its oldest. The thread begins with the first notice and ends when
    there was none for half a minute.
    """

    def __init__(
        self,
        name: str,
        deliver: Callable[[Delivery], None],
        *,
        pauses_s: Sequence[float] = PAUSES_S,
        idle_s: float = IDLE_S,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self._deliver = deliver
        self._pauses_s = tuple(pauses_s)
        self._idle_s = idle_s
        self._wall = wall
        self._changed = threading.Condition()
        self._waiting: deque[Delivery] = deque()
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()
        self._sent = self._failed = self._dropped = 0
        self._last_error = ""

    def notify(self, notice: Notice) -> None:
        """Take a notice; returns at once."""
        with self._changed:
            if len(self._waiting) >= QUEUE:
                self._waiting.popleft()
                self._dropped += 1
            self._waiting.append(Delivery(notice, self._wall()))
            if self._thread is None:
                self._ending = threading.Event()
                self._thread = threading.Thread(
                    target=self._run, args=(self._ending,), name=f"cloudwan-{self.name}", daemon=True
                )
                self._thread.start()
            self._changed.notify()

    def statistics(self) -> dict[str, Any]:
        with self._changed:
            return {
                "name": self.name,
                "sent": self._sent,
                "failed": self._failed,
                "dropped": self._dropped,
                "waiting": len(self._waiting),
                "last_error": self._last_error,
            }

    def end(self) -> None:
        """End the thread after its attempt in flight, for which this waits two seconds at most.

        What still waits is kept, and goes with the next notice.
        """
        with self._changed:
            thread, self._thread = self._thread, None
            self._ending.set()
            self._changed.notify_all()
        if thread is not None:
            thread.join(END_S)

    def _run(self, ending: threading.Event) -> None:
        while (delivery := self._next(ending)) is not None:
            self._attempt(delivery, ending)

    def _next(self, ending: threading.Event) -> Delivery | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or ending.is_set(), self._idle_s)
            if self._waiting and not ending.is_set():
                return self._waiting.popleft()
            if not ending.is_set():
                self._thread = None
            return None

    def _attempt(self, delivery: Delivery, ending: threading.Event) -> None:
        for pause_s in (*self._pauses_s, None):
            error = self._try(delivery)
            if error is None:
                with self._changed:
                    self._sent += 1
                return
            if error.final or pause_s is None or ending.wait(pause_s):
                break
        with self._changed:
            self._failed += 1
        _log.warning("An alert could not be told by %s: %s", self.name, error)

    def _try(self, delivery: Delivery) -> Undelivered | None:
        try:
            self._deliver(delivery)
        except Undelivered as error:
            found = error
        except Exception as error:  # noqa: BLE001 - whatever it is, the next notice has its turn
            found = Undelivered(type(error).__name__)
        else:
            return None
        with self._changed:
            self._last_error = str(found)
        return found
