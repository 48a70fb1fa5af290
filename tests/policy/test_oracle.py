"""The engine against a second model, written from AWS's documentation over the raw JSON: random policies."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudwan_mcp.policy.associate import Placer, associate
from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.compare import compare
from cloudwan_mcp.policy.inspection import inspection
from cloudwan_mcp.policy.matrix import matrix
from cloudwan_mcp.policy.parse import parse
from fakes.policies import isolated, rule, send_via, share, tagged, typed, via, written

SEGMENTS = ["a", "b", "c", "d"]
EDGES = ["us-east-1", "eu-west-1"]
GROUPS = ["fw", "ids"]
WORDS = st.sampled_from(["a", "b", "prod", "x", ""])
KEYS = st.sampled_from(["domain", "env"])

conditions = st.one_of(
    st.just({"type": "any"}),
    st.builds(tagged, KEYS),
    st.builds(tagged, KEYS, WORDS, st.sampled_from(["equals", "not-equals", "contains", "begins-with"])),
    st.builds(typed, st.sampled_from(["vpc", "connect"])),
    st.builds(
        lambda kind, operator, value: {"type": kind, "operator": operator, "value": value},
        st.sampled_from(["account-id", "region", "resource-id"]),
        st.sampled_from(["equals", "not-equals", "contains", "begins-with"]),
        st.sampled_from(["1", "12", "us-east-1", "eu", "vpc-1"]),
    ),
)
outcomes = st.one_of(
    st.fixed_dictionaries({"segment": st.sampled_from(SEGMENTS)}),
    st.fixed_dictionaries({"tag": KEYS}),
    st.fixed_dictionaries({"group": st.sampled_from(GROUPS)}),
)
rules = st.lists(
    st.builds(
        lambda number, found, logic, outcome: rule(number, *found, logic=logic, **outcome),
        st.integers(1, 50),
        st.lists(conditions, min_size=1, max_size=3),
        st.sampled_from(["and", "or"]),
        outcomes,
    ),
    max_size=5,
    unique_by=lambda each: each["rule-number"],
)
attachments = st.builds(
    Attachment,
    type=st.sampled_from(["vpc", "connect"]),
    tags=st.dictionaries(KEYS, WORDS),
    account=st.sampled_from(["1", "123", "9"]),
    region=st.sampled_from(EDGES),
    resource=st.sampled_from(["vpc-1", "vpc-12", ""]),
)
names = st.lists(st.sampled_from(SEGMENTS), min_size=1, unique=True)
segments = st.fixed_dictionaries(
    {"isolate-attachments": st.booleans()},
    optional={"edge-locations": st.lists(st.sampled_from(EDGES), min_size=1, unique=True)},
).flatmap(
    lambda base: st.one_of(
        st.just(base),
        names.map(lambda found: base | {"deny-filter": found}),
        names.map(lambda found: base | {"allow-filter": found}),
    )
)
overrides = st.lists(
    st.tuples(
        st.lists(st.lists(st.sampled_from(EDGES), min_size=1, max_size=2), min_size=1, max_size=2),
        st.sampled_from(EDGES),
    ),
    max_size=2,
)
actions = st.lists(
    st.one_of(
        st.builds(
            share, st.sampled_from(SEGMENTS), names | st.just("*") | names.map(lambda n: {"except": n})
        ),
        st.builds(
            lambda segment, targets, mode, group, found: send_via(
                segment, targets, mode, via=via(group, overrides=found)
            ),
            st.sampled_from(SEGMENTS),
            names | st.just("*"),
            st.sampled_from(["single-hop", "dual-hop"]),
            st.sampled_from(GROUPS),
            overrides,
        ),
    ),
    max_size=6,
)


def holds(condition: dict[str, Any], attachment: Attachment) -> bool:
    kind = condition["type"]
    if kind == "any":
        return True
    if kind == "tag-exists":
        return condition["key"] in attachment.tags
    if kind == "tag-value" and condition["key"] not in attachment.tags:
        return False
    value = {
        "tag-value": attachment.tags.get(condition.get("key", "")) or "",
        "attachment-type": attachment.type,
        "account-id": attachment.account,
        "region": attachment.region,
        "resource-id": attachment.resource,
    }[kind]
    wanted = condition["value"]
    return {
        "equals": value == wanted,
        "not-equals": value != wanted,
        "contains": wanted in value,
        "begins-with": value[: len(wanted)] == wanted,
    }[condition["operator"]]


def place(data: dict[str, Any], attachment: Attachment) -> tuple[int, str]:
    """(rule number or 0, segment or nfg:group or nothing)."""
    for each in sorted(data["attachment-policies"], key=lambda found: found["rule-number"]):
        combine = all if each["condition-logic"] == "and" else any
        if combine([holds(condition, attachment) for condition in each["conditions"]]):
            action = each["action"]
            if "add-to-network-function-group" in action:
                return each["rule-number"], "nfg:" + action["add-to-network-function-group"]
            name = action.get("segment") or attachment.tags.get(action["tag-value-of-key"])
            return each["rule-number"], name if name in SEGMENTS else ""
    return 0, ""


@given(rules, attachments)
@settings(max_examples=300)
def test_an_attachment_goes_where_the_model_puts_it(found: list[Any], attachment: Attachment) -> None:
    data = written(edges=EDGES, segments=SEGMENTS, groups=GROUPS, attachment_policies=found)
    document = parse(json.dumps(data))
    explained = associate(document, attachment)
    assert Placer(document).place(attachment) == explained.placement
    number = explained.placement.rule.number if explained.placement.rule else 0
    assert (number, explained.placement.place) == place(data, attachment)
    assert [each.matched for each in explained.trials] == [False] * (len(explained.trials) - bool(number)) + [
        True
    ] * bool(number)


def covers(targets: Any, name: str) -> bool:
    if isinstance(targets, dict):
        return name not in targets["except"]
    return targets == "*" or name in targets


def joined(data: dict[str, Any], kind: str, a: str, b: str) -> list[dict[str, Any]]:
    """The actions of a kind that join two segments, whichever of them they stand at."""
    found = []
    for action in data["segment-actions"]:
        targets = action.get("share-with") or action.get("when-sent-to", {}).get("segments")
        ends = [(a, b), (b, a)]
        if action["action"] == kind and any(action["segment"] == x and covers(targets, y) for x, y in ends):
            found.append(action)
    return found


def refused(data: dict[str, Any], a: str, b: str) -> bool:
    found = {each["name"]: each for each in data["segments"]}
    for own, other in ((found[a], b), (found[b], a)):
        if other in own.get("deny-filter", []) or other not in own.get("allow-filter", SEGMENTS):
            return True
    return False


def verdict(data: dict[str, Any], a: str, b: str) -> str:
    inspected = bool(joined(data, "send-via", a, b))
    if a == b:
        alone = next(each for each in data["segments"] if each["name"] == a)["isolate-attachments"]
        return ("via" if inspected else "isolated") if alone else "open"
    shared = bool(joined(data, "share", a, b)) and not refused(data, a, b)
    if shared and inspected:
        return "shared-and-inspected"
    return "open" if shared else "via" if inspected else "no-route"


def regions(data: dict[str, Any], a: str, b: str, source: str, destination: str) -> list[str] | None:
    """The Regions on the way; None where AWS's own list decides."""
    action = joined(data, "send-via", a, b)[0]
    if action["mode"] == "dual-hop":
        return [source] if source == destination else [source, destination]
    for override in action["via"].get("with-edge-overrides", []):
        if any(set(edges) == {source, destination} for edges in override["edge-sets"]):
            return [override["use-edge-location"]]
    return [source] if source == destination else None


