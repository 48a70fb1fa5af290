"""The text of a policy document, read; see AWS's "Core network policy version parameters"."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, NoReturn

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.policy.document import Configuration, Document, Edge, Group, Segment
from cloudwan_mcp.policy.lines import survey
from cloudwan_mcp.policy.members import Members, Notes
from cloudwan_mcp.policy.parse_actions import read_actions
from cloudwan_mcp.policy.parse_routing import read_label_rules, read_routing_policies
from cloudwan_mcp.policy.parse_rules import read_rules

LARGEST = 1024 * 1024  # bytes; AWS's quota for a policy document is 1 MB
DEEPEST = 24  # the grammar itself nests 9 deep
VERSIONS = ("2021.12", "2025.11")


def parse(text: str | bytes) -> Document:
    """Read a policy document of version 2021.12 or 2025.11.

    Whatever a JSON object of at most 1 MiB holds is read as far as it goes; what is wrong in it is in the
    document's `problems`. Raises `BadRequest`, and nothing else, where it is not such an object.
    """
    source = _decode(text)
    data = _load(source)
    found = survey(source, DEEPEST)
    if found.depth > DEEPEST:
        _refuse(f"The policy document nests deeper than {DEEPEST} levels.", "Give a core network policy.")
    notes = Notes()
    for pointer in found.repeated:
        notes.add(
            "repeated-member", "error", pointer, "The object has this member twice.", "Keep one of them."
        )
    document = _document(Members(notes, data, ""))
    problems = tuple(dataclasses.replace(each, line=found.line(each.pointer)) for each in notes.findings)
    return dataclasses.replace(document, unknown=tuple(notes.unknown), problems=problems, text=source)


def _refuse(message: str, next_step: str, field: str = "policy") -> NoReturn:
    raise BadRequest(message, field=field, next_step=next_step)


def _decode(text: str | bytes) -> str:
    if len(text) > LARGEST:
        _refuse(
            f"The policy document is larger than {LARGEST:,} bytes.", "AWS refuses it too: make it smaller."
        )
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse("The policy document is not UTF-8 text.", "Save it as UTF-8.")


def _load(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        reason = error.msg
        place = f"line {error.lineno} column {error.colno}"
        _refuse(f"The policy document is not JSON: {reason} ({place}).", "Correct the JSON there.", place)
    except (ValueError, RecursionError):
        _refuse(
            "The policy document holds a number or nesting beyond what is read.",
            "Give a core network policy.",
        )
    if not isinstance(data, dict):
        _refuse(
            "The policy document is not a JSON object.", "Give the document from its first { to its last }."
        )
    return data


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _document(top: Members) -> Document:
    version = top.text("version", required=True)
    if version and version not in VERSIONS:
        top.notes.add(
            "version",
            "error",
            "/version",
            f"$.version: does not have a value in the enumeration [{', '.join(VERSIONS)}]",
            'Write "2021.12", or "2025.11" for routing policies.',
            "INVALID_ENUM_VALUE",
        )
    document = Document(
        version=version,
        configuration=_configuration(top.inner("core-network-configuration", required=True)),
        segments=tuple(_segment(each) for each in top.each("segments", required=True)),
        groups=tuple(_group(each) for each in top.each("network-function-groups")),
        actions=read_actions(top),
        rules=read_rules(top),
        routing_policies=read_routing_policies(top),
        label_rules=read_label_rules(top),
    )
    top.rest()
    return document


def _configuration(members: Members) -> Configuration:
    configuration = Configuration(
        asn_ranges=members.texts("asn-ranges", required=True) or (),
        edges=tuple(_edge(each) for each in members.each("edge-locations", required=True)),
        inside_cidrs=members.texts("inside-cidr-blocks") or (),
        vpn_ecmp=members.flag("vpn-ecmp-support", True),
        dns=members.flag("dns-support", True),
        security_group_referencing=members.flag("security-group-referencing-support", False),
    )
    members.rest()
    return configuration


def _edge(members: Members) -> Edge:
    edge = Edge(
        location=members.text("location", required=True),
        asn=members.integer("asn"),
        inside_cidrs=members.texts("inside-cidr-blocks") or (),
        pointer=members.pointer,
    )
    members.rest()
    return edge


def _segment(members: Members) -> Segment:
    segment = Segment(
        name=members.text("name", required=True),
        edges=members.texts("edge-locations"),
        isolated=members.flag("isolate-attachments", False),
        acceptance=members.flag("require-attachment-acceptance", True),
        allow=members.texts("allow-filter"),
        deny=members.texts("deny-filter"),
        description=members.text("description"),
        pointer=members.pointer,
    )
    members.rest()
    return segment


def _group(members: Members) -> Group:
    group = Group(
        name=members.text("name", required=True),
        acceptance=members.flag("require-attachment-acceptance", True),
        description=members.text("description"),
        pointer=members.pointer,
    )
    members.rest()
    return group
