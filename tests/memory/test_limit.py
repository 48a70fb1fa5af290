"""The limit of a process is the smallest of what binds, and it names what to change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.memory.limit import MIB, MemoryLimit, critical_bytes, memory_limit
from conversation import python

V1 = "/sys/fs/cgroup/memory"
V2 = "/sys/fs/cgroup"
UNLIMITED_V1 = 9223372036854771712
TOTAL = 4096 * MIB


class Machine:
    """A root folder with `/proc` and `/sys` as a kernel would show them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("/proc/meminfo", f"MemTotal:       {TOTAL // 1024} kB\nMemFree:        1 kB\n")

    def write(self, path: str, content: object) -> None:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{content}\n", encoding="utf-8")

    def runs_in(self, *lines: str) -> None:
        self.write("/proc/self/cgroup", "\n".join(lines))

    def mounts(self, *lines: str) -> None:
        self.write("/proc/self/mountinfo", "\n".join(lines))

    def v2(self, group: str, inner: str = "/") -> None:
        self.runs_in(f"0::{group}")
        self.mounts(f"30 23 0:26 {inner} {V2} rw,relatime - cgroup2 cgroup2 rw,nsdelegate")

    def v1(self, group: str, inner: str = "/") -> None:
        self.runs_in("5:cpu,cpuacct:/elsewhere", f"4:memory:{group}", "1:name=systemd:/")
        self.mounts(
            "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw",
            "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct",
            f"35 31 0:32 {inner} {V1} rw - cgroup cgroup rw,memory",
        )

    def limit(self, threshold_mb: int = 0) -> tuple[int, str]:
        found = memory_limit(threshold_mb, root=self.root)
        return found.bytes, found.origin


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_any_limit_the_machine_itself_is_the_limit(machine: Machine) -> None:
    assert machine.limit() == (TOTAL, "physical memory")


def test_a_v2_group_limits_its_process(machine: Machine) -> None:
    machine.v2("/app")
    machine.write(f"{V2}/app/memory.max", 200 * MIB)
    machine.write(f"{V2}/app/memory.high", "max")
    assert machine.limit() == (200 * MIB, f"{V2}/app/memory.max")


def test_the_smallest_limit_up_the_chain_binds_not_the_own_one(machine: Machine) -> None:
    machine.v2("/pod/container")
    machine.write(f"{V2}/pod/container/memory.max", 900 * MIB)
    machine.write(f"{V2}/pod/memory.max", 300 * MIB)
    assert machine.limit() == (300 * MIB, f"{V2}/pod/memory.max")


def test_the_level_above_which_a_group_is_stalled_is_its_limit(machine: Machine) -> None:
    machine.v2("/app")
    machine.write(f"{V2}/app/memory.max", 200 * MIB)
    machine.write(f"{V2}/app/memory.high", 170 * MIB)
    assert machine.limit() == (170 * MIB, f"{V2}/app/memory.high")


@pytest.mark.parametrize("content", ["max", "", "0", "nonsense"])
def test_what_is_no_limit_of_v2_is_not_taken_for_one(machine: Machine, content: str) -> None:
    machine.v2("/app")
    machine.write(f"{V2}/app/memory.max", content)
    assert machine.limit() == (TOTAL, "physical memory")


def test_a_v1_group_and_the_groups_above_it_limit_its_process(machine: Machine) -> None:
    machine.v1("/docker/abc")
    machine.write(f"{V1}/docker/abc/memory.limit_in_bytes", UNLIMITED_V1)
    machine.write(f"{V1}/docker/memory.limit_in_bytes", 256 * MIB)
    machine.write(f"{V1}/memory.limit_in_bytes", UNLIMITED_V1)
    assert machine.limit() == (256 * MIB, f"{V1}/docker/memory.limit_in_bytes")


@pytest.mark.parametrize("number", [UNLIMITED_V1, 1 << 60, (1 << 63) - 1])
def test_the_huge_number_of_v1_is_no_limit(machine: Machine, number: int) -> None:
    machine.v1("/docker/abc")
    machine.write(f"{V1}/docker/abc/memory.limit_in_bytes", number)
    assert machine.limit() == (TOTAL, "physical memory")


def test_of_a_hybrid_machine_the_generation_that_counts_memory_is_read(machine: Machine) -> None:
    machine.runs_in("4:memory:/app", "0::/")
    machine.mounts(
        f"35 31 0:32 / {V1} rw - cgroup cgroup rw,memory",
        "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
    )
    machine.write(f"{V1}/app/memory.limit_in_bytes", 150 * MIB)
    machine.write("/sys/fs/cgroup/unified/cgroup.controllers", "hugetlb")
    assert machine.limit() == (150 * MIB, f"{V1}/app/memory.limit_in_bytes")


def test_where_the_mount_shows_a_part_of_the_tree_the_path_is_counted_from_there(machine: Machine) -> None:
    machine.v1("/docker/abc/worker", inner="/docker/abc")
    machine.write(f"{V1}/worker/memory.limit_in_bytes", 100 * MIB)
    machine.write(f"{V1}/memory.limit_in_bytes", 120 * MIB)
    assert machine.limit() == (100 * MIB, f"{V1}/worker/memory.limit_in_bytes")


