"""Alerts with a clock of their own, and a metric that is set each second."""

from __future__ import annotations

from typing import Any

from cloudwan_mcp.web.alert import Notice, Rule
from cloudwan_mcp.web.alerts import Alerts
from fakes.clock import Clock


class Watched:
    def __init__(self, *rules: Rule, **options: Any) -> None:
        self.clock = Clock()
        self.alerts = Alerts(rules, clock=self.clock, wall=self.clock, **options)
        self.told: list[Notice] = []
        self.alerts.add_callback(self.told.append)

    def set(self, value: float | None, *, seconds: int = 1, metric: str = "memory_percent") -> None:
        for _ in range(seconds):
            self.alerts.judge({metric: value})
            self.clock.now += 1

    @property
    def changes(self) -> list[tuple[str, str]]:
        return [(notice.change, notice.alert.rule) for notice in self.told]

    @property
    def standing(self) -> list[str]:
        return [alert["rule"] for alert in self.alerts.active()]
