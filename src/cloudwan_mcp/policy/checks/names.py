"""Names: spelt as AWS asks, and given once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cloudwan_mcp.policy.check import repeated
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.quotation import quote

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
_POLICY_NAME = re.compile(r"[A-Za-z0-9]{1,100}")


def check_names(document: Document) -> Iterator[Finding]:
    for kind, found in (("segment", document.segments), ("network function group", document.groups)):
        for each in found:
            if each.name and not _NAME.fullmatch(each.name):
                where = step(each.pointer, "name")
                message = (
                    f"{quote(each.name)} is no name of a {kind}: a letter, then up to 63 letters or digits."
                )
                fix = "Rename it, and whatever names it."
                yield Finding("name", "error", where, message, fix, "INVALID_STRING")
    for policy in document.routing_policies:
        if policy.name and not _POLICY_NAME.fullmatch(policy.name):
            yield Finding(
                "name",
                "error",
                step(policy.pointer, "routing-policy-name"),
                f"{quote(policy.name)} is no name of a routing policy: letters and digits only.",
                "Rename it, and whatever names it.",
                "INVALID_STRING",
            )


def check_repeated_names(document: Document) -> Iterator[Finding]:
    named = [("segment", each.name, each.pointer) for each in document.segments]
    named += [("network function group", each.name, each.pointer) for each in document.groups]
    named += [("edge location", each.location, each.pointer) for each in document.configuration.edges]
    named += [("routing policy", each.name, each.pointer) for each in document.routing_policies]
    for (_, _, first), (kind, name, pointer) in repeated(named, lambda each: each[:2]):
        yield Finding(
            "repeated-name",
            "error",
            pointer,
            f"The {kind} {quote(name)} is defined before, at {first}.",
            "Keep one of them.",
        )
    groups = {each.name for each in document.groups}
    for each in document.segments:
        if each.name in groups:
            yield Finding(
                "repeated-name",
                "error",
                each.pointer,
                f"{quote(each.name)} is both a segment and a network function group.",
                "Rename one of them.",
            )
