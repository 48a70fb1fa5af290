"""memory: the limit that the server keeps to, and who sets it."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.check import Check, Remark
from cloudwan_mcp.examination import Examination
from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.limit import MIB, critical_bytes, memory_limit

LEAST = 128 * MIB
"""What serving takes with a discovery of 1,000,000 elements beside it, summed over all processes: README."""


def _look(found: Examination) -> Iterable[Remark]:
    settings = found.settings
    limit = memory_limit(settings.memory_threshold_mb)
    used = MemoryGauge(limit).used()
    critical = critical_bytes(limit, settings.critical_threshold_percent)
    facts = {"limit": limit.bytes, "origin": limit.origin, "used": used, "critical": critical}
    text = f"{limit.bytes // MIB:,} MiB by {limit.origin}; work waits above {critical // MIB:,} MiB."
    if limit.bytes < LEAST:
        step = (
            f"Give {limit.origin} at least {LEAST // MIB} MiB: `docker run --memory 256m` has room to spare."
        )
        yield Remark("mend", f"{text} Large networks do not fit.", step, facts)
    else:
        yield Remark("ok", text, facts=facts)
    if not settings.memory_optimization_enabled:
        where = settings.origins.get("memory_optimization_enabled", "a setting")
        yield Remark("note", f"{where} switches the memory budget off.", f"Remove {where}.")


CHECK = Check("memory", _look)
