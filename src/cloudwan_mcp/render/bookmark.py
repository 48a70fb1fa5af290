"""Bookmarks: where the reader of an export stands in its document, signed so that none is invented."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from cloudwan_mcp.render.format import Place
from cloudwan_mcp.store import CursorSigner, Filters
from cloudwan_mcp.store.cursor import foreign

KIND = "export"
BEGINNING = Place()


@dataclass(slots=True, frozen=True)
class Bookmark:
    """`offset` characters of what is rendered from `place` on were read.

    `last` is the last element that belongs to a document of a snapshot that grew when it was begun, else 0.
    """

    snapshot: str
    format: str
    filters: Filters = field(default_factory=Filters)
    place: Place = BEGINNING
    offset: int = 0
    last: int = 0

    def sealed(self, signer: CursorSigner) -> str:
        filters = {k: v for k, v in asdict(self.filters).items() if v}
        values = [KIND, self.snapshot, self.format, filters, list(self.place), self.offset, self.last]
        return signer.seal(values)

    @classmethod
    def opened(cls, text: str, signer: CursorSigner) -> Bookmark:
        """Raises `BadRequest` for anything this folder did not sign as a bookmark."""
        values = signer.opened(text)
        try:
            kind, snapshot, name, stored, place, offset, last = values
            filters = Filters(**(stored | {"types": tuple(stored.get("types", ()))}))
            made = cls(snapshot, name, filters, Place(*place), offset, last)
        except (ValueError, TypeError, AttributeError) as error:
            raise foreign() from error
        if kind != KIND:
            raise foreign()
        return made
