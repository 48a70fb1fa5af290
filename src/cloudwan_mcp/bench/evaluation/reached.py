"""What check_reachability must say of two ends: intent by the model, installed by the simulated tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from itertools import product
from typing import Any, NamedTuple

from cloudwan_mcp.bench.evaluation import intent
from cloudwan_mcp.bench.evaluation.question import Answer, different
from cloudwan_mcp.bench.evaluation.truth import Truth

Told = dict[str, Any]


class End(NamedTuple):
    """A VPC attachment with a prefix in its own table."""

    id: str
    vpc: str
    segment: str
    edge: str
    prefix: str

    @property
    def address(self) -> str:
        return str(ip_network(self.prefix)[9])


class Expected(NamedTuple):
    """Every right answer, by the prefixes of both ends; an attachment may have several."""

    answers: Mapping[tuple[str, str], Told]
    differs: Mapping[tuple[str, str], tuple[bool, bool]]


def end(truth: Truth, segment: str, *, last: bool = False) -> End:
    """The first attachment of a segment that its own table leads to, or the last."""
    edge = truth.lanes[segment][0]
    found = []
    for item in truth.table(segment, edge):
        one, *more = item["Destinations"] or [{}]
        own = one.get("SegmentName") == segment and one.get("ResourceType") == "vpc" and not more
        available = own and truth.listed(one["CoreNetworkAttachmentId"])["State"] == "AVAILABLE"
        if available and item["Type"] == "PROPAGATED" and item["DestinationCidrBlock"].startswith("10."):
            place = (segment, one["EdgeLocation"], item["DestinationCidrBlock"])
            found.append(End(one["CoreNetworkAttachmentId"], one["ResourceId"], *place))
    return found[-1 if last else 0]


def own_prefixes(truth: Truth, one: End) -> list[str]:
    """What its own segment's table at its own edge leads to it."""
    return [
        item["DestinationCidrBlock"]
        for item in truth.table(one.segment, one.edge)
        if item["Type"] == "PROPAGATED"
        and one.id in {each["CoreNetworkAttachmentId"] for each in item["Destinations"]}
    ]


def segments(truth: Truth, one: str, other: str) -> Expected:
    """Two segments: the tables are not known without edges."""
    ways = [_way(truth, *pair, ("", ""), None) for pair in ((one, other), (other, one))]
    ends = [("", one, "", ""), ("", other, "", "")]
    return Expected({("", ""): _whole(ends, ways)}, {("", ""): (False, False)})


def attachments(truth: Truth, one: End, other: End, *, by_address: bool = False) -> Expected:
    answers, differs = {}, {}
    given = [[f"{each.address}/32"] if by_address else own_prefixes(truth, each) for each in (one, other)]
    for near, far in product(*given):
        edges = (one.edge, other.edge)
        ways = [
            _way(truth, one.segment, other.segment, edges, far),
            _way(truth, other.segment, one.segment, edges[::-1], near),
        ]
        ends = [(each.id, each.segment, each.edge, p) for each, p in ((one, near), (other, far))]
        answers[near, far] = _whole(ends, ways)
        differs[near, far] = (_differs(ways[0]), _differs(ways[1]))
    return Expected(answers, differs)


def _whole(ends: Sequence[tuple[str, ...]], ways: list[Told]) -> Told:
    return {
        "source": ends[0],
        "destination": ends[1],
        "intent": _verdict([way["intent"] for way in ways]),
        "installed": _verdict([way["installed"] for way in ways]),
        "forward": ways[0],
        "back": ways[1],
    }


def _verdict(ways: list[str]) -> str:
    """Of both ways; route tables have routes where policies allow."""
    if "unknown" in ways:
        return "undecided"
    works = [way in ("allowed", "route", "inspected") for way in ways]
    if all(works):
        return "inspected" if "inspected" in ways else "reachable"
    return "one-way" if any(works) else "unreachable"


