"""Checking several workloads: a line for each, and the code of the worst."""

from __future__ import annotations

import pytest

from cloudwan_mcp.errors import BadRequest, TryAgain
from cloudwan_mcp.memory.leaks.verdict import Kind, Verdict
from cloudwan_mcp.workloads.checking import check


def detect(reference: str) -> Verdict:
    """The verdict that the reference names."""
    if reference == "busy":
        raise TryAgain("Time is up.", next_step="Try again.")
    if reference == "wrong":
        raise BadRequest("It raises.", next_step="Name another.", field="target")
    kinds: dict[str, Kind] = {"leak": "leak", "suspect": "suspect", "clean": "clean"}
    return Verdict(kinds[reference], (), 1000, 12, 1.0, "Do it.")


def code(*references: str) -> int:
    return check({each: each for each in references}, detect, quiet=True)[1]


def test_the_code_is_that_of_a_leak_then_that_of_the_first_failure() -> None:
    assert code("clean", "suspect") == 0
    assert code("clean", "leak", "clean") == 1
    assert code("busy", "wrong", "clean") == 4
    assert code("wrong", "leak", "busy") == 1


def test_each_has_its_line_and_its_place_in_what_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    found, _ = check({"one": "clean", "two": "busy", "three": "leak"}, detect, quiet=False)
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0:2] for line in said] == [
        ["one", " clean"],
        ["two", " failed"],
        ["three", " leak"],
    ]
    assert said[1].endswith("Time is up. Try again.")
    targets = found["targets"]
    assert [targets[name].get("kind", targets[name].get("error")) for name in targets] == [
        "clean",
        "TryAgain",
        "leak",
    ]


def test_a_quiet_check_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    check({"one": "clean"}, detect, quiet=True)
    assert capsys.readouterr() == ("", "")
