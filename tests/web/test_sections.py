"""What others tell of themselves in the summary."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudwan_mcp.errors import BadRequest, Exhausted
from cloudwan_mcp.web.sections import SECTION_BYTES, SECTIONS, Sections
from cloudwan_mcp.web.summary import PARTS
from fakes.clock import Clock
from web.machine import Machine, collector_of, serving

DISCOVERY = {"state": "running", "elements": 5, "expected": None, "pages": 1, "calls": 2, "throttles": 0}


def test_a_section_is_asked_each_time_and_stands_in_current() -> None:
    collector = collector_of(Machine(), Clock())
    told: list[Any] = [None, DISCOVERY]
    collector.add_section("discovery", lambda: told.pop(0))
    assert collector.get_metrics_summary()["current"]["discovery"] is None
    assert collector.get_metrics_summary()["current"]["discovery"] == DISCOVERY


def test_without_sections_there_is_no_word_of_them() -> None:
    assert tuple(collector_of(Machine(), Clock()).get_metrics_summary()["current"]) == PARTS


def test_a_section_that_is_removed_is_asked_no_more() -> None:
    collector = collector_of(Machine(), Clock())
    collector.add_section("leaks", lambda: 1 / 0)
    collector.remove_section("leaks")
    collector.remove_section("leaks")
    assert "leaks" not in collector.get_metrics_summary()["current"]


@pytest.mark.parametrize("told", [object(), float("nan"), {1, 2}, {"x": b""}])
def test_what_is_no_json_is_an_error_in_its_place(told: Any) -> None:
    sections = Sections()
    sections.add("broken", lambda: told)
    sections.add("good", lambda: 1)
    found = sections.read()
    assert found["broken"]["error"].startswith("It could not be read: ")
    assert found["good"] == 1


def test_a_source_that_raises_hides_nothing_else_and_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sections = Sections()
    sections.add("broken", lambda: 1 / 0)
    for _ in range(3):
        assert sections.read() == {"broken": {"error": "It could not be read: ZeroDivisionError."}}
    assert caplog.text.count("could not be read") == 1


@pytest.mark.parametrize(("length", "fits"), [(SECTION_BYTES - 2, True), (SECTION_BYTES - 1, False)])
def test_a_section_is_bounded(length: int, fits: bool) -> None:
    sections = Sections()
    sections.add("long", lambda: "x" * length)
    found = sections.read()["long"]
    assert found == "x" * length if fits else found == {"error": "It is larger than 16 KiB."}


def test_the_text_of_a_section_counts_as_it_is_sent() -> None:
    sections = Sections()
    sections.add("wide", lambda: "\u2028" * (SECTION_BYTES // 2))
    assert "error" in sections.read()["wide"]


@pytest.mark.parametrize("name", [*PARTS, "", "x" * 41])
def test_a_section_takes_no_name_that_means_something_else(name: str) -> None:
    with pytest.raises(BadRequest):
        collector_of(Machine(), Clock()).add_section(name, lambda: 1)


def test_there_is_a_bound_on_sections() -> None:
    sections = Sections()
    for number in range(SECTIONS):
        sections.add(str(number), lambda: 1)
    sections.add("0", lambda: 2)
    with pytest.raises(Exhausted):
        sections.add("more", lambda: 1)
    assert sections.read()["0"] == 2


@pytest.mark.anyio
async def test_a_section_is_served() -> None:
    async with serving() as served:
        served.collector.add_section("discovery", lambda: {"state": "<script>alert(1)</script>"})
        found = (await served.client.get("/api/summary")).json()["current"]["discovery"]
        assert found == {"state": "<script>alert(1)</script>"}
        assert json.loads(json.dumps(found)) == found
