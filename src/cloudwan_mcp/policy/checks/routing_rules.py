"""Rules of routing policies: values that do not fit, rules that never act, summaries nothing is left of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_network

from cloudwan_mcp.policy.document import Document, Match, RoutingPolicy, RoutingRule
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.quotation import quote

_DEFAULTS = ("0.0.0.0/0", "::/0")


def _prefix(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return "/" in text


def _number(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,10}", text)) and int(text) < 2**32


def _community(text: str) -> bool:
    parts = text.split(":")
    return len(parts) == 2 and all(_number(each) and int(each) < 2**16 for each in parts)


_FORMS: dict[str, tuple[Callable[[str], bool], str]] = {
    "prefix-equals": (_prefix, "a CIDR block"),
    "prefix-in-cidr": (_prefix, "a CIDR block"),
    "asn-in-as-path": (_number, "an AS number"),
    "community-in-list": (_community, "a community such as 65000:100"),
    "med-equals": (_number, "a number"),
    "summarize": (_prefix, "a CIDR block"),
    "prepend-asn-list": (_number, "a list of AS numbers"),
    "remove-asn-list": (_number, "a list of AS numbers"),
    "replace-asn-list": (_number, "a list of AS numbers"),
    "add-community": (_community, "a community such as 65000:100"),
    "remove-community": (_community, "a community such as 65000:100"),
    "set-med": (_number, "a number"),
    "set-local-preference": (_number, "a number"),
}


def check_values(document: Document) -> Iterator[Finding]:
    for policy in document.routing_policies:
        for rule in policy.rules:
            where = step(step(rule.pointer, "rule-definition"), "action")
            yield from _fit(rule.action, rule.values or ("",), where)
            for match in rule.matches:
                yield from _fit(match.type, (match.value,), match.pointer)


def _fit(kind: str, values: tuple[str, ...], pointer: str) -> Iterator[Finding]:
    form = _FORMS.get(kind)
    if kind.endswith("asn-list"):
        values = tuple(part.strip() for value in values for part in value.split(","))
    wrong = [value for value in values if form and not form[0](value)]
    if form and wrong:
        message = f"{kind} needs {form[1]}, not {quote(wrong[0])}."
        yield Finding("routing-value", "error", pointer, message, f"Give {form[1]}.")


def _catches(match: Match) -> set[str]:
    """The prefixes, of the defaults and of all else, that a match takes: `v4`, `v6`, `v4-default`..."""
    if match.value not in _DEFAULTS:
        return set()
    version = "v4" if match.value == "0.0.0.0/0" else "v6"
    if match.type == "prefix-in-cidr":  # which does not match the block itself
        return {version}
    return {f"{version}-default"} if match.type == "prefix-equals" else set()


def _taken(rule: RoutingRule) -> set[str]:
    """What no later rule sees: a terminal action for whole address families."""
    if rule.action not in ("drop", "allow"):
        return set()
    if not rule.matches:
        return {"v4", "v6", "v4-default", "v6-default"}
    if rule.logic == "and" and len(rule.matches) > 1:
        return set()
    return set().union(*(_catches(match) for match in rule.matches))


def check_dead(document: Document) -> Iterator[Finding]:
    for policy in document.routing_policies:
        taken: set[str] = set()
        seen: dict[tuple[frozenset[tuple[str, str]], str], int] = {}
        for rule in sorted(policy.rules, key=lambda each: each.number):
            where = _families(rule)
            matches = frozenset((each.type, each.value) for each in rule.matches)
            before = seen.get((matches, rule.logic))
            if (where and where <= taken) or before is not None:
                message = (
                    f"Rule {rule.number} of {quote(policy.name)} never acts: an earlier rule ends there."
                )
                fix = "Remove it, or give it a lower number."
                yield Finding("dead-routing-rule", "warning", rule.pointer, message, fix)
            if rule.action in ("drop", "allow"):
                seen[matches, rule.logic] = rule.number
            taken |= _taken(rule)


def _families(rule: RoutingRule) -> set[str]:
    """The address families that a rule can see at all; empty where that is not known."""
    found: set[str] = set()
    for match in rule.matches:
        if match.type not in ("prefix-equals", "prefix-in-cidr") or not _prefix(match.value):
            return set()
        version = "v6" if ":" in match.value else "v4"
        default = match.value in _DEFAULTS and match.type == "prefix-equals"
        found.add(f"{version}-default" if default else version)
    return found or {"v4", "v6", "v4-default", "v6-default"}


def check_defaults(document: Document) -> Iterator[Finding]:
    """A drop of everything in 0.0.0.0/0 or ::/0 lets the default route itself pass."""
    for policy in document.routing_policies:
        taken = set().union(*(_taken(rule) for rule in policy.rules)) if policy.rules else set()
        for rule in policy.rules:
            left = {f"{family}-default" for family in _taken(rule) if not family.endswith("default")} - taken
            if rule.action == "drop" and rule.matches and left:
                default = _DEFAULTS["v6-default" in left]
                message = f"Rule {rule.number} of {quote(policy.name)} does not drop {default} itself."
                fix = f"Add prefix-equals {default} if the default route is to be dropped as well."
                yield Finding("default-left", "info", rule.pointer, message, fix)


def check_summaries(document: Document) -> Iterator[Finding]:
    for policy in document.routing_policies:
        rules = sorted(policy.rules, key=lambda each: each.number)
        for index, rule in enumerate(rules):
            if rule.action != "summarize":
                continue
            if policy.direction != "outbound":
                message = f"{quote(policy.name)} is {policy.direction}; summarize works outbound only."
                fix = "Make the policy outbound."
                yield Finding("summarize-direction", "error", rule.pointer, message, fix)
            yield from _lost(policy, rule, rules[index + 1 :])


def _lost(policy: RoutingPolicy, rule: RoutingRule, later: list[RoutingRule]) -> Iterator[Finding]:
    """The summary goes on to the later rules: a drop of everything takes it, unless an allow is before."""
    value = rule.values[0] if rule.values else ""
    family = "v6" if ":" in value else "v4"
    for each in later:
        if each.action == "allow" and (not each.matches or _lets(each, value)):
            return
        if each.action == "drop" and family in _taken(each):
            message = (
                f"Rule {rule.number} of {quote(policy.name)} summarizes to {quote(value)}, and rule "
                f"{each.number} drops that with all else: nothing is advertised."
            )
            fix = f"Allow {value[:50]} in a rule between them."
            yield Finding("summarize-then-drop", "error", each.pointer, message, fix)
            return


def _lets(rule: RoutingRule, value: str) -> bool:
    taken = _taken(rule)
    named = any(match.type == "prefix-equals" and match.value == value for match in rule.matches)
    return named or ("v6" if ":" in value else "v4") in taken
