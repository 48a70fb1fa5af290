"""Where a walk leaves what it has read, page by page, so that it can be killed and go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from cloudwan_mcp.model import Connection, Element, Gap, Scope, Step


class Checkpoint(Protocol):
    """The write side of a store; only the walk's own thread calls it.

    `commit` makes a page, the token after it and the steps it revealed durable at once, drops elements that
    are already stored, and answers (new, repeated). Raises `Exhausted` when there is no room.
    """

    def steps(self) -> list[Step]: ...

    def add_steps(self, steps: Iterable[tuple[str, Scope]]) -> None: ...

    def expect(self, elements: int) -> None: ...

    def commit(
        self,
        step: Step,
        values: Sequence[Element | Connection],
        *,
        token: str | None,
        follow: Iterable[tuple[str, Scope]] = (),
    ) -> tuple[int, int]: ...

    def end(self, step: Step, gap: Gap | None = None) -> None: ...

    def note(self, gap: Gap) -> None: ...

    def restart(self, step: Step) -> None: ...

    def remember(self, **values: str | float) -> None: ...

    def recall(self, key: str) -> str: ...