@pytest.mark.parametrize("group", ["/kubepods/pod1/abc", "/../../kubepods/pod1/abc", "/..", "/"])
@pytest.mark.parametrize("inner", ["/", "/another", "/../.."])
def test_a_path_that_does_not_exist_below_the_mount_means_the_mount_itself(
    machine: Machine, group: str, inner: str
) -> None:
    machine.v2(group, inner)
    machine.write(f"{V2}/memory.max", 64 * MIB)
    assert machine.limit() == (64 * MIB, f"{V2}/memory.max")


def test_a_group_whose_name_begins_as_the_mount_does_is_not_below_it(machine: Machine) -> None:
    machine.v2("/docker/abcdef", inner="/docker/abc")
    machine.write(f"{V2}/def/memory.max", 1 * MIB)
    machine.write(f"{V2}/memory.max", 64 * MIB)
    assert machine.limit() == (64 * MIB, f"{V2}/memory.max")


def test_a_mount_of_another_part_of_the_tree_does_not_speak_for_this_process(machine: Machine) -> None:
    machine.runs_in("0::/mine")
    machine.mounts(
        "30 23 0:26 /other /somewhere rw - cgroup2 cgroup2 rw",
        f"31 23 0:26 / {V2} rw - cgroup2 cgroup2 rw",
    )
    machine.write("/somewhere/memory.max", 1 * MIB)
    machine.write(f"{V2}/mine/memory.max", 90 * MIB)
    assert machine.limit() == (90 * MIB, f"{V2}/mine/memory.max")


def test_a_mount_point_may_have_a_space_in_its_name(machine: Machine) -> None:
    machine.runs_in("0::/app")
    machine.mounts(r"30 23 0:26 / /my\040groups rw shared:1 master:2 - cgroup2 cgroup2 rw")
    machine.write("/my groups/app/memory.max", 80 * MIB)
    assert machine.limit() == (80 * MIB, "/my groups/app/memory.max")


def test_of_configuration_and_group_the_smaller_wins(machine: Machine) -> None:
    machine.v2("/app")
    machine.write(f"{V2}/app/memory.max", 200 * MIB)
    assert machine.limit(100) == (100 * MIB, "CLOUDWAN_MEMORY_THRESHOLD_MB")
    assert machine.limit(500) == (200 * MIB, f"{V2}/app/memory.max")
    assert machine.limit(200) == (200 * MIB, "CLOUDWAN_MEMORY_THRESHOLD_MB")


def test_more_than_the_machine_has_is_no_limit(machine: Machine) -> None:
    machine.v2("/app")
    machine.write(f"{V2}/app/memory.max", 2 * TOTAL)
    assert machine.limit(4 * TOTAL // MIB) == (TOTAL, "physical memory")


@given(st.lists(st.one_of(st.just("max"), st.integers(1, 2 * TOTAL)), min_size=1, max_size=6))
def test_whatever_the_chain_says_the_smallest_number_in_it_binds(chain: list[object]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder))
        group = "".join(f"/g{number}" for number in range(len(chain) - 1))
        machine.v2(group or "/")
        for depth, value in enumerate(chain):
            machine.write(f"{V2}{''.join(f'/g{n}' for n in range(depth))}/memory.max", value)
        numbers = [value for value in chain if isinstance(value, int)]
        assert machine.limit()[0] == min([*numbers, TOTAL])


@pytest.mark.parametrize("name", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_an_rlimit_is_a_limit(name: str, tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="no rlimits on this system")
    code = f"""
import json, resource
from pathlib import Path
from cloudwan_mcp.memory.limit import memory_limit
hard = resource.getrlimit(resource.{name})[1]
resource.setrlimit(resource.{name}, ({512 * MIB}, hard))
found = memory_limit(root=Path({str(tmp_path)!r}))
print(json.dumps([found.bytes, found.origin]))
"""
    done = python(code)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [512 * MIB, name]


def test_a_system_without_proc_tells_its_physical_memory_all_the_same(tmp_path: Path) -> None:
    limit = memory_limit(root=tmp_path / "nothing")
    assert limit.origin == "physical memory"
    assert limit.bytes > 64 * MIB


def test_the_machine_that_runs_this_has_a_limit_with_an_origin() -> None:
    limit = memory_limit()
    assert limit.bytes > 16 * MIB
    assert limit.origin


@pytest.mark.parametrize("threshold", [-1, float("nan"), float("inf")])
def test_a_threshold_out_of_bounds_is_refused(threshold: float) -> None:
    with pytest.raises(BadRequest, match="memory_threshold_mb") as refused:
        memory_limit(threshold)
    assert refused.value.field == "memory_threshold_mb"


def test_a_configured_limit_is_critical_as_a_whole_and_an_enforced_one_in_part() -> None:
    assert critical_bytes(MemoryLimit(1000, "CLOUDWAN_MEMORY_THRESHOLD_MB"), 85) == 1000
    assert critical_bytes(MemoryLimit(1000, "/sys/fs/cgroup/app/memory.max"), 85) == 850


def test_only_a_limit_that_a_group_sets_has_a_group() -> None:
    assert MemoryLimit(1, "/sys/fs/cgroup/app/memory.max").group == "/sys/fs/cgroup/app"
    assert MemoryLimit(1, "physical memory").group == ""
