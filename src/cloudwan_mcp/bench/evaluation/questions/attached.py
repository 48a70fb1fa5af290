"""Question 13: what is attached to an account, a VPC or a transit gateway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cloudwan_mcp.bench.evaluation.peer import every_attachment, every_peering, together
from cloudwan_mcp.bench.evaluation.question import Answer, Arguments, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import ATTACHMENTS, Truth
from cloudwan_mcp.simulator.arns import transit_gateway_arn, transit_gateways
from cloudwan_mcp.simulator.attachment import attachment

ROWS = 20


class _Vpc(NamedTuple):
    vpc: str
    attachment: str


def _vpc(truth: Truth) -> _Vpc:
    """A VPC that is attached late in the listing: one that reading from the front finds last."""
    last = truth.network.nth("VPC", truth.network.count("VPC") - 1)
    one = attachment(truth.estate, last)
    return _Vpc(one.resource.rpartition("/")[2], one.id)


def _account_faults(expected: set[str], answer: Answer) -> Iterator[str]:
    found = [row["id"] for row in answer["items"]]
    yield from different("attachments in all", len(expected), answer["total_known"])
    yield from different("rows", min(len(expected), ROWS), len(set(found)))
    yield from (f"{each} is another account's" for each in found if each not in expected)
    yield from different("a cursor", len(expected) > ROWS, bool(answer.get("next_cursor")))


def _vpc_faults(expected: _Vpc, answer: Answer) -> Iterator[str]:
    """What else names the VPC, such as its NAT configuration, is no fault."""
    found = [row["id"] for row in answer["items"] if row["type"] == ATTACHMENTS["VPC"]]
    yield from different("attachments", [expected.attachment], found)


def _gateway(truth: Truth) -> Arguments:
    """Hops: a peering stands on an attachment of the gateway, which is what the gateway itself has."""
    return {"id": transit_gateway_arn(truth.estate, truth.network, 0).rpartition("/")[2], "hops": 2}


def _of_gateway(truth: Truth) -> set[str]:
    """What peers with or connects to the first transit gateway: number n stands on gateway n, and so on."""
    network, estate = truth.network, truth.estate
    step = transit_gateways(network)
    kinds = {
        "peering": network.counts.peerings,
        "tgw-attach": network.counts.peerings,
        "tgw-connect-peer": network.counts.transit_gateway_connect_peers,
    }
    return {
        estate.id(kind, index, network) for kind, count in kinds.items() for index in range(0, count, step)
    }


def _gateway_faults(expected: set[str], answer: Answer) -> Iterator[str]:
    found = {row["id"] for row in [*answer["connections"], *(answer.get("near") or ())]}
    yield from (f"{each} is missing" for each in sorted(expected - found))


QUESTION = Question(
    number=13,
    words="What is attached to this VPC, account or transit gateway?",
    ways=(
        Way(
            "account",
            "stream_topology",
            lambda truth: {"account": truth.account, "element_types": ["attachment"], "limit": ROWS},
            lambda truth: truth.attached.of_account,
            _account_faults,
        ),
        Way("VPC", "find", lambda truth: {"query": _vpc(truth).vpc}, _vpc, _vpc_faults),
        Way("transit gateway", "describe", _gateway, _of_gateway, _gateway_faults),
    ),
    peer=lambda truth: together(every_attachment(truth), every_peering(truth)),
)
