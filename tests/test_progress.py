"""Progress for people: rate and time left, on one line that is drawn again or on lines of their own."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from cloudwan_mcp.discovery.progress import Progress
from cloudwan_mcp.progress import ProgressLine, Rate
from cloudwan_mcp.row import encode, shortened, size
from fakes.clock import Clock


def test_a_line_names_what_was_read_and_what_was_throttled(capsys: pytest.CaptureFixture[str]) -> None:
    ProgressLine().draw(Progress(elements=1500, calls=3, throttles=2), Rate())
    assert capsys.readouterr().err == "1,500 elements, 0/s, 3 calls, 2 throttled\n"


def test_a_known_total_makes_a_bar_that_never_runs_over(capsys: pytest.CaptureFixture[str]) -> None:
    for elements, part in ((0, "  0%"), (50, " 50%"), (100, "100%"), (250, "100%")):
        ProgressLine().draw(Progress(elements=elements, expected=100), Rate())
        said = capsys.readouterr().err
        assert said.startswith("[")
        assert f"] {part} " in said
        assert len(said.partition("]")[0]) == 29
        assert "-" not in said


def test_a_rate_needs_two_samples() -> None:
    rate = Rate()
    assert rate.per_second == 0
    rate.note(5)
    assert rate.per_second == 0


def test_a_pipe_gets_a_line_after_a_while_and_not_the_next_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("cloudwan_mcp.progress.time", SimpleNamespace(monotonic=clock))
    assert not sys.stderr.isatty()
    for given, every_s in ((None, 5.0), (0.5, 0.5)):
        line = ProgressLine(given)
        assert not line.due()
        clock.now += every_s
        assert line.due()
        assert not line.due()


def test_rows_are_measured_as_they_are_sent() -> None:
    row = {"id": "é\ud800", "name": "語"}
    assert size(row) == len(encode(row).encode()) + 1
    assert encode(row) == '{"id":"é?","name":"語"}'


def test_a_row_is_shortened_in_steps_and_keeps_its_id() -> None:
    row = {"id": "i" * 300, "name": "n" * 256, "attributes": {"a": "b" * 5000}}
    assert shortened(row, 1000) == {"id": "i" * 300, "name": "n" * 256, "omitted": "attributes and long text"}
    least = shortened(row, 10)
    assert least["id"] == row["id"]
    assert len(least["name"]) == 65
