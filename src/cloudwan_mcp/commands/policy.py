"""policy: judge policy documents in files, without AWS and without a snapshot, as a pipeline does."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudwan_mcp import __version__
from cloudwan_mcp.command import EXIT_HELP, Command, say, say_json
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.settings import Settings

if TYPE_CHECKING:
    from cloudwan_mcp.policy.document import Document
    from cloudwan_mcp.policy.finding import Finding

FILES = {"lint": 100, "matrix": 1, "compare": 2}
EXAMPLES = """\
  cloudwan-mcp policy lint policy.json
  cloudwan-mcp policy lint policy.json --sarif policy.sarif
  cloudwan-mcp policy matrix policy.json
  cloudwan-mcp policy compare live.json proposed.json"""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"examples:\n{EXAMPLES}\n\nlint exits with 1 where it finds an error. {EXIT_HELP}"
    parser.add_argument("action", choices=FILES, help="what to do with the files")
    parser.add_argument("file", nargs="+", help="policy documents; - is standard input; compare takes two")
    parser.add_argument(
        "--sarif", metavar="OUT", help="lint: also write SARIF 2.1.0 to this file, or - for it alone"
    )
    parser.add_argument("--json", action="store_true", help="JSON instead of text")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    wanted, files = FILES[arguments.action], arguments.file
    if len(files) > wanted or (arguments.action == "compare" and len(files) < wanted):
        raise BadRequest(
            f"{arguments.action} takes {wanted} files at most, given {len(files)}.",
            field="file",
            next_step="See cloudwan-mcp policy --help.",
        )
    documents = [_read(name) for name in files]
    if arguments.action == "lint":
        return _lint(arguments, documents)
    if arguments.action == "matrix":
        return _matrix(documents[0], as_json=arguments.json)
    return _compare(documents[0], documents[1], as_json=arguments.json)


def _read(name: str) -> Document:
    from cloudwan_mcp.policy.parse import LARGEST, parse

    try:
        if name == "-":
            return parse(sys.stdin.buffer.read(LARGEST + 1))
        with Path(name).open("rb") as file:
            return parse(file.read(LARGEST + 1))
    except OSError as error:
        raise BadRequest(
            f"{name} cannot be read ({error.strerror}).", field="file", next_step="Name a policy document."
        ) from error
    except BadRequest as error:
        raise BadRequest(f"{name}: {error.args[0]}", field="file", next_step=error.next_step) from error


def _lint(arguments: argparse.Namespace, documents: list[Document]) -> int:
    from cloudwan_mcp.policy.lint import lint

    found = {name: lint(document) for name, document in zip(arguments.file, documents, strict=True)}
    if arguments.sarif:
        _write_sarif(arguments.sarif, found)
    if arguments.json and arguments.sarif != "-":
        say_json([{"file": name, **_plain(each)} for name, findings in found.items() for each in findings])
    elif arguments.sarif != "-":
        for name, findings in found.items():
            for each in findings:
                say(_line(name, each))
        say(_counted(found))
    return int(any(each.severity == "error" for findings in found.values() for each in findings))


def _write_sarif(place: str, found: dict[str, list[Finding]]) -> None:
    from cloudwan_mcp.policy.sarif import sarif

    logs = [sarif(findings, _uri(name), __version__) for name, findings in found.items()]
    text = json.dumps({**logs[0], "runs": [run for log in logs for run in log["runs"]]}, indent=2)
    if place == "-":
        say(text)
        return
    try:
        Path(place).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise BadRequest(
            f"{place} cannot be written ({error.strerror}).", field="sarif", next_step="Name another file."
        ) from error


def _uri(name: str) -> str:
    """Relative to where the command runs, as code hosts ask for; what lies elsewhere by its whole address."""
    from urllib.parse import quote

    path = Path(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _plain(each: Finding) -> dict[str, Any]:
    names = ("check", "severity", "line", "pointer", "message", "fix", "code")
    return {name: value for name in names if (value := getattr(each, name)) or name == "pointer"}


def _line(name: str, each: Finding) -> str:
    from cloudwan_mcp.tables import text

    fix = f" {each.fix}" if each.fix else ""
    return text(
        f"{name}:{max(each.line, 1)}: {each.severity}: {each.message.rstrip('.')}.{fix} [{each.check}]"
    )


def _counted(found: dict[str, list[Finding]]) -> str:
    from cloudwan_mcp.policy.finding import SEVERITIES

    every = [each.severity for findings in found.values() for each in findings]
    return ", ".join(f"{every.count(severity)} {severity}" for severity in SEVERITIES)


def _matrix(document: Document, *, as_json: bool) -> int:
    from cloudwan_mcp.policy.assumption import explain
    from cloudwan_mcp.policy.folding import LETTERS, fold, grid, own
    from cloudwan_mcp.policy.inspected import assumptions
    from cloudwan_mcp.policy.matrix import matrix
    from cloudwan_mcp.tables import text

    found = matrix(document)
    if as_json:
        say_json({"own": own(found), "pairs": fold(found), "assumptions": assumptions(document, found)})
        return 0
    width = max([len(name) for name in found.segments] or [0])
    for name, letters in grid(found).items():
        say(text(f"{name.ljust(width)}  {' '.join(letters)}"))
    say(", ".join(f"{letter} {verdict}" for verdict, letter in LETTERS.items()))
    for each in explain(assumptions(document, found)):
        say(f"assumed: {each.reading} {each.otherwise} [{each.name}]")
    return 0


def _compare(before: Document, after: Document, *, as_json: bool) -> int:
    from cloudwan_mcp.policy.compare import compare
    from cloudwan_mcp.policy.telling import told
    from cloudwan_mcp.tables import lines

    names = [each.name for document in (before, after) for each in document.segments]
    rows = told(compare(before, after), list(dict.fromkeys(names)))
    if as_json:
        say_json(rows)
        return 0
    for line in lines({name: part for name, part in rows.items() if part}, 160):
        say(line)
    if not any(rows.values()):
        say("Nothing changes.")
    return 0


COMMAND = Command(
    name="policy",
    help="lint, map or compare policy documents in files",
    description="Lint policy documents (exit 1 on errors, SARIF), show a matrix, compare two: all offline.",
    add_arguments=_add_arguments,
    run=_run,
)