@given(st.tuples(segments, segments, segments, segments), actions)
@settings(max_examples=300)
def test_each_pair_of_segments_has_the_verdict_and_regions_of_the_model(found: Any, done: list[Any]) -> None:
    data = written(
        edges=EDGES,
        segments=[isolated(name) | each for name, each in zip(SEGMENTS, found, strict=True)],
        groups=GROUPS,
        segment_actions=done,
    )
    cells = matrix(parse(json.dumps(data))).cells
    assert {pair: cell.verdict for pair, cell in cells.items()} == {
        (a, b): verdict(data, a, b) for a in SEGMENTS for b in SEGMENTS
    }
    for (a, b), cell in cells.items():
        for source in EDGES if cell.verdict in ("via", "shared-and-inspected") else ():
            for destination in EDGES:
                expected = regions(data, a, b, source, destination)
                assert list(inspection(cell, source, destination).regions) == (expected or [])


@given(rules, rules, actions, actions, st.lists(attachments, max_size=6))
@settings(max_examples=100)
def test_a_comparison_is_the_difference_of_the_models(
    one: list[Any], other: list[Any], before: list[Any], after: list[Any], found: list[Attachment]
) -> None:
    alike = {"edges": EDGES, "segments": SEGMENTS, "groups": GROUPS}
    old = written(**alike, attachment_policies=one, segment_actions=before)
    new = written(**alike, attachment_policies=other, segment_actions=after)
    for each in (*old["segments"], *new["segments"]):
        each["isolate-attachments"] = True
    changed = compare(parse(json.dumps(old)), parse(json.dumps(new)), found)
    assert [(each.before, each.after) for each in changed.moves] == [
        (place(old, each)[1], place(new, each)[1])
        for each in found
        if place(old, each)[1] != place(new, each)[1] or status(old, each) != status(new, each)
    ]
    for each in changed.cells:
        pair = each.source, each.destination
        assert (each.before, each.after) == (verdict(old, *pair), verdict(new, *pair))
    pairs = {(a, b) for a in SEGMENTS for b in SEGMENTS}
    assert {pair for pair in pairs if verdict(old, *pair) != verdict(new, *pair)} <= {
        (each.source, each.destination) for each in changed.cells
    }


def status(data: dict[str, Any], attachment: Attachment) -> str:
    """Whether a rule matched at all, and led somewhere."""
    number, found = place(data, attachment)
    return "placed" if found else "lost" if number else "no rule"
