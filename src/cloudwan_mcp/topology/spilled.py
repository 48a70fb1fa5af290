"""A topology in a private file of the store's own format: memory stays the same whatever its size."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

from cloudwan_mcp.errors import Exhausted, NotFound, TryAgain
from cloudwan_mcp.model import Connection, Element, Identity, Scope
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.blocks import MOST_BYTES, plain
from cloudwan_mcp.store.identify import element_id
from cloudwan_mcp.store.protocol import End
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.store.schema import CACHE_KIB
from cloudwan_mcp.store.staging import Staging
from cloudwan_mcp.store.texts import CACHE_BYTES
from cloudwan_mcp.topology.codec import Codec
from cloudwan_mcp.topology.columns import Vocabulary
from cloudwan_mcp.topology.element import NetworkConnection, NetworkElement, Packed
from cloudwan_mcp.topology.exact import NotExact
from cloudwan_mcp.topology.stored import Stored

PAGE_VALUES = 1000  # in one transaction
PAGE_CHARACTERS = 1024 * 1024
READER_BYTES = CACHE_BYTES + 1024 * CACHE_KIB  # at most: unpacked blocks, and SQLite's pages
ODD = "~"  # begins the id or name that stands in for one that the store would alter
_NAME = "topology"


class _Closable(Protocol):
    def close(self) -> None: ...


class Words:
    """What the texts of one spilled topology mean; types and regions are codes, so that any text will do."""

    def __init__(self) -> None:
        self.codec = Codec()
        self.types, self.regions, self.kinds = Vocabulary(), Vocabulary(), Vocabulary()

    def write(self, metadata: dict[str, Any], *more: str) -> str:
        """Metadata, and the id and name that belong to it if they are odd. Raises `NotExact`."""
        text = self.codec.to_json(metadata, *more)
        if 4 * len(text) > MOST_BYTES:
            raise NotExact(f"takes more than the {MOST_BYTES // 4:,} characters that a file keeps")
        return text


def stored_id(identifier: str) -> str:
    """The id itself, or where the store would alter it, a digest that is no other's."""
    if identifier and identifier[0] != ODD and element_id(identifier) == identifier:
        return identifier
    return ODD + blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()


class SpilledBuilder:
    """Satisfies `body.Builder`: values go page by page into a staging file in a folder of mode 0700."""

    def __init__(self) -> None:
        self._words = Words()
        self._page: list[Element | Connection] = []
        self._characters = self._repeated = 0
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="cloudwan-topology-"))
        except OSError as error:
            raise _unwritable(Path(tempfile.gettempdir()), str(error)) from error
        try:
            with _writing(self._folder):
                path = self._folder / f"staging-{_NAME}.db"
                self._staging = Staging.create(path, snapshot_id=_NAME, identity=Identity())
                self._staging.add_steps([(_NAME, Scope())])
                (self._step,) = self._staging.steps()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._finalizer = _clean_after(self, self._staging, self._folder)

    def element(
        self, identifier: str, name: str, element_type: str, region: str, metadata: dict[str, Any]
    ) -> None:
        words, own = self._words, stored_id(identifier)
        shown = name if plain(name) == name else ODD
        odd = own[0] == ODD or shown == ODD
        text = words.write(metadata, *((identifier, name) if odd else ()))
        kind, place = str(words.types[element_type]), str(words.regions[region])
        self._take(Element(own, kind, shown, edge=place, attributes=text), len(text))

    def connection(self, source: str, target: str, kind: str, metadata: dict[str, Any]) -> None:
        text = self._words.write(metadata)
        code = str(self._words.kinds[kind])
        self._take(Connection(stored_id(source), stored_id(target), code, attributes=text), len(text))

    def finish(self) -> Spilled:
        try:
            self._commit()
            with _writing(self._folder):
                self._staging.remember(repeated=self._repeated)
                self._staging.close()
                path = publish(
                    self._staging.path, self._folder / f"snapshot-{_NAME}.db", cells=self._staging.cells
                )
                made = Spilled(SnapshotReader(path, complete=True), self._words, self._folder)
        except BaseException:
            self.discard()
            raise
        self._finalizer.detach()
        return made

    def discard(self) -> None:
        self._finalizer()

    def _take(self, value: Element | Connection, characters: int) -> None:
        self._page.append(value)
        self._characters += characters
        if len(self._page) >= PAGE_VALUES or self._characters >= PAGE_CHARACTERS:
            self._commit()

    def _commit(self) -> None:
        with _writing(self._folder):
            _, repeated = self._staging.commit(self._step, self._page, token=_NAME)
        self._repeated += repeated
        self._page, self._characters = [], 0


