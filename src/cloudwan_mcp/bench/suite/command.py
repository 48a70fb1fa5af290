"""The suite from a command line: a table on standard output, progress on standard error."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench.suite.benchmark import Benchmark
from cloudwan_mcp.bench.suite.benchmarks import every, named, standard
from cloudwan_mcp.bench.suite.comparison import compare, read
from cloudwan_mcp.bench.suite.keeping import STANDARD_OUTPUT, keep, writable
from cloudwan_mcp.bench.suite.runner import BenchmarkRunner
from cloudwan_mcp.bench.suite.step import Step
from cloudwan_mcp.bench.suite.table import comparison, table
from cloudwan_mcp.command import INTERRUPTED, exit_code, say
from cloudwan_mcp.errors import CloudWanError

PROGRAM = "python -m cloudwan_mcp.performance.benchmarking_suite"
ITERATIONS = 3
DESCRIPTION = "Measure what the library for large topologies saves, each time against what it replaces."
EPILOG = (
    "exit codes: 0 every benchmark passed; 1 one did not; 2 bad argument; 6 a file or /proc is missing; "
    "130 interrupted"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run what was asked for, or the standard suite, and give the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        if arguments.list:
            listed(arguments.benchmark)
            return 0
        runner = runner_of(named(arguments.benchmark) if arguments.benchmark else standard())
        return run(runner, arguments.iterations, kept=arguments.json, before=arguments.compare)
    except CloudWanError as error:
        sys.stderr.write(f"benchmarking_suite: {error}\n")
        return exit_code(error)
    except KeyboardInterrupt:
        return INTERRUPTED


def listed(names: Sequence[str] | None) -> None:
    """Say what these benchmarks measure, or all there are, and by which rules."""
    for benchmark in named(names) if names else every():
        say("\n  ".join([f"{benchmark.name}: {benchmark.purpose}", *map(str, benchmark.rules)]))


def runner_of(benchmarks: Iterable[Benchmark]) -> BenchmarkRunner:
    runner = BenchmarkRunner()
    for benchmark in benchmarks:
        runner.add_benchmark(benchmark)
    return runner


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(PROGRAM, description=DESCRIPTION, epilog=EPILOG)
    add_arguments(parser)
    parser.add_argument("--list", action="store_true", help="say what there is to measure, and stop")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="keep everything measured in a file (-: say it)"
    )
    return parser


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say which benchmarks of the suite run, and how."""
    parser.add_argument(
        "--benchmark",
        nargs="+",
        metavar="NAME",
        help="these instead of the standard suite: names or families of --list, or the same names with "
        "other numbers, as topology_processing_5000e_8000c",
    )
    parser.add_argument(
        "--iterations",
        type=int,
        default=ITERATIONS,
        help=f"samples of each side, at least (default: {ITERATIONS}); more follow while times are unsteady",
    )
    parser.add_argument(
        "--compare", type=Path, metavar="FILE", help="say what has changed since --json wrote this file"
    )


def run(
    runner: BenchmarkRunner,
    iterations: int,
    *,
    kept: Path | None = None,
    before: Path | None = None,
    more: Mapping[str, Any] | None = None,
) -> int:
    """Run everything, show it, keep it (and `more`) in a file, compare it; 1 when it did not all pass."""
    import anyio

    earlier = read(before) if before else None
    if kept:
        writable(kept)
    line = _Line()
    try:
        results = anyio.run(partial(runner.run_all_benchmarks, iterations, on_progress=line))
    finally:
        line.finish()
    if kept:
        keep(runner.artefact() | dict(more or {}), kept)
    if kept != STANDARD_OUTPUT:
        say(table(results))
        if earlier is not None:
            changes = [each for each in compare(earlier, runner.artefact()) if each.benchmark in results]
            say(f"\nsince {before}\n{comparison(changes)}")
    return 0 if all(result.passed for result in results.each()) else 1


class _Line:
    """One line that changes on a terminal; elsewhere a line for each benchmark."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._named = ""

    def __call__(self, step: Step) -> None:
        if self._terminal and step.side:
            sys.stderr.write(f"\r\x1b[2K{step}")
        elif step.benchmark != self._named and step.benchmark:
            self._named = step.benchmark
            sys.stderr.write(f"[{step.done}/{step.total}] {step.benchmark}\n")
        sys.stderr.flush()

    def finish(self) -> None:
        if self._terminal:
            sys.stderr.write("\r\x1b[2K")
