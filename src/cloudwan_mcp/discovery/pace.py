"""How many calls may be in flight: additive increase, halved by throttling."""

from __future__ import annotations

CALLS_TO_RISE = 8


class Pace:
    """Starts at half of `most`; every throttled answer halves it, eight good ones in a row raise it by one.

    The rate within a connection is botocore's adaptive mode's to govern; this bounds how many there are.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.allowed = max(1, most // 2)
        self._good = 0

    def succeeded(self) -> None:
        self._good += 1
        if self._good >= CALLS_TO_RISE:
            self._good = 0
            self.allowed = min(self._most, self.allowed + 1)

    def throttled(self) -> None:
        self._good = 0
        self.allowed = max(1, self.allowed // 2)
