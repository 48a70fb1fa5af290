"""Benchmarks of the library for large topologies: each measures against what it replaces, in the same run."""

from __future__ import annotations

import sys

from cloudwan_mcp.bench.case import Rule
from cloudwan_mcp.bench.suite.benchmark import Benchmark, Measure, Probe
from cloudwan_mcp.bench.suite.benchmarks.page_reading import PageReadingBenchmark
from cloudwan_mcp.bench.suite.benchmarks.streaming_memory import StreamingMemoryBenchmark
from cloudwan_mcp.bench.suite.benchmarks.topology_processing import TopologyProcessingBenchmark
from cloudwan_mcp.bench.suite.command import main
from cloudwan_mcp.bench.suite.comparison import Change, compare
from cloudwan_mcp.bench.suite.result import BenchmarkResult, BenchmarkResults, FamilyResult
from cloudwan_mcp.bench.suite.runner import BenchmarkRunner
from cloudwan_mcp.bench.suite.step import Step

__all__ = [
    "Benchmark",
    "BenchmarkResult",
    "BenchmarkResults",
    "BenchmarkRunner",
    "Change",
    "FamilyResult",
    "Measure",
    "PageReadingBenchmark",
    "Probe",
    "Rule",
    "Step",
    "StreamingMemoryBenchmark",
    "TopologyProcessingBenchmark",
    "compare",
    "main",
]

if __name__ == "__main__":
    sys.exit(main())
