"""In a group of 160 MiB the kernel kills a job that does not reserve its memory, and spares one that does."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from memory import hungry
from project import LONG

LIMIT = 160 * 1024 * 1024
KILLED = -9
PATIENCE_S = 280
V1 = Path("/sys/fs/cgroup/memory")
V2 = Path("/sys/fs/cgroup")
_numbers = itertools.count(1)


class Group:
    """A control group of its own, which only what runs in it is charged to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.v1 = folder.parent == V1

    def make(self) -> None:
        self.folder.mkdir()
        # Where swap is counted apart, what exceeds the limit would be swapped out instead of killed.
        names = ("limit_in_bytes", "memsw.limit_in_bytes") if self.v1 else ("max", "swap.max")
        for name, most in zip(names, (LIMIT, LIMIT if self.v1 else 0), strict=True):
            file = self.folder / f"memory.{name}"
            if file.exists():
                file.write_text(str(most), encoding="ascii")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A Python that enters the group before it takes anything; -9 is the kernel's answer."""
        enter = 'echo $$ > "$1" && shift && exec "$@"'
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.run(
            ["sh", "-c", enter, "sh", self.folder / "cgroup.procs", sys.executable, *arguments],
            # as in our image: glibc would else keep what each worker thread has freed
            env=environ | {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "262144"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
            check=False,
        )

    @property
    def times_at_the_limit(self) -> int:
        if self.v1:
            return int((self.folder / "memory.failcnt").read_text(encoding="ascii"))
        events = (self.folder / "memory.events").read_text(encoding="ascii").splitlines()
        return sum(int(count) for name, count in map(str.split, events) if name in ("max", "oom"))

    def remove(self) -> None:
        for attempt in range(50):
            try:
                self.folder.rmdir()
                return
            except OSError:  # what was killed a moment ago still counts as in it
                if attempt == 49:
                    raise
                time.sleep(0.1)


@pytest.fixture
def group() -> Iterator[Group]:
    made = Group(_place() / f"cloudwan-mcp-test-{os.getpid()}-{next(_numbers)}")
    try:
        made.make()
        yield made
    finally:
        made.remove()


def _place() -> Path:
    """Where a group that counts memory can be made; skips the test with the reason where none can."""
    if (V1 / "memory.limit_in_bytes").exists():
        place = V1
    elif (V2 / "cgroup.subtree_control").exists():
        place = V2
        if "memory" not in (V2 / "cgroup.subtree_control").read_text(encoding="ascii").split():
            pytest.skip("the groups below /sys/fs/cgroup do not count memory")
    else:
        pytest.skip("no control groups here")
    if not os.access(place, os.W_OK) or os.statvfs(place).f_flag & os.ST_RDONLY:
        pytest.skip(f"no group can be made in {place}")
    return place


@LONG
def test_pages_that_arrive_together_and_then_a_million_elements_stay_within_the_limit(group: Group) -> None:
    done = group.run(hungry.__file__, "job", "on")
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
    told = json.loads(done.stdout)
    assert told["limit"] == LIMIT
    assert told["origin"].startswith(str(group.folder))
    assert told["pages"]["answer"] == hungry.answer()
    assert told["pages"]["budget"]["waited_s"] > 0
    assert told["stream"]["seen"] == hungry.STREAMED_PAGES * hungry.ROWS > 1_000_000
    assert told["stream"]["wrong"] == 0
    assert told["stream"]["statistics"]["running"] == 0
    assert group.times_at_the_limit == 0


def test_the_same_job_without_the_guard_is_too_much(group: Group) -> None:
    done = group.run(hungry.__file__, "job", "off")
    assert done.returncode == KILLED or group.times_at_the_limit > 0
    assert done.returncode != 0 or json.loads(done.stdout)["pages"]["answer"] == hungry.answer()
