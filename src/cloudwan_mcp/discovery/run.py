"""The walk: every listing of a global network, page by page, bounded in memory and resumable."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from cloudwan_mcp.discovery.checkpoint import Checkpoint
from cloudwan_mcp.discovery.kind import Kind, ScopeLevel
from cloudwan_mcp.discovery.kinds import KINDS
from cloudwan_mcp.discovery.pace import Pace
from cloudwan_mcp.errors import BadRequest, CloudWanError, NotFound, NotPermitted, TokenExpired, TryAgain
from cloudwan_mcp.model import Connection, Element, Gap, Scope, Step
from cloudwan_mcp.source import Source

LEVELS: frozenset[ScopeLevel] = frozenset({"account", "global-network", "core-network", "resource-type"})
ATTEMPTS = 6  # of one page, each with botocore's own retries inside, before it becomes a gap
RESTARTS = 2  # of one listing whose token expired
FATAL = {"NoCredentials", "ExpiredCredentials"}


@dataclass(slots=True)
class Progress:
    """How far a walk is; `expected` is what AWS announced, None until it has."""

    elements: int = 0
    repeated: int = 0
    pages: int = 0
    calls: int = 0
    throttles: int = 0
    expected: int | None = None
    listing: str = ""


@dataclass(slots=True)
class _Fetched:
    values: list[Element | Connection]
    token: str | None
    follow: list[tuple[str, Scope]]
    announced: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Trouble:
    failures: int = 0
    restarts: int = 0
    not_before: float = 0.0


class Stopped(CloudWanError):
    """The walk was asked to stop; everything read so far is kept."""

    def __init__(self) -> None:
        super().__init__("The discovery was stopped.", next_step="Start it again to go on where it stopped.")


@dataclass(slots=True)
class Walk:
    """One discovery from `source` into `checkpoint`.

    At most `concurrency` calls are in flight and, of each listing, one page is fetched while the one before
    it is stored; nothing else is held. `levels` adds `route-table` to read route tables, `tables` narrows
    them to (segment, edge) pairs, where "" stands for any.
    """

    source: Source
    checkpoint: Checkpoint
    concurrency: int = 4
    levels: Collection[ScopeLevel] = LEVELS
    tables: Collection[tuple[str, str]] = ()
    on_progress: Callable[[Progress], None] = lambda _: None
    stop: threading.Event = field(default_factory=threading.Event)
    clock: Callable[[], float] = time.monotonic
    progress: Progress = field(default_factory=Progress)
    _open: dict[int, Step] = field(default_factory=dict)
    _trouble: dict[int, _Trouble] = field(default_factory=dict)
    _flights: dict[Future[_Fetched], Step] = field(default_factory=dict)
    _kinds: dict[str, Kind] = field(default_factory=lambda: {kind.name: kind for kind in KINDS})
    _refused: int = 0

    def run(self) -> Progress:
        """Read everything that can be read.

        Raises `NotPermitted` when not even the networks may be listed, `Exhausted` when there is no room,
        `Stopped` after `stop`; whatever was committed before stays, and a later walk goes on from there.
        """
        self.checkpoint.add_steps(self._steps([("account", Scope())]))
        self._reopen()
        pace = Pace(self.concurrency)
        pool = ThreadPoolExecutor(self.concurrency, thread_name_prefix="fetch")
        try:
            while self._open or self._flights:
                if self.stop.is_set():
                    raise Stopped
                self._launch(pool, pace)
                self._collect(pool, pace)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        self._compare_counts()
        return self.progress

    def _steps(self, revealed: Iterable[tuple[ScopeLevel, Scope]]) -> list[tuple[str, Scope]]:
        return [
            (kind.name, scope)
            for level, scope in revealed
            if level in self.levels and (level != "route-table" or self._wanted(scope))
            for kind in self._kinds.values()
            if kind.scope == level
        ]

    def _wanted(self, scope: Scope) -> bool:
        pairs = ((segment or scope.segment, edge or scope.edge) for segment, edge in self.tables)
        return (scope.segment, scope.edge) in pairs

    def _reopen(self) -> None:
        """Take the open steps from the checkpoint: at first, and after a page has revealed new ones."""
        flying = {step.id for step in self._flights.values()}
        self._open = {
            step.id: self._open.get(step.id, step)
            for step in self.checkpoint.steps()
            if step.state == "open" and step.id not in flying
        }

    def _launch(self, pool: ThreadPoolExecutor, pace: Pace) -> None:
        now = self.clock()
        for step in list(self._open.values()):
            if len(self._flights) >= pace.allowed:
                return
            if self._trouble.setdefault(step.id, _Trouble()).not_before <= now:
                del self._open[step.id]
                self._flights[pool.submit(self._fetch, step.kind, step.scope, step.token)] = step

    def _fetch(self, kind_name: str, scope: Scope, token: str | None) -> _Fetched:
        """Runs in a pool thread: one call, and its items turned into values so that the page can go."""
        kind = self._kinds[kind_name]
        page = self.source.fetch(kind.operation, kind.items, kind.arguments(scope), token=token)
        fetched = _Fetched([], page.token, [])
        parse, reveals, add = kind.parse, kind.reveals, fetched.values.append
        for item, text in page.items:
            for value in parse(item, scope):
                if type(value) is Element and not value.attributes:
                    value.attributes = text
                add(value)
            fetched.follow += self._steps(reveals(item, scope))
            if kind.announces:
                fetched.announced.update([kind.announces(item)])
        return fetched

    def _collect(self, pool: ThreadPoolExecutor, pace: Pace) -> None:
        done, _ = wait(self._flights, timeout=self._patience(), return_when=FIRST_COMPLETED)
        for flight in done:
            step = self._flights.pop(flight)
            try:
                fetched = flight.result()
            except CloudWanError as error:
                self._failed(step, error, pace)
                continue
            pace.succeeded()
            self._trouble[step.id].failures = 0
            circle = fetched.token is not None and fetched.token in (step.token, step.mark)
            if fetched.token and not circle and not self.stop.is_set() and len(self._flights) < pace.allowed:
                ahead = pool.submit(self._fetch, step.kind, step.scope, fetched.token)
                self._flights[ahead] = step
            self._store(step, fetched, circle=circle)
            if fetched.token and not circle and step not in self._flights.values():
                self._open[step.id] = step

    def _patience(self) -> float:
        """How long to wait for an answer: not at all past the moment a delayed page is due again."""
        if self._flights:
            return 0.2
        due = min((self._trouble[i].not_before for i in self._open if i in self._trouble), default=0.0)
        self.stop.wait(max(0.0, min(due - self.clock(), 1.0)))
        return 0.0

    def _store(self, step: Step, fetched: _Fetched, *, circle: bool) -> None:
        token = None if circle else fetched.token
        new, repeated = self.checkpoint.commit(step, fetched.values, token=token, follow=fetched.follow)
        kind = self._kinds[step.kind]
        if circle:
            message = "The pagination token came back unchanged or in a circle; what follows was not listed."
            self.checkpoint.note(Gap(kind.operation_name, step.scope.label(), "StuckToken", message))
        if fetched.announced:
            self._expect(step.scope, fetched.announced)
        if fetched.follow:
            self._reopen()
        statistics = self.source.statistics
        self.progress = Progress(
            elements=self.progress.elements + new,
            repeated=self.progress.repeated + repeated,
            pages=self.progress.pages + 1,
            calls=statistics.calls,
            throttles=statistics.throttles,
            expected=int(self.checkpoint.recall("expected") or 0) or None,
            listing=kind.name,
        )
        self.on_progress(self.progress)

    def _failed(self, step: Step, error: CloudWanError, pace: Pace) -> None:
        trouble = self._trouble[step.id]
        if isinstance(error, TryAgain):
            pace.throttled()
            trouble.failures += 1
            trouble.not_before = self.clock() + error.retry_after
            if trouble.failures < ATTEMPTS:
                self._open[step.id] = step
                return
        if isinstance(error, TokenExpired) and trouble.restarts < RESTARTS:
            trouble.restarts += 1
            self.checkpoint.restart(step)
            self._open[step.id] = step
            return
        self._give_up(step, error)

    def _give_up(self, step: Step, error: CloudWanError) -> None:
        """A listing that cannot be read becomes a gap; one without which there is nothing ends the walk."""
        kind = self._kinds[step.kind]
        if kind.scope == "account":
            self._refused += 1
            roots = sum(each.scope == "account" for each in self._kinds.values())
            if self._refused == roots or isinstance(error, TryAgain) or getattr(error, "code", "") in FATAL:
                raise error
        action = kind.action if isinstance(error, NotPermitted) else ""
        gap = Gap(kind.operation_name, step.scope.label(), _code(error), str(error.args[0]), action)
        self.checkpoint.end(step, gap)
        if kind.assumes:
            self.checkpoint.add_steps(self._steps(kind.assumes(step.scope)))
            self._reopen()

    def _expect(self, scope: Scope, announced: dict[str, int]) -> None:
        known = int(self.checkpoint.recall("expected") or 0)
        self.checkpoint.expect(known + sum(announced.values()))
        counts = {_count_key(scope, kind): count for kind, count in announced.items()}
        self.checkpoint.remember(**counts)

    def _compare_counts(self) -> None:
        """Say where AWS counted other than it listed: something came or went while it was read."""
        listed: dict[tuple[str, str], int] = {}
        for step in self.checkpoint.steps():
            where = (step.kind, step.scope.global_network)
            listed[where] = listed.get(where, 0) + step.items
        for (name, network), found in listed.items():
            kind = self._kinds[name]
            counted = self.checkpoint.recall(_count_key(Scope(network), kind.counted_as))
            if counted and int(counted) != found:
                message = f"AWS counted {counted} and listed {found}: the network changed while it was read."
                self.checkpoint.note(Gap(kind.operation_name, network, "CountMismatch", message))


def _count_key(scope: Scope, resource_type: str) -> str:
    return f"count {scope.global_network} {resource_type}"


def _code(error: CloudWanError) -> str:
    if isinstance(error, NotFound):
        return "Vanished"
    if isinstance(error, BadRequest):
        return "ValidationException"
    return getattr(error, "code", "") or type(error).__name__
