"""The bus of agents: named handlers, each behind a bounded queue, with shared middleware around them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import Any

from anyio.abc import TaskGroup

from cloudwan_mcp.errors import BadRequest, Exhausted, NotFound
from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.streaming.agent import Agent, Envelope, Handler, ended
from cloudwan_mcp.streaming.tasks import task_group

CallNext = Callable[[Any], Awaitable[Any]]
Middleware = Callable[[Any, CallNext], Awaitable[Any]]

MOST_AGENTS = 64

logger = logging.getLogger("cloudwan_mcp.performance.streaming")


class DiagramAgentMessageBus:
    """Carries messages to agents: each handles its own one by one, all agents at the same time.

    An async context manager to run it: leaving waits until every queue is worked off; leaving by an
    exception, or being cancelled, drops what is queued. Agents may be registered before and while it runs,
    and a bus may run again. A message waits where the queue of its agent is full (`queue_size` messages), so
    no agent should publish to itself. Raises `BadRequest` for bounds below 1.
    """

    def __init__(self, queue_size: int = 64, *, max_agents: int = MOST_AGENTS) -> None:
        for name, value in (("queue_size", queue_size), ("max_agents", max_agents)):
            if not value >= 1:
                raise outside(name, value, "at least 1")
        self._queue_size = queue_size
        self._max_agents = max_agents
        self._agents: dict[str, Agent] = {}
        self._middleware: list[Middleware] = []
        self._tasks: TaskGroup | None = None
        self._stack = AsyncExitStack()
        self._counts = {"handled": 0, "failed": 0, "dropped": 0}
        self._last_error = ""

    async def __aenter__(self) -> DiagramAgentMessageBus:
        if self._tasks:
            raise BadRequest("The bus already runs.", next_step="Make one bus for each use.", field="bus")
        for agent in self._agents.values():
            agent.open()
        self._tasks = await self._stack.enter_async_context(task_group())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        try:
            return await self._stack.__aexit__(kind, error, trace)
        finally:
            self._tasks = None
            for agent in self._agents.values():
                self._counts["dropped"] += agent.end()

    def register_agent(self, name: str, handler: Handler, queue_size: int | None = None) -> None:
        """Let `handler`, an async function of the message, be reached as `name`.

        Raises `BadRequest` for a name that is taken, `Exhausted` beyond the number of agents.
        """
        if queue_size is not None and not queue_size >= 1:
            raise outside("queue_size", queue_size, "at least 1")
        if name in self._agents:
            raise BadRequest(f"There is an agent {name!r}.", field="name", next_step="Choose another name.")
        if len(self._agents) >= self._max_agents:
            raise Exhausted(
                f"The bus has {self._max_agents} agents, the most it takes.",
                next_step="Unregister one, or make the bus with a larger max_agents.",
            )
        self._agents[name] = Agent(name, handler, queue_size or self._queue_size)

    def unregister_agent(self, name: str) -> None:
        """Forget an agent; what is queued for it is dropped, what it handles right now is finished."""
        self._counts["dropped"] += self._agent(name).end()
        del self._agents[name]

    def add_middleware(self, middleware: Middleware) -> None:
        """Put `async (message, call_next) -> result` around all handling; the first added is outermost."""
        self._middleware.append(middleware)

    async def publish(self, agent: str, message: Any) -> None:
        """Queue a message, waiting for room. Raises `NotFound` for an unknown agent."""
        await self._send(agent, message, asked=False)

    async def request(self, agent: str, message: Any) -> Any:
        """What the agent makes of a message. Raises what its handler raises, or `TryAgain` when it ends."""
        return await (await self._send(agent, message, asked=True)).answer()

    async def cleanup_agents(self) -> int:
        """Have every idle agent drop what it keeps, and say how many did; the bus need not run.

        They stay registered and serve the next message; who handled nothing since the last time is left out.
        """
        idle = [agent for agent in self._agents.values() if not agent.busy and not agent.cleaned]
        for agent in idle:
            agent.busy = True  # a message that comes meanwhile waits
            try:
                await agent.clean()
            except Exception as error:  # noqa: BLE001 - an agent is foreign code
                self._failed(agent, error)
            finally:
                agent.busy = False
                self._start(agent)
        return len(idle)

    @property
    def bytes(self) -> int:
        """About what the messages take that are queued or being handled."""
        return sum(agent.bytes for agent in self._agents.values())

    def statistics(self) -> dict[str, Any]:
        """Counts since the bus was made, the bytes and the lengths of the queues now, and the last error."""
        return {
            "agents": len(self._agents),
            "busy": sum(agent.busy for agent in self._agents.values()),
            **self._counts,
            "bytes": self.bytes,
            "queued": {name: len(agent.queue) for name, agent in self._agents.items()},
            "last_error": self._last_error,
        }

    def _agent(self, name: str) -> Agent:
        try:
            return self._agents[name]
        except KeyError:
            known = ", ".join(sorted(self._agents)) or "none"
            raise NotFound(f"There is no agent {name!r}.", next_step=f"Agents: {known}.") from None

    async def _send(self, name: str, message: Any, *, asked: bool) -> Envelope:
        agent = self._agent(name)
        if self._tasks is None:
            raise BadRequest(
                "The bus does not run.", field="bus", next_step="Publish within `async with bus:`."
            )
        envelope = Envelope(message, asked=asked)
        await agent.put(envelope)
        self._start(agent)
        return envelope

    def _start(self, agent: Agent) -> None:
        if self._tasks and agent.queue and not agent.busy:
            agent.busy = True
            self._tasks.start_soon(self._work, agent)

    async def _work(self, agent: Agent) -> None:
        try:
            while agent.queue:
                await self._handle(agent, agent.take())
        finally:
            agent.busy = False

    async def _handle(self, agent: Agent, envelope: Envelope) -> None:
        agent.cleaned = False
        try:
            if envelope.abandoned:
                self._counts["dropped"] += 1
                return
            call: CallNext = agent.handler
            for middleware in reversed(self._middleware):
                call = partial(_around, middleware, call)
            envelope.result = await call(envelope.message)
            self._counts["handled"] += 1
        except Exception as error:  # noqa: BLE001 - an agent is foreign code
            envelope.fail(error)
            self._failed(agent, error)
        except BaseException:
            envelope.fail(ended(agent.name))
            self._counts["dropped"] += 1
            raise
        finally:
            agent.finish(envelope)

    def _failed(self, agent: Agent, error: Exception) -> None:
        """Only its text is kept: an exception holds on to everything it went through."""
        self._counts["failed"] += 1
        self._last_error = f"{agent.name}: {type(error).__name__}: {error}"[:400]
        logger.warning("An agent failed. %s", self._last_error)


async def _around(middleware: Middleware, call_next: CallNext, message: Any) -> Any:
    return await middleware(message, call_next)
