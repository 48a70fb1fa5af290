"""Front door: what a block of code takes, and whether calls leave memory behind."""

from __future__ import annotations

import sys

from cloudwan_mcp.memory.leaks.child import detect_in_child
from cloudwan_mcp.memory.leaks.detect import detect
from cloudwan_mcp.memory.leaks.detector import LeakDetector, create_leak_detector
from cloudwan_mcp.memory.leaks.verdict import Verdict
from cloudwan_mcp.memory.profiler import MemoryProfiler, TopologyProfiler, create_topology_profiler
from cloudwan_mcp.workloads.command import main

__all__ = [
    "LeakDetector",
    "MemoryProfiler",
    "TopologyProfiler",
    "Verdict",
    "create_leak_detector",
    "create_topology_profiler",
    "detect",
    "detect_in_child",
    "main",
]

if __name__ == "__main__":
    sys.exit(main())
