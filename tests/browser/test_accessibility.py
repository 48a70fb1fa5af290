"""The page for everybody: axe-core's rules, the keyboard, phones, and what the reader prefers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.backend import Backend, serving
from browser.visitor import Visitor
from web.machine import MIB

Visit = Callable[..., Visitor]

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
FINDINGS = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((each) => `${id}: ${each.html} ${each.failureSummary}`));
}"""
CONTROLS = "a[href], button, input, summary, [tabindex='0']"
REACHABLE = f"""() => [...document.querySelectorAll("{CONTROLS}")]
  .filter((each) => each.checkVisibility({{ visibilityProperty: true }}))
  .filter((each) => each.type !== "radio" || each.checked)
  .map((each, index) => (each.dataset.stop = String(index)))"""
HERE = "() => document.activeElement.dataset.stop"
OUTLINED = """() => {
  const here = document.activeElement;
  const each = here.type === "radio" ? here.nextSibling : here;
  return getComputedStyle(each).outlineStyle !== "none";
}"""
PAINTED = """() => document.querySelector("#memory-chart canvas").toDataURL()"""
WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
  .filter((each) => !each.closest(".scroll, .hidden, .skip"))
  .map((each) => each.outerHTML.slice(0, 120))"""


def findings(visitor: Visitor) -> list[str]:
    assert AXE.exists(), "axe-core is not installed: run `make test`, or `npm ci` in tests/browser"
    visitor.run(AXE.read_text(encoding="utf-8"))
    return visitor.run(FINDINGS)


def open_everything(visitor: Visitor) -> None:
    for name in ("Show as table", "Show as table"):
        visitor.page.get_by_role("button", name=name).first.click()
    for fold in visitor.page.locator("summary:visible").all():
        fold.click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_a_page_full_of_trouble(
    visit: Visit, backend: Backend, scheme: str
) -> None:
    backend.machine.in_use = 900 * MIB
    backend.machine.state, backend.machine.reason = "open", "900 MiB are in use."
    visitor = visit(backend, color_scheme=scheme, reduced_motion="reduce").arrive()
    expect(visitor.page.locator("#alerts li")).to_have_count(2)
    open_everything(visitor)
    visitor.page.locator("#alerts button").first.click()
    visitor.page.get_by_role("spinbutton", name="memory warning").fill("999")
    visitor.page.get_by_role("button", name="Apply memory warning").click()
    expect(visitor.page.get_by_role("spinbutton", name="memory warning")).to_have_attribute(
        "aria-invalid", "true"
    )
    assert findings(visitor) == []
    backend.stop()
    visitor.until("offline")
    assert findings(visitor) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_a_calm_page_nor_before_it(visit: Visit, scheme: str) -> None:
    with serving(token="the-token-of-this-test") as backend:
        visitor = visit(backend, color_scheme=scheme, viewport={"width": 360, "height": 740})
        visitor.page.goto(backend.url)
        field = visitor.page.get_by_label("Token")
        expect(field).to_be_focused()
        assert findings(visitor) == []
        field.fill("the-token-of-this-test")
        field.press("Enter")
        visitor.until("live")
        assert findings(visitor) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1100])
def test_nothing_is_wider_than_the_screen(visit: Visit, backend: Backend, width: int) -> None:
    backend.machine.in_use = 900 * MIB
    visitor = visit(backend, viewport={"width": width, "height": 740}).arrive()
    expect(visitor.page.locator("#alerts li")).to_have_count(2)
    open_everything(visitor)
    assert visitor.run("document.documentElement.scrollWidth") <= width
    assert visitor.run(WIDE) == []
    backend.stop()
    visitor.until("offline")
    assert visitor.run("document.documentElement.scrollWidth") <= width


def test_a_chart_follows_the_width_of_its_window(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    canvas = visitor.page.locator("#memory-chart canvas")
    for width in (400, 1000):
        visitor.page.set_viewport_size({"width": width, "height": 800})
        expect(canvas).to_have_js_property(
            "clientWidth", visitor.page.locator("#memory-chart .plot").evaluate("each => each.clientWidth")
        )


def test_the_keyboard_reaches_every_control_in_order_and_shows_where_it_is(
    visit: Visit, backend: Backend
) -> None:
    backend.machine.in_use = 900 * MIB
    visitor = visit(backend).arrive()
    expect(visitor.page.locator("#alerts li")).to_have_count(2)
    expect(visitor.page.locator("#rules form")).to_have_count(2)
    open_everything(visitor)
    wanted = visitor.run(REACHABLE)
    assert len(wanted) > 30
    visitor.page.locator(".skip").focus()
    reached = [visitor.run(HERE)]
    while len(reached) < len(wanted):
        visitor.page.keyboard.press("Tab")
        reached.append(visitor.run(HERE))
        assert visitor.run(OUTLINED), reached
    assert reached == wanted


def test_the_skip_link_leads_past_the_header(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend).arrive()
    visitor.page.keyboard.press("Tab")
    link = visitor.page.get_by_role("link", name="Skip to the figures")
    expect(link).to_be_focused()
    link.press("Enter")
    expect(visitor.at("main")).to_be_focused()


def test_who_wants_no_motion_gets_none(visit: Visit, backend: Backend) -> None:
    moving = """() => [...document.querySelectorAll("*")].filter((each) =>
      ["", "::before", "::after"].some((part) => {
        const { transitionDuration, animationName } = getComputedStyle(each, part);
        return parseFloat(transitionDuration) > 0 || animationName !== "none";
      })).length"""
    assert visit(backend).arrive().run(moving) > 0
    assert visit(backend, reduced_motion="reduce").arrive().run(moving) == 0


def test_colours_follow_the_scheme_also_in_the_charts(visit: Visit, backend: Backend) -> None:
    visitor = visit(backend, color_scheme="light").arrive()
    before = visitor.run(PAINTED)
    visitor.page.emulate_media(color_scheme="dark")
    visitor.page.wait_for_function(f"(before) => ({PAINTED})() !== before", arg=before)
