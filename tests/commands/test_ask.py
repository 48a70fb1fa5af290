"""ask: the tools' own answers on the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from cloudwan_mcp.cli import main
from cloudwan_mcp.commands.ask import MAIN, NAMES
from cloudwan_mcp.tools import TOOLS
from conversation import COMMAND, ours
from tools.by_hand import CORE, attachment, fill


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Ask = Callable[..., Done]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command in this process, whose output is no terminal."""

    def run(*words: str) -> Done:
        code = main(["ask", *words])
        return Done(code, *capsys.readouterr())

    return run


def answered(ask: Ask, *words: str) -> dict[str, Any]:
    done = ask(*words)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_short_name_stands_for_a_tool_and_every_main_argument_is_one() -> None:
    tools = {tool.name for tool in TOOLS}
    assert set(NAMES.values()) | set(MAIN) <= tools


def test_words_are_the_main_arguments_and_options_the_rest(ask: Ask) -> None:
    fill([CORE, attachment(1), attachment(2, state="FAILED", edge="us-east-1")])
    summary = answered(ask, "summarize", "segment", "edge", "--element-types", "attachment", "--top", "5")
    assert {(g["segment"], g["edge"]): g["count"] for g in summary["groups"]} == {
        ("prod", "eu-west-1"): 1,
        ("prod", "us-east-1"): 1,
    }
    path = answered(ask, "path", attachment(1).id, attachment(2).id)
    assert path["path"] == []
    assert answered(ask, "find", "vpc 1")["items"][0]["id"] == attachment(1).id


def test_what_is_written_for_people_is_shown_to_them_as_it_is(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill([CORE, attachment(1)])
    assert answered(ask, "show")["totals"]["attachments"] == 1
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    done = ask("show")
    assert done.returncode == 0
    assert "| prod " in done.stdout
    assert "map_grid" not in ask("nothing").stderr


def test_all_follows_the_cursor_to_the_end(ask: Ask) -> None:
    fill([CORE, *(attachment(n) for n in range(25))])
    done = ask("stream", "--all", "--limit", "10")
    pages = [json.loads(line) for line in done.stdout.splitlines()]
    assert [page["count"] for page in pages] == [10, 10, 6]
    assert len({item["id"] for page in pages for item in page["items"]}) == 26
    assert pages[-1]["complete"]


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["nonsense"], "There is no question 'nonsense'", 2),
        (["find", "x", "--group-by", "y"], "find has no argument group_by", 2),
        (["snapshots", "x"], "does not take 'x'", 2),
        (["stream", "--limit", "many"], "limit='many' is no number", 2),
        (["stream", "--limit", "0"], "limit", 1),
        (["find"], "query is empty", 1),
    ],
)
def test_a_wrong_question_is_one_line_on_standard_error(
    ask: Ask, words: list[str], said: str, code: int
) -> None:
    fill([CORE])
    done = ask(*words)
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert done.returncode == code


def test_it_is_a_command_of_its_own() -> None:
    fill([CORE])
    done = subprocess.run([COMMAND, "ask", "describe"], env=ours(), capture_output=True, check=True)
    assert json.loads(done.stdout)["element"]["id"] == CORE.id
