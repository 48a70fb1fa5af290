"""Points on which AWS's sources disagree or say nothing, and how they are read here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Assumption:
    """`reading` is what the answer rests on, `otherwise` what another source or reader would say."""

    name: str
    reading: str
    otherwise: str


ASSUMPTIONS: tuple[Assumption, ...] = (
    Assumption(
        "deny-filter-direction",
        "A deny-filter or allow-filter of either segment stops routes both ways: the policy reference.",
        "The page on segment actions calls it one-way: then one of the two tables keeps the routes. "
        "Two-way traffic fails under both readings.",
    ),
    Assumption(
        "asn-range-end",
        "The last AS number of a range may be used.",
        "One AWS source calls the ranges right-open, so that the last number is not assigned.",
    ),
    Assumption(
        "asn-assigned",
        "Edges without an AS number get the lowest free ones of the ranges, in the document's order.",
        "AWS assigns them as it likes; only the length of AS paths is sure.",
    ),
    Assumption(
        "group-reuse",
        "One network function group may serve dual-hop send-via and send-to, as AWS's own example deploys.",
        "The console was seen to reject it.",
    ),
    Assumption(
        "direct-connect-order",
        "The AS path is compared before the attachment's type, as the route evaluation page says.",
        "A practitioner measured Direct Connect preferred before the AS path.",
    ),
    Assumption(
        "local-preference",
        "Local preference does not take part in the choice of a path: no published order has it.",
        "BGP compares it before the AS path.",
    ),
    Assumption(
        "send-via-without-targets",
        "A send-via without when-sent-to covers every segment, its own included.",
        "It is undocumented; published policies have it.",
    ),
    Assumption(
        "send-to-with-targets",
        "The when-sent-to of a send-to is ignored.",
        "The reference says it is not used for send-to; one published policy has it.",
    ),
    Assumption(
        "shared-and-inspected",
        "Where a pair is both shared and sent via a group, the direct route may bypass the inspection.",
        "It is undocumented which of the two routes a segment's table keeps.",
    ),
    Assumption(
        "filter-and-send-via",
        "Filters of segments do not stop send-via: they apply to shared routes.",
        "It is undocumented.",
    ),
    Assumption(
        "several-send-via",
        "Of several send-via actions on one pair, the first decides mode and Region.",
        "It is undocumented; one lab saw a second group or mode rejected.",
    ),
    Assumption(
        "several-overrides",
        "Of several overrides for one pair of edges, the first decides.",
        "It is undocumented.",
    ),
    Assumption(
        "single-edge-set",
        "An edge set of one edge is for traffic that starts and ends there.",
        "It is also described as all traffic from that edge.",
    ),
    Assumption(
        "dual-hop-overrides",
        "Edge overrides of a dual-hop send-via are ignored: both Regions inspect.",
        "The reference does not say so in every place.",
    ),
    Assumption(
        "single-hop-default",
        "Without an override, the Region is not said: AWS does not publish its list of priorities.",
        "An override for the pair of edges makes it certain.",
    ),
    Assumption(
        "default-route-hairpin",
        "The default route of send-to serves what is outside the core network.",
        "Traffic for segments without a route follows it to the firewall too; whether that returns it is "
        "the firewall's routing, as in AWS's transit gateway example.",
    ),
    Assumption(
        "condition-logic-missing",
        "Several conditions without condition-logic must all hold.",
        "AWS's validation asks for the member.",
    ),
    Assumption(
        "not-equals-without-tag",
        "A tag-value condition does not hold for an attachment without the tag, not-equals included.",
        "It is undocumented.",
    ),
    Assumption(
        "no-common-edge",
        "Segments exchange routes even where no edge has both.",
        "It is undocumented where a share takes place; they may exchange none.",
    ),
    Assumption(
        "unknown-attributes",
        "Routing rules that ask for AS paths, communities, metrics or prefix lists that were not given "
        "do not match.",
        "With those attributes the rule could match.",
    ),
    Assumption(
        "share-entry",
        "Shared routes enter the other segment at the edge of their attachment, and spread from there.",
        "It is undocumented where a share takes place.",
    ),
)
_BY_NAME = {each.name: each for each in ASSUMPTIONS}


def explain(names: Iterable[str]) -> tuple[Assumption, ...]:
    """The assumptions of those names, each once, in a fixed order."""
    asked = set(names)
    return tuple(each for each in ASSUMPTIONS if each.name in asked)
