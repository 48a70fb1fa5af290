"""What one finding is: a thing in a network that needs somebody's attention, how it is found, what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from math import isfinite
from typing import Any, Literal, NamedTuple

from cloudwan_mcp.model import Element

Severity = Literal["critical", "high", "medium", "low"]
Fact = str | int | float | bool
TEXT_CHARACTERS = 200
FAMILIES = ("attachment", "peering")  # words that stand for every type that ends so
NOT_OURS = "transit-gateway-attachment"  # what is attached to a transit gateway, not to a core network
KINDS_KEPT = 4096


@dataclass(slots=True, frozen=True)
class Evidence:
    """What was seen, in one bounded line, and the facts it was read from; make one with `seen`.

    `severity` and `fix` are set where this case is graver, lighter or mended otherwise than its kind.
    `since` is in epoch seconds, the latest moment from which it has certainly been so; None where AWS does
    not say.
    """

    text: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    severity: Severity | None = None
    since: float | None = None
    fix: str = ""


def seen(
    text: str,
    *,
    severity: Severity | None = None,
    since: float | None = None,
    fix: str = "",
    **facts: Fact | None,
) -> Evidence:
    """Evidence out of untrusted text: one line, at most `TEXT_CHARACTERS` each; empty facts are left out."""
    kept = {
        name: plain(value) if isinstance(value, str) else value
        for name, value in facts.items()
        if value is not None and value != ""
    }
    return Evidence(plain(text), kept, severity, since, fix)


def plain(text: str, most: int = TEXT_CHARACTERS) -> str:
    """`text` on one line without control, direction or half characters, at most `most` characters."""
    text = text if len(text) <= most else text[: most - 1] + "…"
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def text_of(value: Any) -> str:
    """A member that should be text; anything else than text or a number is empty."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def items_of(value: Any) -> list[dict[str, Any]]:
    """A member that should be a list of objects; what is not one is left out."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def strings_of(value: Any) -> list[str]:
    """A member that should be a list of texts; what is not one is left out."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def time_of(value: Any) -> float | None:
    """A member that should be a time, in epoch seconds."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if known and abs(value) < 2**53 and isfinite(value) else None


class Attributes(Mapping[str, Any]):
    """An element's own members, parsed when one is first asked for: of most elements none ever is."""

    __slots__ = ("parsed", "text")

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.parsed: dict[str, Any] | None = None

    @property
    def members(self) -> dict[str, Any]:
        if self.parsed is None:
            try:
                found = json.loads(self.text or "{}")
            except (ValueError, RecursionError):
                found = {}
            self.parsed = found if isinstance(found, dict) else {}
        return self.parsed

    def __getitem__(self, name: str) -> Any:
        return self.members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)


class Cell(NamedTuple):
    """How many elements there are of one type, at one place, in one state."""

    type: str
    global_network: str
    core_network: str
    segment: str
    edge: str
    state: str
    elements: int


class Prefix(NamedTuple):
    """A prefix that `owner`, an attachment of type `kind` in `segment`, brings; ordered as it is written.

    `start` is its first address as a number.
    """

    version: int
    start: int
    length: int
    core_network: str
    owner: str
    segment: str
    kind: str

    @classmethod
    def of(cls, cidr: str, *, core_network: str, owner: str, segment: str, kind: str) -> Prefix | None:
        """None for what is no CIDR block: a prefix list's id."""
        try:
            block = ip_network(cidr, strict=False)
        except ValueError:
            return None
        start = int(block.network_address)
        return cls(block.version, start, block.prefixlen, core_network, owner, segment, kind)

    @property
    def cidr(self) -> str:
        return str(ip_network((self.start, self.length))) if self.version == 4 else self._cidr6()

    def _cidr6(self) -> str:
        return str(ip_network((self.start.to_bytes(16, "big"), self.length)))


@dataclass(slots=True, frozen=True, kw_only=True)
class Facts:
    """What a whole network is surveyed by; bounded but for the streams, of which each is read once.

    `places` are the core networks, segments, network function groups and edges. `connect_peers` gives
    (Connect attachment id, how many peers it has); `prefixes` come in their own order, repeats allowed.
    """

    cells: Sequence[Cell] = ()
    places: Sequence[Element] = ()
    connect_peers: Iterable[tuple[str, int]] = ()
    prefixes: Iterable[Prefix] = ()


Examine = Callable[[Element, Mapping[str, Any]], Evidence | None]
Survey = Callable[[Facts], Iterable[tuple[str, Evidence]]]


@dataclass(slots=True, frozen=True, kw_only=True)
class Finding:
    """One kind of finding. `reads` are AWS's operations that it stands on: where one is a gap of a snapshot,
    silence says nothing.

    `examine` is asked about each element of `types` (`FAMILIES` included) in one of `states` (any, where
    empty). It must be cheap, knows no clock, and never raises, whatever AWS or somebody wrote there. `survey`
    gives (element id, evidence) for what only a look at the whole shows. Evidence with `since` counts once it
    is older than `patience_s`.
    """

    name: str
    severity: Severity
    title: str
    fix: str
    documentation: str
    reads: tuple[str, ...]
    types: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    examine: Examine | None = None
    survey: Survey | None = None
    patience_s: float = 0

    def concerns(self, kind: str, state: str) -> bool:
        """Whether elements of this type and state are examined."""
        family = kind.rpartition("-")[2]
        ours = family in FAMILIES and family in self.types and kind != NOT_OURS
        return (ours or kind in self.types) and (not self.states or state in self.states)


class Examiner:
    """Asks about each element only the findings that its type and state concern; for one thread."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._findings = tuple(each for each in findings if each.examine)
        self._attributes = Attributes()
        self._concerned: dict[tuple[str, str], tuple[tuple[Finding, Examine], ...]] = {}

    def examine(self, element: Element) -> Sequence[tuple[Finding, Evidence]]:
        """What is found at one element; called once for each element of a snapshot."""
        key = (element.type, element.state)
        concerned = self._concerned.get(key)
        if concerned is None:
            concerned = self._concern(key)
        if not concerned:
            return ()
        attributes = self._attributes  # one for all elements: making one takes longer than most examinations
        attributes.text, attributes.parsed = element.attributes, None
        found: list[tuple[Finding, Evidence]] = []
        for finding, examine in concerned:
            evidence = examine(element, attributes)
            if evidence is not None:
                found.append((finding, evidence))
        return found

    def _concern(self, key: tuple[str, str]) -> tuple[tuple[Finding, Examine], ...]:
        if len(self._concerned) >= KINDS_KEPT:  # types and states are AWS's own words, which may be any
            self._concerned.clear()
        found = tuple((f, f.examine) for f in self._findings if f.examine and f.concerns(*key))
        self._concerned[key] = found
        return found
