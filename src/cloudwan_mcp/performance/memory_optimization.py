"""Front door: packed topologies, pools, caches, and what guards and watches memory."""

from cloudwan_mcp.memory.breaker import MemoryCircuitBreaker
from cloudwan_mcp.memory.budget import MemoryBudget
from cloudwan_mcp.memory.buffers import MemoryPool
from cloudwan_mcp.memory.cache import ByteCache
from cloudwan_mcp.memory.circuit import Transition
from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.memory.limit import MemoryLimit, memory_limit
from cloudwan_mcp.memory.monitor import MemoryMonitor
from cloudwan_mcp.memory.pool import ObjectPool
from cloudwan_mcp.topology import (
    MemoryOptimizedTopology,
    NetworkConnection,
    NetworkElement,
    TopologyBuilder,
)

__all__ = [
    "ByteCache",
    "MemoryBudget",
    "MemoryCircuitBreaker",
    "MemoryGauge",
    "MemoryGuard",
    "MemoryLimit",
    "MemoryMonitor",
    "MemoryOptimizedTopology",
    "MemoryPool",
    "NetworkConnection",
    "NetworkElement",
    "ObjectPool",
    "TopologyBuilder",
    "Transition",
    "memory_limit",
]
