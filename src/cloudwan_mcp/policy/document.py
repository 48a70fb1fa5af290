"""What a core network policy document says, as plain values; names are kept as they were written."""

from __future__ import annotations

from dataclasses import dataclass, field

from cloudwan_mcp.policy.finding import Finding


@dataclass(slots=True, frozen=True)
class Edge:
    """An edge location: one Region. `asn` is None where AWS assigns one out of the ranges."""

    location: str
    asn: int | None = None
    inside_cidrs: tuple[str, ...] = ()
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class Configuration:
    asn_ranges: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()
    inside_cidrs: tuple[str, ...] = ()
    vpn_ecmp: bool = True
    dns: bool = True
    security_group_referencing: bool = False


@dataclass(slots=True, frozen=True)
class Segment:
    """`edges` is None where the segment is at every edge; `allow` and `deny` are None where not given."""

    name: str
    edges: tuple[str, ...] | None = None
    isolated: bool = False
    acceptance: bool = True
    allow: tuple[str, ...] | None = None
    deny: tuple[str, ...] | None = None
    description: str = ""
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class Group:
    """A network function group."""

    name: str
    acceptance: bool = True
    description: str = ""
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class Targets:
    """The other segments of an action: all of them but `excluded`, or those named."""

    everything: bool = False
    names: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def cover(self, segment: str) -> bool:
        return segment not in self.excluded if self.everything else segment in self.names


@dataclass(slots=True, frozen=True)
class Override:
    """The Region that inspects traffic between the edges of each set."""

    sets: tuple[tuple[str, ...], ...]
    region: str
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class Via:
    groups: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()


@dataclass(slots=True, frozen=True)
class Share:
    segment: str
    targets: Targets
    routing_policies: tuple[str, ...] = ()
    mode: str = "attachment-route"
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class StaticRoute:
    """`create-route`: `destinations` are attachments, or the one word `blackhole`."""

    segment: str
    cidrs: tuple[str, ...]
    destinations: tuple[str, ...]
    description: str = ""
    pointer: str = ""

    @property
    def blackhole(self) -> bool:
        return "blackhole" in self.destinations


@dataclass(slots=True, frozen=True)
class SendVia:
    """`targets` is None where the action has no `when-sent-to`."""

    segment: str
    mode: str
    targets: Targets | None
    via: Via
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class SendTo:
    segment: str
    via: Via
    targets: Targets | None = None
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class EdgePolicy:
    """`associate-routing-policy`: routing policies between two edges, seen from `edge`."""

    segment: str
    edge: str
    peer: str
    routing_policies: tuple[str, ...]
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class OtherAction:
    """An action that no published version knows."""

    action: str
    segment: str
    pointer: str = ""


Action = Share | StaticRoute | SendVia | SendTo | EdgePolicy | OtherAction


@dataclass(slots=True, frozen=True)
class Condition:
    type: str
    operator: str = ""
    key: str = ""
    value: str = ""
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class Rule:
    """An attachment policy: it names a segment, the tag that names one, or a network function group.

    `logic` is "" where the document does not say how its conditions combine.
    """

    number: int
    conditions: tuple[Condition, ...]
    logic: str = ""
    segment: str = ""
    tag: str = ""
    group: str = ""
    acceptance: bool = False
    description: str = ""
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class Match:
    type: str
    value: str
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class RoutingRule:
    """`values` are the action's own: a prefix, an AS number list, a community, a metric."""

    number: int
    matches: tuple[Match, ...]
    logic: str
    action: str
    values: tuple[str, ...] = ()
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class RoutingPolicy:
    name: str
    direction: str
    number: int
    rules: tuple[RoutingRule, ...] = ()
    description: str = ""
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class LabelRule:
    """An attachment routing policy rule; `edges` is None where it holds at every edge."""

    number: int
    labels: tuple[str, ...]
    routing_policies: tuple[str, ...]
    edges: tuple[str, ...] | None = None
    description: str = ""
    pointer: str = ""


@dataclass(slots=True, frozen=True)
class Document:
    """`unknown` holds members that no published version knows, as (JSON pointer, JSON text).

    `problems` is what reading it found; `text` is the document itself.
    """

    version: str = ""
    configuration: Configuration = field(default_factory=Configuration)
    segments: tuple[Segment, ...] = ()
    groups: tuple[Group, ...] = ()
    actions: tuple[Action, ...] = ()
    rules: tuple[Rule, ...] = ()
    routing_policies: tuple[RoutingPolicy, ...] = ()
    label_rules: tuple[LabelRule, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    problems: tuple[Finding, ...] = ()
    text: str = ""

    @property
    def edges(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(edge.location for edge in self.configuration.edges))

    def edges_of(self, segment: Segment) -> tuple[str, ...]:
        return self.edges if segment.edges is None else segment.edges

    def segment(self, name: str) -> Segment | None:
        return next((each for each in self.segments if each.name == name), None)
