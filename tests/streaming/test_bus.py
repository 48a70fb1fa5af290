"""The bus: bounded queues, middleware, failures that stay where they are, and nothing left running."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from cloudwan_mcp.errors import BadRequest, Exhausted, NotFound, TryAgain
from cloudwan_mcp.streaming.bus import DiagramAgentMessageBus

pytestmark = pytest.mark.anyio


class Recorder:
    """An agent that notes what it handles and, told to, waits before it is done."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.go = anyio.Event()
        self.go.set()
        self.cleaned = 0
        self.cancelled = 0

    def hold(self) -> None:
        self.go = anyio.Event()

    async def handle(self, message: Any) -> Any:
        self.seen.append(message)
        try:
            await self.go.wait()
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise
        return f"did {message}"

    def cleanup(self) -> None:
        self.cleaned += 1
        self.seen.clear()


class Message:
    """Something that can be referred to weakly."""


@contextmanager
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def settle() -> None:
    """Let whoever can go on go on."""
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


async def test_a_request_is_answered_by_its_agent() -> None:
    async with DiagramAgentMessageBus() as bus:
        bus.register_agent("layout", Recorder().handle)
        bus.register_agent("draw", Recorder().handle)
        assert await bus.request("draw", "a line") == "did a line"
        assert bus.statistics()["handled"] == 1


async def test_messages_are_handled_in_their_order_and_one_at_a_time() -> None:
    active, most, seen = 0, 0, []

    async def handle(message: int) -> None:
        nonlocal active, most
        active += 1
        most = max(most, active)
        await settle()
        seen.append(message)
        active -= 1

    async with DiagramAgentMessageBus() as bus:
        bus.register_agent("layout", handle)
        for number in range(10):
            await bus.publish("layout", number)
    assert seen == list(range(10))
    assert most == 1


async def test_publishing_waits_while_the_queue_is_full() -> None:
    agent = Recorder()
    agent.hold()
    published = []

    async with DiagramAgentMessageBus() as bus, anyio.create_task_group() as tasks:
        bus.register_agent("layout", agent.handle, queue_size=2)

        async def publish() -> None:
            for number in range(6):
                await bus.publish("layout", number)
                published.append(number)

        tasks.start_soon(publish)
        await settle()
        assert published == [0, 1, 2]  # one being handled, two queued
        assert bus.statistics()["queued"] == {"layout": 2}
        agent.go.set()
    assert agent.seen == list(range(6))


async def test_a_publisher_that_is_cancelled_while_it_waits_takes_no_room() -> None:
    agent = Recorder()
    agent.hold()
    async with DiagramAgentMessageBus(queue_size=1) as bus:
        bus.register_agent("layout", agent.handle)
        await bus.publish("layout", 1)
        await settle()
        await bus.publish("layout", 2)
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(bus.publish, "layout", 3)
                await settle()
                scope.cancel()
        agent.go.set()
        await bus.publish("layout", 4)
    assert agent.seen == [1, 2, 4]


async def test_middleware_surrounds_every_message_in_the_order_it_was_added() -> None:
    trail: list[str] = []

    def named(name: str) -> Any:
        async def middleware(message: Any, call_next: Any) -> Any:
            trail.append(f"{name} before {message}")
            result = await call_next(message + 1)
            trail.append(f"{name} after {result}")
            return result

        return middleware

    bus = DiagramAgentMessageBus()
    bus.add_middleware(named("first"))
    bus.add_middleware(named("second"))
    bus.register_agent("layout", Recorder().handle)
    async with bus:
        assert await bus.request("layout", 1) == "did 3"
    assert trail == ["first before 1", "second before 2", "second after did 3", "first after did 3"]


async def test_a_handler_that_raises_is_reported_to_its_requester_alone() -> None:
    async def fail(message: Any) -> None:
        raise LookupError(message)

    async with DiagramAgentMessageBus() as bus:
        bus.register_agent("layout", fail)
        bus.register_agent("draw", Recorder().handle)
        with pytest.raises(LookupError, match="one"):
            await bus.request("layout", "one")
        await bus.publish("layout", "two")
        assert await bus.request("draw", "three") == "did three"
    statistics = bus.statistics()
    assert (statistics["failed"], statistics["handled"]) == (2, 1)
    assert statistics["last_error"] == "layout: LookupError: two"


async def test_a_failure_keeps_nothing_of_its_message() -> None:
    async def fail(message: Any) -> None:
        raise LookupError

    async with DiagramAgentMessageBus() as bus:
        bus.register_agent("layout", fail)
        with without_collector():
            message = Message()
            ghost = weakref.ref(message)
            with pytest.raises(LookupError):
                await bus.request("layout", message)
            await bus.publish("layout", message)
            del message
            await settle()
            assert ghost() is None


async def test_leaving_works_off_what_is_queued_for_agents_that_publish_to_others_too() -> None:
    last = Recorder()
    bus = DiagramAgentMessageBus()

    async def forward(message: Any) -> None:
        await settle()
        await bus.publish("draw", message)

    bus.register_agent("layout", forward)
    bus.register_agent("draw", last.handle)
    async with bus:
        for number in range(5):
            await bus.publish("layout", number)
    assert last.seen == list(range(5))
    assert bus.statistics()["busy"] == 0


async def test_leaving_by_an_exception_drops_what_is_queued_and_raises_it_as_itself() -> None:
    agent = Recorder()
    agent.hold()
    bus = DiagramAgentMessageBus()
    bus.register_agent("layout", agent.handle)

    async def leave() -> None:
        async with bus:
            for number in range(5):
                await bus.publish("layout", number)
            await settle()
            raise LookupError

    with pytest.raises(LookupError):
        await leave()
    assert (agent.seen, agent.cancelled) == ([0], 1)
    assert bus.statistics() | {"agents": 1, "busy": 0, "dropped": 5, "bytes": 0} == bus.statistics()


