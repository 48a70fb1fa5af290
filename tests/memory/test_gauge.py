"""The gauge reads what the kernel would end this process for."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.limit import MIB, MemoryLimit

PHYSICAL = MemoryLimit(1 << 40, "physical memory")
GROUP = "/sys/fs/cgroup/app"
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def gauge(root: Path, name: str = "memory.max", /, **files: object) -> MemoryGauge:
    """In a group that limits by the file `name`; underscores stand for dots in the names of `files`."""
    folder = root / GROUP.lstrip("/")
    folder.mkdir(parents=True)
    for key, content in files.items():
        (folder / f"memory.{key}").write_text(f"{content}\n", encoding="ascii")
    return MemoryGauge(MemoryLimit(200 * MIB, f"{GROUP}/{name}"), root=root)


def test_in_a_v2_group_page_cache_that_can_go_does_not_count(tmp_path: Path) -> None:
    stat = "anon 100\nfile 70\nactive_file 20\ninactive_file 50\nslab 1"
    assert gauge(tmp_path, current=170, stat=stat).used() == 100


def test_in_a_v1_group_the_cache_of_the_groups_below_is_known_too(tmp_path: Path) -> None:
    stat = "cache 9\ninactive_file 7\ntotal_cache 60\ntotal_inactive_file 50\ntotal_active_file 3"
    assert gauge(tmp_path, "memory.limit_in_bytes", usage_in_bytes=170, stat=stat).used() == 117


def test_the_level_that_stalls_is_measured_as_the_one_that_kills(tmp_path: Path) -> None:
    assert gauge(tmp_path, "memory.high", current=170, stat="inactive_file 50").used() == 120


def test_more_cache_than_use_is_no_negative_use(tmp_path: Path) -> None:
    assert gauge(tmp_path, current=10, stat="inactive_file 50").used() == 0


def test_a_group_that_says_nothing_of_its_cache_is_taken_at_its_word(tmp_path: Path) -> None:
    assert gauge(tmp_path, current=170, stat="anon 3").used() == 170


@pytest.mark.parametrize("files", [{}, {"current": "x", "stat": ""}, {"current": 10}])
def test_a_group_that_cannot_be_read_leaves_this_process_to_be_measured(
    tmp_path: Path, files: dict[str, object]
) -> None:
    measured = gauge(tmp_path, **files)
    assert measured.used() == pytest.approx(psutil.Process().memory_info().rss, abs=8 * MIB)


@pytest.mark.parametrize("origin", ["physical memory", "RLIMIT_AS", "CLOUDWAN_MEMORY_THRESHOLD_MB"])
def test_what_no_group_limits_is_measured_by_the_process(origin: str) -> None:
    measured = MemoryGauge(MemoryLimit(1 << 40, origin))
    assert measured.used() == pytest.approx(psutil.Process().memory_info().rss, abs=4 * MIB)


def test_what_a_process_takes_and_gives_back_is_seen() -> None:
    measured = MemoryGauge(PHYSICAL)
    before = measured.used()
    taken = bytearray(b"x") * (64 * MIB)
    with_it = measured.used()
    del taken
    assert with_it - before > 56 * MIB
    assert with_it - measured.used() > 56 * MIB


@linux
def test_the_most_that_was_ever_used_stays_after_it_is_given_back() -> None:
    measured = MemoryGauge(PHYSICAL)
    taken = bytearray(b"x") * (64 * MIB)
    with_it = measured.rss()
    del taken
    now, most = measured.peak()
    assert now < with_it - 56 * MIB
    assert most > with_it - MIB  # the kernel adds up its counters now and then


@linux
def test_a_child_does_not_inherit_the_peak_of_its_parent() -> None:
    from conversation import python

    taken = bytearray(b"x") * (128 * MIB)
    done = python(
        "from cloudwan_mcp.memory.gauge import *; print(MemoryGauge(MemoryLimit(1, 'none')).peak()[1])"
    )
    assert 0 < int(done.stdout) < len(taken) / 2


def test_a_system_without_proc_tells_its_own_use_but_no_peak(tmp_path: Path) -> None:
    measured = MemoryGauge(PHYSICAL, root=tmp_path)
    assert measured.rss() == pytest.approx(psutil.Process().memory_info().rss, abs=4 * MIB)
    now, most = measured.peak()
    assert now > 0
    assert most == 0
    assert measured.pressure() is None


@linux
def test_a_process_out_of_file_descriptors_keeps_its_last_reading() -> None:
    import resource

    measured = MemoryGauge(PHYSICAL)
    before = measured.rss()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
        with suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        assert measured.rss() == before
        assert measured.pressure() is None
    finally:
        for each in taken:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


PRESSURE = "some avg10={} avg60=0.00 avg300=0.00 total=17\nfull avg10=9.99 avg60=0.00 avg300=0.00 total=1\n"


def test_the_pressure_is_the_groups_own_where_it_tells(tmp_path: Path) -> None:
    measured = gauge(tmp_path, pressure=PRESSURE.format("12.50"))
    (tmp_path / "proc/pressure").mkdir(parents=True)
    (tmp_path / "proc/pressure/memory").write_text(PRESSURE.format("3.00"), encoding="ascii")
    assert measured.pressure() == 12.5


def test_elsewhere_the_pressure_is_the_machines(tmp_path: Path) -> None:
    measured = gauge(tmp_path)
    (tmp_path / "proc/pressure").mkdir(parents=True)
    (tmp_path / "proc/pressure/memory").write_text(PRESSURE.format("3.00"), encoding="ascii")
    assert measured.pressure() == 3.0


def test_the_pressure_that_nobody_tells_is_none(tmp_path: Path) -> None:
    assert gauge(tmp_path, pressure="nothing of the kind").pressure() is None


def test_a_gauge_without_a_limit_finds_the_one_that_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_MEMORY_THRESHOLD_MB", "77")
    assert MemoryGauge().limit == MemoryLimit(77 * MIB, "CLOUDWAN_MEMORY_THRESHOLD_MB")
