"""How long a connection may keep a server waiting: with what it asks, and with reading what it is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    Protocol = asyncio.Protocol
else:
    Protocol = object

UNREAD_BYTES = 16 * 1024  # kept for a peer that is slow to read; what is being sent comes on top
PATIENCE_S = 30.0


class Patient(Protocol):
    """Keeps little for a peer that does not read, and for no longer than 30 seconds."""

    impatience: asyncio.TimerHandle | None = None
    _wire: asyncio.Transport

    @property
    def stuck(self) -> bool:
        """Whether the peer takes nothing at the moment."""
        return self.impatience is not None

    def abort(self) -> None:
        self._wire.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._wire = cast(asyncio.Transport, transport)
        self._wire.set_write_buffer_limits(high=UNREAD_BYTES)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.impatience = asyncio.get_running_loop().call_later(PATIENCE_S, self.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._forgive()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forgive()

    def _forgive(self) -> None:
        if self.impatience is not None:
            self.impatience.cancel()
            self.impatience = None