async def test_whoever_waits_for_a_bus_that_ends_is_told_so() -> None:
    agent = Recorder()
    agent.hold()
    told: list[TryAgain] = []
    bus = DiagramAgentMessageBus(queue_size=1)
    bus.register_agent("layout", agent.handle)

    async def ask(number: int) -> None:
        with pytest.raises(TryAgain, match="layout") as caught:
            await bus.request("layout", number)
        told.append(caught.value)

    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as scope:
            async with bus:
                for number in range(4):  # one is handled, one queued, two wait for room
                    tasks.start_soon(ask, number)
                await settle()
                scope.cancel()
    assert [error.code for error in told] == ["AgentEnded"] * 4
    assert bus.bytes == 0


async def test_a_request_that_nobody_waits_for_any_more_is_not_handled() -> None:
    agent = Recorder()
    agent.hold()
    async with DiagramAgentMessageBus() as bus:
        bus.register_agent("layout", agent.handle)
        await bus.publish("layout", "first")
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(bus.request, "layout", "second")
                await settle()
                scope.cancel()
        agent.go.set()
    assert agent.seen == ["first"]
    assert bus.statistics()["dropped"] == 1


async def test_agents_of_a_bus_that_never_ran_are_cleaned_up() -> None:
    assert await DiagramAgentMessageBus().cleanup_agents() == 0
    agent, bus = Recorder(), DiagramAgentMessageBus()
    bus.register_agent("layout", agent.handle)
    assert await bus.cleanup_agents() == 1
    assert await bus.cleanup_agents() == 0
    assert agent.cleaned == 1


async def test_only_idle_agents_are_cleaned_up_and_they_serve_on() -> None:
    idle, active = Recorder(), Recorder()
    active.hold()
    async with DiagramAgentMessageBus() as bus:
        bus.register_agent("idle", idle.handle)
        bus.register_agent("active", active.handle)
        await bus.request("idle", 1)
        await bus.publish("active", 1)
        await settle()
        assert await bus.cleanup_agents() == 1
        assert (idle.seen, idle.cleaned, active.cleaned) == ([], 1, 0)
        active.go.set()
        assert await bus.request("idle", 2) == "did 2"
        assert await bus.cleanup_agents() == 2


async def test_a_message_that_comes_during_the_cleaning_up_is_handled_after_it() -> None:
    class Slow(Recorder):
        async def cleanup(self) -> None:  # type: ignore[override]
            await self.go.wait()
            self.seen.append("cleaned")

    agent = Slow()
    agent.hold()
    async with DiagramAgentMessageBus() as bus, anyio.create_task_group() as tasks:
        bus.register_agent("layout", agent.handle)
        tasks.start_soon(bus.cleanup_agents)
        await settle()
        await bus.publish("layout", "message")
        await settle()
        assert agent.seen == []
        agent.go.set()
    assert agent.seen == ["cleaned", "message"]


async def test_an_agent_whose_cleanup_raises_keeps_no_other_from_it() -> None:
    class Broken(Recorder):
        def cleanup(self) -> None:
            raise LookupError("kept")

    other, bus = Recorder(), DiagramAgentMessageBus()
    bus.register_agent("broken", Broken().handle)
    bus.register_agent("other", other.handle)
    assert await bus.cleanup_agents() == 2
    assert other.cleaned == 1
    assert bus.statistics()["last_error"] == "broken: LookupError: kept"


async def test_agents_are_bounded_in_number_and_their_names_are_their_own() -> None:
    bus = DiagramAgentMessageBus(max_agents=2)
    bus.register_agent("one", Recorder().handle)
    with pytest.raises(BadRequest, match="one"):
        bus.register_agent("one", Recorder().handle)
    bus.register_agent("two", Recorder().handle)
    with pytest.raises(Exhausted, match="2 agents"):
        bus.register_agent("three", Recorder().handle)
    bus.unregister_agent("one")
    bus.register_agent("three", Recorder().handle)


async def test_an_unknown_agent_a_resting_bus_and_bounds_below_one_are_refused() -> None:
    bus = DiagramAgentMessageBus()
    bus.register_agent("layout", Recorder().handle)
    with pytest.raises(NotFound, match="layout"):
        await bus.publish("draw", 1)
    with pytest.raises(BadRequest, match="does not run"):
        await bus.request("layout", 1)
    async with bus:
        with pytest.raises(BadRequest, match="already runs"):
            await bus.__aenter__()
    for given in ({"queue_size": 0}, {"max_agents": 0}, {"queue_size": float("nan")}):
        with pytest.raises(BadRequest) as caught:
            DiagramAgentMessageBus(**given)
        assert caught.value.field in given
    with pytest.raises(BadRequest):
        bus.register_agent("draw", Recorder().handle, queue_size=0)


async def test_a_bus_runs_again() -> None:
    bus = DiagramAgentMessageBus()
    agent = Recorder()
    bus.register_agent("layout", agent.handle)
    for number in range(2):
        async with bus:
            assert await bus.request("layout", number) == f"did {number}"


async def test_the_bytes_of_queued_messages_are_known_and_return_to_nothing() -> None:
    agent = Recorder()
    agent.hold()
    async with DiagramAgentMessageBus() as bus:
        bus.register_agent("layout", agent.handle)
        for _ in range(3):
            await bus.publish("layout", ["x" * 10_000])
        await settle()
        assert 30_000 < bus.bytes < 31_000
        assert json.loads(json.dumps(bus.statistics()))["bytes"] == bus.bytes
        agent.go.set()
    assert bus.bytes == 0
