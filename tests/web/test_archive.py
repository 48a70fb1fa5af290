"""A history that survives a restart, with its alerts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cloudwan_mcp.web.alert import Rule
from cloudwan_mcp.web.alerts import KEPT, Alerts
from cloudwan_mcp.web.archive import Archive
from cloudwan_mcp.web.history import GRAINS, PEAKS, RATES
from cloudwan_mcp.web.history_file import APPENDED
from conversation import python
from fakes.clock import Clock
from web.archived import START, fill, opened, seen
from web.machine import MIB, Machine, serving, until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history"


def test_a_history_is_the_same_after_a_restart(path: Path) -> None:
    with opened(path) as archive:
        fill(archive, 5000)
        before = seen(archive)
    with opened(path) as again:
        assert seen(again) == before
        assert again.history.read("1s", 2000)["columns"]["calls"][-1] == 2.0


def test_what_was_saved_in_many_steps_is_the_same_as_at_once(path: Path) -> None:
    with opened(path) as archive:
        at = START
        for seconds in (1, 10, 0, 25, 3000, 590, 10):
            at = fill(archive, seconds, at)
            archive.save()
        before = seen(archive)
    with opened(path) as again:
        assert seen(again) == before


def test_a_process_that_is_killed_keeps_what_it_had_saved(path: Path) -> None:
    killed = Archive(path)
    killed.open()
    fill(killed, 100)
    killed.save()
    before = seen(killed)
    fill(killed, 5, START + 100)
    assert killed._file is not None
    killed._file.release()  # as the kernel does
    with opened(path) as again:
        assert seen(again) == before


def test_time_in_which_it_did_not_run_stays_empty(path: Path) -> None:
    with opened(path) as archive:
        fill(archive, 3)
    with opened(path) as again:
        fill(again, 2, START + 1000)
        at = again.history.read("1s")["columns"]["at"]
    assert [each - int(START) for each in at] == [0, 1, 2, 1000, 1001]


def test_what_was_measured_before_the_file_was_read_follows_it(path: Path) -> None:
    with opened(path) as archive:
        fill(archive, 3)
    late = Archive(path)
    fill(late, 2, START + 10)
    late.open()
    assert [each - int(START) for each in late.history.read("1s")["columns"]["at"]] == [0, 1, 2, 10, 11]
    late.close()


def test_the_file_stays_small_however_long_it_runs(path: Path) -> None:
    most = 0
    with opened(path) as archive:
        for tier in archive.history.tiers.values():
            tier.grain = tier.grain._replace(period_s=1)  # a week would take the test too long
        at = START
        for _ in range(5):
            for _ in range(3):
                at = fill(archive, 1100, at)
                archive.save()
                most = max(most, path.stat().st_size)
        assert most == max(most, archive.file_bytes or 0)
    width = 8 + 4 * (len(PEAKS) + len(RATES))
    rows = sum(grain.slots for grain in GRAINS)
    appended = APPENDED * (8 * (2 + len(PEAKS) + len(RATES)) + 4)
    assert most < rows * width + appended + 4096
    assert rows * width + appended + 4096 < 1_500_000


def test_a_full_history_is_taken_over_whole(path: Path) -> None:
    with opened(path) as archive:
        fill(archive, 40_000)
        before = seen(archive)
        assert archive.history.size < 2 * MIB
    with opened(path) as again:
        assert seen(again) == before
        fill(again, 10, START + 40_000)
        columns = again.history.read("1s", last=60, now=START + 40_010)["columns"]
        assert columns["at"][-1] == START + 40_009


def watched(wall: Clock) -> Alerts:
    return Alerts([Rule("rss", 5, for_s=0, name="mine")], clock=wall, wall=wall)


def test_alerts_survive_and_one_that_stood_is_over(path: Path) -> None:
    clock = Clock()
    alerts = watched(clock)
    killed = Archive(path, alerts)
    killed.open()
    for value in (9, 0, 7):
        clock.now += 10
        alerts.judge({"rss": value})
        killed.save()
    assert killed._file is not None
    killed._file.release()
    later = watched(clock)
    again = Archive(path, later)
    again.open()
    again.close()
    assert [(each["id"], each["raised_at"], each["cleared_at"]) for each in later.past()] == [
        (2, 1030, 1030),
        (1, 1010, 1020),
    ]
    later.judge({"rss": 9})
    assert later.active()[0]["id"] == 3


def test_alerts_of_an_earlier_run_stand_before_those_of_this_and_share_no_id(path: Path) -> None:
    clock = Clock()
    first, second = watched(clock), watched(clock)
    for alerts in (first, second):
        for value in (9, 0, 9):
            clock.now += 1
            alerts.judge({"rss": value})
    second.restore(first.dump())
    ids = [each["id"] for each in (*second.active(), *second.past())]
    assert len(set(ids)) == len(ids) == 4
    assert [each["raised_at"] for each in second.past()] == [1004, 1003, 1001]
    assert second.acknowledge(second.past()[-1]["id"])["raised_at"] == 1001


def test_no_more_alerts_are_kept_over_a_restart_than_otherwise() -> None:
    clock = Clock()
    first, second = watched(clock), watched(clock)
    for alerts in (first, second):
        for value in (9, 0) * 200:
            clock.now += 1
            alerts.judge({"rss": value})
    second.restore(first.dump())
    assert len(second.past()) == KEPT
    assert second.past()[0]["raised_at"] == clock.now - 1
    full = watched(clock)
    full.restore([*first.dump(), *first.dump()])
    assert len(full.past()) == KEPT
    full.restore(first.dump())
    assert len({each["id"] for each in full.past()}) == KEPT


def test_a_run_without_a_single_sample_leaves_a_file_that_can_be_read(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with opened(path):
            pass
    assert caplog.records == []


def test_without_a_file_nothing_is_kept_for_it() -> None:
    archive = Archive()
    archive.open()
    fill(archive, 5)
    archive.save()
    archive.close()
    assert not archive._new
    assert not archive.kept


@pytest.mark.anyio
async def test_a_dashboard_shows_what_another_run_saw(path: Path) -> None:
    machine = Machine()
    machine.resident = 777 * MIB
    async with serving(machine, history_file=path, interval_s=0.01) as served:
        assert served.collector.archive.kept
        await until(lambda: path.exists() or bool(served.collector.archive.file_bytes is not None))
    machine.resident = 5 * MIB
    async with serving(machine, history_file=path, interval_s=0.01) as served:

        def shown() -> list[float]:
            rows: list[float] = served.collector.history("60s")["columns"]["rss"]
            return rows

        await until(lambda: 777 * MIB in shown())
        limits = (await served.client.get("/api/summary")).json()["limits"]["history"]
        assert limits["file_bytes"] > 0
        assert 0 < limits["memory_bytes"] < 2 * MIB


@pytest.mark.anyio
async def test_a_program_that_ends_without_stopping_keeps_its_history(path: Path) -> None:
    program = f"""
import asyncio
from pathlib import Path
from cloudwan_mcp.web.dashboard import create_memory_dashboard
async def main():
    dashboard = create_memory_dashboard(port=0, history_file=Path({str(path)!r}))
    await dashboard.start()
    while dashboard.metrics_collector.archive.file_bytes is None:
        await asyncio.sleep(0.01)
    dashboard.metrics_collector.sample()
asyncio.run(main())
"""
    done = await asyncio.to_thread(python, program)
    assert (done.returncode, done.stderr) == (0, "")
    with opened(path) as archive:
        assert archive.history.read("1s")["columns"]["rss"]
