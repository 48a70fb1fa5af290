"""Alerts: the state of every rule, what was raised, cleared and acknowledged, and who is told."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from cloudwan_mcp.errors import Exhausted, NotFound
from cloudwan_mcp.web.alert import Alert, Notice, Rule

RULES = 64
KEPT = 256  # alerts that are over

_log = logging.getLogger("cloudwan_mcp.performance.dashboard")


class Alerts:
    """The state of every rule; `judge` is the only thing that moves it, so its clock is the caller's pace.

    Callbacks run where `judge` or `acknowledge` is called and must be quick; one that raises is logged.
    """

    def __init__(
        self,
        rules: Iterable[Rule] = (),
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        kept: int = KEPT,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._lock = threading.RLock()
        self._rules: dict[str, Rule] = {}
        self._since: dict[str, float] = {}
        self._active: dict[str, Alert] = {}
        self._past: deque[Alert] = deque(maxlen=kept)
        self._callbacks: list[Callable[[Notice], None]] = [_write_log]
        self._last = 0
        self.changes = 0  # how often anything was raised, cleared or acknowledged
        for rule in rules:
            self.add_rule(rule)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(self._rules.values())

    def add_rule(self, rule: Rule) -> None:
        """Add a rule, or replace the one of its name: an alert it has raised is then held to the new one."""
        with self._lock:
            if rule.name not in self._rules and len(self._rules) >= RULES:
                raise Exhausted(f"There are {RULES} alert rules already.", next_step="Remove one first.")
            self._rules[rule.name] = rule

    def remove_rule(self, name: str) -> None:
        """Forget a rule; its alert is over. `NotFound` when there is none of that name."""
        with self._lock:
            if self._rules.pop(name, None) is None:
                raise NotFound(f"There is no rule {name!r}.", next_step="See the rules for their names.")
            self._since.pop(name, None)
            notices = self._clear(name)
        self._tell(notices)

    def add_callback(self, callback: Callable[[Notice], None]) -> None:
        self._callbacks.append(callback)

    def judge(self, values: Mapping[str, float | None]) -> None:
        """Hold every rule against the newest values; what is absent or None is not measured."""
        with self._lock:
            notices = [
                notice
                for rule in self._rules.values()
                for notice in self._judge(rule, values.get(rule.metric))
            ]
        self._tell(notices)

    def active(self) -> list[dict[str, Any]]:
        """The alerts that stand, the critical first, then the newest."""
        with self._lock:
            alerts = sorted(self._active.values(), key=lambda each: (each.severity, -each.id))
            return [alert.to_dict() for alert in alerts]

    def past(self) -> list[dict[str, Any]]:
        """The last 256 alerts that are over, newest first."""
        with self._lock:
            return [alert.to_dict() for alert in reversed(self._past)]

    def dump(self) -> list[dict[str, Any]]:
        """The alerts that are over and those that stand, oldest first, for `restore` of a later run.

        One that stands is told as over by now: whoever reads it, this run has ended.
        """
        with self._lock:
            standing = [replace(alert, cleared_at=self._wall()) for alert in self._active.values()]
            return [alert.to_dict() for alert in (*self._past, *standing)]

    def restore(self, alerts: Iterable[Mapping[str, Any]]) -> None:
        """Put the alerts of an earlier run before those of this one; ids that are taken are given anew."""
        with self._lock:
            found = [Alert(**alert) for alert in alerts]
            taken = {alert.id for alert in (*self._past, *self._active.values())}
            self._last = max([self._last, *(alert.id for alert in found)])
            for alert in found:
                if alert.id in taken:
                    self._last += 1
                    alert.id = self._last
                taken.add(alert.id)
            self._past = deque([*found, *self._past], maxlen=self._past.maxlen)

    def acknowledge(self, alert_id: int) -> dict[str, Any]:
        """Note that somebody has seen it; again changes nothing. `NotFound` when it is not kept."""
        with self._lock:
            known = (*self._active.values(), *self._past)
            alert = next((each for each in known if each.id == alert_id), None)
            if alert is None:
                raise NotFound(f"There is no alert {alert_id}.", next_step="Read the alerts again.")
            notices = []
            if alert.acknowledged_at is None:
                alert.acknowledged_at = self._wall()
                notices = [Notice("acknowledged", replace(alert))]
            found = alert.to_dict()
        self._tell(notices)
        return found

    def _judge(self, rule: Rule, value: float | None) -> list[Notice]:
        if value is None or math.isnan(value):
            self._since.pop(rule.name, None)
            return self._clear(rule.name)
        alert = self._active.get(rule.name)
        if alert is not None:
            alert.value = value
            alert.worst = max(alert.worst, value, key=rule.level)
            return self._clear(rule.name) if rule.over(value) else []
        if not rule.reached(value):
            self._since.pop(rule.name, None)
            return []
        now = self._clock()
        if now - self._since.setdefault(rule.name, now) < rule.for_s:
            return []
        return self._raise(rule, value)

    def _raise(self, rule: Rule, value: float) -> list[Notice]:
        self._last += 1
        self._since.pop(rule.name, None)
        alert = Alert(
            self._last, rule.name, rule.metric, rule.severity, rule.threshold, self._wall(), value, value
        )
        self._active[rule.name] = alert
        return [Notice("raised", replace(alert))]

    def _clear(self, name: str) -> list[Notice]:
        alert = self._active.pop(name, None)
        if alert is None:
            return []
        alert.cleared_at = self._wall()
        self._past.append(alert)
        return [Notice("cleared", replace(alert))]

    def _tell(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            self.changes += 1
            for callback in tuple(self._callbacks):
                try:
                    callback(notice)
                except Exception:  # noqa: BLE001 - a stranger's code must not end the sampling
                    _log.exception("An alert callback failed")


def _write_log(notice: Notice) -> None:
    change, alert = notice
    serious = logging.ERROR if alert.severity == "critical" else logging.WARNING
    level = serious if change == "raised" else logging.INFO
    message = "Alert %r %s: %s=%g, threshold %g"
    _log.log(level, message, alert.rule, change, alert.metric, alert.value, alert.threshold)
