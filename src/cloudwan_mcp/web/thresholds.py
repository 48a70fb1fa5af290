"""The thresholds of this run: read and moved by whoever watches, forgotten when the process ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cloudwan_mcp.errors import BadRequest, NotFound
from cloudwan_mcp.web.alert import Rule
from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.metric import Metric, metric_of

EITHER = ("percent", "threshold")
BEYOND = 1e100  # every range; JSON may carry whole numbers that no float can hold


class Thresholds:
    """Moves the rules of `alerts`; `limit` tells the memory limit, for thresholds in percent of it."""

    def __init__(self, alerts: Alerts, limit: Callable[[], int]) -> None:
        self._alerts = alerts
        self._limit = limit
        self._configured: dict[str, float] = {}

    def read(self) -> dict[str, Any]:
        """Every rule with its threshold, what it was at the start, and the range it may have."""
        return {"rules": [self._shown(rule) for rule in self._alerts.rules], "limit": self._limit()}

    def change(self, wanted: Any) -> dict[str, Any]:
        """Move one rule: `{"rule": name, "percent": of the limit}` or `{"rule": name, "threshold": value}`.

        Where its alert clears moves in proportion. Raises `NotFound` for a rule that there is not, and
        `BadRequest` for anything but the above, for a value out of range, and for one that would have the
        warning come after the critical alert.
        """
        rule = self._rule(wanted)
        field, value = _value(wanted)
        threshold = self._in_unit(rule, field, value)
        _within(field, rule, threshold, metric_of(rule.metric))
        clear = rule.resolved * threshold / rule.threshold if rule.threshold else threshold
        moved = replace(rule, threshold=threshold, clear=clear)
        self._keep_order(field, moved)
        self._configured.setdefault(rule.name, rule.threshold)
        self._alerts.add_rule(moved)
        return self._shown(moved)

    def _rule(self, wanted: Any) -> Rule:
        name = wanted.get("rule") if isinstance(wanted, dict) else None
        if not isinstance(name, str):
            raise _unclear()
        found = next((rule for rule in self._alerts.rules if rule.name == name), None)
        if found is None:
            raise NotFound(f"There is no rule {name[:80]!r}.", next_step="Read the thresholds for the names.")
        return found

    def _in_unit(self, rule: Rule, field: str, value: float) -> float:
        unit = metric_of(rule.metric).unit
        if field == "threshold" or rule.metric == "memory_percent":
            return value
        if unit != "bytes":
            raise BadRequest(
                f"The rule {rule.name!r} is not about a part of the memory limit.",
                field=field,
                next_step="Send threshold instead of percent.",
            )
        return self._limit() * value / 100

    def _keep_order(self, field: str, moved: Rule) -> None:
        same = [
            rule
            for rule in self._alerts.rules
            if (rule.metric, rule.below) == (moved.metric, moved.below) and rule.name != moved.name
        ]
        for other in same:
            first, last = (moved, other) if other.severity == "critical" else (other, moved)
            if first.severity == last.severity or first.level(first.threshold) <= last.level(last.threshold):
                continue
            raise BadRequest(
                f"The warning at {first.threshold:g} would come after the critical alert at "
                f"{last.threshold:g}.",
                field=field,
                next_step=f"Stay on the good side of the rule {other.name!r}, or move that one first.",
            )

    def _shown(self, rule: Rule) -> dict[str, Any]:
        metric = metric_of(rule.metric)
        configured = self._configured.get(rule.name, rule.threshold)
        return {
            "rule": rule.name,
            "metric": rule.metric,
            "severity": rule.severity,
            "below": rule.below,
            "unit": metric.unit,
            "threshold": rule.threshold,
            "clear": rule.resolved,
            "for_s": rule.for_s,
            "percent": self._percent(rule, metric),
            "configured": configured,
            "changed": configured != rule.threshold,
            "low": metric.low,
            "high": metric.high,
        }

    def _percent(self, rule: Rule, metric: Metric) -> float | None:
        if rule.metric == "memory_percent":
            return rule.threshold
        limit = self._limit()
        return 100 * rule.threshold / limit if metric.unit == "bytes" and limit else None


def _value(wanted: dict[str, Any]) -> tuple[str, float]:
    given = [(name, wanted[name]) for name in EITHER if name in wanted]
    if len(given) != 1 or set(wanted) - {"rule", *EITHER}:
        raise _unclear()
    ((name, value),) = given
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRequest(f"{name} is not a number.", field=name, next_step="Send a number.")
    return name, float(value) if abs(value) < BEYOND else BEYOND


def _within(field: str, rule: Rule, threshold: float, metric: Metric) -> None:
    if not metric.low <= threshold <= metric.high:
        raise BadRequest(
            f"The threshold of {rule.name!r} would be {threshold:g}, outside "
            f"{metric.low:.15g}..{metric.high:.15g} ({metric.unit}).",
            field=field,
            next_step="Choose a value in that range.",
        )


def _unclear() -> BadRequest:
    return BadRequest(
        "A change names a rule, and either its percent or its threshold.",
        field="rule",
        next_step='Send {"rule": "memory warning", "percent": 60}.',
    )
