"""One agent of the bus: a named handler and the bounded queue before it."""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import anyio

from cloudwan_mcp.errors import TryAgain
from cloudwan_mcp.streaming.weight import weigh

Handler = Callable[[Any], Awaitable[Any]]


class Envelope:
    """One message on its way; `done` is set once it was handled or dropped, with its result or its error.

    `asked` says that somebody waits for the answer, `abandoned` that they have stopped waiting.
    """

    __slots__ = ("_error", "abandoned", "asked", "done", "message", "result", "size")

    def __init__(self, message: Any, *, asked: bool) -> None:
        self.message = message
        self.size = weigh(message)
        self.done = anyio.Event()
        self.asked = asked
        self.abandoned = False
        self.result: Any = None
        self._error: Exception | None = None

    def fail(self, error: Exception) -> None:
        """Keep the error for whoever waits: it holds on to all it went through, this envelope included."""
        if self.asked and not self.abandoned:
            self._error = error

    async def answer(self) -> Any:
        """The result, once there is one; raises the error instead."""
        try:
            await self.done.wait()
        finally:
            self.abandoned = not self.done.is_set()
        error, self._error = self._error, None
        if error is None:
            return self.result
        try:
            raise error
        finally:
            del error


class Agent:
    """`busy` while a task works off the queue: an agent with nothing to do has none.

    `cleaned` until it handles the next message.
    """

    def __init__(self, name: str, handler: Handler, queue_size: int) -> None:
        self.name = name
        self.handler = handler
        self.queue: deque[Envelope] = deque()
        self.bytes = 0
        self.busy = False
        self.cleaned = False
        self._size = queue_size
        self.open()

    def open(self) -> None:
        """Take messages (again); a semaphore belongs to the event loop it was first waited on in."""
        self._slots = anyio.Semaphore(self._size)
        self._ended = False

    async def put(self, envelope: Envelope) -> None:
        """Queue a message as soon as there is room. Raises `TryAgain` when the agent ended meanwhile."""
        await self._slots.acquire()
        if self._ended:
            raise ended(self.name)
        self.queue.append(envelope)
        self.bytes += envelope.size

    def take(self) -> Envelope:
        """The next message, to be handled; its bytes count until `finish`."""
        self._slots.release()
        return self.queue.popleft()

    def finish(self, envelope: Envelope) -> None:
        self.bytes -= envelope.size
        envelope.done.set()

    def end(self) -> int:
        """Take no more, and say how many messages are dropped; who waits for room or an answer is told."""
        self._ended = True
        for _ in range(self._slots.statistics().tasks_waiting):
            self._slots.release()
        dropped = len(self.queue)
        while self.queue:
            envelope = self.queue.popleft()
            envelope.fail(ended(self.name))
            self.finish(envelope)
        return dropped

    async def clean(self) -> None:
        """Have it drop what it keeps, by the `cleanup()`, async or not, of the handler or its object."""
        self.cleaned = True
        cleanup = getattr(getattr(self.handler, "__self__", self.handler), "cleanup", None)
        if cleanup is not None:
            outcome = cleanup()
            if inspect.isawaitable(outcome):
                await outcome


def ended(name: str) -> TryAgain:
    return TryAgain(
        f"The agent {name!r} ended before it handled the message.",
        next_step="Publish again once it is registered and its bus runs.",
        code="AgentEnded",
    )