def _way(truth: Truth, one: str, other: str, edges: tuple[str, str], to: str | None) -> Told:
    """One way. What has no route follows a send-to's default route, which is told and is no route to it."""
    document = truth.policy
    pair = intent.pairs(document)[one, other]
    words = {"open": "allowed", "via": "inspected", "isolated": "no-route", "no-route": "no-route"}
    told: Told = {"intent": words[pair.verdict], "by": set(pair.actions), "via": pair.groups}
    told["inspection"] = None
    if pair.verdict == "via" and all(edges):
        basis, regions = intent.inspected(pair.groups[0], *edges, truth.attached.serving)
        told["inspection"] = (pair.groups[0], basis, regions)
    pointer, group = intent.leaving(document, one)
    if pair.verdict == "no-route" and pointer:
        told |= {"by": {pointer}, "via": (group,)}
    told["installed"], told["route"] = _installed(truth, one, edges[0], to) if to else ("unknown", None)
    return told


def _installed(truth: Truth, segment: str, edge: str, to: str) -> tuple[str, Any]:
    """The verdict of a table on a prefix, and the row that is the longest match."""
    wanted = ip_network(to)
    best: tuple[int, dict[str, Any]] | None = None
    for item in truth.table(segment, edge):
        block = ip_network(item["DestinationCidrBlock"])
        holds = block.version == wanted.version and wanted.subnet_of(block)  # type: ignore[arg-type]
        if holds and (best is None or block.prefixlen > best[0]):
            best = block.prefixlen, item
    if best is None:
        return "no-route", None
    item = best[1]
    row = (item["DestinationCidrBlock"], item["State"], item["Type"])
    if item["State"] == "BLACKHOLE":
        return "blackhole", row
    through = any(each.get("NetworkFunctionGroupName") for each in item["Destinations"])
    return "inspected" if through else "route", row


def _differs(way: Told) -> bool:
    same = {"allowed": "route", "inspected": "inspected", "no-route": "no-route"}
    return bool(same[way["intent"]] != way["installed"])


def faults(expected: Expected, answer: Answer) -> Iterator[str]:
    """Everything that is judged is compared; both ages must be there, and a difference be explained."""
    ends = [answer[name] for name in ("source", "destination")]
    key = (ends[0].get("prefix", ""), ends[1].get("prefix", ""))
    if key not in expected.answers:
        yield f"the ends have no such prefixes: {key}"
        return
    yield from different("reachability", expected.answers[key], _told(answer))
    for name, differs in zip(("forward", "back"), expected.differs[key], strict=True):
        way = answer[name]
        if bool(way.get("difference")) != differs:
            yield f"{name}: whether policy and tables differ is not told rightly"
        if not way["because"] or (key != ("", "") and not _aged(way["installed"])):
            yield f"{name}: a reason or an age is missing"
    if not _aged(answer["policy"]):
        yield "the age of the policy is missing"


def _aged(told: Mapping[str, Any]) -> bool:
    return bool(told.get("source")) and told.get("age_s", -1) >= 0


def _told(answer: Answer) -> Told:
    ends = [
        tuple(answer[name].get(each, "") for each in ("attachment", "segment", "edge", "prefix"))
        for name in ("source", "destination")
    ]
    verdicts = {name: answer[name] for name in ("intent", "installed")}
    ways = {name: _told_way(answer[name]) for name in ("forward", "back")}
    return {"source": ends[0], "destination": ends[1], **verdicts, **ways}


def _told_way(way: Mapping[str, Any]) -> Told:
    seen, route = way.get("inspection"), way["installed"].get("route")
    return {
        "intent": way["intent"],
        "by": set(way.get("by", ())),
        "via": tuple(way.get("via", ())),
        "inspection": (seen["group"], seen["basis"], tuple(seen.get("regions", ()))) if seen else None,
        "installed": way["installed"]["verdict"],
        "route": (route["prefix"], route["state"], route["type"]) if route else None,
    }
