"""Traffic: a pace for each client, and how much there may be of all of them together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.errors import TryAgain
from cloudwan_mcp.settings import load
from cloudwan_mcp.traffic import BODIES, CLIENTS, MINUTE_S, Traffic
from fakes.clock import Clock


def traffic(clock: Clock, **settings: int) -> Traffic:
    return Traffic(load(settings), clock=clock)


def asks(one: Traffic, client: str) -> bool:
    try:
        one.pace(client)
    except TryAgain:
        return False
    return True


@given(st.integers(1, 30), st.lists(st.floats(0, 20), min_size=1, max_size=150))
def test_in_any_stretch_of_time_a_client_gets_a_minutes_worth_and_what_the_time_brings(
    most: int, waits: list[float]
) -> None:
    clock = Clock()
    one = traffic(clock, requests_per_minute=most)
    served: list[float] = []
    for wait in waits:
        clock.now += wait
        if asks(one, "10.0.0.1"):
            served.append(clock.now)
    for first, began in enumerate(served):
        for last in range(first, len(served)):
            allowed = most + (served[last] - began) * most / MINUTE_S
            assert last - first + 1 <= allowed + 1e-6


def test_a_refused_client_is_told_when_and_is_served_then() -> None:
    clock = Clock()
    one = traffic(clock, requests_per_minute=6)
    assert [asks(one, "10.0.0.1") for _ in range(7)] == [True] * 6 + [False]
    with pytest.raises(TryAgain) as refused:
        one.pace("10.0.0.1")
    assert 0 < refused.value.retry_after <= 10
    assert asks(one, "10.0.0.2")
    clock.now += refused.value.retry_after
    assert asks(one, "10.0.0.1")
    assert one.turned_away == {"pace": 2}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("proxy\n" + "x" * 100, "proxy\n" + "x" * 200, True),
    ],
)
def test_a_client_is_an_address_or_the_network_that_one_machine_has(one: str, other: str, same: bool) -> None:
    bound = traffic(Clock(), requests_per_minute=1)
    assert asks(bound, one)
    assert asks(bound, other) is not same


def test_of_many_clients_those_heard_of_last_are_known() -> None:
    bound = traffic(Clock(), requests_per_minute=1)
    for number in range(CLIENTS + 10):
        assert asks(bound, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert bound.clients == CLIENTS
    assert not asks(bound, f"10.0.{(CLIENTS + 9) >> 8}.{(CLIENTS + 9) & 255}")


def test_without_a_pace_nobody_is_known() -> None:
    bound = traffic(Clock(), requests_per_minute=0)
    assert all(asks(bound, "10.0.0.1") for _ in range(100))
    assert bound.clients == 0


def test_bytes_are_held_for_all_together_and_let_go() -> None:
    bound = traffic(Clock(), request_bytes=2**16)
    for _ in range(BODIES):
        bound.hold(2**16)
    with pytest.raises(TryAgain):
        bound.hold(1)
    bound.go(2**16)
    bound.hold(1)
    assert bound.bytes == (BODIES - 1) * 2**16 + 1
