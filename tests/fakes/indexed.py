"""A snapshot with its index, as a whole discovery leaves them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cloudwan_mcp.indexing.run import fill
from cloudwan_mcp.store.index.layout import index_of
from cloudwan_mcp.store.index.writer import IndexWriter
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from fakes.snapshots import Value, first_step, new_staging


@contextmanager
def snapshot(folder: Path, *pages: Sequence[Value], indexed: bool = True) -> Iterator[SnapshotReader]:
    staging = new_staging(folder)
    for page in pages:
        staging.commit(first_step(staging), list(page), token="next")
    staging.close()
    path = publish(staging.path, folder / "snapshot-one.db")
    reader = SnapshotReader(path, complete=True)
    if indexed:
        with IndexWriter(path, index_of(path)) as writer:
            assert fill(reader, writer)
        assert reader.index
    yield reader
    reader.close()
