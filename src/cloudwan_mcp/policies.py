"""Which policy document a caller means: the one in force, a version, a file, or its very text."""

from __future__ import annotations

import json
import os
import re
import stat
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from cloudwan_mcp import live
from cloudwan_mcp.app import App
from cloudwan_mcp.errors import BadRequest, NotFound
from cloudwan_mcp.live import OnProgress
from cloudwan_mcp.locate import choose, networks
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.policy.assumption import explain
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.parse import LARGEST, parse
from cloudwan_mcp.render.draft import file_name
from cloudwan_mcp.store import Reader

FILE = "file:"
ALIASES = ("LIVE", "LATEST")
_VERSION = re.compile(r"[1-9]\d{0,6}")
CHOICES = "Give LIVE, LATEST, a version number, file:NAME.json in the export folder, or the JSON text."


@dataclass(slots=True, frozen=True)
class Meant:
    """What an argument says: a document at hand, or the alias or number of one that the network has."""

    field: str
    document: Document | None = None
    source: str = ""
    alias: str = ""
    version: int = 0


@dataclass(slots=True, frozen=True)
class Ground:
    """The snapshot that a question is about, and the core network in it; "" where it has none."""

    info: SnapshotInfo
    global_network: str = ""
    core_network: str = ""


@dataclass(slots=True, frozen=True)
class Policy:
    """A document; `said` tells a reader which one, from where, and how old the reading is."""

    document: Document
    said: dict[str, Any] = field(default_factory=dict)
    version: int = 0


async def meant(app: App, text: str, name: str = "policy") -> Meant:
    """Read the argument `name`; what is wrong with it is said before AWS or a snapshot is asked."""
    text = text.strip().removeprefix("\ufeff").strip()
    if text.upper() in ALIASES:
        return Meant(name, alias=text.upper())
    if _VERSION.fullmatch(text):
        return Meant(name, version=int(text))
    if text.startswith(FILE):
        document = await app.work(partial(_in_file, folder(app), text.removeprefix(FILE).strip(), name))
        return Meant(name, document, text[:110])
    if text.startswith(("{", "[")):
        return Meant(name, await app.work(partial(_parsed, text, name)), "argument")
    raise BadRequest(
        f"{name}={text[:40]!r} is neither an alias nor a version, a file or JSON.",
        field=name,
        next_step=CHOICES,
    )


def folder(app: App) -> Path:
    """Where files lie that tools may read and write by name: nothing outside of it is ever opened."""
    given = app.settings.export_dir
    return Path(given).expanduser().absolute() if given else app.folder.root / "exports"


def _parsed(text: str | bytes, name: str) -> Document:
    try:
        return parse(text)
    except BadRequest as error:
        raise BadRequest(f"{name}: {error.args[0]}", field=name, next_step=error.next_step) from error


def _in_file(place: Path, given: str, name: str) -> Document:
    try:
        plain = file_name(given, ".json")
        # a link could lead out of the folder, and a pipe would never end
        handle = os.open(
            place / plain, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
    except BadRequest as error:
        raise BadRequest(f"{name}: {error.args[0]}", field=name, next_step=CHOICES) from error
    except OSError as error:
        raise NotFound(
            f"{name}: the export folder has no file {plain!r} that can be read.",
            next_step="Put it into CLOUDWAN_EXPORT_DIR, or give the document as text.",
        ) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotFound(f"{name}: {plain!r} is no plain file.", next_step="Give the document as text.")
    with os.fdopen(handle, "rb") as file:
        return _parsed(file.read(LARGEST + 1), name)


async def ground(app: App, core_network: str, on_progress: OnProgress, *, searched: bool = False) -> Ground:
    """The newest snapshot, discovered where there is none, and its core network; several need to be named."""

    def look(reader: Reader) -> Ground:
        choose(reader, core_network=core_network, global_network="")
        found = [each for each in networks(reader, "core-network") if core_network in ("", each.id)]
        place = (found[0].global_network, found[0].id) if found else ("", "")
        return Ground(reader.info(), *place)

    return await live.ask(app, "auto", look, on_progress, searched=searched)


async def policy_of(app: App, asked: Meant, place: Ground | None) -> Policy:
    """The document meant: at hand, in the snapshot where that has it, else read from AWS."""
    if asked.document is not None:
        return Policy(asked.document, {"source": asked.source})
    if place is None or not place.core_network:
        raise NotFound(
            f"{asked.field}: there is no core network, and so no policy.",
            next_step="Give the document as text, or read the network anew with refresh='always'.",
        )
    stored = await app.read(place.info.id, partial(_stored, place.core_network))
    if stored and (asked.alias == "LIVE" or asked.version == _number(stored)):
        return await app.work(partial(_made, stored, "snapshot", place.info.updated_at, asked.field))
    which = {"PolicyVersionId": asked.version} if asked.version else {"Alias": asked.alias}
    looked = await app.lookups.look("get_core_network_policy", {"CoreNetworkId": place.core_network, **which})
    if not looked.items:
        raise NotFound(f"{asked.field}: AWS has no such policy version.", next_step=CHOICES)
    return await app.work(partial(_made, looked.items[0], "AWS", looked.at, asked.field))


def _stored(core_network: str, reader: Reader) -> dict[str, Any] | None:
    """The item of the policy in force, as AWS gave it to the discovery."""
    number = reader.find(f"{core_network}/policy/LIVE")
    if not number:
        return None
    (element,) = reader.elements([number])
    item: dict[str, Any] = json.loads(element.attributes or "{}")
    return item if item.get("PolicyDocument") else None


def _number(item: dict[str, Any]) -> int:
    version = item.get("PolicyVersionId")
    return version if isinstance(version, int) else 0


def _made(item: dict[str, Any], source: str, at: float, name: str) -> Policy:
    given = item.get("PolicyDocument")
    text = given if isinstance(given, str) else json.dumps(given or {})
    said = {
        "source": source,
        "version": _number(item) or None,
        "alias": item.get("Alias"),
        "state": item.get("ChangeSetState"),
        "age_s": max(0.0, round(time.time() - at, 1)),
    }
    return Policy(
        _parsed(text, name), {key: value for key, value in said.items() if value is not None}, _number(item)
    )


def assumed(names: tuple[str, ...] | list[str], *, whole: bool = True) -> list[dict[str, str]]:
    """The contested points an answer rests on: how each is read, and what another source would say."""
    return [
        {"name": each.name, "reading": each.reading} | ({"otherwise": each.otherwise} if whole else {})
        for each in explain(names)
    ]


async def standing(
    app: App, asked: tuple[Meant, ...], core_network: str, on_progress: OnProgress
) -> Ground | None:
    """The ground where one of the documents is the network's; what is at hand needs no AWS.

    Then the newest complete snapshot serves, where there is one, to say where groups have attachments.
    """
    if any(each.document is None for each in asked):
        return await ground(app, core_network, on_progress)
    latest = await app.work(app.folder.latest)
    return await ground(app, core_network, on_progress) if latest else None
