"""The command line: arguments over environment over file over defaults, then one command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields

from cloudwan_mcp import __version__, command, settings
from cloudwan_mcp.commands import COMMANDS
from cloudwan_mcp.errors import CloudWanError

DESCRIPTION = """\
Explore AWS Cloud WAN networks of any size in bounded memory, read-only.

Without a command, serves MCP over stdio with the credentials that the AWS CLI would use:
  claude mcp add --transport stdio cloudwan --env AWS_PROFILE=net -- uvx cloudwan-mcp
Try it without AWS: cloudwan-mcp demo"""

CONFIG = f"YAML file of memory settings (default: ./{settings.FILE_NAME}, then the user's own)"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; anticipated failures are one line on standard error."""
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = _parser(words).parse_args(words or ["serve"])
    try:
        names = {each.name for each in fields(settings.Settings)}
        loaded = settings.load({k: v for k, v in vars(arguments).items() if k in names})
        code: int = arguments.run(arguments, loaded)
        return code
    except CloudWanError as error:
        return _failed(error)
    except ExceptionGroup as group:
        anticipated, others = group.split(CloudWanError)
        if anticipated is None or others:
            raise
        return _failed(_first(anticipated))
    except KeyboardInterrupt:
        return command.INTERRUPTED


def _failed(error: CloudWanError) -> int:
    command.announce(error)
    return command.exit_code(error)


def _first(group: ExceptionGroup[CloudWanError]) -> CloudWanError:
    """Task groups wrap a failure once for each that it leaves."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, ExceptionGroup) else error


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "cloudwan-mcp",
        description=DESCRIPTION,
        epilog=command.EXIT_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    chosen = words[0] if words else "serve"
    for each in COMMANDS:
        sub = commands.add_parser(
            each.name, help=each.help, description=each.description, epilog=command.EXIT_HELP
        )
        sub.set_defaults(run=each.run)
        if each.name == chosen:  # a command's options may import its room, which the others never need
            each.add_arguments(sub)
            sub.add_argument("--config", metavar="FILE", help=CONFIG)
            sub.add_argument("--data-dir", help="folder of the snapshots")
            sub.add_argument("--profile", help="AWS profile to read with")
            sub.add_argument("--log-level", help="DEBUG, INFO, WARNING or ERROR")
    return parser


if __name__ == "__main__":
    sys.exit(main())
