"""What an argument that is being typed may become: edges, segments, ids and names of the newest snapshot."""

from __future__ import annotations

from mcp.types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from cloudwan_mcp.app import App
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.store.index.reader import SHORTEST
from cloudwan_mcp.tool import Server

MOST = 100  # the protocol's own bound
CANDIDATES = 500
PLACES = ("edge", "segment")


def offer_completions(server: Server, app: App) -> None:
    @server.completion()  # type: ignore[no-untyped-call, untyped-decorator]
    async def complete(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        latest = await app.work(app.folder.latest)
        if latest is None:  # a word half typed is no reason to read a network
            return Completion(values=[])
        values = await app.read(
            latest.id, lambda reader: _values(reader, argument.name, argument.value[:128])
        )
        return Completion(values=values[:MOST], total=len(values), has_more=len(values) > MOST)


def _values(reader: Reader, name: str, typed: str) -> list[str]:
    if name in PLACES:
        words = [value for (value,), _ in reader.tally(Filters(), name) if value]
        return sorted(word for word in words if word.casefold().startswith(typed.casefold()))
    if name not in ("id", "element") or len(typed) < SHORTEST or not reader.index:
        return []
    elements = reader.elements(reader.index.named(typed, limit=CANDIDATES))
    named = {each.name: each.id for each in elements if typed.casefold() in each.name.casefold()}
    return sorted(named.values() if name == "id" else named)
