"""Alert rules in one line of text, as a setting carries them, and the rules that the settings make."""

from __future__ import annotations

import re

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.web.alert import FOR_S, Rule, Severity, default_rules
from cloudwan_mcp.web.metric import known_metric

EXAMPLE = "component:cache > 200 MiB for 30 s; success_rate < 0.9 critical"
FACTORS = {"": 1, "%": 1, "kib": 1024, "mib": 1024**2, "gib": 1024**3}
RULE = re.compile(
    r"(?P<metric>[^<>;]+?)\s*(?P<side>[<>])\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<factor>%|[kmg]ib)?"
    r"(?:\s+for\s+(?P<for_s>\d+(?:\.\d+)?)\s*s)?(?:\s+(?P<severity>warning|critical))?",
    re.IGNORECASE,
)
MOST = 32


def rules_of(settings: Settings) -> list[Rule]:
    """The two default rules of the settings, and those of CLOUDWAN_ALERT_RULES."""
    first = default_rules(settings.alert_threshold_percent, settings.critical_threshold_percent)
    return [*first, *parse_rules(settings.alert_rules)]


def parse_rules(text: str) -> list[Rule]:
    """Rules such as `component:cache > 200 MiB for 30 s critical`, several of them between semicolons.

    Raises `BadRequest` for what is none, for a metric that is not measured, and for a threshold out of its
    range.
    """
    parts = [part for each in text.split(";") if (part := each.strip())]
    if len(parts) > MOST:
        raise _wrong(f"{len(parts)} alert rules are more than {MOST}")
    return [_rule(part) for part in parts]


def _rule(text: str) -> Rule:
    found = RULE.fullmatch(text)
    if found is None:
        raise _wrong(f"{text[:80]!r} is not an alert rule")
    metric = known_metric(found["metric"])
    factor = (found["factor"] or "").lower()
    if (factor == "%" and metric.unit != "percent") or (factor.endswith("b") and metric.unit != "bytes"):
        raise _wrong(f"{found['metric']!r} is not measured in {found['factor']}")
    threshold = float(found["number"]) * FACTORS[factor]
    if not metric.low <= threshold <= metric.high:
        raise _wrong(f"{threshold:g} in {text[:80]!r} is outside {metric.low:g}..{metric.high:g}")
    severity: Severity = "critical" if (found["severity"] or "").lower() == "critical" else "warning"
    for_s = FOR_S if found["for_s"] is None else float(found["for_s"])
    return Rule(
        found["metric"],
        threshold,
        severity,
        for_s=for_s,
        below=found["side"] == "<",
        name=" ".join(text.split()),
    )


def _wrong(problem: str) -> BadRequest:
    return BadRequest(
        f"{problem}.", field="alert_rules", next_step=f"Set CLOUDWAN_ALERT_RULES, for example: {EXAMPLE}."
    )
