"""What one change between two policy documents is, in the vocabulary of AWS's change sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cloudwan_mcp.policy.associate import Status
from cloudwan_mcp.policy.inspection import Basis
from cloudwan_mcp.policy.matrix import Verdict

ChangeAction = Literal["ADD", "MODIFY", "REMOVE"]
ChangeType = Literal[
    "CORE_NETWORK_SEGMENT",
    "NETWORK_FUNCTION_GROUP",
    "CORE_NETWORK_EDGE",
    "ATTACHMENT_MAPPING",
    "ATTACHMENT_ROUTE_PROPAGATION",
    "ATTACHMENT_ROUTE_STATIC",
    "ROUTING_POLICY",
    "ROUTING_POLICY_SEGMENT_ASSOCIATION",
    "ROUTING_POLICY_EDGE_ASSOCIATION",
    "ROUTING_POLICY_ATTACHMENT_ASSOCIATION",
    "CORE_NETWORK_CONFIGURATION",
    "SEGMENTS_CONFIGURATION",
    "SEGMENT_ACTIONS_CONFIGURATION",
    "ATTACHMENT_POLICIES_CONFIGURATION",
]
"""The `ChangeType` enumeration of GetCoreNetworkChangeSet."""


@dataclass(slots=True, frozen=True)
class Change:
    """A part of the document that one has and the other has not, or has otherwise.

    `identifier` names it; `before` and `after` say in words what differs; `pointer` shows it in the later
    document, or in the earlier one where it is removed.
    """

    type: ChangeType
    action: ChangeAction
    identifier: str
    before: str = ""
    after: str = ""
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class Move:
    """An ATTACHMENT_MAPPING: one attachment that another segment, group or status awaits."""

    attachment: str
    before: str
    after: str
    before_status: Status
    after_status: Status
    before_rule: int = 0
    after_rule: int = 0
    needs_acceptance: bool = False


@dataclass(slots=True, frozen=True)
class Transition:
    """How many attachments go from one place to another, and which segments they gain and lose."""

    before: str
    after: str
    count: int
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    after_status: Status = "associated"


@dataclass(slots=True, frozen=True)
class CellChange:
    """An ATTACHMENT_ROUTE_PROPAGATION between two segments; None where a document has not both of them.

    `effect` says what it means for traffic between their attachments. `attachments` counts those of the
    source and of the destination, after the change, or before it where the segment is gone.
    """

    source: str
    destination: str
    before: Verdict | None
    after: Verdict | None
    effect: Literal["gained", "lost", "now inspected", "no longer inspected", "other"]
    because: tuple[str, ...] = ()
    attachments: tuple[int, int] = (0, 0)


@dataclass(slots=True, frozen=True)
class Way:
    """Traffic between two edges, and the Regions that inspect it before and after."""

    source: str
    destination: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    before_basis: Basis
    after_basis: Basis


@dataclass(slots=True, frozen=True)
class InspectionChange:
    """Pairs of segments whose traffic is inspected elsewhere than before, all in the same ways."""

    pairs: tuple[tuple[str, str], ...]
    ways: tuple[Way, ...]


@dataclass(slots=True, frozen=True)
class ExitChange:
    """Where a segment's traffic leaves at an edge, as `group@region`; "" for no send-to."""

    segment: str
    edge: str
    before: str
    after: str
