"""Work for the fresh processes of benchmarks, small enough to be tested by."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench.suite.meter import Meter


def tells(**numbers: Any) -> dict[str, Any]:
    return numbers


def counts(file: str, values: list[float], name: str = "value") -> dict[str, Any]:
    """Each call gives the next of the values; the file counts the calls."""
    path = Path(file)
    done = len(path.read_text(encoding="utf-8")) if path.exists() else 0
    path.write_text("x" * (done + 1), encoding="utf-8")
    return {name: values[done]}


def writes(log: str, folder: str) -> dict[str, Any]:
    """What the sides read: where to write down that they did."""
    with open(log, "a", encoding="utf-8") as out:
        out.write(folder + "\n")
    Path(folder, "input").write_text(log, encoding="utf-8")
    return {}


def reads(folder: str) -> dict[str, Any]:
    log = Path(folder, "input").read_text(encoding="utf-8")
    with open(f"{log}.read", "a", encoding="utf-8") as out:
        out.write(folder + "\n")
    return {"value": 1}


def turns(file: str, side: str) -> dict[str, Any]:
    with open(file, "a", encoding="utf-8") as out:
        out.write(side + "\n")
    return {"value": 1}


def surroundings() -> dict[str, Any]:
    """What a measurement must not depend on: the caller's environment, its modules, its hashes."""
    sys.stdout.write("said to nobody\n")
    return {
        "hash": hash("hash"),
        "pid": os.getpid(),
        "alarm_s": signal.alarm(0),
        "heavy": sorted({name.partition(".")[0] for name in sys.modules} & HEAVY),
        "environment": sorted(name for name in os.environ if name.startswith(("CLOUDWAN_", "PYTHON"))),
    }


HEAVY = {"anyio", "pydantic", "mcp", "botocore", "psutil"}


def takes(mib: int) -> dict[str, Any]:
    held = bytearray(mib * 1024 * 1024)
    held[::4096] = b"x" * len(held[::4096])
    return {"held": len(held)}


def again(mib: int) -> dict[str, Any]:
    """What a meter sees of memory that was in use before, and is now once more."""
    first = [bytes(1024) for _ in range(mib * 1024)]
    last = bytes(1024)  # above the others: the heap cannot shrink by itself
    del first
    meter = Meter()
    second = [bytes(1024) for _ in range(mib * 1024)]
    above = bytes(1024)
    held = meter.retained_mib()
    del second
    return {"held_mib": held, "left_mib": meter.retained_mib(), "kept": len(last) + len(above)}


def sleeps(file: str) -> dict[str, Any]:
    Path(file).write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(120)
    return {}


def leaves_a_thread() -> dict[str, Any]:
    threading.Thread(target=threading.Event().wait).start()
    return {"value": 1}


def leaves() -> dict[str, Any]:
    os._exit(0)


def fails() -> dict[str, Any]:
    raise ValueError("no such thing")
