"""What it costs to profile memory: switched off, counting, sampling, and tracing every block."""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.memory.profiler import MemoryProfiler

ROWS = 500  # of a page, as AWS lists them
PAGES = 8  # of a piece of work
ROUNDS = 200
TRACED_ROUNDS = 10
PROFILES = 5000
MODES: Mapping[str, dict[str, Any]] = {
    "off": {"enabled": False},
    "counting": {},
    "sampling": {"sample": True, "interval_s": 0.1},
}


def _run(parameters: Parameters) -> Measurements:
    page = _page()
    _work(page)
    profilers = {name: MemoryProfiler(**options) for name, options in MODES.items()}
    compared: dict[str, list[tuple[float, float]]] = {name: [] for name in MODES}
    before = _cpu_s(page, None)
    for number in range(parameters.sized(ROUNDS, 3)):
        first = number % len(MODES)
        for name in [*MODES][first:] + [*MODES][:first]:
            used, after = _cpu_s(page, profilers[name]), _cpu_s(page, None)
            compared[name].append((used, (before + after) / 2))  # a machine that drifts does so for both
            before = after
    measured: Measurements = {"work_ms": _median(1000 * bare for _, bare in compared["off"])}
    for name, pairs in compared.items():
        measured[f"{name}_percent"] = _median(100 * (used / bare - 1) for used, bare in pairs)
        measured[f"{name}_in_work_us"] = _median(1e6 * (used - bare) for used, bare in pairs)
        measured[f"{name}_us"] = _profile_us(profilers[name], parameters)
    sys.stderr.write(f"  {measured}\n")
    traced = [1000 * _traced(page) for _ in range(parameters.sized(TRACED_ROUNDS, 1))]
    return measured | {"tracing_factor": round(statistics.median(traced) / measured["work_ms"], 2)}


def _median(values: Iterable[float]) -> float:
    return round(statistics.median(values), 2)


def _page() -> str:
    """One page of attachments, some 300 KiB."""
    return json.dumps(
        {
            "Attachments": [
                {
                    "AttachmentId": f"attachment-{number:017x}",
                    "AttachmentType": "VPC",
                    "CoreNetworkArn": f"arn:aws:networkmanager::111122223333:core-network/{number % 3}",
                    "EdgeLocation": f"region-{number % 20}",
                    "ResourceArn": f"arn:aws:ec2:region-{number % 20}:111122223333:vpc/vpc-{number:017x}",
                    "State": "AVAILABLE",
                    "SegmentName": f"segment{number % 40}",
                    "Tags": [{"Key": "Name", "Value": f"vpc {number}"}, {"Key": "team", "Value": "network"}],
                    "AttachmentPolicyRuleNumber": number % 100,
                }
                for number in range(ROWS)
            ]
        }
    )


def _work(page: str) -> int:
    """Decode, look up, encode: mostly small blocks, as in the parsing of answers."""
    size = 0
    for _ in range(PAGES):
        rows = {each["AttachmentId"]: each for each in json.loads(page)["Attachments"]}
        found = [each for each in rows.values() if each["SegmentName"] == "segment7"]
        size += len(json.dumps(list(rows.values()))) + len(found)
    return size


def _cpu_s(page: str, profiler: MemoryProfiler | None) -> float:
    """Processor seconds of one piece of work, those of a sampler's thread included."""
    gc.collect()  # so that each piece of work meets as many collections
    began = time.process_time()
    if profiler is None:
        _work(page)
    else:
        with profiler.profile("work"):
            _work(page)
    return time.process_time() - began


def _traced(page: str) -> float:
    with closing(MemoryProfiler(trace=True)) as profiler:
        return _cpu_s(page, profiler)


def _profile_us(profiler: MemoryProfiler, parameters: Parameters) -> float:
    """Microseconds of the processor for one profile of nothing."""
    count = parameters.sized(PROFILES)
    began = time.process_time()
    for _ in range(count):
        with profiler.profile("nothing"):
            pass
    return round((time.process_time() - began) / count * 1e6, 2)


CASE = Case(
    name="profiling",
    measures="processor time that profiling adds to work on JSON, and what one profile costs",
    run=_run,
    rules=(
        Rule("off_percent", "<", 1, "%", timed=True),
        Rule("counting_percent", "<", 3, "%", timed=True),
        Rule("sampling_percent", "<", 3, "%", timed=True),
        Rule("counting_us", "<", 250, "us", timed=True),
    ),
)
