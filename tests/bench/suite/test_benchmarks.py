"""The benchmarks of the suite: their input, their rules, and what they may not miss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cloudwan_mcp.bench.suite.benchmark import Sample
from cloudwan_mcp.bench.suite.items import Items, write
from cloudwan_mcp.bench.suite.probes.streaming import Check
from cloudwan_mcp.bench.suite.result import BenchmarkResult, found
from cloudwan_mcp.performance.benchmarking_suite import (
    PageReadingBenchmark,
    StreamingMemoryBenchmark,
    TopologyProcessingBenchmark,
)


def items_of(folder: Path, count: int, connections: int) -> Items:
    write(count, connections, str(folder))
    return Items(str(folder), count, connections)


def test_the_input_is_every_attachment_once_and_connections_between_them(tmp_path: Path) -> None:
    items = items_of(tmp_path, 250, 501)
    assert list(items.ids()) == [items.id(index) for index in range(250)]
    few = [item for page in items.first(120).element_pages() for item in page]
    assert [item["AttachmentId"] for item in few] == list(items.first(120).ids())
    assert len(few) == 120
    listed = [item for page in items.element_pages() for item in page]
    assert [item["AttachmentId"] for item in listed] == [items.id(index) for index in range(250)]
    assert {"CoreNetworkArn", "SegmentName", "State", "Tags"} <= listed[0].keys()
    related = [item for page in items.connection_pages() for item in page]
    assert len(related) == 501
    known = {item["AttachmentId"] for item in listed}
    assert known == {each["From"] for each in related}
    assert known >= {each["To"] for each in related}


def test_what_is_lost_repeated_or_out_of_place_is_counted(tmp_path: Path) -> None:
    items = items_of(tmp_path, 6, 6).first(5)
    ids = [*Items(str(tmp_path), 6, 6).ids()]
    whole = [0, 1, 2, 3, 4]
    for order, wrong in (
        (whole, 0),
        (whole[:4], 1),
        ([*whole[:4], 3], 1),
        ([0, 2, 1, 3, 4], 2),
        ([*whole, 5], 1),
    ):
        elements, connections = Check(items), Check(items)
        for index in whole:
            elements.connection(ids[index])
            connections.element(ids[index])
        for index in order:
            elements.element(ids[index])
            connections.connection(ids[index])
        assert (elements.end(), connections.end()) == (wrong, wrong)


def topology_samples(**ours: Any) -> dict[str, Sample]:
    same = {
        "elements": 10,
        "retained_mib": 10.0,
        "peak_mib": 12.0,
        "elements_per_s": 1e5,
        "answers": [1, 2, 3, 4],
    }
    return {"baseline": same, "networkx": same, "ours": same | ours}


def test_a_topology_passes_when_it_is_smaller_and_answers_alike() -> None:
    benchmark = TopologyProcessingBenchmark(100_000)
    assert benchmark.name == "topology_processing_100000e_200000c"

    def judged(**ours: Any) -> BenchmarkResult:
        return found(benchmark, [topology_samples(**ours)] * 3, busy=False)

    assert judged(retained_mib=1.0).passed
    assert judged(retained_mib=1.0).summary_stats["memory_reduction"]["median"] == 0.9
    assert "answers" not in judged(retained_mib=1.0).samples[0]["ours"]
    assert not judged(retained_mib=6.0).passed
    assert not judged(retained_mib=1.5).passed
    for side in ("baseline", "networkx"):
        nothing = topology_samples() | {side: topology_samples(retained_mib=0.0)["ours"]}
        assert not found(benchmark, [nothing], busy=False).passed
    assert not judged(retained_mib=1.0, elements_per_s=99.0).passed
    assert not judged(retained_mib=1.0, peak_mib=5000.0).passed
    wrong = judged(retained_mib=1.0, answers=[1, 2, 3, 5])
    assert not wrong.passed
    assert wrong.summary_stats["success_rate"]["median"] == 0.75


def test_how_much_is_to_be_saved_goes_by_what_there_is() -> None:
    def saving(*size: int) -> str:
        return str(TopologyProcessingBenchmark(*size).rules[0])

    assert saving(1000).startswith("memory_reduction >= 0.5")
    assert saving(10_000).startswith("memory_reduction >= 0.8")
    assert saving(100_000).startswith("memory_reduction >= 0.9")
    assert saving(999).startswith("saved_mib >= -1")


def test_a_stream_passes_when_its_peak_does_not_follow_its_length() -> None:
    benchmark = StreamingMemoryBenchmark(chunk_count=50)
    assert benchmark.name == "streaming_memory_50chunks"

    def judged(longer: float, lost: int = 0) -> bool:
        sample = {"elements": 5000, "peak_mib": 2.0, "elements_per_s": 1e4, "lost_or_repeated": 0}
        sides = {"ours": sample, "baseline": sample | {"peak_mib": 15.0}}
        sides["longer"] = sample | {"peak_mib": longer, "lost_or_repeated": lost}
        return found(benchmark, [sides] * 3, busy=False).passed

    assert judged(2.4)
    assert not judged(2.6)
    assert not judged(2.0, lost=1)


def test_pages_without_boto3_are_judged_by_what_is_left() -> None:
    benchmark = PageReadingBenchmark(10_000)
    ours = {"items": 10_000, "checksum": "00", "items_per_s": 1.0, "peak_mib": 1.0}
    assert benchmark.derived({"ours": ours}) == {"missing": 0}
    assert benchmark.derived({"ours": ours | {"items": 9_999}}) == {"missing": 1}
    both = benchmark.derived({"ours": ours, "baseline": ours | {"checksum": "01", "items_per_s": 0.5}})
    assert (both["same_items"], both["speed_up"], both["memory_reduction"]) == (False, 2, 0)
