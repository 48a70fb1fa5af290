"""Routing policies at work on one route.

AWS Cloud WAN, "Create an AWS Cloud WAN route policy and rule": policies by ascending number, and their rules
by ascending number; drop and allow end the evaluation, other actions change the route and go on. What no rule
ends is allowed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping

from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.document import Document, EdgePolicy, Match, RoutingPolicy, RoutingRule, Share
from cloudwan_mcp.policy.route import Outcome, PrefixLists, Route, Step, contains, read_prefix

NO_LISTS: PrefixLists = {}


def filtered(policies: Iterable[RoutingPolicy], route: Route, lists: PrefixLists = NO_LISTS) -> Outcome:
    """What the policies make of a route; raises nothing, and skips values that cannot be read."""
    steps: list[Step] = []
    assumed: set[str] = set()
    for policy in sorted(policies, key=lambda each: each.number):
        for rule in sorted(policy.rules, key=lambda each: each.number):
            if not _matched(rule, route, lists, assumed):
                continue
            steps.append(Step(policy.name, rule.number, rule.action, rule.pointer))
            if rule.action in ("drop", "allow"):
                kept = None if rule.action == "drop" else route
                return Outcome(kept, tuple(steps), tuple(sorted(assumed)))
            route = _ACTIONS.get(rule.action, _unchanged)(route, rule.values)
    return Outcome(route, tuple(steps), tuple(sorted(assumed)))


def _matched(rule: RoutingRule, route: Route, lists: PrefixLists, assumed: set[str]) -> bool:
    found = [_MATCHES[each.type](each, route, lists) for each in rule.matches if each.type in _MATCHES]
    if None in found:
        assumed.add("unknown-attributes")
    if not rule.matches:
        return True
    return all(found) and bool(found) if rule.logic == "and" else any(found)


def _prefix_equals(match: Match, route: Route, _: PrefixLists) -> bool | None:
    return read_prefix(match.value) == route.prefix


def _prefix_in(match: Match, route: Route, _: PrefixLists) -> bool | None:
    """Within the block, and not the block itself."""
    block = read_prefix(match.value)
    return block is not None and block != route.prefix and contains(block, route.prefix)


def _prefix_listed(match: Match, route: Route, lists: PrefixLists) -> bool | None:
    return route.prefix in lists[match.value] if match.value in lists else None


def _asn_in_path(match: Match, route: Route, _: PrefixLists) -> bool | None:
    return None if route.as_path is None else match.value in map(str, route.as_path)


def _community(match: Match, route: Route, _: PrefixLists) -> bool | None:
    return None if route.communities is None else match.value in route.communities


def _med(match: Match, route: Route, _: PrefixLists) -> bool | None:
    return None if route.med is None else match.value == str(route.med)


_MATCHES: Mapping[str, Callable[[Match, Route, PrefixLists], bool | None]] = {
    "prefix-equals": _prefix_equals,
    "prefix-in-cidr": _prefix_in,
    "prefix-in-prefix-list": _prefix_listed,
    "asn-in-as-path": _asn_in_path,
    "community-in-list": _community,
    "med-equals": _med,
}
_Values = tuple[str, ...]


def _numbers(values: _Values) -> tuple[int, ...]:
    texts = (part for value in values for part in value.replace(",", " ").split())
    return tuple(int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= 10)


def _unchanged(route: Route, values: _Values) -> Route:
    return route


def _summarize(route: Route, values: _Values) -> Route:
    block = read_prefix(values[0]) if values else None
    return route if block is None else dataclasses.replace(route, prefix=block)


def _prepend(route: Route, values: _Values) -> Route:
    return dataclasses.replace(route, as_path=_numbers(values) + (route.as_path or ()))


def _remove(route: Route, values: _Values) -> Route:
    gone = set(_numbers(values))
    return dataclasses.replace(route, as_path=tuple(each for each in route.as_path or () if each not in gone))


def _replace(route: Route, values: _Values) -> Route:
    return dataclasses.replace(route, as_path=_numbers(values))


def _add_community(route: Route, values: _Values) -> Route:
    return dataclasses.replace(route, communities=(route.communities or frozenset()) | set(values))


def _remove_community(route: Route, values: _Values) -> Route:
    return dataclasses.replace(route, communities=(route.communities or frozenset()) - set(values))


def _set_med(route: Route, values: _Values) -> Route:
    return dataclasses.replace(route, med=next(iter(_numbers(values)), route.med))


def _set_preference(route: Route, values: _Values) -> Route:
    preference = next(iter(_numbers(values)), route.local_preference)
    return dataclasses.replace(route, local_preference=preference)


_ACTIONS: Mapping[str, Callable[[Route, _Values], Route]] = {
    "summarize": _summarize,
    "prepend-asn-list": _prepend,
    "remove-asn-list": _remove,
    "replace-asn-list": _replace,
    "add-community": _add_community,
    "remove-community": _remove_community,
    "set-med": _set_med,
    "set-local-preference": _set_preference,
}


class Stations:
    """The routing policies a route meets at attachments, between segments, and between edges."""

    def __init__(self, document: Document) -> None:
        self._policies = {each.name: each for each in reversed(document.routing_policies)}
        self._labels = sorted(document.label_rules, key=lambda each: each.number)
        self._shares = [
            each for each in document.actions if isinstance(each, Share) and each.routing_policies
        ]
        self._edges = [each for each in document.actions if isinstance(each, EdgePolicy)]

    def at_attachment(self, attachment: Attachment, direction: str) -> list[RoutingPolicy]:
        """Of the first label rule that fits; `direction` is seen from the core network."""
        for rule in self._labels:
            here = rule.edges is None or attachment.region in rule.edges
            if attachment.label and attachment.label in rule.labels and here:
                return self._chosen(rule.routing_policies, direction)
        return []

    def between_segments(self, source: str, destination: str) -> list[RoutingPolicy]:
        """For routes of `source` that go to `destination`; the direction is seen from a share's segment."""
        found: list[RoutingPolicy] = []
        for share in self._shares:
            if share.segment == source and share.targets.cover(destination):
                found += self._chosen(share.routing_policies, "outbound")
            elif share.segment == destination and share.targets.cover(source):
                found += self._chosen(share.routing_policies, "inbound")
        return found

    def between_edges(self, segment: str, source: str, destination: str) -> list[RoutingPolicy]:
        """For routes that `source` advertises to `destination`; the direction is seen from the first edge."""
        found: list[RoutingPolicy] = []
        for pair in self._edges:
            if pair.segment == segment and (pair.edge, pair.peer) == (source, destination):
                found += self._chosen(pair.routing_policies, "outbound")
            elif pair.segment == segment and (pair.peer, pair.edge) == (source, destination):
                found += self._chosen(pair.routing_policies, "inbound")
        return found

    def _chosen(self, names: Iterable[str], direction: str) -> list[RoutingPolicy]:
        found = (self._policies[name] for name in names if name in self._policies)
        return [each for each in found if each.direction == direction]
