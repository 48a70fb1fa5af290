"""What a profile or a check for leaks is pointed at: `fakes.targets:NAME`."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import Any

MIB = 1024 * 1024
kept: list[Any] = []


def holds() -> int:
    held = [bytes(MIB) for _ in range(8)]  # the height of a call
    return sum(map(len, held))


def keeps() -> None:
    kept.append([object() for _ in range(10)])  # leaks here


async def awaits() -> None:
    kept.append(object())


def says() -> None:
    print("x" * 10_000)  # noqa: T201
    os.write(1, b"x" * 10_000)
    os.write(2, b"x" * 10_000)


def raises() -> None:
    raise RuntimeError("no such thing")


def exits() -> None:
    sys.exit(3)


def leaves() -> None:
    os._exit(0)


def takes() -> None:
    kept.append(b"x" * (1024 * MIB))


def starts_threads() -> None:
    threading.Thread(target=threading.Event().wait).start()


def hangs() -> None:
    started = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    with open(f"{os.environ['PIDS']}.new", "w", encoding="utf-8") as file:
        file.write(f"{os.getpid()} {started.pid}")
    os.rename(f"{os.environ['PIDS']}.new", os.environ["PIDS"])
    time.sleep(600)


def alias() -> None:
    if os.environ.get("CLOUDWAN_ALIAS") != "net":
        raise ValueError("another environment")
