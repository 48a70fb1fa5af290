"""Runs cases, each in a fresh process; keeps what they measured, and says which rules were kept."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench import machine
from cloudwan_mcp.bench.case import Case, Parameters

SCHEMA = 1
CHILD = "from cloudwan_mcp.bench.runner import child; child()"


def run(case: Case, parameters: Parameters) -> dict[str, Any]:
    """The artefact of one case: parameters, machine, measurements, and a verdict on each rule."""
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "case": case.name,
        "measures": case.measures,
        "parameters": asdict(parameters),
        "machine": machine.describe(),
        "busy": machine.busy(),
    }
    asked = json.dumps({"case": case.name, **asdict(parameters)})
    child = subprocess.run(  # noqa: S603 - this interpreter, this package
        [sys.executable, "-c", CHILD], input=asked, stdout=subprocess.PIPE, text=True, check=False
    )
    if child.returncode:
        return report | {"measurements": {}, "rules": [], "failed": True}
    measured = json.loads(child.stdout)
    rules = judge(case, measured, busy=report["busy"])
    return report | {"measurements": measured, "rules": rules, "failed": False}


def judge(case: Case, measured: Mapping[str, Any], *, busy: bool = False) -> list[dict[str, Any]]:
    """A verdict on each rule; on a busy machine a broken rule about time is noise, not news."""
    verdicts = []
    for rule in case.rules:
        kept = rule.kept(measured)
        verdict = "kept" if kept else "noisy" if rule.timed and busy else "broken"
        verdicts.append({"rule": str(rule), "measured": measured.get(rule.measure), "verdict": verdict})
    return verdicts


def child() -> None:
    """The fresh process: parameters from standard input, measurements to standard output."""
    from cloudwan_mcp.bench.cases import CASES

    asked = json.loads(sys.stdin.read())
    name = asked.pop("case")
    case = next(each for each in CASES if each.name == name)
    measured = case.run(Parameters(**asked))
    sys.stdout.write(json.dumps(measured))


def save(report: Mapping[str, Any], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report['case']}.json"
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return path


def table(report: Mapping[str, Any]) -> str:
    """One case for a person: every rule with what was measured."""
    size = report["parameters"]["attachments"]
    lines = [f"{report['case']}: {report['measures']} ({size:,} attachments)"]
    if report["failed"]:
        lines.append("  failed: its own words are above")
    for rule in report["rules"]:
        lines.append(f"  {rule['verdict']:<7}{rule['rule']:<44} measured {rule['measured']}")
    return "\n".join(lines)


def passed(report: Mapping[str, Any]) -> bool:
    return not report["failed"] and all(rule["verdict"] != "broken" for rule in report["rules"])
