"""The examination: what AWS says of the caller, asked once for all checks and within a bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from cloudwan_mcp.errors import CloudWanError, NotPermitted, TryAgain
from cloudwan_mcp.model import Identity, Scope
from cloudwan_mcp.probe import FIRST, SCOPE, Probe, probes
from cloudwan_mcp.settings import Settings

if TYPE_CHECKING:
    from cloudwan_mcp.sources.aws import AwsSource
    from cloudwan_mcp.sources.aws_place import Place

ATTEMPTS = 2  # of a call: somebody waits, and what is busy is said
T = TypeVar("T")

LATE = TryAgain("AWS was not asked in time.", next_step="Give more --seconds.", code="NotAsked")
"""What stands for an answer that did not come within the time there is."""


@dataclass(slots=True, frozen=True)
class Probed:
    """What a probe met: `error` is None where AWS answered, `items` the first item of its answer."""

    error: CloudWanError | None = None
    items: tuple[dict[str, Any], ...] = ()


@dataclass(slots=True)
class Examination:
    """What the checks judge. Errors stand in the place of what was asked for, `LATE` for what was not."""

    settings: Settings
    environ: Mapping[str, str]
    place: Place | CloudWanError = LATE
    identity: Identity | CloudWanError = LATE
    probed: dict[str, Probed] = field(default_factory=dict)
    """By IAM action, one for each that there is."""

    @property
    def first(self) -> CloudWanError | None:
        """What the first read met, which tells whether there is any use in the others."""
        return next(iter(self.probed.values())).error


def examine(settings: Settings, environ: Mapping[str, str], seconds: float) -> Examination:
    """Ask AWS who asks, and for one item of everything that this product reads, all in at most `seconds`."""
    from cloudwan_mcp.sources.aws import AwsSource

    ends = time.monotonic() + seconds
    source = AwsSource(replace(settings, page_size=1), attempts=ATTEMPTS)
    found, wanted = Examination(settings, environ), probes()
    found.probed = {wanted[name].action: Probed(LATE) for name in (*FIRST, *wanted)}
    first = wanted[FIRST[0]]
    jobs: dict[str, Callable[[], Any]] = {
        "place": partial(_caught, source.place),
        "identity": partial(_identity, source),
        first.action: partial(_probe, source, first, SCOPE),
    }
    met = _in_time(jobs, ends, len(jobs))
    found.place, found.identity = met.get("place", LATE), met.get("identity", LATE)
    found.probed[first.action] = met.get(first.action, Probed(LATE))
    if not hopeless(found.first):
        _ask_the_rest(source, found, wanted, ends)
    if time.monotonic() < ends:
        source.close()
    return found


def hopeless(error: CloudWanError | None) -> bool:
    """Whether every other read would meet the same: no way to AWS, or nobody to sign the requests."""
    from cloudwan_mcp.sources.aws import SIGN_IN_CODES
    from cloudwan_mcp.sources.aws_errors import unreached

    if error is None:
        return False
    signed_out = isinstance(error, NotPermitted) and error.code in SIGN_IN_CODES
    return error is LATE or signed_out or unreached(error)


def _ask_the_rest(source: AwsSource, found: Examination, wanted: dict[str, Probe], ends: float) -> None:
    scope = _within(SCOPE, found.probed[wanted[FIRST[0]].action].items)
    for name in FIRST[1:]:
        probe = wanted[name]
        found.probed.update(_in_time({probe.action: partial(_probe, source, probe, scope)}, ends, 1))
        scope = _within(scope, found.probed[probe.action].items)
    rest = [probe for name, probe in wanted.items() if name not in FIRST]
    jobs = {probe.action: partial(_probe, source, probe, scope) for probe in rest}
    found.probed.update(_in_time(jobs, ends, found.settings.concurrency))


def _within(scope: Scope, items: tuple[dict[str, Any], ...]) -> Scope:
    """The scope narrowed to what an answer names: a network that is there tells more than one that is not."""
    for item in items:
        segments, edges = item.get("Segments") or [{}], item.get("Edges") or [{}]
        named = {
            "global_network": item.get("GlobalNetworkId"),
            "core_network": item.get("CoreNetworkId"),
            "segment": segments[0].get("Name"),
            "edge": edges[0].get("EdgeLocation"),
        }
        scope = replace(scope, **{name: value for name, value in named.items() if isinstance(value, str)})
    return scope


def _identity(source: AwsSource) -> Identity | CloudWanError:
    found = source.identity()
    return found if found.account else source.identity_failure or LATE


def _probe(source: AwsSource, probe: Probe, scope: Scope) -> Probed:
    try:
        page = source.fetch(probe.operation, probe.items, probe.parameters(scope))
        return Probed(items=tuple(item for item, _ in islice(page.items, 1)))
    except CloudWanError as error:
        return Probed(error)


def _caught(ask: Callable[[], T]) -> T | CloudWanError:
    try:
        return ask()
    except CloudWanError as error:
        return error


def _in_time(jobs: Mapping[str, Callable[[], T]], ends: float, threads: int) -> dict[str, T]:
    """What is done until `ends`; a thread that waits for AWS then ends with the process."""
    todo: SimpleQueue[str] = SimpleQueue()
    done: SimpleQueue[tuple[str, T]] = SimpleQueue()
    for name in jobs:
        todo.put(name)

    def work() -> None:
        while time.monotonic() < ends:
            try:
                name = todo.get_nowait()
            except Empty:
                return
            done.put((name, jobs[name]()))

    for _ in range(min(threads, len(jobs))):
        Thread(target=work, name="examine", daemon=True).start()
    met: dict[str, T] = {}
    while len(met) < len(jobs):
        try:
            name, value = done.get(timeout=max(0.0, ends - time.monotonic()))
        except Empty:
            break
        met[name] = value
    return met
