"""The command that runs benchmarks and shows what they found: the cases of the product, and the suite."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench import runner
from cloudwan_mcp.bench.case import QUICK, Case, Parameters
from cloudwan_mcp.bench.cases import CASES
from cloudwan_mcp.bench.suite import command as suite
from cloudwan_mcp.bench.suite.benchmark import Benchmark
from cloudwan_mcp.bench.suite.benchmarks import named, standard
from cloudwan_mcp.bench.suite.comparison import read
from cloudwan_mcp.bench.suite.keeping import STANDARD_OUTPUT, keep, writable
from cloudwan_mcp.command import say
from cloudwan_mcp.errors import BadRequest

RESULTS = Path("bench/results")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `bench`."""
    names = [case.name for case in CASES]
    parser.add_argument("--case", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    suite.add_arguments(parser)
    parser.add_argument("--list", action="store_true", help="say what there is to measure, and stop")
    parser.add_argument("--quick", action="store_true", help=f"at 1/{QUICK} of the size: do they run at all?")
    parser.add_argument("--attachments", type=int, default=1_000_000, help="size of the simulated network")
    parser.add_argument("--results", type=Path, help=f"folder of the cases' artefacts (default: {RESULTS})")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="everything in one file as well (-: say it)"
    )


def run(args: argparse.Namespace) -> int:
    """Run what was asked for, or everything; 0 when every rule was kept, 1 when one was broken."""
    cases = _cases(args)
    benchmarks = _benchmarks(args)
    if args.list:
        _list(cases, args)
        return 0
    _check(args, benchmarks)
    reports = [_measured(case, args) for case in cases]
    code = 0 if all(map(runner.passed, reports)) else 1
    measurer = suite.runner_of(benchmarks)
    if benchmarks:
        iterations = 1 if args.quick else args.iterations
        more = {"cases": reports}
        code |= suite.run(measurer, iterations, kept=args.json, before=args.compare, more=more)
    elif args.json:
        keep(measurer.artefact() | {"cases": reports}, args.json)
    return 0 if args.quick else code


def _cases(args: argparse.Namespace) -> list[Case]:
    """Those named; all where nothing is, neither a case nor a benchmark of the suite."""
    wanted = args.case or ([] if args.benchmark else [case.name for case in CASES])
    return [case for case in CASES if case.name in wanted]


def _benchmarks(args: argparse.Namespace) -> list[Benchmark]:
    """The same of the suite."""
    if args.benchmark:
        return named(args.benchmark)
    return [] if args.case else standard()


def _list(cases: Sequence[Case], args: argparse.Namespace) -> None:
    for case in cases:
        say("\n".join([f"{case.name:<14}{case.measures}", *(f"{'':<14}  {rule}" for rule in case.rules)]))
    if not args.case or args.benchmark:
        suite.listed(args.benchmark)


def _check(args: argparse.Namespace, benchmarks: Sequence[Benchmark]) -> None:
    """Before half an hour of measuring, not after it."""
    if args.compare and not benchmarks:
        raise BadRequest(
            "--compare compares benchmarks of the suite, and none is asked for.",
            next_step="Name some with --benchmark, or leave out --case.",
            field="compare",
        )
    if args.compare:
        read(args.compare)
    if args.json:
        writable(args.json)


def _measured(case: Case, args: argparse.Namespace) -> dict[str, Any]:
    sys.stderr.write(f"{case.name}: {case.measures}\n")
    size = max(args.attachments // QUICK, 100) if args.quick else args.attachments
    report = runner.run(case, Parameters(size, quick=args.quick))
    if args.results or not args.quick:  # a quick run proves nothing worth keeping
        runner.save(report, args.results or RESULTS)
    if args.json != STANDARD_OUTPUT:
        say(runner.table(report))
        if case.shows and not report["failed"]:
            say(case.shows(report["measurements"]))
    return report
