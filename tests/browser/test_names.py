"""Names that others choose: shown as they are, and never more than text."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from browser.backend import Backend, busy, serving
from browser.visitor import Visitor
from cloudwan_mcp.web.alert import Rule
from web.machine import MIB

Visit = Callable[..., Visitor]

MARKUP = "</td><script>window.harmed=1</script><img src=x onerror='window.harmed=1'>"
TURNED = "invoice\u202egpj.exe\u2066\u200b"
PLACES = """() => document.querySelectorAll("#figures script, #figures img, #figures iframe").length"""


def named_by_others(backend: Backend, name: str) -> None:
    busy(backend)
    backend.machine.parts = {name: 30 * MIB}
    backend.machine.state = backend.machine.reason = name
    backend.collector.record_call(name, 0.01, ok=True)
    verdict = {"kind": name, "text": name, "line": name, "at": 1.7e9}
    gap = {"operation": name, "scope": name, "code": name}
    snapshot = backend.told["snapshots"][0]
    backend.tell("discovery", backend.told["discovery"] | {"state": name})
    backend.tell("snapshots", [snapshot | {"id": name, "alias": name, "state": name, "gaps": [gap, gap]}])
    backend.tell("leaks", {"watched": verdict, "tools": {name: verdict}})


@pytest.mark.parametrize(
    ("name", "shown"),
    [(MARKUP, MARKUP), (TURNED, "invoice[U+202E]gpj.exe[U+2066][U+200B]")],
)
def test_a_name_is_text_wherever_it_stands(visit: Visit, name: str, shown: str) -> None:
    rules = (Rule("memory_percent", 10, for_s=0, name=name),)
    with serving(lambda backend: named_by_others(backend, name), rules=rules) as backend:
        visitor = visit(backend).arrive()
        page = visitor.page
        page.locator("#snapshot-list summary").click()
        for place in (
            "#components th",
            "#calls th",
            "#alerts b",
            "#rules label",
            "#breaker",
            "#breaker-reason",
            "#discovery-state",
            "#snapshot-list b",
            "#snapshot-list .chip",
            "#snapshot-list .gaps li",
            "#verdicts b",
            "#verdicts .verdict",
            "#verdicts code",
            "#verdicts .head + p",
        ):
            found = page.locator(place).filter(has_text=re.compile(re.escape(shown)))
            expect(found.first, place).to_be_visible()
        visitor.sees("announce-urgent", re.compile(re.escape(shown)))
        assert visitor.run(PLACES) == 0
        assert visitor.run("window.harmed") is None
        assert (visitor.complaints, visitor.violations) == ([], [])


def test_names_that_come_twice_do_not_pile_up(visit: Visit) -> None:
    with serving(lambda backend: named_by_others(backend, "twice")) as backend:
        visitor = visit(backend).arrive()
        for resident in (31, 32, 33):
            backend.machine.resident = resident * MIB
            visitor.sees("rss", f"{resident}.0 MiB")
        expect(visitor.page.locator("#snapshot-list .gaps li")).to_have_count(2)


def test_a_name_without_end_is_cut(visit: Visit) -> None:
    with serving(lambda backend: named_by_others(backend, "long" * 100)) as backend:
        visitor = visit(backend, viewport={"width": 320, "height": 640}).arrive()
        expect(visitor.at("discovery-state")).to_have_text("long" * 50 + "…")
        assert visitor.run("document.documentElement.scrollWidth") <= 320
