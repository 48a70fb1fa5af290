"""What command lines do with workloads: check them for leaks, and profile one.

`cloudwan-mcp leaks|profile` and `python -m cloudwan_mcp.performance.memory_profiling_utilities` differ in
how they name what is to be done, and in nothing else.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cloudwan_mcp.bench.suite.keeping import STANDARD_OUTPUT, keep, writable
from cloudwan_mcp.command import INTERRUPTED, exit_code, say
from cloudwan_mcp.errors import BadRequest, CloudWanError
from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.workloads import LIBRARY, find

PROGRAM = "python -m cloudwan_mcp.performance.memory_profiling_utilities"
DESCRIPTION = "Find out whether calls leave memory behind, or what they take."
EPILOG = (
    "exit codes: 0 done, nothing leaks; 1 a leak; 2 bad argument; 4 took too long; 5 no room (memory, time); "
    "6 not found; 130 interrupted"
)
SECONDS = 10.0
BOUNDS_S = (0.5, 600.0)
CALLS = 100
MEMORY_MB = 4096
TARGET = "a name of --list, or any module:callable without arguments"


def main(argv: Sequence[str] | None = None) -> int:
    """Do one of the three, and give the exit code."""
    try:
        arguments = _parser().parse_args(argv)
        if arguments.detect_leaks is not None:
            _refuse(arguments, "--detect-leaks", "calls", "no_trace")
            return leaks(arguments.detect_leaks, arguments)
        if arguments.profile is not None:
            _refuse(arguments, "--profile", "no_blame")
            return profile(arguments.profile, arguments)
        return listed()
    except CloudWanError as error:
        sys.stderr.write(f"memory_profiling_utilities: {error}\n")
        return exit_code(error)
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(PROGRAM, description=DESCRIPTION, epilog=EPILOG)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--detect-leaks", nargs="*", metavar="TARGET", help=f"{TARGET}; none: all the library")
    what.add_argument("--profile", metavar="TARGET", help=TARGET)
    add_list(what)
    add_shared(parser)
    add_for_leaks(parser)
    add_for_profile(parser)
    return parser


def _refuse(arguments: argparse.Namespace, what: str, *names: str) -> None:
    """An option that says nothing about what is to be done is a mistake."""
    for name in names:
        if getattr(arguments, name):
            option = f"--{name.replace('_', '-')}"
            raise BadRequest(f"{what} has no {option}.", next_step="Leave it out.", field=name)


def add_list(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--list", action="store_true", help="say which names there are, and stop")


def add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help=f"for each TARGET, about (default: {SECONDS:g})"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what was found in a file (-: say it)")
    parser.add_argument("--time-limit-s", type=float, metavar="S", help="end what takes longer")
    parser.add_argument(
        "--memory-limit-mb",
        type=int,
        default=MEMORY_MB,
        metavar="MIB",
        help=f"end what takes more memory (default: {MEMORY_MB})",
    )


def add_for_leaks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-blame", action="store_true", help="look for no line of a leak")


def add_for_profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--calls", type=int, help=f"calls to count, at most (default: {CALLS})")
    parser.add_argument("--no-trace", action="store_true", help="look for no lines that take memory")


def listed() -> int:
    """Say what can be named as a target."""
    from cloudwan_mcp.workloads import WORKLOADS

    width = max(map(len, WORKLOADS))
    for each in WORKLOADS.values():
        say(f"{each.name:<{width}}  {each.purpose}")
    return 0


def leaks(targets: Sequence[str], options: argparse.Namespace) -> int:
    """Check these for leaks, or all of the library; 1 when one does."""
    from cloudwan_mcp.memory.leaks.child import detect_in_child
    from cloudwan_mcp.workloads.checking import check

    references = {target: find(target) for target in targets or LIBRARY}
    _check_bounds(options)
    detect = partial(
        detect_in_child,
        budget_s=options.seconds,
        blame=not options.no_blame,
        time_limit_s=options.time_limit_s,
        memory_limit_mb=options.memory_limit_mb,
    )
    found, code = check(references, detect, quiet=options.json == STANDARD_OUTPUT)
    if options.json:
        keep(found, options.json)
    return code


def profile(target: str, options: argparse.Namespace) -> int:
    """Say what calls of it take."""
    import anyio

    from cloudwan_mcp.workloads.profiling import profile_in_child
    from cloudwan_mcp.workloads.table import table

    _check_bounds(options)
    found = anyio.run(
        partial(
            profile_in_child,
            target,
            calls=CALLS if options.calls is None else options.calls,
            seconds=options.seconds,
            trace=not options.no_trace,
            time_limit_s=options.time_limit_s,
            memory_limit_mb=options.memory_limit_mb,
        )
    )
    if options.json:
        keep(found, options.json)
    if options.json != STANDARD_OUTPUT:
        say(table(found))
    return 0


def _check_bounds(options: argparse.Namespace) -> None:
    """Before anything is measured; the options are named as they are given."""
    if not BOUNDS_S[0] <= options.seconds <= BOUNDS_S[1]:
        raise outside("seconds", options.seconds, f"between {BOUNDS_S[0]:g} and {BOUNDS_S[1]:g}")
    if options.time_limit_s is not None and not options.time_limit_s > 0:
        raise outside("time_limit_s", options.time_limit_s, "more than 0 seconds")
    if options.memory_limit_mb < 1:
        raise outside("memory_limit_mb", options.memory_limit_mb, "at least 1 MiB")
    if options.json:
        writable(options.json)
