"""The charts: any range in bounded points, gaps as gaps, by mouse, by keyboard and as a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Response, expect

from browser.backend import DAY_S, Backend, serving
from browser.visitor import Visitor
from web.machine import MIB

Visit = Callable[..., Visitor]

RANGES = {
    "1 min": 60,
    "5 min": 300,
    "15 min": 900,
    "1 h": 3600,
    "6 h": 21600,
    "24 h": 86400,
    "7 days": 604800,
}
POINTS = 360


@pytest.fixture(scope="module")
def old() -> Iterator[Backend]:
    """A server that has run for a day, and slept from 10 to 8 hours ago."""

    def prepare(backend: Backend) -> None:
        def lived(left: float) -> None:
            backend.machine.resident = (300 if left > DAY_S / 2 else 100) * MIB

        backend.live_through(DAY_S, 10, lived, asleep=(10 * 3600, 8 * 3600))
        backend.machine.resident = 80 * MIB

    with serving(prepare, behind_s=DAY_S) as backend:
        yield backend


def is_history(response: Response) -> bool:
    return "/api/history" in response.url


def choose(visitor: Visitor, name: str) -> dict[str, object]:
    with visitor.page.expect_response(is_history) as asked:
        visitor.page.get_by_label(name, exact=True).check()
    return asked.value.json()


def test_every_range_is_asked_for_in_few_points(visit: Visit, old: Backend) -> None:
    visitor = visit(old).arrive()
    for name, seconds in RANGES.items():
        with visitor.page.expect_response(is_history) as asked:
            visitor.page.get_by_label(name, exact=True).check()
        query = parse_qs(urlsplit(asked.value.url).query)
        assert (query["last"], query["points"]) == ([str(seconds)], [str(POINTS)])
        assert len(asked.value.json()["columns"]["at"]) <= POINTS
    assert visitor.complaints == []


def test_a_day_is_drawn_with_its_highest_values_and_its_gap(visit: Visit, old: Backend) -> None:
    visitor = visit(old).arrive()
    choose(visitor, "24 h")
    visitor.page.get_by_role("button", name="Show as table").first.click()
    rows = visitor.page.locator("#memory-figures tbody tr")
    expect(rows.last.locator("td").first).to_have_text("300.0 MiB")
    assert 12 <= rows.count() <= 24
    expect(rows.first.locator("td").first).to_have_text("100.0 MiB")
    expect(visitor.page.locator("#memory-chart .reading")).to_have_text(
        re.compile(r"between (80|100)\.0\sMiB and 300\.0\sMiB")
    )
    values = read_along(visitor)
    assert "not measured" in " ".join(values)


ALONG = """
slider => {
  const said = [];
  const press = (key) => slider.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  press("Home");
  do said.push(slider.ariaValueText), press("ArrowRight");
  while (slider.ariaValueNow !== slider.ariaValueMax);
  return said;
}
"""


def read_along(visitor: Visitor) -> list[str]:
    """What the slider says from one end of the chart to the other."""
    said: list[str] = visitor.page.get_by_role("slider").first.evaluate(ALONG)
    return said


def test_the_keyboard_reads_the_chart(visit: Visit, old: Backend) -> None:
    visitor = visit(old).arrive()
    choose(visitor, "24 h")
    slider, when = visitor.page.get_by_role("slider").first, visitor.page.locator("#memory-chart .when")
    expect(when).to_have_text("Now")
    slider.press("Home")
    assert re.match(r"\d\d:\d\d: Process 300\.0\sMiB", slider.get_attribute("aria-valuetext"))
    expect(when).to_have_text(re.compile(r"\d\d:\d\d"))
    expect(visitor.page.locator("#memory-chart .legend b").first).to_have_text("300.0 MiB")
    first = int(slider.get_attribute("aria-valuenow"))
    slider.press("ArrowRight")
    second = int(slider.get_attribute("aria-valuenow"))
    slider.press("PageUp")
    third = int(slider.get_attribute("aria-valuenow"))
    assert first < second < third
    slider.press("ArrowLeft")
    assert second < int(slider.get_attribute("aria-valuenow")) < third
    slider.press("End")
    assert slider.get_attribute("aria-valuenow") == slider.get_attribute("aria-valuemax")
    slider.press("Escape")
    expect(when).to_have_text("Now")


def test_the_mouse_reads_the_chart(visit: Visit, old: Backend) -> None:
    visitor = visit(old).arrive()
    choose(visitor, "24 h")
    plot = visitor.page.locator("#memory-chart .u-over")
    plot.hover(position={"x": 20, "y": 40})
    expect(visitor.page.locator("#memory-chart .legend b").first).to_have_text("300.0 MiB")
    visitor.page.mouse.move(2, 2)
    expect(visitor.page.locator("#memory-chart .when")).to_have_text("Now")


def test_a_line_is_switched_by_its_name(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    key = visitor.page.get_by_role("button", name=re.compile("^Store"))
    expect(key).to_have_attribute("aria-pressed", "true")
    key.press("Enter")
    expect(key).to_have_attribute("aria-pressed", "false")
    slider = visitor.page.get_by_role("slider").first
    slider.press("End")
    assert "Process" in slider.get_attribute("aria-valuetext")
    assert "Store" not in slider.get_attribute("aria-valuetext")


def test_the_newest_point_follows_the_machine(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    choose(visitor, "1 min")
    backend.machine.resident = 345 * MIB
    key = visitor.page.locator("#memory-chart .legend b").first
    expect(key).to_have_text("345.0 MiB")
    expect(visitor.page.locator("#memory-chart .reading")).to_have_text(re.compile(r"and 345.0\sMiB"))


def test_the_range_stands_in_the_address(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    choose(visitor, "6 h")
    with visitor.page.expect_response(is_history) as asked:
        visitor.page.reload()
    assert visitor.page.url.endswith("/?range=21600")
    assert "last=21600" in asked.value.url
    expect(visitor.page.get_by_label("6 h", exact=True)).to_be_checked()


def test_the_pace_of_the_work_follows_too(visit: Visit) -> None:
    with serving() as backend:
        visitor = visit(backend).arrive()
        pace = visitor.page.locator("#work-chart .legend b").first
        expect(pace).to_have_text("0.0")
        backend.collector.add_section("work", lambda: backend.collector.record_elements(10))
        expect(pace).to_have_text(re.compile(r"^[1-9]"))
