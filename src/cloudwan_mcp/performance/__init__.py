"""The memory library: what its front doors hold, each opened when something of it is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cloudwan_mcp.performance.benchmarking_suite import (
        BenchmarkRunner,
        StreamingMemoryBenchmark,
        TopologyProcessingBenchmark,
    )
    from cloudwan_mcp.performance.memory_monitoring_dashboard import MemoryDashboard, create_memory_dashboard
    from cloudwan_mcp.performance.memory_optimization import (
        ByteCache,
        MemoryBudget,
        MemoryCircuitBreaker,
        MemoryGuard,
        MemoryMonitor,
        MemoryOptimizedTopology,
        MemoryPool,
        NetworkConnection,
        NetworkElement,
        ObjectPool,
        TopologyBuilder,
    )
    from cloudwan_mcp.performance.memory_profiling_utilities import (
        LeakDetector,
        MemoryProfiler,
        create_leak_detector,
        create_topology_profiler,
    )
    from cloudwan_mcp.performance.streaming_topology_manager import (
        DiagramAgentMessageBus,
        NetworkTopologyDiscovery,
        StreamingTopologyManager,
        TopologyChunk,
    )

__all__ = [
    "BenchmarkRunner",
    "ByteCache",
    "DiagramAgentMessageBus",
    "LeakDetector",
    "MemoryBudget",
    "MemoryCircuitBreaker",
    "MemoryDashboard",
    "MemoryGuard",
    "MemoryMonitor",
    "MemoryOptimizedTopology",
    "MemoryPool",
    "MemoryProfiler",
    "NetworkConnection",
    "NetworkElement",
    "NetworkTopologyDiscovery",
    "ObjectPool",
    "StreamingMemoryBenchmark",
    "StreamingTopologyManager",
    "TopologyBuilder",
    "TopologyChunk",
    "TopologyProcessingBenchmark",
    "create_leak_detector",
    "create_memory_dashboard",
    "create_topology_profiler",
]

_DOORS = (
    "memory_optimization",
    "streaming_topology_manager",
    "memory_profiling_utilities",
    "benchmarking_suite",
    "memory_monitoring_dashboard",
)


def __getattr__(name: str) -> Any:
    # Loaded late: a pool needs no event loop, and a module that is run by `python -m` must not be loaded
    # before it by its own package.
    if name in __all__:
        for door in _DOORS:
            module = import_module(f"{__name__}.{door}")
            if name in module.__all__:
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
