"""What one alert is, and the rule that raises it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from cloudwan_mcp.errors import BadRequest

Severity = Literal["warning", "critical"]
Change = Literal["raised", "cleared", "acknowledged"]

HYSTERESIS = 0.05  # of the threshold
FOR_S = 5.0


@dataclass(frozen=True, slots=True)
class Rule:
    """Raise an alert when `metric` has been at `threshold` or beyond for `for_s` seconds.

    It is over when the metric comes back past `clear` (default: 5 % of the threshold on the good side), or
    is no longer measured. With `below` the metric is good when high. `name` identifies the rule; the
    default says metric and threshold. Raises `BadRequest` for values that could never work.
    """

    metric: str
    threshold: float
    severity: Severity = "warning"
    clear: float | None = None
    for_s: float = FOR_S
    below: bool = False
    name: str = ""

    def __post_init__(self) -> None:
        side = "below" if self.below else "above"
        self._fill("name", self.name or f"{self.metric} {side} {self.threshold:g}")
        _require(bool(self.metric), "metric", "A rule needs a metric.")
        _require(math.isfinite(self.threshold), "threshold", "The threshold must be a finite number.")
        _require(self.severity in ("warning", "critical"), "severity", "Severity is warning or critical.")
        _require(0 <= self.for_s < math.inf, "for_s", "for_s must be at least 0 seconds.")
        if self.clear is None:
            margin = abs(self.threshold) * HYSTERESIS
            self._fill("clear", self.threshold + (margin if self.below else -margin))
        apart = self.level(self.threshold) - self.level(self.resolved)
        _require(
            apart >= 0, "clear", f"clear={self.resolved:g} lies beyond the threshold {self.threshold:g}."
        )

    @property
    def resolved(self) -> float:
        return self.threshold if self.clear is None else self.clear

    def level(self, value: float) -> float:
        """The value on a scale where higher is worse."""
        return -value if self.below else value

    def reached(self, value: float) -> bool:
        return self.level(value) >= self.level(self.threshold)

    def over(self, value: float) -> bool:
        return self.level(value) < self.level(self.resolved)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def _fill(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


def _require(good: bool, field: str, message: str) -> None:
    if not good:
        raise BadRequest(message, field=field, next_step=f"Give the rule another {field}.")


def default_rules(warning_percent: float, critical_percent: float) -> tuple[Rule, Rule]:
    """The two rules on the part of the memory limit in use; `BadRequest` when they stand the wrong way."""
    if warning_percent > critical_percent:
        raise BadRequest(
            f"The warning at {warning_percent:g} % would come after the critical alert at "
            f"{critical_percent:g} %.",
            field="alert_threshold_percent",
            next_step="Set CLOUDWAN_ALERT_THRESHOLD_PERCENT below CLOUDWAN_CRITICAL_THRESHOLD_PERCENT.",
        )
    return (
        Rule("memory_percent", warning_percent, name="memory warning"),
        Rule("memory_percent", critical_percent, "critical", name="memory critical"),
    )


@dataclass(slots=True)
class Alert:
    """One time that a rule was broken; times in unix seconds, values in the metric's unit."""

    id: int
    rule: str
    metric: str
    severity: Severity
    threshold: float
    raised_at: float
    value: float
    worst: float
    cleared_at: float | None = None
    acknowledged_at: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Notice(NamedTuple):
    """What a callback is told: what happened, and the alert as it then was."""

    change: Change
    alert: Alert
