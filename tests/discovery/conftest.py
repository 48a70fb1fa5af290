"""Walks into a file of their own, and what they left there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.discovery.run import Walk
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.sources.aws import AwsSource
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.store.staging import Staging
from fakes.clock import Clock, Stop
from fakes.snapshots import new_staging


@pytest.fixture
def staging(tmp_path: Path) -> Iterator[Staging]:
    with new_staging(tmp_path) as opened:
        yield opened


@pytest.fixture
def walk(staging: Staging) -> Callable[..., Walk]:
    """A walk of a source into the staging file, with a clock that moves when the walk waits."""

    def build(source: Any, **given: Any) -> Walk:
        clock = Clock()
        return Walk(source, staging, **({"clock": clock, "stop": Stop(clock)} | given))

    return build


@pytest.fixture
def published(staging: Staging) -> Iterator[Callable[[], SnapshotReader]]:
    """The snapshot that the walk left, published."""
    opened: list[SnapshotReader] = []

    def read() -> SnapshotReader:
        staging.close()
        target = publish(staging.path, staging.path.with_name("snapshot-one.db"))
        opened.append(SnapshotReader(target, complete=True))
        return opened[-1]

    yield read
    for each in opened:
        each.close()


@pytest.fixture
def discover(tmp_path: Path) -> Iterator[Callable[..., SnapshotReader]]:
    """Reads whatever the environment points at, through AWS's own door, into a published snapshot."""
    opened: list[SnapshotReader] = []

    def read(settings: Settings | None = None, *, page_size: int = 500, **given: Any) -> SnapshotReader:
        source = AwsSource(settings or Settings(page_size=page_size))
        clock = Clock()
        name = f"discovered-{len(opened)}"
        try:
            with new_staging(tmp_path, name) as staging:
                Walk(source, staging, clock=clock, stop=Stop(clock), **given).run()
        finally:
            source.close()
        target = publish(staging.path, tmp_path / f"snapshot-{name}.db")
        opened.append(SnapshotReader(target, complete=True))
        return opened[-1]

    yield read
    for each in opened:
        each.close()


class NoSleep:
    """Stands where botocore waits between its attempts."""

    @staticmethod
    def sleep(seconds: float) -> None:
        return None


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore tries again without waiting."""
    import botocore.endpoint
    from botocore.retries.bucket import TokenBucket

    monkeypatch.setattr(botocore.endpoint, "time", NoSleep)
    monkeypatch.setattr(TokenBucket, "acquire", lambda self, amount=1, block=True: True)
