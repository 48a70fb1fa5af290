"""Rules of alerts, and who hears of what they raise."""

from __future__ import annotations

import logging
import math
from typing import Any

import pytest

from cloudwan_mcp.errors import BadRequest, Exhausted, NotFound
from cloudwan_mcp.web.alert import Notice, Rule, default_rules
from cloudwan_mcp.web.alerts import RULES, Alerts
from web.watched import Watched

WARNING, CRITICAL = default_rules(75, 85)


def test_a_callback_that_raises_is_logged_and_the_others_are_told(caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=0))
    watched.alerts.add_callback(lambda _: 1 / 0)
    after: list[Notice] = []
    watched.alerts.add_callback(after.append)
    watched.set(60)
    assert [notice.change for notice in after] == ["raised"]
    assert "ZeroDivisionError" in caplog.text


def test_a_callback_may_use_the_alerts() -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=0))
    watched.alerts.add_callback(lambda notice: watched.alerts.acknowledge(notice.alert.id) and None)
    watched.set(60)
    assert watched.changes == [("raised", watched.standing[0]), ("acknowledged", watched.standing[0])]


def test_a_notice_holds_the_alert_as_it_was() -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=0))
    watched.set(60)
    watched.set(99)
    assert watched.told[0].alert.worst == 60


def test_changes_are_logged_by_their_weight(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    watched = Watched(WARNING, Rule("memory_percent", 85, "critical", name="two\nlines"))
    watched.set(90, seconds=10)
    watched.set(0)
    levels = [record.levelname for record in caplog.records]
    assert levels == ["WARNING", "ERROR", "INFO", "INFO"]
    assert not any("\n" in record.getMessage() for record in caplog.records)


def test_a_rule_is_replaced_by_its_name_and_its_alert_held_to_the_new_one() -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=0, name="mine"))
    watched.set(60)
    watched.alerts.add_rule(Rule("memory_percent", 80, for_s=0, name="mine"))
    assert len(watched.alerts.rules) == 1
    watched.set(60)
    assert not watched.standing


def test_a_removed_rule_takes_its_alert_along() -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=0, name="mine"))
    watched.set(60)
    watched.alerts.remove_rule("mine")
    assert watched.changes[-1] == ("cleared", "mine")
    watched.set(60, seconds=9)
    assert not watched.standing
    with pytest.raises(NotFound):
        watched.alerts.remove_rule("mine")


def test_there_is_a_bound_on_rules() -> None:
    rules = [Rule("memory_percent", number) for number in range(1, RULES + 1)]
    alerts = Alerts(rules)
    alerts.add_rule(rules[0])
    with pytest.raises(Exhausted):
        alerts.add_rule(Rule("rss", 1))


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"metric": ""}, "metric"),
        ({"threshold": math.inf}, "threshold"),
        ({"threshold": math.nan}, "threshold"),
        ({"severity": "fatal"}, "severity"),
        ({"for_s": -1}, "for_s"),
        ({"for_s": math.nan}, "for_s"),
        ({"clear": 51}, "clear"),
        ({"clear": 49, "below": True}, "clear"),
        ({"clear": math.nan}, "clear"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_by_its_field(rule: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRequest) as error:
        Rule(**{"metric": "memory_percent", "threshold": 50} | rule)
    assert error.value.field == field


def test_the_default_rules_have_to_stand_in_order() -> None:
    assert [(rule.threshold, rule.severity) for rule in default_rules(75, 85)] == [
        (75, "warning"),
        (85, "critical"),
    ]
    with pytest.raises(BadRequest) as error:
        default_rules(90, 85)
    assert error.value.field == "alert_threshold_percent"
