"""One page of a listing: fetched, and decoded into values once there is memory for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field

from cloudwan_mcp.discovery.kind import Item, Kind, ScopeLevel
from cloudwan_mcp.memory.budget import MemoryBudget
from cloudwan_mcp.model import Connection, Element, Scope
from cloudwan_mcp.source import Source

Steps = Callable[[Iterable[tuple[ScopeLevel, Scope]]], list[tuple[str, Scope]]]


@dataclass(slots=True)
class Fetched:
    """A decoded page. `follow` are the steps that it reveals, `announced` how many elements AWS says there
    are of a kind. Whoever takes it closes `memory`, reserved for the values, when they are stored."""

    values: list[Element | Connection] = field(default_factory=list)
    token: str | None = None
    follow: list[tuple[str, Scope]] = field(default_factory=list)
    announced: dict[str, int] = field(default_factory=dict)
    memory: ExitStack = field(default_factory=ExitStack)


class Fetcher:
    """Called from a few threads; `steps` tells which steps follow from what a page reveals."""

    def __init__(self, source: Source, budget: MemoryBudget, steps: Steps) -> None:
        self._source = source
        self._budget = budget
        self._steps = steps
        self._decoding = threading.Lock()

    def fetch(self, kind: Kind, scope: Scope, token: str | None) -> Fetched:
        """One call, and its items turned into values one by one.

        One page is decoded at a time: several would only share the interpreter, each with its own heap.
        Raises what the source raises, and `TryAgain` or `Exhausted` when there is no memory for the page.
        """
        page = self._source.fetch(kind.operation, kind.items, kind.arguments(scope), token=token)
        fetched = Fetched()
        with ExitStack() as memory:
            memory.enter_context(self._budget.parsing(kind.operation, page.bytes))
            with self._decoding:
                for item, text in page.items:
                    self._take(kind, scope, item, text, fetched)
            fetched.token = page.token
            fetched.memory = memory.pop_all()
        return fetched

    def _take(self, kind: Kind, scope: Scope, item: Item, text: str, fetched: Fetched) -> None:
        for value in kind.parse(item, scope):
            if type(value) is Element and not value.attributes:
                value.attributes = text
            fetched.values.append(value)
        revealed = kind.reveals(item, scope)
        if revealed:
            fetched.follow += self._steps(revealed)
        if kind.announces:
            fetched.announced.update([kind.announces(item)])
