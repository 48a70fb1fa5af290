"""A detection in a child process: its answers, its errors, and that it never outlives anybody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from cloudwan_mcp.errors import BadRequest, CloudWanError, Exhausted, NotFound, TryAgain
from cloudwan_mcp.memory.leaks.child import detect_in_child
from cloudwan_mcp.memory.leaks.verdict import Verdict
from project import ROOT

PATIENCE_S = 60.0
PATH = f"{ROOT / 'src'}{os.pathsep}"
TARGETS = """
import os, subprocess, sys, threading, time

def noisy():
    print("x" * 10_000)
    os.write(1, b"x" * 10_000)
    os.write(2, b"x" * 10_000)

def raises():
    raise RuntimeError("y" * 100_000)

def greedy():
    bytearray(4 << 30)

def crashes():
    os.abort()

def leaves():
    os._exit(0)

def exits():
    sys.exit(3)

def hangs():
    started = subprocess.Popen(["sleep", "600"])
    with open(os.environ["PIDS"] + ".new", "w") as file:
        file.write(f"{os.getpid()} {started.pid}")
    os.rename(os.environ["PIDS"] + ".new", os.environ["PIDS"])
    time.sleep(600)

def threads():
    threading.Thread(target=time.sleep, args=(600,)).start()

class Kept:
    values = []
    def method(self):
        self.values.append(object())
kept = Kept()
number = 7
"""

Detect = Callable[..., Any]


@pytest.fixture
def detect(tmp_path: Path) -> Detect:
    (tmp_path / "targets.py").write_text(TARGETS, encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": PATH + str(tmp_path), "PIDS": str(tmp_path / "pids")}

    def detect(name: str, **options: Any) -> Any:
        return detect_in_child(f"targets:{name}", environ=environ, **{"budget_s": 0.5, **options})

    return detect


def gone(pids: Path) -> bool:
    """Whether the child and what it started have ended, within the time one may wait for it."""
    ends = time.monotonic() + PATIENCE_S
    left = {int(each) for each in pids.read_text(encoding="ascii").split()}
    assert len(left) == 2
    while left and time.monotonic() < ends:
        left = {pid for pid in left if alive(pid)}
        time.sleep(0.02)
    return not left


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_callable_may_say_what_it_likes(detect: Detect) -> None:
    assert isinstance(detect("noisy"), Verdict)


def test_a_method_of_an_object_can_be_named(detect: Detect) -> None:
    verdict = detect("kept.method", budget_s=2.0)
    assert verdict.kind == "leak"
    assert verdict.line.startswith("targets.py:")
    assert detect("kept.method", blame=False).blame is None


def test_threads_that_the_callable_left_are_not_waited_for(detect: Detect) -> None:
    assert detect("threads", blame=False).growth


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("nothing", NotFound, "nothing"),
        ("number", NotFound, "cannot be called"),
        ("raises", BadRequest, "RuntimeError: yyy"),
        ("greedy", Exhausted, "256 MiB"),
        ("crashes", Exhausted, "without an answer"),
        ("leaves", Exhausted, "without an answer"),
        ("exits", BadRequest, "SystemExit"),
    ],
)
def test_what_goes_wrong_is_an_error_that_says_what(
    detect: Detect, name: str, error: type[CloudWanError], said: str
) -> None:
    with pytest.raises(error, match=said) as caught:
        detect(name, memory_limit_mb=256)
    assert caught.value.next_step
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("target", ["nowhere.at_all:function", "", "os", ":function", "os:"])
def test_a_target_is_a_module_and_a_callable(target: str) -> None:
    with pytest.raises(NotFound):
        detect_in_child(target, budget_s=0.5)


def test_a_target_cannot_be_an_option() -> None:
    with pytest.raises(CloudWanError):
        detect_in_child("--help", budget_s=0.5)


@pytest.mark.parametrize("budget_s", [0, 1e9])
def test_a_budget_has_its_bounds(budget_s: float) -> None:
    with pytest.raises(BadRequest):
        detect_in_child("os:getpid", budget_s=budget_s)


def test_at_the_time_limit_the_child_is_gone_and_what_it_started(detect: Detect, tmp_path: Path) -> None:
    with pytest.raises(TryAgain, match="within 5 s"):
        detect("hangs", time_limit_s=5.0)
    assert gone(tmp_path / "pids")


def test_the_child_dies_with_whoever_asked(detect: Detect, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = "from cloudwan_mcp.memory.leaks.child import detect_in_child; detect_in_child('targets:hangs')"
    environ = {**os.environ, "PYTHONPATH": PATH + str(tmp_path), "PIDS": str(pids)}
    parent = subprocess.Popen([sys.executable, "-c", code], env=environ, cwd=ROOT)
    try:
        ends = time.monotonic() + PATIENCE_S
        while not pids.exists():
            assert time.monotonic() < ends, "the child did not begin"
            time.sleep(0.02)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert gone(pids)
