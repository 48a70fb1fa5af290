"""The command that runs benchmarks and shows what they found."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from cloudwan_mcp.bench import runner
from cloudwan_mcp.bench.case import QUICK, Parameters
from cloudwan_mcp.bench.cases import CASES

RESULTS = Path("bench/results")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `bench`."""
    names = [case.name for case in CASES]
    parser.add_argument("--case", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--list", action="store_true", help="say what there is to measure, and stop")
    parser.add_argument("--quick", action="store_true", help=f"at 1/{QUICK} of the size: do they run at all?")
    parser.add_argument("--attachments", type=int, default=1_000_000, help="size of the simulated network")
    parser.add_argument("--results", type=Path, help=f"folder of the artefacts (default: {RESULTS})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all reports in one file as well")


def run(args: argparse.Namespace) -> int:
    """Run what was asked for; 0 when every rule was kept, 1 when one was broken."""
    cases = [case for case in CASES if not args.case or case.name in args.case]
    if args.list:
        for case in cases:
            sys.stdout.write(f"{case.name:<14}{case.measures}\n")
            sys.stdout.writelines(f"{'':<14}  {rule}\n" for rule in case.rules)
        return 0
    size = max(args.attachments // QUICK, 100) if args.quick else args.attachments
    reports = []
    for case in cases:
        sys.stderr.write(f"{case.name}: {case.measures}\n")
        report = runner.run(case, Parameters(size, quick=args.quick))
        reports.append(report)
        if args.results or not args.quick:  # a quick run proves nothing worth keeping
            runner.save(report, args.results or RESULTS)
        sys.stdout.write(runner.table(report) + "\n")
        sys.stdout.flush()
    if args.json:
        args.json.write_text(json.dumps(reports, indent=2) + "\n", encoding="utf-8")
    return 0 if args.quick or all(map(runner.passed, reports)) else 1
