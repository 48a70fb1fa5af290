"""ask: the server's questions for people and scripts, answered by the same code."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

from cloudwan_mcp.command import EXIT_HELP, Command, announce, say
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.settings import Settings

WIDTH = 160
CLEAR = "\x1b[K"  # the rest of a terminal's line
PAGES = 10_000  # followed with --all at most
NAMES = {  # what people say, beside the tools' own names
    "show": "show_topology",
    "summarize": "summarize_topology",
    "findings": "list_findings",
    "routes": "list_routes",
    "snapshots": "list_snapshots",
    "diff": "diff_snapshots",
    "path": "find_path",
    "stream": "stream_topology",
    "export": "export_topology",
    "memory": "memory_report",
    "matrix": "segment_matrix",
    "reach": "check_reachability",
    "association": "explain_association",
    "lint": "lint_policy",
    "simulate": "simulate_policy",
}
MAIN = {  # arguments that may stand without their name, in this order
    "summarize_topology": ["group_by"],
    "find": ["query"],
    "describe": ["id"],
    "find_path": ["source", "target"],
    "list_findings": ["findings"],
    "list_routes": ["prefix"],
    "diff_snapshots": ["before", "after"],
    "export_topology": ["format"],
    "segment_matrix": ["segment", "other"],
    "check_reachability": ["source", "destination"],
    "explain_association": ["attachment"],
    "lint_policy": ["policy"],
    "simulate_policy": ["policy", "against"],
}
EXAMPLES = """\
  cloudwan-mcp ask summarize segment edge --element-types attachment
  cloudwan-mcp ask find 10.1.2.3
  cloudwan-mcp ask findings --severities critical --severities high
  cloudwan-mcp ask reach 10.1.2.3 production@eu-west-1
  cloudwan-mcp ask path --without eu-west-1
  cloudwan-mcp ask stream --all --state FAILED > failed.json"""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"examples:\n{EXAMPLES}\n\n{EXIT_HELP}"
    parser.add_argument("question", help=f"a tool, or one of {', '.join(NAMES)}")
    parser.add_argument("words", nargs="*", help="its main arguments, without their names")
    parser.add_argument("--demo", action="store_true", default=None, help="of a simulated network")
    parser.add_argument("--json", action="store_true", help="JSON also on a terminal")
    parser.add_argument(
        "--all", action="store_true", help="follow next_cursor to the end: one JSON object a page"
    )
    options = parser.add_argument_group("arguments of the questions; describe them: ask QUESTION --help")
    for name, member in _options().items():
        flag = f"--{name.replace('_', '-')}"
        if member.get("type") == "boolean":
            options.add_argument(flag, action="store_true", default=argparse.SUPPRESS, dest=f"arg_{name}")
        else:
            action = "append" if member.get("type") == "array" else "store"
            options.add_argument(
                flag,
                action=action,
                default=argparse.SUPPRESS,
                dest=f"arg_{name}",
                metavar=name.upper(),
                help=(member.get("description") or "").replace("%", "%%") or None,
            )


def _options() -> dict[str, dict[str, Any]]:
    """Every argument of every tool, by name; the first that says something about it is shown."""
    found: dict[str, dict[str, Any]] = {}
    for schema in _schemas().values():
        for name, member in schema["properties"].items():
            if "description" not in found.get(name, {}):
                found[name] = member
    return found


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    import anyio

    from cloudwan_mcp.app import App
    from cloudwan_mcp.server import build_server
    from cloudwan_mcp.tool import only_for_pages

    tools = anyio.run(build_server(App(Settings())).list_tools)
    return {tool.name: tool.input_schema for tool in tools if not only_for_pages(tool.meta)}


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    import anyio

    schemas = _schemas()
    tool = NAMES.get(arguments.question, arguments.question)
    if tool not in schemas:
        raise BadRequest(
            f"There is no question {arguments.question!r}.",
            field="question",
            next_step=f"Choose from {', '.join([*NAMES, *schemas])}.",
        )
    given = _given(tool, schemas[tool]["properties"], arguments)
    return anyio.run(_asked, settings, tool, given, arguments)


def _given(tool: str, members: Mapping[str, Any], arguments: argparse.Namespace) -> dict[str, Any]:
    given = {
        name.removeprefix("arg_"): value for name, value in vars(arguments).items() if name.startswith("arg_")
    }
    unknown = [name for name in given if name not in members]
    if unknown:
        raise BadRequest(
            f"{tool} has no argument {unknown[0]}.",
            field=unknown[0],
            next_step=f"It has {', '.join(members)}.",
        )
    words = list(arguments.words)
    for name in MAIN.get(tool, []):
        if words and name not in given:
            given[name] = words if members[name].get("type") == "array" else words.pop(0)
            words = [] if members[name].get("type") == "array" else words
    if words:
        raise BadRequest(f"{tool} does not take {words[0]!r}.", field="words", next_step="Name the argument.")
    return {name: _read(name, value, members[name]) for name, value in given.items()}


def _read(name: str, value: Any, member: Mapping[str, Any]) -> Any:
    if member.get("type") not in ("integer", "number"):
        return value
    try:
        return (int if member["type"] == "integer" else float)(value)
    except ValueError:
        raise BadRequest(f"{name}={value!r} is no number.", field=name, next_step="Give a number.") from None


async def _asked(settings: Settings, tool: str, given: dict[str, Any], arguments: argparse.Namespace) -> int:
    from mcp import Client
    from mcp.types import TextContent

    from cloudwan_mcp.app import App
    from cloudwan_mcp.server import build_server

    async with App(settings) as app, Client(build_server(app)) as client:
        for _ in range(PAGES):
            result = await client.call_tool(tool, given, progress_callback=_progress)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{CLEAR}")
            said = " ".join(each.text for each in result.content if isinstance(each, TextContent))
            if result.is_error:
                announce(said.removeprefix(f"Error executing tool {tool}: "))
                return 1
            answer = dict(result.structured_content or {})
            as_json = arguments.json or arguments.all or not sys.stdout.isatty()
            if as_json or said.startswith("{"):
                _say(answer, as_json=as_json)
            else:  # an answer that is written for people
                say(said)
            if not arguments.all or not answer.get("next_cursor"):
                break
            given = {"cursor": answer["next_cursor"]} | {
                k: given[k] for k in ("limit", "detail") if k in given
            }
    return 0


async def _progress(progress: float, total: float | None, message: str | None) -> None:
    if sys.stderr.isatty() and message:
        sys.stderr.write(f"\r{message}{CLEAR}")
        sys.stderr.flush()


def _say(answer: dict[str, Any], *, as_json: bool) -> None:
    from cloudwan_mcp.tables import lines

    if as_json:
        say(json.dumps(answer, ensure_ascii=False, separators=(",", ":")))
        return
    for line in lines(answer, shutil.get_terminal_size((WIDTH, 40)).columns):
        say(line)


COMMAND = Command(
    name="ask",
    help="ask the server's questions without a model",
    description="Ask what the server's tools answer: tables on a terminal, JSON in a pipe.",
    add_arguments=_add_arguments,
    run=_run,
)
