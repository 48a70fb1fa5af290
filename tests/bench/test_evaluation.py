"""The evaluation: right answers of the real server are called right, and wrong ones wrong."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from cloudwan_mcp.bench.cases import answers
from cloudwan_mcp.bench.evaluation import course
from cloudwan_mcp.bench.evaluation.asking import Row, faults_of
from cloudwan_mcp.bench.evaluation.estates import SIZES, Size, first, second
from cloudwan_mcp.bench.evaluation.question import Question, Way, tokens
from cloudwan_mcp.bench.evaluation.questions import QUESTIONS
from cloudwan_mcp.bench.evaluation.table import table
from cloudwan_mcp.bench.evaluation.truth import Truth

SMALLEST = SIZES[0]
NUMBERS = (4, 8, 9, 10, 11, 12, 13, 14, 15, 17, 20)
QUOTAS = 17
WAYS = [(question, way) for question in QUESTIONS for way in question.ways]
ROWS = ("items", "routes", "groups", "connections", "counts")
LISTS = ("members", "by_type", *ROWS)
COUNTS = ("count", "total", "total_known", "tables", "added")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, str], Row]:
    asked = course.run(SMALLEST, tmp_path_factory.mktemp("data"), calls=2)
    return {(row.question, row.way): row for row in asked}


@pytest.fixture(scope="module")
def truths() -> dict[bool, Truth]:
    """Those of the first day, and of the later one."""
    day = first(SMALLEST)
    truth = Truth(day.estate())
    return {False: truth, True: Truth(second(day).estate(), truth)}


def faults(way: Way, truths: dict[bool, Truth], answer: dict[str, Any]) -> list[str]:
    return faults_of(way, truths[way.later], answer)


def emptied(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Without any row; nothing where there is none."""
    if any(answer.get(name) for name in ROWS):
        yield answer | {name: [] for name in (*ROWS, "near") if name in answer} | {"breaks": {}}


def renamed(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every id is another, and every prefix, group and quota."""
    told = ("id", "prefix", "quota", "segment", "state", "account", "attachment", "other")

    def other(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: f"{v}0" if k in told and isinstance(v, str) else other(v) for k, v in value.items()}
        return [other(each) for each in value] if isinstance(value, list) else value

    changed = {name: other(value) for name, value in answer.items() if name in LISTS or name == "breaks"}
    if changed and answer | changed != answer:
        yield answer | changed


def miscounted(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One more of what is counted."""

    def more(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                k: v + 1 if k in COUNTS and isinstance(v, int) else v if k == "facts" else more(v)
                for k, v in value.items()
            }
        return [more(each) for each in value] if isinstance(value, list) else value

    if (changed := more(copy.deepcopy(answer))) != answer:
        yield changed


def test_the_questions_are_those_of_the_kit() -> None:
    assert tuple(question.number for question in QUESTIONS) == NUMBERS
    assert len({(question.number, way.name) for question, way in WAYS}) == len(WAYS)


def test_the_server_answers_every_question_rightly_briefly_and_in_one_call(
    rows: dict[tuple[int, str], Row],
) -> None:
    assert set(rows) == {(question.number, way.name) for question, way in WAYS}
    assert {key: row.faults for key, row in rows.items() if row.faults} == {}
    assert {row.calls for row in rows.values()} == {1}
    assert max(row.tokens for row in rows.values()) <= 2_000
    assert all((row.quiet is None) == bool(row.untimed) for row in rows.values())
    assert all((row.refreshing is None) == bool(row.untimed) for row in rows.values())


@pytest.mark.parametrize(
    ("question", "way"), WAYS, ids=[f"{question.number} {way.name}" for question, way in WAYS]
)
def test_a_wrong_answer_is_called_wrong(
    rows: dict[tuple[int, str], Row], truths: dict[bool, Truth], question: Question, way: Way
) -> None:
    answer = rows[question.number, way.name].answer
    assert faults(way, truths, answer) == []
    wrong = [each for spoil in (emptied, renamed, miscounted) for each in spoil(answer)]
    assert wrong or question.number == QUOTAS
    for each in wrong:
        assert faults(way, truths, each), each


def test_a_quota_that_is_not_close_and_one_that_is_missing_are_wrong(truths: dict[bool, Truth]) -> None:
    """The smallest estate is close to none, so that its answer has nothing to spoil."""
    (way,) = next(question for question in QUESTIONS if question.number == QUOTAS).ways
    close = {"facts": {"quota": "sites", "used": 170, "default": 200}}
    answer = {"counts": [{"finding": "quota_use", "count": 1}], "items": [close]}
    assert faults(way, truths, {"counts": [], "items": []}) == []
    assert list(way.faults({"sites": (170, 200)}, answer)) == []
    assert faults(way, truths, answer)
    assert list(way.faults({"sites": (171, 200)}, answer))


def test_a_refused_call_is_a_wrong_answer(rows: dict[tuple[int, str], Row]) -> None:
    refused = Row(8, "w", "t", 100, 1, 1, 1.0, ["refused: no"], None)
    measured = answers.measured([*rows.values(), refused])
    assert measured["wrong_answers"] == 1
    assert "no: refused" in table(measured["rows"])
    assert all("answer" not in row for row in measured["rows"])


def test_tokens_are_four_characters_of_compact_json() -> None:
    assert tokens({"a": "b" * 7_992}) == 2_000
    assert tokens({"a": "b" * 7_993}) == 2_001


def test_the_later_day_differs_by_attachments_that_came_and_a_site_that_went() -> None:
    day = first(SMALLEST)
    estates = day.estate(), second(day).estate()
    one, other = (set(each.ids("ListAttachments")) for each in estates)
    assert one < other
    assert [len(list(each.ids("GetSites"))) for each in estates] == [2, 1]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_peer_reads_attachments_a_default_page_at_a_time(size: Size) -> None:
    """20,000 attachments take it 400 calls and 3.6 million tokens."""
    question = QUESTIONS[0]
    peer = question.peer(Truth(first(size).estate()))
    assert peer
    assert peer.calls == -(-size.attachments // 50)
    assert peer.tokens == 180 * size.attachments
