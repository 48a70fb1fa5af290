"""The queue for memory goes on whatever becomes of those who stand in it."""

from __future__ import annotations

import pytest

from cloudwan_mcp.errors import TryAgain
from cloudwan_mcp.memory.desk import LOOK_S, SETTLE_S, FairDesk
from cloudwan_mcp.memory.reservation import Reservation
from fakes.clock import Clock
from fakes.use import Use

TIMEOUT_S = 10.0


class Queue:
    """A desk with 1,000 bytes, looked at by hand: nobody looks unless told to."""

    def __init__(self) -> None:
        self.use = Use()
        self.clock = Clock()
        self.desk = FairDesk(1000, 1.0, TIMEOUT_S, self.use, self.clock)

    def join(self, size: int) -> Reservation:
        made = Reservation(self.desk, size)
        self.desk.join(made)
        return made

    def hold(self, size: int) -> Reservation:
        made = self.join(size)
        assert self.desk.look(made) == 0
        return made

    def states(self, *reservations: Reservation) -> list[str]:
        return [each.state for each in reservations]


def test_who_looks_admits_all_whose_turn_it_is() -> None:
    queue = Queue()
    held = queue.hold(900)
    waiting = [queue.join(200) for _ in range(6)]
    assert queue.desk.look(waiting[0]) == LOOK_S
    queue.desk.leave(held)
    assert queue.states(*waiting) == ["held"] * 5 + ["waiting"]


def test_a_small_one_does_not_pass_a_large_one_that_came_before() -> None:
    queue = Queue()
    held, large, small = queue.hold(500), queue.join(800), queue.join(100)
    queue.clock.wait(1.0)
    for each in (small, large, small):
        queue.desk.look(each)
    assert queue.states(large, small) == ["waiting", "waiting"]
    queue.desk.leave(held)
    assert queue.states(large, small) == ["held", "held"]


def test_who_leaves_the_queue_lets_those_behind_go_on_at_once() -> None:
    queue = Queue()
    queue.hold(500)
    large, small = queue.join(800), queue.join(100)
    queue.desk.look(large)
    queue.desk.leave(large)
    assert queue.states(large, small) == ["free", "held"]


def test_who_leaves_from_the_middle_is_not_missed() -> None:
    queue = Queue()
    held, *waiting = queue.hold(1000), queue.join(600), queue.join(600), queue.join(600)
    queue.desk.leave(waiting[1])
    queue.desk.leave(held)
    queue.desk.leave(waiting[0])
    assert queue.states(*waiting) == ["free", "free", "held"]


def test_who_times_out_in_the_middle_is_told_so_and_leaves_the_others_where_they_are() -> None:
    queue = Queue()
    queue.hold(1000)
    first, second = queue.join(600), queue.join(600)
    queue.clock.wait(1.0)
    third = queue.join(400)
    queue.clock.wait(TIMEOUT_S - 1.0)
    first.deadline += 5.0  # as if its budget gave it more time
    with pytest.raises(TryAgain):
        queue.desk.look(second)
    queue.desk.leave(second)
    assert queue.states(first, third) == ["waiting", "waiting"]
    assert queue.desk.waiting == 2


def test_a_first_that_never_looks_again_is_put_aside_when_its_time_is_over() -> None:
    queue = Queue()
    queue.hold(500)
    blocked = queue.join(800)
    queue.clock.wait(5.0)
    behind = queue.join(100)
    assert queue.desk.look(behind) == LOOK_S
    queue.clock.wait(TIMEOUT_S - 5.0)
    assert queue.desk.look(behind) == 0
    assert blocked.state == "late"
    with pytest.raises(TryAgain):
        queue.desk.look(blocked)
    queue.desk.leave(blocked)
    assert (queue.desk.waiting, queue.desk.reserved) == (0, 600)


def test_a_first_that_never_looks_again_is_put_aside_also_when_nothing_is_held() -> None:
    queue = Queue()
    queue.use.now = 500
    queue.join(800)
    queue.clock.wait(TIMEOUT_S)
    behind = queue.join(100)
    assert queue.desk.look(behind) == LOOK_S
    queue.clock.wait(2 * SETTLE_S)
    assert queue.desk.look(behind) == 0


def test_the_first_looks_for_all_as_long_as_it_does() -> None:
    queue = Queue()
    queue.hold(1000)
    first, second = queue.join(600), queue.join(600)
    queue.desk.look(first)
    read = queue.use.readings
    queue.desk.look(second)
    assert queue.use.readings == read
    queue.clock.wait(2 * LOOK_S)
    queue.desk.look(second)
    assert queue.use.readings == read + 1


def test_who_comes_back_too_late_but_was_admitted_meanwhile_is_served() -> None:
    queue = Queue()
    held, slow = queue.hold(1000), queue.join(600)
    queue.desk.leave(held)
    queue.clock.wait(2 * TIMEOUT_S)
    assert queue.desk.look(slow) == 0
