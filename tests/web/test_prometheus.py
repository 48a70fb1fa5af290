"""What Prometheus scrapes, and that the files for it and for Grafana ask for what there is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from cloudwan_mcp.web.alert import default_rules
from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.calls import BUCKETS_S, NAMES
from cloudwan_mcp.web.notifier import Notifier
from project import ROOT
from web.machine import MIB, Machine, serving

pytestmark = pytest.mark.anyio

NAME = re.compile(r"\b(?:cloudwan|mcp)_[a-z_]+\b")
HISTOGRAM = "mcp_server_operation_duration_seconds"
TOOL = "tools/call"


def busy(collector: Any) -> None:
    """Something of everything that is told."""
    collector.add_section(
        "discovery",
        lambda: {"state": "running", "elements": 5, "expected": 10, "pages": 1, "calls": 2, "throttles": 3},
    )
    snapshot = {"id": "1", "age_s": 60.0, "elements": 5, "connections": 6, "bytes": 7, "gaps": []}
    older = {**snapshot, "alias": "net", "age_s": 99}
    collector.add_section("snapshots", lambda: [{**snapshot, "alias": "net"}, older])
    collector.record_call("stream_topology", 0.3, ok=True)
    collector.record_call("stream_topology", 1000, ok=False)
    collector.record_elements(7)


def working() -> Machine:
    machine = Machine()
    machine.stalled = 1.5
    machine.parts = {"cache": 5 * MIB, "broken": None}
    machine.state = "open"
    return machine


async def scraped(served: Any, **headers: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = await served.client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def key(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


async def test_memory_components_and_states_are_told() -> None:
    notifier = Notifier("webhook", lambda _: None)
    options = {"alerts": Alerts(default_rules(5, 85)), "notifiers": [notifier]}
    async with serving(working(), **options) as served:
        busy(served.collector)
        found = await scraped(served)
    assert found[key("cloudwan_memory_limit_bytes")] == 1000 * MIB
    assert found[key("cloudwan_memory_used_bytes")] == 100 * MIB
    assert found[key("cloudwan_process_heap_bytes")] == 60 * MIB
    assert found[key("cloudwan_component_bytes", component="cache")] == 5 * MIB
    assert key("cloudwan_component_bytes", component="broken") not in found
    states = {state: found[key("cloudwan_memory_breaker_state", state=state)] for state in ("closed", "open")}
    assert states == {"closed": 0, "open": 1}
    assert found[key("cloudwan_elements_total")] == 7
    warning = {"rule": "memory warning", "metric": "memory_percent", "severity": "warning"}
    assert found[key("cloudwan_alert_threshold", **warning)] == 5
    assert found[key("cloudwan_alert_active", **warning)] == 0
    assert found[key("cloudwan_discovery_running")] == 1
    assert found[key("cloudwan_discovery_throttles")] == 3
    assert found[key("cloudwan_snapshot_age_seconds", alias="net")] == 60
    assert found[key("cloudwan_notifications_total", channel="webhook", outcome="sent")] == 0


async def test_calls_are_a_histogram_by_tool_and_outcome() -> None:
    async with serving() as served:
        busy(served.collector)
        found = await scraped(served)
    good = {"mcp_method_name": TOOL, "gen_ai_tool_name": "stream_topology", "error_type": ""}
    bad = good | {"error_type": "tool_error"}
    assert found[key(f"{HISTOGRAM}_bucket", **good, le="0.2")] == 0
    assert found[key(f"{HISTOGRAM}_bucket", **good, le="0.5")] == 1
    assert found[key(f"{HISTOGRAM}_count", **good)] == 1
    assert found[key(f"{HISTOGRAM}_sum", **good)] == 0.3
    assert found[key(f"{HISTOGRAM}_bucket", **bad, le="300")] == 0
    assert found[key(f"{HISTOGRAM}_bucket", **bad, le="+Inf")] == 1
    bounds = {dict(labels)["le"] for name, labels in found if name == f"{HISTOGRAM}_bucket"}
    assert len(bounds) == len(BUCKETS_S) + 1


async def test_what_is_not_known_is_left_out() -> None:
    machine = Machine()
    machine.own = None
    async with serving(machine) as served:
        served.collector.add_section("discovery", lambda: None)
        served.collector.add_section("snapshots", lambda: 1 / 0)
        names = {name for name, _ in await scraped(served)}
        assert (await scraped(served))[key("cloudwan_discovery_running")] == 0
    assert not names & {"cloudwan_process_heap_bytes", "cloudwan_memory_pressure_percent"}
    assert not {name for name in names if name.startswith("cloudwan_snapshot")}


async def test_labels_from_outside_are_escaped_and_bounded() -> None:
    machine = Machine()
    machine.parts = {f'"\n{{}}\\ {number}': number for number in range(500)}
    async with serving(machine) as served:
        for number in range(500):
            served.collector.record_call(f'tool"\n{number}', 0.1, ok=bool(number % 2))
        found = await scraped(served)
    assert len({labels for name, labels in found if name == "cloudwan_component_bytes"}) == NAMES
    assert len(found) < NAMES * 2 * (len(BUCKETS_S) + 3) + NAMES + 60


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("", "text/plain"), ("application/openmetrics-text;version=1.0.0", "application/openmetrics-text")],
)
async def test_the_format_is_the_one_that_is_asked_for(accept: str, kind: str) -> None:
    async with serving() as served:
        busy(served.collector)
        answer = await served.client.get("/metrics", headers={"accept": accept})
        assert answer.headers["content-type"].startswith(kind)
        assert answer.text.endswith("# EOF\n") == (kind != "text/plain")


async def test_a_scraper_needs_the_token_and_the_right_host() -> None:
    async with serving(token="t") as served:
        assert (await served.client.get("/metrics")).status_code == 401
        bearer = {"Authorization": "Bearer t"}
        assert (await served.client.get("/metrics", headers=bearer)).status_code == 200
        assert (await served.client.get("/metrics", headers=bearer | {"Host": "evil"})).status_code == 421


def grafana() -> Any:
    return json.loads((ROOT / "deploy/grafana/cloudwan-mcp.json").read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    text = (ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8")
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def queries() -> dict[str, str]:
    """Every expression in the files, by where it stands."""
    panels = {
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in grafana()["panels"]
        for target in panel.get("targets", ())
    }
    variables = {
        each["name"]: each["query"]["query"]
        for each in grafana()["templating"]["list"]
        if each["type"] == "query"
    }
    return panels | variables | {rule["alert"]: rule["expr"] for rule in rules()}


async def test_dashboard_and_rules_ask_only_for_metrics_and_labels_that_there_are() -> None:
    notifier = Notifier("webhook", lambda _: None)
    options = {"alerts": Alerts(default_rules(75, 85)), "notifiers": [notifier]}
    async with serving(working(), **options) as served:
        busy(served.collector)
        found = await scraped(served)
    names = {name for name, _ in found}
    labels = {label for _, pairs in found for label, _ in pairs} | {"job", "instance"}
    for place, query in queries().items():
        asked = set(NAME.findall(query)) - labels
        assert asked, place
        assert asked <= names, (place, asked - names)
        for selector in re.findall(r"\{([^}]*)\}", query):
            assert set(re.findall(r"(\w+)\s*[=!]", selector)) <= labels, place
        for grouped in re.findall(r"\bby\s*\(([^)]*)\)", query):
            assert {each.strip() for each in grouped.split(",")} <= labels, place


def test_every_metric_of_memory_calls_and_alerts_is_on_the_dashboard() -> None:
    shown = {name for query in queries().values() for name in NAME.findall(query)}
    wanted = {
        "cloudwan_memory_used_bytes",
        "cloudwan_memory_limit_bytes",
        "cloudwan_process_resident_bytes",
        "cloudwan_component_bytes",
        "cloudwan_memory_breaker_state",
        "cloudwan_alert_active",
        "cloudwan_discovery_elements",
        "cloudwan_snapshot_age_seconds",
        f"{HISTOGRAM}_bucket",
        f"{HISTOGRAM}_count",
    }
    assert wanted <= shown


def test_the_dashboard_can_be_imported_anywhere() -> None:
    board = grafana()
    assert board["title"]
    assert board["uid"]
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    sources = {panel["datasource"]["uid"] for panel in board["panels"] if "datasource" in panel}
    assert sources == {"${datasource}"}


def test_every_alert_rule_says_how_serious_it_is_and_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"].keys() == {"summary", "description"}
