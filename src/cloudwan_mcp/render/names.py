"""Names that others chose: on one line, bounded, and no more than text."""

from __future__ import annotations

import re
from html import escape
from itertools import accumulate
from unicodedata import east_asian_width

MOST = 256
BRIEF = 48  # of a name in a picture

# what starts something in CommonMark or in GitHub's extensions of it, wherever it stands in a line
_MARKS = re.compile(r"[\\`*\[\]|~$#^={}]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.|@", re.IGNORECASE)
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")


def line(text: str, most: int = MOST) -> str:
    """`text` on one line of at most `most` characters, all of which UTF-8 and XML 1.0 can carry."""
    text = text if len(text) <= most else f"{text[: most - 1]}…"
    if text.isprintable() and text.isascii():
        return text
    return _NOT_XML.sub("\ufffd", _BREAKS.sub(" ", text))


def shown(text: str, most: int = BRIEF) -> str:
    """As `line`, for pictures: what turns or hides the characters beside it is spelt out."""
    return line(_UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", line(text, most)), most)


def fitted(text: str, most: int) -> str:
    """As `shown`, in the width of `most` Latin letters: Chinese ones and pictograms are twice as wide."""
    text = shown(text, most)
    widths = accumulate(2 if east_asian_width(each) in "WF" else 1 for each in text)
    fits = sum(width <= most for width in widths)
    return text if fits == len(text) else f"{text[: fits - 1]}…"


def xml(text: str) -> str:
    """A line as text or attribute of an XML document."""
    return escape(text, quote=True)


def marked(text: str, most: int = 64) -> str:
    """A name as Markdown's text, escaped only where it has to be: it is also read as it stands."""
    escaped = _MARKS.sub(r"\\\g<0>", shown(text, most))
    return re.sub("[&<>]", lambda found: _HTML[found[0]], escaped)
