"""Telling others of alerts, and that nobody waits for them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cloudwan_mcp.web.alert import Alert, Notice, Rule
from cloudwan_mcp.web.delivery import Delivery, Undelivered
from cloudwan_mcp.web.notifier import PAUSES_S, QUEUE, Notifier
from web.receiver import PATIENCE_S
from web.watched import Watched


def notice(number: int = 1, rule: str = "memory warning") -> Notice:
    return Notice("raised", Alert(number, rule, "memory_percent", "warning", 75.0, 1000.0, 80.0, 80.0))


@contextmanager
def notifying(deliver: Callable[[Delivery], None], **options: Any) -> Iterator[Notifier]:
    notifier = Notifier("test", deliver, pauses_s=(0.0, 0.0, 0.0), **options)
    try:
        yield notifier
    finally:
        notifier.end()


class Taken:
    """What was delivered; each attempt fails with the next of the errors, while there are any."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.deliveries: list[Delivery] = []
        self.changed = threading.Condition()

    def __call__(self, delivery: Delivery) -> None:
        with self.changed:
            self.deliveries.append(delivery)
            self.changed.notify_all()
            if self.errors:
                raise self.errors.pop(0)

    def wait(self, count: int) -> list[int]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.deliveries) >= count, PATIENCE_S)
            return [each.notice.alert.id for each in self.deliveries]


def settled(notifier: Notifier) -> dict[str, Any]:
    """The statistics, once the attempt in flight is over."""
    notifier.end()
    return notifier.statistics()


def test_notices_arrive_in_order() -> None:
    taken = Taken()
    with notifying(taken) as notifier:
        for number in range(5):
            notifier.notify(notice(number))
        assert taken.wait(5) == [0, 1, 2, 3, 4]
        assert settled(notifier) == {
            "name": "test",
            "sent": 5,
            "failed": 0,
            "dropped": 0,
            "waiting": 0,
            "last_error": "",
        }


def test_what_may_succeed_later_is_tried_four_times_in_all_and_keeps_its_id() -> None:
    taken = Taken(*(Undelivered("no") for _ in range(4)))
    with notifying(taken) as notifier:
        notifier.notify(notice(1))
        notifier.notify(notice(2))
        assert taken.wait(5) == [1, 1, 1, 1, 2]
        found = settled(notifier)
    assert (found["sent"], found["failed"], found["last_error"]) == (1, 1, "no")
    assert len({each.id for each in taken.deliveries}) == 2
    assert len(PAUSES_S) == 3


def test_what_cannot_succeed_is_tried_once() -> None:
    taken = Taken(Undelivered("never", final=True))
    with notifying(taken) as notifier:
        notifier.notify(notice(1))
        notifier.notify(notice(2))
        assert taken.wait(2) == [1, 2]


def test_a_delivery_that_breaks_is_a_failure_like_any_other(caplog: pytest.LogCaptureFixture) -> None:
    taken = Taken(*(ZeroDivisionError("secret") for _ in range(4)))
    with notifying(taken) as notifier:
        notifier.notify(notice(1))
        notifier.notify(notice(2))
        taken.wait(5)
        assert settled(notifier)["last_error"] == "ZeroDivisionError"
    assert "An alert could not be told by test: ZeroDivisionError" in caplog.text
    assert "secret" not in caplog.text


def test_a_receiver_that_hangs_holds_up_nobody_and_the_oldest_notices_are_dropped() -> None:
    release, began = threading.Event(), threading.Event()

    def hang(_: Delivery) -> None:
        began.set()
        assert release.wait(PATIENCE_S)

    with notifying(hang) as notifier:
        notifier.notify(notice(0))
        assert began.wait(PATIENCE_S)
        for number in range(QUEUE + 10):
            notifier.notify(notice(number))
        found = notifier.statistics()
        release.set()
    assert (found["waiting"], found["dropped"]) == (QUEUE, 10)


def test_ending_ends_the_thread_also_between_two_attempts() -> None:
    taken = Taken(Undelivered("later"))
    notifier = Notifier("test", taken, pauses_s=(3600.0,))
    notifier.notify(notice())
    taken.wait(1)
    thread = notifier._thread
    assert thread is not None
    notifier.end()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    notifier.end()


def test_after_its_end_the_next_notice_begins_anew() -> None:
    taken = Taken()
    with notifying(taken) as notifier:
        notifier.notify(notice(1))
        taken.wait(1)
        notifier.end()
        notifier.notify(notice(2))
        assert taken.wait(2) == [1, 2]


def test_a_thread_without_work_ends_by_itself() -> None:
    taken = Taken()
    with notifying(taken, idle_s=0.01) as notifier:
        notifier.notify(notice(1))
        thread = notifier._thread
        assert thread is not None
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
        notifier.notify(notice(2))
        assert taken.wait(2) == [1, 2]


def test_an_alert_is_told_when_it_is_raised_and_when_it_is_over() -> None:
    taken = Taken()
    with notifying(taken) as notifier:
        watched = Watched(Rule("memory_percent", 50, for_s=0, name="half"))
        watched.alerts.add_callback(notifier.notify)
        watched.set(60)
        watched.set(10)
        taken.wait(2)
    bodies = [json.loads(each.body) for each in taken.deliveries]
    assert [(each["change"], each["alert"]["rule"]) for each in bodies] == [
        ("raised", "half"),
        ("cleared", "half"),
    ]
    assert bodies[0].keys() == {"version", "id", "at", "source", "change", "alert"}
    assert bodies[0]["source"].keys() == {"product", "version", "host", "pid"}


def test_a_subject_is_one_line_of_plain_characters() -> None:
    subject = Delivery(notice(rule="ünï\r\nBcc: x" + "x" * 200), 0.0).subject
    assert subject.startswith("cloudwan-mcp: warning alert raised: ?n???Bcc: x")
    assert len(subject) == 100
