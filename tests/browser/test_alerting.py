"""Alerts on the page: raised, said, acknowledged, over; and the thresholds that raise them."""

from __future__ import annotations

import re
from collections.abc import Callable

import psutil
from playwright.sync_api import expect

from browser.backend import Backend, serving
from browser.visitor import Visitor
from cloudwan_mcp.memory.limit import MemoryLimit
from web.machine import MIB, Machine

Visit = Callable[..., Visitor]


class ThisProcess(Machine):
    """Memory as it really is, of a limit of which less than three quarters are in use."""

    def __init__(self) -> None:
        super().__init__()
        self.limit = MemoryLimit(2 * self.rss(), "this test")

    def rss(self) -> int:
        return int(psutil.Process().memory_info().rss)

    used = rss

    def peak(self) -> tuple[int, int]:
        return self.rss(), self.rss()


def test_an_alert_is_raised_said_acknowledged_and_over(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    expect(visitor.at("no-alerts")).to_be_visible()
    backend.machine.in_use = 800 * MIB
    item = visitor.page.locator("#alerts li")
    expect(item).to_have_text(re.compile(r"Warning: memory warning80\.0\s%, threshold 75\.0\s%"))
    visitor.sees("announce-urgent", "Warning: memory warning, 80.0 %.")
    expect(visitor.page).to_have_title(re.compile(r"^\(1\) "))
    button = item.get_by_role("button")
    button.press("Enter")
    expect(button).to_have_text("Acknowledged")
    expect(button).to_be_focused()
    expect(visitor.page).to_have_title(re.compile("^Memory"))
    (alert,) = backend.collector.alerts.active()
    assert alert["acknowledged_at"]
    backend.machine.in_use = 100 * MIB
    expect(item).to_have_count(0)
    visitor.sees("announce", "Over: memory warning.")
    expect(visitor.at("alerts-title")).to_be_focused()
    visitor.at("past-count").click()
    expect(visitor.page.locator("#past tr")).to_have_text(re.compile(r"^memory warning.*80\.0\s%"))


def test_memory_that_is_really_allocated_raises_an_alert_and_clears_it_when_freed(visit: Visit) -> None:
    machine = ThisProcess()
    with serving(machine=machine) as backend:
        visitor = visit(backend).arrive()
        expect(visitor.at("no-alerts")).to_be_visible()
        held = b"x" * (machine.limit.bytes * 9 // 10 - machine.rss())
        expect(visitor.page.locator("#alerts li")).to_have_count(2)
        del held
        expect(visitor.page.locator("#alerts li")).to_have_count(0)


def test_a_page_in_the_background_tells_by_its_title(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    visitor.sees("rss", "212.0 MiB")
    visitor.run("Object.defineProperty(document, 'hidden', { configurable: true, value: true })")
    backend.machine.in_use, backend.machine.resident = 800 * MIB, 300 * MIB
    expect(visitor.page).to_have_title(re.compile(r"^\(1\) "))
    visitor.sees("rss", "212.0 MiB")  # nothing is drawn while nobody can see it
    visitor.run("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    visitor.sees("rss", "300.0 MiB")


def test_the_critical_stand_first_and_another_page_sees_what_one_acknowledged(
    visit: Visit, backend: Backend
) -> None:
    first, second = visit(backend).arrive(), visit(backend).arrive()
    backend.machine.in_use = 900 * MIB
    for visitor in (first, second):
        expect(visitor.page.locator("#alerts b")).to_have_text(
            ["Critical: memory critical", "Warning: memory warning"]
        )
    first.page.get_by_role("button", name="Acknowledge Critical").click()
    expect(second.page.locator("#alerts button").first).to_have_text("Acknowledged")


def test_an_acknowledgement_that_fails_is_said_and_can_be_tried_again(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    backend.machine.in_use = 800 * MIB
    visitor.page.route("**/acknowledge", lambda route: route.abort())
    button = visitor.page.locator("#alerts button")
    button.click()
    visitor.sees("announce-urgent", re.compile("could not be acknowledged"))
    visitor.page.unroute("**/acknowledge")
    button.click()
    expect(button).to_have_text("Acknowledged")


def test_a_threshold_is_moved_for_this_run_and_put_back(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    form = visitor.page.locator("#rules form").filter(has_text="memory warning")
    field = form.get_by_role("spinbutton")
    expect(field).to_have_value("75")
    field.fill("30")
    field.press("Enter")
    visitor.sees("announce", "memory warning is now at 30.0 %, for this run.")
    expect(form).to_have_text(re.compile(r"configured is 75.0\s%"))
    assert backend.collector.alerts.rules[0].threshold == 30
    expect(visitor.page.locator("#alerts li")).to_have_text(re.compile(r"39.1\s%, threshold 30.0\s%"))
    expect(visitor.page.locator("#ticks span").first).to_have_text("30 %")
    form.get_by_role("button", name="Reset").press("Enter")
    expect(field).to_have_value("75")
    expect(field).to_be_focused()
    expect(visitor.page.locator("#alerts li")).to_have_count(0)
    assert backend.collector.alerts.rules[0].threshold == 75


def test_a_threshold_out_of_bounds_is_refused_in_words(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    form = visitor.page.locator("#rules form").filter(has_text="memory warning")
    field = form.get_by_role("spinbutton")
    for given in ("250", ""):
        field.fill(given)
        form.get_by_role("button", name="Apply").click()
        expect(form.get_by_role("alert")).to_have_text(re.compile(r"\w{3,}.*\."))
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_be_focused()
    assert backend.collector.alerts.rules[0].threshold == 75
    field.fill("60")
    field.press("Enter")
    expect(form.get_by_role("alert")).to_have_text("")
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_what_is_being_typed_survives_the_news(visit: Visit, backend: Backend) -> None:
    typing, other = visit(backend).arrive(), visit(backend).arrive()
    field = typing.page.get_by_role("spinbutton", name="memory warning")
    field.fill("44")
    theirs = other.page.get_by_role("spinbutton", name="memory critical")
    theirs.fill("92")
    theirs.press("Enter")
    expect(typing.page.get_by_role("spinbutton", name="memory critical")).to_have_value("92")
    expect(field).to_have_value("44")
