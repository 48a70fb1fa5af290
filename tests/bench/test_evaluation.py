"""The evaluation: right answers of the real server are called right, and wrong ones wrong."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from cloudwan_mcp.bench.cases import answers
from cloudwan_mcp.bench.evaluation import course, intent
from cloudwan_mcp.bench.evaluation.asking import Row, faults_of
from cloudwan_mcp.bench.evaluation.estates import SIZES, Size, first, second
from cloudwan_mcp.bench.evaluation.question import Question, Way, tokens
from cloudwan_mcp.bench.evaluation.questions import QUESTIONS
from cloudwan_mcp.bench.evaluation.table import table
from cloudwan_mcp.bench.evaluation.truth import Truth

SMALLEST = SIZES[0]
TIMED = ("find", "find_path")  # a refresh beside each is what takes long
NUMBERS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
QUOTAS = 17
WAYS = [(question, way) for question in QUESTIONS for way in question.ways]
ROWS = ("items", "routes", "groups", "connections", "counts")
LISTS = ("members", "by_type", *ROWS)
COUNTS = ("count", "total", "total_known", "tables", "added")
POLICY_ROWS = (
    "cells", "pairs", "egress", "causes", "tried", "findings", "mappings", "reachability", "exits", "changes",
    "appliance_mode",
)  # fmt: skip
SENTENCES = ("because", "message", "fix", "cause", "hint", "difference", "age_s")
# Words of verdicts; each is put in every other's place.
VERDICTS = (
    "allowed", "inspected", "no-route", "reachable", "unreachable", "one-way", "undecided", "open", "via",
    "isolated", "route", "unknown", "blackhole", "local", "only-one", "unspecified", "lost", "gained",
    "associated", "no-rule", "no-routing", "error", "warning", "info",
)  # fmt: skip


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, str], Row]:
    asked = course.run(SMALLEST, tmp_path_factory.mktemp("data"), calls=1, tools=TIMED)
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


def shortened(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Without the last row of each list that judges a policy."""
    for name in POLICY_ROWS:
        if answer.get(name) and "policy" in answer:
            yield answer | {name: answer[name][:-1]}


def contradicted(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One verdict after another is the next word, in the value or, of the matrix's own cells, in the key."""
    for path, word in verdicts(answer):
        changed = copy.deepcopy(answer)
        place = changed
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = VERDICTS[VERDICTS.index(word) - 1]
        yield changed


def verdicts(told: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Where a policy answer has one of the words."""
    if path == () and "policy" not in told:
        return
    if isinstance(told, str) and told in VERDICTS:
        yield path, told
    steps = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for step, value in steps:
        yield from verdicts(value, (*path, step))


def moved(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rules, places, Regions, pointers and versions are others; one list or member at a time."""
    members = ("place", "segments", "attachments", "summary", "own", "grid", "against", "aws_change_set")
    for name in (*members, "rule", "source", "destination", "forward", "back", *POLICY_ROWS):
        if "policy" in answer and answer.get(name) and (changed := shifted(answer[name])) != answer[name]:
            yield answer | {name: changed}


def shifted(value: Any) -> Any:
    """Every number one more and every identifying word another; reasons in sentences stay."""
    if isinstance(value, dict):
        return {key: each if key in SENTENCES else shifted(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shifted(each) for each in value]
    if isinstance(value, bool):
        return not value
    return f"{value}0" if isinstance(value, str) else value + 1


SPOILS = (emptied, renamed, miscounted, shortened, contradicted, moved)


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
    assert all((row.quiet is None) == (row.tool not in TIMED) for row in rows.values())
    assert all((row.refreshing is None) == (row.tool not in TIMED) for row in rows.values())


@pytest.mark.parametrize(
    ("question", "way"), WAYS, ids=[f"{question.number} {way.name}" for question, way in WAYS]
)
def test_a_wrong_answer_is_called_wrong(
    rows: dict[tuple[int, str], Row], truths: dict[bool, Truth], question: Question, way: Way
) -> None:
    answer = rows[question.number, way.name].answer
    assert faults(way, truths, answer) == []
    wrong = [each for spoil in SPOILS for each in spoil(answer)]
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


def test_calls_that_pass_through_all_attachments_are_judged_by_a_bound_for_the_quota_of_them() -> None:
    """Below the quota by what they take, above it by their share; and not by the bound of the others."""
    rows = [
        Row(6, "whole", "t", 100, 1, 1, 1.0, [], None, whole=True, attachments=count, quiet=ms, refreshing=ms)
        for count, ms in ((20, 300.0), (50_000, 4_000.0))
    ]
    brief = Row(1, "brief", "t", 100, 1, 1, 1.0, [], None, quiet=7.0, refreshing=8.0)
    measured = answers.measured([*rows, brief])
    assert (measured["whole_p95_quiet_ms"], measured["whole_p95_refreshing_ms"]) == (400.0, 400.0)
    assert (measured["slowest_p95_quiet_ms"], measured["slowest_p95_refreshing_ms"]) == (7.0, 8.0)


def test_a_policy_that_the_model_does_not_know_is_refused_not_guessed_at(truths: dict[bool, Truth]) -> None:
    document = copy.deepcopy(truths[False].policy)
    document["segment-actions"][0]["share-with"] = ["production"]
    with pytest.raises(ValueError, match="a share with"):
        intent.pairs(document)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_peer_reads_attachments_a_default_page_at_a_time(size: Size) -> None:
    """20,000 attachments take it 400 calls and 3.6 million tokens."""
    question = next(each for each in QUESTIONS if each.number == 4)
    peer = question.peer(Truth(first(size).estate()))
    assert peer
    assert peer.calls == -(-size.attachments // 50)
    assert peer.tokens == 180 * size.attachments
