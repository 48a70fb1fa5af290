"""Discovering a whole network from a program, and what was discovered, read page by page."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Generic, TypeVar

import anyio.to_thread

from cloudwan_mcp import settings
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.model import Connection, Element, SnapshotInfo
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.source import Source
from cloudwan_mcp.store import ConnectionRows, Filters, Folder, Reader, Rows
from cloudwan_mcp.streaming.running import RunningDiscovery

PAGE = 500
T = TypeVar("T")


class NetworkTopologyDiscovery:
    """Discovers what `aws_manager` may read, into the folder of snapshots that its settings name.

    `aws_manager` is a `Settings`, a `Source`, an object with `profile_name` and `region_name` such as a
    `boto3.Session`, of which those two are taken, or None for the environment's settings. Raises
    `BadRequest` for anything else.
    """

    def __init__(self, aws_manager: Any = None) -> None:
        self.source: Source | None = None
        if aws_manager is None:
            self.settings = settings.load()
        elif isinstance(aws_manager, Settings):
            self.settings = aws_manager
        elif hasattr(aws_manager, "fetch") and hasattr(aws_manager, "identity"):
            self.settings, self.source = settings.load(), aws_manager
        else:
            self.settings = _settings_of(aws_manager)

    async def discover_complete_topology(self, *, refresh: bool = True) -> DiscoveredTopology:
        """Read the whole network; with `refresh` False only where there is no complete snapshot yet.

        Being cancelled stops it after the page in flight; the next discovery goes on from there. Raises
        `TryAgain` when another process is at it, and what keeps it from reading anything at all.
        """
        folder = await anyio.to_thread.run_sync(self.folder)
        try:
            info = None if refresh else await anyio.to_thread.run_sync(folder.latest)
            if info is None:
                running = self.begin(folder)
                await running.ended()
                info = running.result()
        except BaseException:
            folder.close()
            raise
        return DiscoveredTopology(folder, info)

    def folder(self) -> Folder:
        """Where the snapshots lie; those of a `Source` apart by its class and account, for they are not AWS's
        own answers to this configuration. Blocks.
        """
        if self.source is None:
            return Folder(self.settings)
        alias = f"{type(self.source).__qualname__} {self.source.identity().account}"
        return Folder(replace(self.settings, alias=alias))

    def begin(self, folder: Folder) -> RunningDiscovery:
        return RunningDiscovery(self.settings, self.source, folder)


class DiscoveredTopology:
    """A complete snapshot as `elements` and `connections`; nothing of it is held in memory.

    `snapshot` says which it is, whose, and what is missing from it (`gaps`). A context manager that gives
    the files back, as `close` does. Reading raises `NotFound` once the snapshot has been pruned.
    """

    def __init__(self, folder: Folder, snapshot: SnapshotInfo) -> None:
        self.snapshot = snapshot
        self._folder = folder
        self.close = weakref.finalize(self, folder.close)

    def __enter__(self) -> DiscoveredTopology:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, question: Callable[[Reader], T]) -> T:
        """Answer a question from the snapshot; reads the file, so not for an event loop's own thread."""
        with self._folder.reader(self.snapshot.id) as reader:
            return question(reader)

    @property
    def elements(self) -> Stored[Element]:
        return Stored(self.snapshot.elements, self._all_elements)

    @property
    def connections(self) -> Stored[Connection]:
        return Stored(self.snapshot.connections, self._all_connections)

    def _all_elements(self) -> Iterator[Element]:
        position, end = 0, False
        while not end:
            rows = self.ask(partial(_elements, after=position))
            yield from (element for _, element in rows.rows)
            position, end = rows.position, rows.end

    def _all_connections(self) -> Iterator[Connection]:
        position, end = (0, 0), False
        while not end:
            rows = self.ask(partial(_connections, after=position))
            yield from rows.rows
            position, end = rows.position, rows.end


class Stored(Generic[T]):
    """So many values, read anew from their snapshot each time they are iterated."""

    def __init__(self, count: int, read: Callable[[], Iterator[T]]) -> None:
        self._count = count
        self._read = read

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        return self._read()


def _elements(reader: Reader, *, after: int) -> Rows:
    return reader.page(Filters(), after=after, limit=PAGE)


def _connections(reader: Reader, *, after: tuple[int, int]) -> ConnectionRows:
    return reader.connections(Filters(), after=after, limit=PAGE)


def _settings_of(session: Any) -> Settings:
    """The environment's settings with a session's profile and Region.

    boto3 calls the profile "default" where none was chosen: then whatever the environment names serves.
    """
    profile, region = getattr(session, "profile_name", None), getattr(session, "region_name", None)
    if not isinstance(profile, str) and not isinstance(region, str):
        raise BadRequest(
            f"A {type(session).__name__} is nothing to discover with.",
            field="aws_manager",
            next_step="Pass Settings, a Source, a boto3.Session, or nothing for the environment's settings.",
        )
    loaded = settings.load()
    if profile == "default" and not loaded.profile:
        profile = ""
    named = (("profile", profile), ("region", region))
    given: dict[str, Any] = {name: value for name, value in named if isinstance(value, str)}
    return replace(loaded, **given)
