"""Writing an index: entries in the order of their numbers, then what is counted, then its name."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloudwan_mcp.store import schema
from cloudwan_mcp.store.blocks import plain
from cloudwan_mcp.store.identify import key_of
from cloudwan_mcp.store.index import layout
from cloudwan_mcp.store.index.prefix import Network, row
from cloudwan_mcp.store.index.tags import TagWords


@dataclass(slots=True)
class Entry:
    """What an element can be looked up by.

    `alias` is the id of the resource that it stands for: an attachment's VPC is no element of its own.
    `brought` are prefixes with the ids of the attachments that bring them; `fold` is the key of a route,
    the same in each table that it stands in; `findings` are (kind, severity, since), since being None where
    it has no time.
    """

    n: int
    type: str
    name: str = ""
    alias: str = ""
    tags: list[tuple[str, str]] = field(default_factory=list)
    prefixes: list[Network] = field(default_factory=list)
    brought: list[tuple[Network, str]] = field(default_factory=list)
    fold: int | None = None
    findings: list[tuple[str, str, float | None]] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class Survey:
    """A finding about the whole network; `element` is the id of what it is said of, "" for nothing single."""

    kind: str
    severity: str
    element: str
    text: str
    fix: str
    facts: Mapping[str, Any]


class IndexWriter:
    """A context manager; unless `publish` was called the file is gone when it is left."""

    def __init__(self, snapshot: Path, target: Path) -> None:
        self._target = target
        self._path = target.with_name(f"{target.stem}{layout.WRITING}{os.getpid()}.db")
        self._path.unlink(missing_ok=True)
        self._tags = TagWords()
        try:
            self._db = layout.create(self._path)
            self._db.execute("ATTACH ? AS snapshot", (str(snapshot),))
            self._db.executescript(layout.TEMPORARY)
        except sqlite3.Error as error:
            self._path.unlink(missing_ok=True)
            raise schema.explain(error, self._path, writing=True) from error
        types = self._db.execute("SELECT value, code FROM snapshot.word WHERE field = 'type'")
        self._types: dict[str, int] = dict(types.fetchall())

    def __enter__(self) -> IndexWriter:
        self._db.execute("BEGIN")
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
        self._path.unlink(missing_ok=True)

    def add(self, entries: Iterable[Entry]) -> None:
        """Raises `Exhausted` when the disk is full."""
        names: list[tuple[int, str]] = []
        aliases: list[tuple[int, int]] = []
        tags: list[tuple[int, str]] = []
        prefixes: list[tuple[int, bytes, int, int]] = []
        brought: list[tuple[int, bytes, int, str]] = []
        folded: list[tuple[int, int]] = []
        findings: list[tuple[str, int, str, float | None]] = []
        for entry in entries:
            if entry.name:
                names.append((entry.n, entry.name))
            if entry.alias:
                aliases.append((key_of(entry.alias), entry.n))
            if entry.tags:
                tags.append((entry.n, self._tags.coded(entry.tags, self._types.get(entry.type, 0))))
            prefixes += [(*row(net), entry.n) for net in entry.prefixes]
            brought += [(*row(net), owner) for net, owner in entry.brought]
            if entry.fold is not None:
                folded.append((entry.n, entry.fold))
            findings += [(kind, entry.n, severity, since) for kind, severity, since in entry.findings]
        self._fill("name(rowid, text) VALUES(?, ?)", names)
        self._fill("temp.aka VALUES(?, ?)", aliases)
        self._fill("tag(rowid, text) VALUES(?, ?)", tags)
        self._fill("prefix VALUES(?, ?, ?, ?)", prefixes)
        self._fill("temp.brought VALUES(?, ?, ?, ?)", brought)
        self._fill("temp.folded VALUES(?, ?)", folded)
        self._fill("finding VALUES(?, ?, ?, ?)", findings)

    def add_surveys(self, surveys: Iterable[Survey]) -> None:
        rows = (
            (s.kind, s.severity, s.element, plain(s.text, 400), s.fix, json.dumps(dict(s.facts)))
            for s in surveys
        )
        self._fill("survey(kind, severity, element, text, fix, facts) VALUES(?, ?, ?, ?, ?, ?)", rows)

    def brought(self) -> Iterable[tuple[int, bytes, int, str]]:
        """(family, first address, bits, id of the attachment that brings it), in order, each once."""
        return self._db.execute("SELECT family, start, bits, owner FROM temp.brought")

    def pointed_at(self, kind: str) -> Iterable[tuple[int, int]]:
        """(number of an element, how many connections of this type lead to it)."""
        query = """SELECT dst, count(*) FROM snapshot.conn WHERE ty =
                   (SELECT code FROM snapshot.word WHERE field = 'type' AND value = ?) GROUP BY dst"""
        return self._db.execute(query, (kind,))

    def publish(self) -> None:
        """Count what is counted by account, and give the file its name."""
        try:
            for table, columns in layout.COUNTS.items():
                names = ", ".join(columns)
                self._db.execute(
                    f"INSERT INTO {table} SELECT {names}, count(*) FROM snapshot.el GROUP BY {names}"  # noqa: S608
                )
            self._db.execute(
                "INSERT INTO route SELECT n, fold, st, co, sg, ed FROM temp.folded JOIN snapshot.el USING(n)"
            )
            self._db.execute("CREATE INDEX route_fold ON route(st, fold)")
            # keys are as good as random: in their order, each page of the table is written once
            self._db.execute("INSERT OR IGNORE INTO alias SELECT k, n FROM temp.aka ORDER BY k, n")
            self._db.executemany("INSERT INTO tagword VALUES(?, ?, ?, ?)", self._tags.words())
            self._db.executemany("INSERT INTO tagcell VALUES(?, ?, ?)", self._tags.cells())
            self._db.execute("INSERT INTO meta VALUES('tags_whole', ?)", (int(self._tags.whole),))
            self._db.execute("COMMIT")
            self._db.close()
            with contextlib.suppress(FileNotFoundError):  # the folder was pruned or removed meanwhile
                self._path.replace(self._target)
        except (sqlite3.Error, OSError) as error:
            raise schema.explain(error, self._path, writing=True) from error

    def _fill(self, where: str, rows: Iterable[tuple[Any, ...]]) -> None:
        try:
            self._db.executemany(f"INSERT OR IGNORE INTO {where}", rows)
        except sqlite3.Error as error:
            raise schema.explain(error, self._path, writing=True) from error