class Spilled(Stored):
    """Satisfies `body.Body` over a file that nobody else knows; the file goes when this goes."""

    def __init__(self, reader: SnapshotReader, words: Words, folder: Path) -> None:
        super().__init__(reader)
        self._words = words
        self._finalizer = _clean_after(self, reader, folder)

    def find(self, identifier: str) -> int | None:
        number = self._reader.find(stored_id(identifier))
        return None if number is None else number - 1

    def select(self, element_type: str | None, region: str | None) -> Iterator[NetworkElement]:
        filters = self._filters(element_type, region)
        return map(self._element, self._rows(filters)) if filters else iter(())

    def count(self, element_type: str | None, region: str | None) -> int:
        filters = self._filters(element_type, region)
        return (self._reader.count(filters) or 0) if filters else 0

    def usage(self) -> dict[str, int]:
        words = self._words
        vocabulary = words.codec.bytes + words.types.bytes + words.regions.bytes + words.kinds.bytes
        return {"vocabulary": vocabulary, "cache": READER_BYTES}

    def close(self) -> None:
        self._finalizer()

    def _filters(self, element_type: str | None, region: str | None) -> Filters | None:
        """None where no element has this type or region."""
        kind, place = "", ""
        if element_type is not None:
            kind = _code(self._words.types, element_type)
        if region is not None:
            place = _code(self._words.regions, region)
        if (element_type is not None and not kind) or (region is not None and not place):
            return None
        return Filters(types=(kind,) if kind else (), edge=place)

    def _element(self, row: Element) -> NetworkElement:
        words = self._words
        identifier, name = row.id, row.name
        if identifier[0] == ODD or name == ODD:
            identifier, name = json.loads(row.attributes)[2:]
        kind, region = words.types.texts[int(row.type)], words.regions.texts[int(row.edge)]
        metadata: Any = Packed(words.codec.from_json, 0, row.attributes)
        return NetworkElement(identifier, name, kind, region, metadata)

    def _identifier(self, row: Element) -> str:
        identifier: str = json.loads(row.attributes)[2] if row.id[0] == ODD else row.id
        return identifier

    def _connection(self, source: str, target: str, end: End) -> NetworkConnection:
        metadata: Any = Packed(self._words.codec.from_json, 0, self._reader.note(end.key))
        return NetworkConnection(source, target, self._words.kinds.texts[int(end.kind)], metadata)


def _code(vocabulary: Vocabulary, text: str) -> str:
    code = vocabulary.get(text)
    return "" if code is None else str(code)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """What the store says of its snapshots and their settings does not apply to a private file."""
    try:
        yield
    except (Exhausted, NotFound, TryAgain) as error:
        raise _unwritable(folder, str(error.args[0])) from error


def _unwritable(folder: Path, reason: str) -> Exhausted:
    return Exhausted(
        f"The topology cannot be written to {folder}: {reason}",
        next_step="Set TMPDIR to a folder with more space, or build it with enable_streaming=False.",
    )


def _clean_after(owner: object, held: _Closable, folder: Path) -> weakref.finalize[..., object]:
    """Close `held` and remove `folder` once `owner` is collected, the interpreter ends, or it is called."""
    return weakref.finalize(owner, _clean, held, folder, os.getpid())


def _clean(held: _Closable, folder: Path, process: int) -> None:
    if os.getpid() == process:  # a forked child has the same objects, and the files are not its own
        held.close()
        shutil.rmtree(folder, ignore_errors=True)
