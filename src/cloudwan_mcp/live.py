"""Answering from the right snapshot: the newest, a cursor's own, or one that a discovery is still filling."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Literal, TypeVar

import anyio
import anyio.lowlevel

from cloudwan_mcp.app import App
from cloudwan_mcp.discovery.process import DiscoveryProcess
from cloudwan_mcp.discovery.tables import Tables
from cloudwan_mcp.errors import BadRequest, CloudWanError
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.store import Folder, Reader
from cloudwan_mcp.store.index.layout import SMALL

Refresh = Literal["auto", "always", "never"]
OnProgress = Callable[[float, float | None, str], Awaitable[None]]
T = TypeVar("T")

POLL_S = 0.1
TELL_S = 0.5
FILL_S = 0.5  # how long a page that has rows may wait for more


async def newest(app: App, refresh: Refresh, tables: Tables = ()) -> tuple[str, DiscoveryProcess | None]:
    """The id of the snapshot to answer from, and the discovery that still adds to it.

    `auto` takes the newest complete snapshot whatever its age, and discovers only when there is none;
    `always` discovers, or joins the discovery under way; `never` raises `BadRequest` without a snapshot.
    """
    latest = None if refresh == "always" or tables else await app.work(app.folder.latest)
    if latest:
        return latest.id, None
    if refresh == "never":
        raise BadRequest(
            "There is no complete snapshot yet.",
            field="refresh",
            next_step="Call with refresh='auto' to discover.",
        )
    discovery = await app.discover(tables)
    async with app.following(discovery):
        snapshot = await app.begun(discovery, app.settings.first_page_wait_s)
    return snapshot, None if discovery.elsewhere else discovery


async def resumed(app: App, snapshot: str) -> DiscoveryProcess | None:
    """The discovery that fills `snapshot`; an interrupted one is made to go on."""
    running = app.discovery  # before the look: one that ends meanwhile has filled it
    info = await app.read(snapshot, lambda reader: reader.info())
    if info.complete:
        return None
    if running and running.snapshot == snapshot and not running.stopping:
        return running
    if app.discovery is None and await app.work(app.folder.busy):
        return None  # another process is at it
    return await app.discover()


async def read(
    app: App,
    snapshot: str,
    discovery: DiscoveryProcess | None,
    question: Callable[[Reader], T],
    worth: Callable[[T], float],
    on_progress: OnProgress,
) -> T:
    """Ask until the answer is worth giving: 1 at once, 0 not before the wait is over, anything between soon.

    A growing snapshot would else answer with the single row that came first.

    Raises what made the discovery fail when it left nothing to show. The wait holds no thread and no lock.
    """
    async with app.following(discovery):
        ends, filling = anyio.current_time() + app.settings.first_page_wait_s, False
        while True:
            ended = discovery is None or discovery.ended
            answer = await app.read(snapshot, question)
            value = worth(answer)
            if value >= 1 or anyio.current_time() >= ends:
                return answer
            if value > 0 and not filling:
                ends, filling = min(ends, anyio.current_time() + FILL_S), True
            if discovery is None:
                await anyio.sleep(POLL_S)
                continue
            if ended and discovery.elsewhere:  # another process fills this snapshot: followed from outside
                discovery = None
                continue
            if ended and discovery.error:
                if value > 0:
                    return answer
                raise discovery.error
            await discovery.changed(POLL_S)
            done = discovery.progress.get("elements", 0)
            total = max(done, discovery.progress.get("expected") or 0)
            await on_progress(done, total or None, f"{done} elements discovered")


async def ask(
    app: App,
    refresh: Refresh,
    question: Callable[[Reader], T],
    on_progress: OnProgress,
    *,
    searched: bool = False,
) -> T:
    """The answer of the newest complete snapshot; while the first one grows, of what is there after the wait.

    See `newest` for `refresh`. With `searched` the snapshot's index is waited for, as long as for a page;
    while a large one's is made, `auto` takes the newest snapshot that has one.
    """
    snapshot, discovery = await newest(app, refresh)
    await read(app, snapshot, discovery, lambda reader: reader.info(), _complete, on_progress)
    if searched:
        older = await _searchable(app, snapshot) if refresh == "auto" else None
        if not older:
            await indexed(app, snapshot)
        snapshot = older or snapshot
    return await app.read(snapshot, question)


async def _searchable(app: App, snapshot: str) -> str | None:
    """What to search while the index of a large snapshot is made; None where it has one, or no other."""
    info, settled = await app.read(snapshot, lambda reader: (reader.info(), _settled(reader)))
    if settled or info.elements <= SMALL:
        return None
    app.index(snapshot)
    return await app.work(partial(_newest_indexed, app.folder))


def _newest_indexed(folder: Folder) -> str | None:
    for info in folder.snapshots():
        if info.complete:
            with folder.reader(info.id) as reader:
                if reader.index:
                    return info.id
    return None


async def indexed(app: App, snapshot: str) -> None:
    """Return once a complete snapshot has its index, or after as long as a first page may take."""
    with anyio.move_on_after(app.settings.first_page_wait_s):
        while not await app.read(snapshot, _settled):
            app.index(snapshot)
            await anyio.sleep(POLL_S)


def _settled(reader: Reader) -> bool:
    return reader.index is not None or not reader.info().complete


async def passed_through(
    app: App, work: Callable[[Callable[[int], None]], T], total: int, on_progress: OnProgress
) -> T:
    """The answer of `work`, a pass through `total` elements that tells how many it has passed.

    It runs in a thread for such. A cancelled call ends it at its next step.
    """
    at, given_up, failed, found = 0, False, None, []

    def step(passed: int) -> None:
        nonlocal at
        at = passed
        if given_up:
            raise _GivenUpError

    def pass_through() -> None:
        with suppress(_GivenUpError):
            found.append(work(step))

    async def tell() -> None:
        nonlocal given_up
        try:
            while True:
                await anyio.sleep(TELL_S)
                await on_progress(at, total, f"{at:,} of {total:,} elements")
        finally:
            given_up = True

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tell)
        try:
            await app.labour(pass_through)
        except CloudWanError as error:  # raised here, it would come out as a group
            failed = error
        tasks.cancel_scope.cancel()
    await anyio.lowlevel.checkpoint()  # where the call was cancelled, nothing is found
    if failed:
        raise failed
    return found[0]


class _GivenUpError(Exception):
    """Nobody waits for the answer any more."""


def _complete(info: SnapshotInfo) -> float:
    return 1 if info.complete else 0
