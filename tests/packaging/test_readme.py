"""The README is run: every command in it has a row here that says how, and its parts come from the code."""

from __future__ import annotations

import base64
import json
import re
import shlex
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cloudwan_mcp.clients import snippets
from cloudwan_mcp.commands import COMMANDS
from cloudwan_mcp.settings import Settings
from project import BIN, ROOT, VERSION, accepts, cli_help, run, text

README = text("README.md")
IMAGE = f"ghcr.io/cloudwan-mcp/cloudwan-mcp:{VERSION}"


def blocks(language: str, document: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", document, re.DOTALL | re.MULTILINE)


def commands(document: str) -> list[str]:
    """Each line of the `sh` blocks: continued lines joined, comments removed."""
    lines = "".join(blocks("sh", document)).replace("\\\n", " ").splitlines()
    bare = (re.sub(r"(^|\s)#\s.*$", "", line) for line in lines)
    return [" ".join(line.split()) for line in bare if line.strip()]


def clients() -> list[dict[str, Any]]:
    """Each server entry of the clients' JSON blocks."""
    found = [json.loads(block) for block in blocks("json")]
    tables = [each.get("mcpServers") or each.get("servers") for each in found if "Statement" not in each]
    return [entry for table in tables for entry in table.values()]


# How each command is run or verified. -----------------------------------------------------------------


def make_demo(words: list[str]) -> None:
    line = _made(words, "ARGS=--attachments 200")
    assert line == [".venv/bin/cloudwan-mcp", "demo", "--attachments", "200"]
    done = run([str(BIN / "cloudwan-mcp"), *line[1:]], timeout_s=100)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def make_tests(words: list[str]) -> None:
    """These very tests: what it runs is looked at, and asked for its version."""
    python, *rest = _made([each for each in words if not each.startswith("ARGS=")])
    asked = ["-m", "pytest", "-n", "4", "--dist", "loadgroup"]
    assert (python, rest) == (".venv/bin/python", asked)
    assert run([sys.executable, *rest, "--version"]).returncode == 0


def make_other(words: list[str]) -> None:
    """The target exists and is documented by `make help`."""
    assert f"make {words[1]} " in run(["make", "help"]).stdout
    assert _made(words)


def _made(words: list[str], *more: str) -> list[str]:
    done = run([*words, "--dry-run", *more])
    assert done.returncode == 0, done.stderr
    return shlex.split(done.stdout.replace("\\\n", " ").splitlines()[-1])


def uvx(words: list[str]) -> None:
    assert words[:2] == ["uvx", "cloudwan-mcp"]
    accepts(words[2:])


def installed(words: list[str]) -> None:
    accepts(words[1:])


def claude_stdio(words: list[str]) -> None:
    cut = words.index("--")
    entry = clients()[0]
    assert words[cut + 1 :] == [entry["command"], *entry["args"]]
    uvx(words[cut + 1 :])
    options = _options(words[3:cut], flags=(), values=("--transport", "--env"))
    assert options == {"--transport": ["stdio"], "--env": ["AWS_PROFILE=net"], "": ["cloudwan"]}


def claude_http(words: list[str]) -> None:
    options = _options(words[3:], flags=(), values=("--transport", "--header"))
    name, url = options[""]
    assert (name, options["--transport"]) == ("cloudwan", ["http"])
    assert url == f"http://127.0.0.1:{Settings().http_port}/mcp"
    assert options["--header"] == ["Authorization: Bearer $CLOUDWAN_TOKEN"]


def docker_run(words: list[str]) -> None:
    cut = words.index(IMAGE)
    values = ("--name", "--memory", "--user", "-v", "-e", "-p")
    options = _options(words[2:cut], flags=("-i", "-d", "--rm"), values=values)
    assert "" not in options
    assert options["--memory"] == ["256m"]
    assert "$HOME/.aws:/home/app/.aws:ro" in options["-v"]
    assert "HOME=/home/app" in text("Dockerfile")
    if "--host" in words[cut:]:  # beyond loopback the server starts with both of these only
        given = {each.partition("=")[0] for each in options["-e"]}
        assert {"CLOUDWAN_TOKEN", "CLOUDWAN_ALLOWED_HOSTS"} <= given
    for published in options.get("-p", []):
        assert published == f"127.0.0.1:{Settings().http_port}:{Settings().http_port}"
    accepts(words[cut + 1 :])


def shell(words: list[str]) -> None:
    """Runs anywhere, as it stands."""
    done = run(["sh", "-ec", f"{_source[tuple(words)]}; printenv CLOUDWAN_TOKEN"])
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip()) >= 32


