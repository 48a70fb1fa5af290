"""Thresholds that are moved while it runs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudwan_mcp.web.alert import Rule, default_rules
from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.metric import component_metric
from web.machine import MIB, Machine, serving, until

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


def alerts() -> Alerts:
    rules = [
        *default_rules(75, 85),
        Rule(component_metric("cache"), 100 * MIB, clear=50 * MIB, name="cache"),
        Rule("success_rate", 0.9, below=True, name="success"),
        Rule("my own", 5, name="mine"),
    ]
    return Alerts(rules)


async def change(served: Any, **wanted: Any) -> Any:
    return await served.client.post("/api/thresholds", json=wanted)


async def test_every_rule_is_listed_with_its_range_and_its_unit() -> None:
    async with serving(alerts=alerts()) as served:
        found = (await served.client.get("/api/thresholds")).json()
    assert found["limit"] == 1000 * MIB
    assert found["rules"][0] == {
        "rule": "memory warning",
        "metric": "memory_percent",
        "severity": "warning",
        "below": False,
        "unit": "percent",
        "threshold": 75.0,
        "clear": 71.25,
        "for_s": 5.0,
        "percent": 75.0,
        "configured": 75.0,
        "changed": False,
        "low": 1.0,
        "high": 100.0,
    }
    assert [(each["unit"], each["percent"]) for each in found["rules"][2:]] == [
        ("bytes", 10.0),
        ("fraction", None),
        ("number", None),
    ]


async def test_a_threshold_that_is_moved_counts_at_once_and_for_this_run_only() -> None:
    given, machine = alerts(), Machine()
    given.add_rule(Rule("memory_percent", 75, for_s=0, name="memory warning"))
    async with serving(machine, alerts=given, interval_s=0.01) as served:
        assert (await served.client.get("/api/alerts")).json()["active"] == []
        answer = await change(served, rule="memory warning", percent=8)
        assert answer.status_code == 200
        assert answer.json()["threshold"] == answer.json()["percent"] == 8
        assert (answer.json()["configured"], answer.json()["changed"]) == (75, True)
        await until(lambda: [each["rule"] for each in given.active()] == ["memory warning"])
        ticks = (await served.client.get("/api/summary")).json()["limits"]["thresholds"]
        assert ticks[0]["percent"] == 8
        back = await change(served, rule="memory warning", percent=75)
        assert (back.json()["configured"], back.json()["changed"]) == (75, False)
        await until(lambda: not given.active())
    assert alerts().rules[0].threshold == 75


async def test_where_an_alert_clears_moves_in_proportion() -> None:
    async with serving(alerts=alerts()) as served:
        found = (await change(served, rule="cache", threshold=20 * MIB)).json()
        assert (found["threshold"], found["clear"]) == (20 * MIB, 10 * MIB)
        assert (await change(served, rule="success", threshold=0.5)).json()["clear"] == pytest.approx(0.525)
        assert (await change(served, rule="success", threshold=0)).json()["clear"] == 0
        assert (await change(served, rule="success", threshold=1)).json()["clear"] == 1


async def test_percent_means_the_memory_limit_where_bytes_are_measured() -> None:
    async with serving(alerts=alerts()) as served:
        assert (await change(served, rule="cache", percent=50)).json()["threshold"] == 500 * MIB
        answer = await change(served, rule="success", percent=50)
        assert (answer.status_code, answer.json()["field"]) == (400, "percent")


@pytest.mark.parametrize(
    ("wanted", "status", "field"),
    [
        ({"rule": "memory warning", "percent": 0.5}, 400, "percent"),
        ({"rule": "memory critical", "percent": 101}, 400, "percent"),
        ({"rule": "memory critical", "threshold": 10**4000}, 400, "threshold"),
        ({"rule": "memory critical", "threshold": -(10**4000)}, 400, "threshold"),
        ({"rule": "cache", "percent": 10**400}, 400, "percent"),
        ({"rule": "memory warning", "percent": 86}, 400, "percent"),
        ({"rule": "memory critical", "percent": 74}, 400, "percent"),
        ({"rule": "memory warning", "percent": "60"}, 400, "percent"),
        ({"rule": "memory warning", "percent": True}, 400, "percent"),
        ({"rule": "memory warning", "percent": None}, 400, "percent"),
        ({"rule": "memory warning"}, 400, "rule"),
        ({"rule": "memory warning", "percent": 60, "threshold": 60}, 400, "rule"),
        ({"rule": "memory warning", "percent": 60, "for_s": 1}, 400, "rule"),
        ({"rule": 1, "percent": 60}, 400, "rule"),
        ([], 400, "rule"),
        ({"rule": "nothing", "percent": 60}, 404, None),
    ],
)
async def test_what_cannot_be_is_refused_with_the_way_out(
    wanted: Any, status: int, field: str | None
) -> None:
    async with serving(alerts=alerts()) as served:
        before = (await served.client.get("/api/thresholds")).json()
        answer = await served.client.post("/api/thresholds", json=wanted)
        assert (answer.status_code, answer.json().get("field")) == (status, field)
        assert answer.json()["message"]
        assert answer.json()["next_step"]
        assert (await served.client.get("/api/thresholds")).json() == before


async def test_a_bound_is_said() -> None:
    async with serving(alerts=alerts()) as served:
        said = (await change(served, rule="memory warning", percent=0.5)).json()["message"]
        assert "1..100 (percent)" in said
        said = (await change(served, rule="memory warning", percent=90)).json()["message"]
        assert "critical alert at 85" in said


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"rule": NaN', b"[" * 4000])
async def test_what_is_no_json_is_refused(body: bytes) -> None:
    async with serving(alerts=alerts()) as served:
        answer = await served.client.post("/api/thresholds", content=body, headers=JSON)
        assert (answer.status_code, answer.json()["field"]) == (400, "body")


async def test_not_a_number_is_none() -> None:
    async with serving(alerts=alerts()) as served:
        for word in (b"NaN", b"Infinity", b"1e999"):
            body = b'{"rule": "memory warning", "percent": %s}' % word
            answer = await served.client.post("/api/thresholds", content=body, headers=JSON)
            assert (answer.status_code, answer.json()["field"]) == (400, "percent"), word


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
async def test_what_a_form_elsewhere_could_send_is_refused(kind: str) -> None:
    async with serving(alerts=alerts()) as served:
        body = json.dumps({"rule": "memory warning", "percent": 60}).encode()
        answer = await served.client.post("/api/thresholds", content=body, headers={"content-type": kind})
        assert answer.status_code == 415
        assert (await served.client.get("/api/thresholds")).json()["rules"][0]["threshold"] == 75


async def test_a_foreign_page_and_a_stranger_change_nothing() -> None:
    wanted = {"rule": "memory warning", "percent": 60}
    async with serving(alerts=alerts(), token="token") as served:
        assert (await served.client.post("/api/thresholds", json=wanted)).status_code == 401
        served.client.headers["Authorization"] = "Bearer token"
        answer = await served.client.post("/api/thresholds", json=wanted, headers={"Origin": "http://evil"})
        assert answer.status_code == 403
        assert (await served.client.get("/api/thresholds")).json()["rules"][0]["threshold"] == 75


async def test_a_body_that_is_too_long_is_not_read() -> None:
    async with serving(alerts=alerts()) as served:
        answer = await served.client.post("/api/thresholds", content=b" " * 5000, headers=JSON)
        assert answer.status_code == 413
