"""Bookmarks: where the reader of an export stands in its document, signed so that none is invented."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.render.format import Place
from cloudwan_mcp.render.formats import FORMATS
from cloudwan_mcp.store import CursorSigner, Filters
from cloudwan_mcp.store.cursor import foreign

KIND = "export"
CURSOR_CHARACTERS = 2048
BEGINNING = Place()
NAMES = {each.name for each in FORMATS}


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
        """As a cursor; raises `BadRequest` where the filters would make it longer than any may be."""
        filters = {k: v for k, v in asdict(self.filters).items() if v}
        values = [self.snapshot, self.format, filters, list(self.place), self.offset, self.last]
        text = signer.seal(KIND, values)
        if len(text) > CURSOR_CHARACTERS - 64:
            raise BadRequest(
                "The filters are too long together.",
                field="element_types",
                next_step="Use fewer or shorter ones.",
            )
        return text

    def check(self, *, format: str | None, filters: Filters, file: str) -> None:
        """Raises `BadRequest` where a caller would go on with another document than was begun."""
        differs = {
            "format": format not in (self.format, None),
            "file": bool(file),
            "filters": filters not in (self.filters, Filters()),
        }
        wrong = [name for name, is_so in differs.items() if is_so]
        if wrong:
            raise BadRequest(
                f"cursor goes on with a {self.format} document in pieces: {', '.join(wrong)} cannot change.",
                field="cursor",
                next_step="Pass the cursor alone, or the rest without it to start a new document.",
            )

    @classmethod
    def opened(cls, text: str, signer: CursorSigner) -> Bookmark:
        """Raises `BadRequest` for anything this folder did not sign as a bookmark."""
        values = signer.opened(text, KIND)
        try:
            snapshot, name, stored, place, offset, last = values
            filters = Filters(**(stored | {"types": tuple(stored.get("types", ()))}))
            made = cls(snapshot, name, filters, Place(*place), offset, last)
        except (ValueError, TypeError, AttributeError) as error:
            raise foreign() from error
        if name not in NAMES:
            raise foreign()
        return made
