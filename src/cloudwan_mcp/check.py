"""What one check of the doctor is: something that may be wrong where this server runs, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from cloudwan_mcp.examination import Examination
from cloudwan_mcp.exposure import bracketed

State = Literal["ok", "note", "mend", "unknown"]
"""`mend` keeps something from working, `note` may surprise, `unknown` could not be asked."""

MOST = 4000  # characters of one text
HIDDEN = "***"
SECRETS = re.compile(r"SECRET|TOKEN|PASSWORD|WEBHOOK_URL|ACCESS_KEY_ID|HEADERS")
"""In the name of a variable: its value is shown nowhere, not even within what others say."""

_KEY = re.compile(r"\b(A[A-Z0-9]IA)[A-Z0-9]{12,}")
_USER = re.compile(r"(?<=://)[^/\s@]*@")
_SESSION = re.compile(r"(:assumed-role/[^/\s]+/)[^\s,\"']+")


@dataclass(slots=True, frozen=True)
class Remark:
    """What a check found. `next_step` is the very command or change that helps; `facts` are plain JSON."""

    state: State
    text: str
    next_step: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class Check:
    """`look` judges what the examination found, and this machine; it asks AWS nothing itself."""

    name: str
    look: Callable[[Examination], Iterable[Remark]]


def cleaned(value: Any, environ: Mapping[str, str]) -> Any:
    """A text, or all texts within plain JSON, without secrets and without what a terminal would obey.

    Hidden are the values of variables that hold secrets, keys of access, what stands before the @ of a URL,
    and the name of a role's session, which is often a person's.
    """
    if isinstance(value, str):
        return _cleaned(value, environ)
    if isinstance(value, Mapping):
        return {str(key): cleaned(each, environ) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(each, environ) for each in value]
    return value


def _cleaned(text: str, environ: Mapping[str, str]) -> str:
    for name, value in environ.items():
        if len(value) >= 4 and SECRETS.search(name):
            text = text.replace(value, HIDDEN)
    text = _KEY.sub(rf"\1{HIDDEN}", _USER.sub(f"{HIDDEN}@", text))
    text = _SESSION.sub(rf"\1{HIDDEN}", text)
    return "".join(each if each.isprintable() else " " for each in text)[:MOST]


def address(url: str) -> str:
    """Scheme, host and port of a URL: its path, query and what stands before the @ may be secrets."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        where = f"{bracketed(parts.hostname or '')}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return HIDDEN
    return f"{parts.scheme}://{where}" if parts.scheme else where
