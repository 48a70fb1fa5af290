"""What a simulated policy means, by a model that knows no more than the simulator writes into one.

Shares join both segments, `send-via` puts a group between them, one group in one Region inspects where no
other can, rules are tried by their number. Anything that a generated document does not hold is refused, so
that the model cannot be wrong in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from itertools import product
from typing import Any, NamedTuple

Document = Mapping[str, Any]
Presence = Mapping[str, Set[str]]
"""The edges at which each group has attachments with routing."""


class Pair(NamedTuple):
    """Two segments: no-route, isolated, open or via; the groups between them; the actions that say so."""

    verdict: str
    groups: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


class Placed(NamedTuple):
    """The outcome of the rules: `place` as answers write it, "" for none, and those tried in vain."""

    place: str
    rule: int
    tried: tuple[int, ...]
    needs_acceptance: bool = False


class Exit(NamedTuple):
    """Where the default route of a segment leads at an edge."""

    group: str
    basis: str
    region: str


def names(document: Document) -> list[str]:
    return [each["name"] for each in document["segments"]]


def edges(document: Document) -> list[str]:
    return [each["location"] for each in document["core-network-configuration"]["edge-locations"]]


def pairs(document: Document) -> dict[tuple[str, str], Pair]:
    """Every ordered pair of segments."""
    found = {}
    alone = {each["name"] for each in document["segments"] if each["isolate-attachments"]}
    for one, other in product(names(document), repeat=2):
        if one == other:
            found[one, other] = Pair("isolated" if one in alone else "open")
        else:
            found[one, other] = _pair(document, one, other)
    return found


def _pair(document: Document, one: str, other: str) -> Pair:
    shared: list[str] = []
    sent: list[str] = []
    groups: list[str] = []
    for pointer, action in _actions(document):
        if action["action"] == "share" and action["segment"] in (one, other):
            if action["share-with"] != "*":
                raise ValueError(f"a share with {action['share-with']}")
            shared.append(pointer)
        elif action["action"] == "send-via" and {one, other} in _sent(action):
            sent.append(pointer)
            groups += action["via"]["network-function-groups"]
    if shared and sent:
        raise ValueError(f"{one} and {other} are shared and inspected")
    verdict = "open" if shared else "via" if sent else "no-route"
    return Pair(verdict, tuple(groups), tuple(shared + sent))


def _actions(document: Document) -> list[tuple[str, dict[str, Any]]]:
    found = [(f"/segment-actions/{at}", action) for at, action in enumerate(document["segment-actions"])]
    for _, action in found:
        if action["action"] not in ("share", "send-via", "send-to") or "with-edge-overrides" in str(action):
            raise ValueError(f"an action such as {action}")
    return found


def _sent(action: dict[str, Any]) -> list[set[str]]:
    if action["mode"] != "single-hop":
        raise ValueError(f"a send-via in mode {action['mode']}")
    return [{action["segment"], other} for other in action["when-sent-to"]["segments"]]


def inspected(group: str, source: str, destination: str, presence: Presence) -> tuple[str, tuple[str, ...]]:
    """Why, and in which Regions, a single hop without overrides inspects between two edges."""
    known = presence.get(group, frozenset())
    if source == destination and source in known:
        return "local", (source,)
    return ("only-one", tuple(known)) if len(known) == 1 else ("unspecified", ())


def exits(document: Document, presence: Presence) -> dict[tuple[str, str], Exit]:
    """By segment and edge."""
    found = {}
    for _, action in _actions(document):
        if action["action"] == "send-to":
            (group,) = action["via"]["network-function-groups"]
            for edge in edges(document):
                basis, regions = inspected(group, edge, edge, presence)
                found[action["segment"], edge] = Exit(group, basis, regions[0] if regions else "")
    return found


def leaving(document: Document, segment: str) -> tuple[str, str]:
    """The pointer and the group of a segment's send-to; "" where it has none."""
    for pointer, action in _actions(document):
        if action["action"] == "send-to" and action["segment"] == segment:
            return pointer, action["via"]["network-function-groups"][0]
    return "", ""


def place(document: Document, kind: str, tags: Mapping[str, str]) -> Placed:
    """Where the rules put an attachment of a type, spelled as policies do."""
    tried: list[int] = []
    for rule in sorted(document["attachment-policies"], key=lambda each: int(each["rule-number"])):
        if _matches(rule, kind, tags):
            return _outcome(document, rule, tags, tuple(tried))
        tried.append(rule["rule-number"])
    return Placed("", 0, tuple(tried))


def _matches(rule: Document, kind: str, tags: Mapping[str, str]) -> bool:
    held = []
    for each in rule["conditions"]:
        if each["type"] == "attachment-type":
            held.append(each["value"] == kind)
        elif each["type"] == "tag-value":
            held.append(tags.get(each["key"]) == each["value"])
        elif each["type"] == "tag-exists":
            held.append(each["key"] in tags)
        else:
            raise ValueError(f"a condition such as {each}")
    return any(held) if rule["condition-logic"] == "or" else all(held)


def _outcome(document: Document, rule: Document, tags: Mapping[str, str], tried: tuple[int, ...]) -> Placed:
    action, number = rule["action"], rule["rule-number"]
    group = action.get("add-to-network-function-group")
    name = group or action.get("segment") or tags.get(action.get("tag-value-of-key"), "")
    listed = document["network-function-groups" if group else "segments"]
    found = [each for each in listed if each["name"] == name]
    if not found:
        return Placed("", number, tried)
    needed = bool(found[0]["require-attachment-acceptance"])
    return Placed(f"nfg:{name}" if group else name, number, tried, needed)
