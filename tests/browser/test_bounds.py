"""A page that stays open for days keeps no more than one that was just opened."""

from __future__ import annotations

from collections.abc import Callable

from browser.backend import Backend, busy, serving
from browser.visitor import Visitor
from project import LONG

Visit = Callable[..., Visitor]

COUNTED = """
window.heard = 0;
window.WebSocket = class extends WebSocket {
  constructor(...where) {
    super(...where);
    this.addEventListener("message", () => { window.heard += 1; });
  }
};
"""
STEP_S = 5.0  # that the clock moves on with every summary, so that an hour goes by
WARM, MANY, STEP = 300, 500, 40
GROWTH_BYTES = 256 * 1024


def hurried(backend: Backend) -> None:
    """Everything is told, and the clock runs fast."""
    busy(backend)
    verdicts = backend.told["leaks"]

    def leaks() -> object:
        backend.behind_s = max(0.0, backend.behind_s - STEP_S)
        backend.collector.record_call("get_topology", 0.01, ok=True)
        return verdicts

    backend.collector.add_section("leaks", leaks)


@LONG
def test_an_hour_of_news_leaves_no_more_behind_than_a_quarter(visit: Visit) -> None:
    with serving(hurried, interval_s=0.02, behind_s=2 * (WARM + MANY + 2 * STEP) * STEP_S) as backend:
        visitor = visit(backend)
        visitor.page.add_init_script(COUNTED)
        visitor.arrive()
        cdp = visitor.page.context.new_cdp_session(visitor.page)

        def kept(heard: int) -> tuple[int, int, int]:
            """Bytes of the heap, nodes and listeners after that many summaries, with none on their way."""
            visitor.page.wait_for_function("(wanted) => window.heard >= wanted", arg=heard)
            backend.stop()  # a busy machine lets summaries pile up before the page
            visitor.until("offline")
            for _ in range(3):  # what one collection finds dead may have held more
                cdp.send("HeapProfiler.collectGarbage")
            counters = cdp.send("Memory.getDOMCounters")
            heap = cdp.send("Runtime.getHeapUsage")["usedSize"]
            backend.start()
            visitor.until("live")
            return heap, counters["nodes"], counters["jsEventListeners"]

        early = [kept(WARM + number * STEP) for number in range(2)]
        late = [kept(WARM + MANY + number * STEP) for number in range(2)]
        # what the engine keeps for itself comes and goes, by more than a page may leave behind
        assert min(heap for heap, *_ in late) - max(heap for heap, *_ in early) < GROWTH_BYTES
        assert min(nodes for _, nodes, _ in late) <= max(nodes for _, nodes, _ in early) + 50
        assert min(listeners for *_, listeners in late) <= max(listeners for *_, listeners in early) + 5
        assert visitor.violations == []
