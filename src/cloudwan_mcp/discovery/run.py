"""The walk: every listing of a global network, page by page, bounded in memory and resumable."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from cloudwan_mcp.discovery import census
from cloudwan_mcp.discovery.checkpoint import Checkpoint
from cloudwan_mcp.discovery.fetcher import Fetched, Fetcher
from cloudwan_mcp.discovery.kind import Kind, ScopeLevel
from cloudwan_mcp.discovery.kinds import KINDS
from cloudwan_mcp.discovery.pace import Pace
from cloudwan_mcp.discovery.progress import Progress, Stopped, note_effort
from cloudwan_mcp.errors import (
    BadRequest,
    CloudWanError,
    Exhausted,
    NotFound,
    NotPermitted,
    TokenExpired,
    TryAgain,
)
from cloudwan_mcp.memory.budget import MemoryBudget
from cloudwan_mcp.model import Gap, Scope, Step
from cloudwan_mcp.source import Source

LEVELS: frozenset[ScopeLevel] = frozenset({"account", "global-network", "core-network", "resource-type"})
ATTEMPTS = 6  # of one page, each with botocore's own retries inside, before it becomes a gap
RESTARTS = 2  # of one listing whose token expired
# of the caller or of this process, not of one listing
FATAL = {"NoCredentials", "ExpiredCredentials", "InvalidCredentials", "MemoryBudget"}


@dataclass(slots=True)
class _Trouble:
    failures: int = 0
    restarts: int = 0
    not_before: float = 0.0


@dataclass(slots=True)
class Walk:
    """One discovery from `source` into `checkpoint`.

    At most `concurrency` calls are in flight and, of each listing, one page is fetched while the one before
    it is stored; nothing else is held. `budget` has a page's memory reserved from before it is decoded until
    it is stored. `levels` adds `route-table` to read route tables, `tables` narrows them to (segment, edge)
    pairs, where "" stands for any.
    """

    source: Source
    checkpoint: Checkpoint
    budget: MemoryBudget = field(default_factory=MemoryBudget)
    concurrency: int = 3
    levels: Collection[ScopeLevel] = LEVELS
    tables: Collection[tuple[str, str]] = ()
    on_progress: Callable[[Progress], None] = lambda _: None
    stop: threading.Event = field(default_factory=threading.Event)
    clock: Callable[[], float] = time.monotonic
    progress: Progress = field(default_factory=Progress)
    _open: dict[int, Step] = field(default_factory=dict)
    _trouble: dict[int, _Trouble] = field(default_factory=dict)
    _flights: dict[Future[Fetched], Step] = field(default_factory=dict)
    _kinds: dict[str, Kind] = field(default_factory=lambda: {kind.name: kind for kind in KINDS})
    _fetcher: Fetcher = field(init=False)
    _refused: dict[int, tuple[Step, Gap]] = field(default_factory=dict)

    def run(self) -> Progress:
        """Read everything that can be read.

        Raises `NotPermitted` when not even the networks may be listed, `Exhausted` when there is no room,
        `Stopped` after `stop`; whatever was committed before stays, and a later walk goes on from there.
        """
        self._fetcher = Fetcher(self.source, self.budget, self._steps)
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
            self._let_go()
            note_effort(self.checkpoint, self.source.statistics, self.progress.repeated)
        for step, gap in self._refused.values():
            self.checkpoint.end(step, gap)
        census.compare(self.checkpoint, self._kinds)
        return self.progress

    def _let_go(self) -> None:
        """Pages that were fetched and will not be stored give their memory back."""
        for flight in self._flights:
            if not flight.cancelled() and not flight.exception():
                flight.result().memory.close()

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
        taken = {step.id for step in self._flights.values()} | self._refused.keys()
        self._open = {
            step.id: self._open.get(step.id, step)
            for step in self.checkpoint.steps()
            if step.state == "open" and step.id not in taken
        }

    def _launch(self, pool: ThreadPoolExecutor, pace: Pace) -> None:
        now = self.clock()
        for step in list(self._open.values()):
            if len(self._flights) >= pace.allowed:
                return
            if self._trouble.setdefault(step.id, _Trouble()).not_before <= now:
                del self._open[step.id]
                self._flights[self._submit(pool, step, step.token)] = step

    def _submit(self, pool: ThreadPoolExecutor, step: Step, token: str | None) -> Future[Fetched]:
        return pool.submit(self._fetcher.fetch, self._kinds[step.kind], step.scope, token)

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
                self._flights[self._submit(pool, step, fetched.token)] = step
            with fetched.memory:
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

    def _store(self, step: Step, fetched: Fetched, *, circle: bool) -> None:
        kind = self._kinds[step.kind]
        if fetched.announced:
            census.announce(self.checkpoint, step.scope, fetched.announced)
        new, repeated = self.checkpoint.commit(
            step, fetched.values, token=fetched.token, follow=fetched.follow
        )
        if circle:
            message = "The pagination token came back unchanged or in a circle; what follows was not listed."
            gap = Gap(kind.operation_name, step.scope.label(), "StuckToken", message)
            self.checkpoint.end(step, gap)
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
        root = kind.scope == "account"
        fatal = isinstance(error, Exhausted) or getattr(error, "code", "") in FATAL
        if fatal or (root and isinstance(error, TryAgain)):
            raise error
        action = kind.action if isinstance(error, NotPermitted) else ""
        gap = Gap(kind.operation_name, step.scope.label(), _code(error), str(error.args[0]), action)
        if root:
            self._refuse(step, gap, error)
            return
        if kind.assumes:
            self.checkpoint.add_steps(self._steps(kind.assumes(step.scope)))
        self.checkpoint.end(step, gap)
        if kind.assumes:
            self._reopen()

    def _refuse(self, step: Step, gap: Gap, error: CloudWanError) -> None:
        """A root listing is given up for good only at the end: where all are refused, all stay open."""
        self._refused[step.id] = (step, gap)
        if len(self._refused) == sum(kind.scope == "account" for kind in self._kinds.values()):
            raise error


def _code(error: CloudWanError) -> str:
    if isinstance(error, NotFound):
        return "Vanished"
    if isinstance(error, BadRequest):
        return "ValidationException"
    return getattr(error, "code", "") or type(error).__name__