def _options(words: list[str], *, flags: tuple[str, ...], values: tuple[str, ...]) -> dict[str, list[str]]:
    """Words by option; an option that is neither a flag nor takes a value fails; "" holds the rest."""
    found: dict[str, list[str]] = {}
    left = iter(words)
    for word in left:
        if word in values:
            found.setdefault(word, []).append(next(left))
        elif word not in flags:
            assert not word.startswith("-"), word
            found.setdefault("", []).append(word)
    return found


ROWS: dict[str, Callable[[list[str]], None]] = {
    r"make demo": make_demo,
    r"make test( .*)?": make_tests,
    r"make (setup|check|lock)( .*)?": make_other,
    r"uvx cloudwan-mcp( .*)?": uvx,
    r"cloudwan-mcp( .*)?": installed,
    r"claude mcp add --transport stdio .*": claude_stdio,
    r"claude mcp add --transport http .*": claude_http,
    r"docker run .*": docker_run,
    r"export CLOUDWAN_TOKEN=.*": shell,
}
LINES = sorted({*commands(README), *commands(text("CONTRIBUTING.md"))})
_source = {tuple(shlex.split(each)): each for each in LINES}


def row(command: str) -> Callable[[list[str]], None]:
    found = [check for pattern, check in ROWS.items() if re.fullmatch(pattern, command)]
    if len(found) != 1:
        raise LookupError(f"{len(found)} rows of {__file__} cover {command!r}; exactly one must.")
    return found[0]


@pytest.mark.parametrize("command", LINES)
def test_each_command_of_the_documents_does_what_it_says(command: str) -> None:
    row(command)(shlex.split(command))


def test_a_command_that_no_row_covers_fails() -> None:
    (command,) = commands("```sh\ncurl --silent \\\n  example.org  # fetch\n```\n")
    with pytest.raises(LookupError, match="0 rows"):
        row(command)


def test_the_two_commands_come_first() -> None:
    assert commands(README)[:2] == ["make demo", "make test"]


@pytest.mark.parametrize("entry", clients(), ids=str)
def test_each_clients_json_starts_the_server(entry: dict[str, Any]) -> None:
    assert set(entry) <= {"type", "command", "args", "env"}
    assert entry["env"].keys() == {"AWS_PROFILE"}
    uvx([entry["command"], *entry["args"]])


def test_the_vs_code_block_asks_for_every_input_that_it_uses() -> None:
    (block,) = (json.loads(each) for each in blocks("json") if '"servers"' in each)
    used = set(re.findall(r"\$\{input:(\w+)\}", json.dumps(block)))
    assert used == {each["id"] for each in block["inputs"]}


def test_the_cursor_badge_installs_the_same_server() -> None:
    (link,) = re.findall(r"\((https://cursor\.com/\S+/install-mcp\?\S+)\)", README)
    query = parse_qs(urlsplit(link).query, strict_parsing=True)
    assert query["name"] == ["cloudwan"]
    assert json.loads(base64.b64decode(query["config"][0], validate=True)) == clients()[0]


def test_what_the_doctor_prints_for_clients_are_commands_of_this_document() -> None:
    for snippet in snippets():
        if snippet.place.startswith("a shell"):
            assert snippet.text in LINES


def test_every_command_is_in_the_table_and_explains_itself() -> None:
    names = re.findall(r"^\| `cloudwan-mcp ([a-z]+)` \|", README, re.MULTILINE)
    assert names == [each.name for each in COMMANDS]
    for name in names:
        assert f"cloudwan-mcp {name}" in cli_help(name)


def test_what_the_code_knows_is_up_to_date() -> None:
    done = run([sys.executable, "scripts/readme.py", "--check"])
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_link_to_a_file_leads_to_one() -> None:
    for document in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text(document)):
            assert (ROOT / target).exists(), target
