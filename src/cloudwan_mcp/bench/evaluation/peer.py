"""What awslabs' aws-network-mcp-server needs, worked out from what its tools ask AWS for.

Read in its source, 2026-11 (27 tools, 0.0.17): `get_cloudwan_details` passes one page of ListAttachments on
as it comes, without MaxResults, so 50 at a time; an attachment is some 720 characters, or 180 tokens (400
calls and 3.6 million tokens for 20,000). `get_all_cloudwan_routes` asks for every segment's table at every
edge within one call and keeps of a route what `SHORT_ROUTE` shows; group tables come from
`get_cloudwan_routes`, one table a call. Both read one page of a table, and of a route its first destination:
that all of a table comes in one page is taken in its favour here. Its tools judge no policy:
`detect_cloudwan_inspection` names groups for one direction of a pair, whatever when-sent-to says, and
`simulate_cloud_wan_route_change` moves attachments between tables. So questions about the policy cost it
reading the document, and the model judges; of versions it reads the one in force.
"""

from __future__ import annotations

import json

from cloudwan_mcp.bench.evaluation.question import CHARACTERS_A_TOKEN, Peer
from cloudwan_mcp.bench.evaluation.truth import Truth

PAGE = 50
ATTACHMENT_TOKENS = 180
SHORT_ROUTE = {
    "destination": "10.0.0.0/24",
    "target": "attachment-0123456789abcdef0",
    "type": "propagated",
    "state": "active",
}
ROUTE_TOKENS = len(json.dumps(SHORT_ROUTE)) // CHARACTERS_A_TOKEN


def every_attachment(truth: Truth) -> Peer:
    """Reading all attachments, page by page; the model counts."""
    count = truth.estate.attachments
    return Peer(-(-count // PAGE), ATTACHMENT_TOKENS * count)


def the_policy(truth: Truth) -> Peer:
    """`get_cloudwan_details` has the document in force, beside a page of attachments; the model reads it."""
    page = ATTACHMENT_TOKENS * min(PAGE, truth.estate.attachments)
    return Peer(1, page + len(json.dumps(truth.policy)) // CHARACTERS_A_TOKEN)


def policy_and_attachments(truth: Truth) -> Peer:
    """The same call, and the pages after its first."""
    every = every_attachment(truth)
    return Peer(every.calls, every.tokens + len(json.dumps(truth.policy)) // CHARACTERS_A_TOKEN)


def every_route(truth: Truth) -> Peer:
    """All segments' tables in one call, and each table of a group in one more."""
    tables = sum(len(edges) for place, edges in truth.lanes.items() if place.startswith("nfg:"))
    return Peer(1 + tables, ROUTE_TOKENS * len(truth.routes))


def every_peering(truth: Truth) -> Peer:
    """`list_cloudwan_peerings` pages itself."""
    length = sum(len(json.dumps(item)) for item in truth.items("ListPeerings"))
    return Peer(1, length // CHARACTERS_A_TOKEN)


def together(*parts: Peer) -> Peer:
    return Peer(sum(part.calls for part in parts), sum(part.tokens for part in parts))


def cannot(_: Truth) -> None:
    """No tool of it reads what the question stands on."""
