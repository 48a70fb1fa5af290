"""A real dashboard in a thread of its own, over a machine whose memory a test sets."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from cloudwan_mcp.web.alert import Rule, default_rules
from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.dashboard import MemoryDashboard
from web.machine import MIB, Machine

PATIENCE_S = 30.0
DAY_S = 86400


class Backend:
    """Starts and stops on one port, as a server that is restarted; `machine` may be changed meanwhile."""

    def __init__(
        self,
        *,
        machine: Machine | None = None,
        token: str = "",
        interval_s: float = 0.1,
        behind_s: float = 0.0,
        rules: tuple[Rule, ...] | None = None,
    ) -> None:
        self.machine = machine or Machine()
        self.told: dict[str, Any] = {}
        self.behind_s = behind_s  # how far its clock is behind ours
        if rules is None:
            rules = tuple(
                Rule(each.metric, each.threshold, each.severity, for_s=0, name=each.name)
                for each in default_rules(75, 85)
            )
        self.collector = MetricsCollector(
            guard=self.machine,
            monitor=self.machine,
            alerts=Alerts(rules, clock=self._clock, wall=self._wall),
            clock=self._clock,
            wall=self._wall,
        )
        self._token, self._interval_s = token, interval_s
        self._port = 0
        self._dashboard: MemoryDashboard | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def viewers(self) -> int:
        return 0 if self._dashboard is None else self._dashboard.viewers

    def tell(self, name: str, value: Any) -> None:
        """Have the section `name` say `value`, which may be replaced at any time."""
        if name not in self.told:
            self.collector.add_section(name, lambda: self.told[name])
        self.told[name] = value

    def live_through(
        self,
        seconds: float,
        step_s: float,
        lived: Callable[[float], None],
        asleep: tuple[float, float] = (0, 0),
    ) -> None:
        """Let that much time pass before now, telling `lived` how many seconds are left.

        `asleep` is a part of it, in seconds before now, in which nothing is measured.
        """
        for left in range(int(seconds / step_s), 0, -1):
            self.behind_s = left * step_s
            if not asleep[1] < self.behind_s <= asleep[0]:
                lived(self.behind_s)
                self.collector.sample()
        self.behind_s = 0.0

    def start(self) -> None:
        self._dashboard = MemoryDashboard(
            self.collector, port=self._port, token=self._token, interval_s=self._interval_s
        )
        self._run(self._dashboard.start())
        port = int(self._dashboard.url.rpartition(":")[2])
        assert self._port in (0, port), "somebody took the port meanwhile"
        self._port = port

    def stop(self) -> None:
        if self._dashboard is not None:
            self._run(self._dashboard.stop())
            self._dashboard = None

    def close(self) -> None:
        try:
            self.stop()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE_S)
            self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def _clock(self) -> float:
        return time.monotonic() - self.behind_s

    def _wall(self) -> float:
        return time.time() - self.behind_s


@contextmanager
def serving(prepare: Callable[[Backend], None] = lambda _: None, **options: Any) -> Iterator[Backend]:
    backend = Backend(**options)
    try:
        prepare(backend)
        backend.start()
        yield backend
    finally:
        backend.close()


def busy(backend: Backend) -> None:
    """What a server at work has to tell: components, calls, a discovery, snapshots, leaks."""
    machine = backend.machine
    machine.resident, machine.most, machine.in_use = 212 * MIB, 268 * MIB, 391 * MIB
    machine.stalled, machine.reserved = 0.2, 24 * MIB
    machine.parts = {
        "topology": 61 * MIB,
        "store": 38 * MIB,
        "cache": 22 * MIB,
        "sessions": 3 * MIB,
        "reservations": 24 * MIB,
        "agents": None,
    }
    for tool, calls, seconds, failed in (
        ("get_topology", 240, 0.018, 0),
        ("find_path", 96, 0.042, 1),
        ("list_attachments", 310, 0.007, 0),
        ("lint_policy", 12, 0.121, 0),
        ("compare_snapshots", 7, 0.640, 1),
    ):
        for call in range(calls):
            backend.collector.record_call(tool, seconds * (0.6 + call % 11 / 8), call >= failed)
    backend.collector.record_elements(48_200)
    backend.tell(
        "discovery",
        {
            "state": "walking attachments",
            "elements": 12_840,
            "expected": 20_000,
            "pages": 173,
            "calls": 181,
            "throttles": 3,
            "per_second": 412.5,
            "left_s": 17.4,
        },
    )
    gap = {
        "operation": "GetNetworkRoutes",
        "scope": "core-network-0a1b2c3d",
        "code": "AccessDeniedException",
    }
    backend.tell(
        "snapshots",
        [
            _snapshot("snap-0007", "production", "complete", 340, 48_200, 61_480, []),
            _snapshot("snap-0006", "", "partial", 90_000, 47_900, 61_002, [gap]),
        ],
    )
    verdict = {"kind": "clean", "text": "Flat over 2,400 calls.", "line": None, "at": time.time() - 60}
    leak = {
        "kind": "suspect",
        "text": "3.1 KiB a call over 1,000 calls.",
        "line": "topology/index.py:118  self._seen.append(key)",
        "at": time.time() - 600,
    }
    backend.tell("leaks", {"watched": verdict, "tools": {"find_path": leak, "get_topology": verdict}})


def _snapshot(
    name: str,
    alias: str,
    state: str,
    age_s: float,
    elements: int,
    connections: int,
    gaps: list[dict[str, str]],
) -> dict[str, Any]:
    size = elements * 420
    return {
        "id": name,
        "alias": alias,
        "state": state,
        "age_s": age_s,
        "elements": elements,
        "connections": connections,
        "bytes": size,
        "gaps": gaps,
    }
