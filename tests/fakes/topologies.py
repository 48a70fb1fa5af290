"""Topologies to build, and a plain model of what they must then answer."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, timezone
from enum import IntEnum, StrEnum
from typing import Any

from hypothesis import strategies as st

from cloudwan_mcp.topology import NetworkConnection, NetworkElement


class Level(IntEnum):
    """A subclass of a plain type, as settings and SDKs have them."""

    LOW = 1
    HIGH = 2


class Color(StrEnum):
    """Another."""

    RED = "red"


class Name(str):
    """A text with a class of its own."""

    __slots__ = ()


def typed(value: Any) -> Any:
    """`value` in such a form that two are equal only if their types are, all the way down."""
    if isinstance(value, dict):
        return type(value), [(typed(key), typed(each)) for key, each in value.items()]
    if isinstance(value, set | frozenset):
        return type(value), sorted(repr(typed(each)) for each in value)
    if isinstance(value, list | tuple):
        return type(value), [typed(each) for each in value]
    if isinstance(value, datetime | time):
        return type(value), repr(value), value.fold, repr(value.tzinfo), type(value.tzinfo)
    return type(value), repr(value)


TEXTS = st.one_of(
    st.sampled_from(
        ["", "\x00", "a\x1eb", "\ud800\udc00", "\udfff", "é", "~", "~a", "arn:aws:ec2:x:vpc/v-1", "$kept"]
    ),
    st.text(st.characters(codec=None), max_size=8),
    st.just("long" * 700),
)
IDS = st.one_of(
    st.integers(0, 12).map("vpc-{:017x}".format), TEXTS, st.builds("{}/{}".format, TEXTS, st.integers(0, 2))
)
ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=-5), "EST")])
MOMENTS = st.builds(
    lambda moment, zone, fold: moment.replace(tzinfo=zone, fold=fold),
    st.datetimes(),
    ZONES,
    st.integers(0, 1),
)
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    TEXTS,
    st.just(10**700),
    st.just(-0.0),
)
ODD = st.one_of(
    MOMENTS,
    st.dates(),
    st.builds(lambda each, zone: each.replace(tzinfo=zone, fold=1), st.times(), ZONES),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.uuids(),
    st.binary(max_size=5),
    st.binary(max_size=5).map(bytearray),
    st.complex_numbers(allow_nan=False),
    st.sampled_from(
        [Level.HIGH, Color.RED, Name("name"), OrderedDict(a=1), OrderedDict({"$kept": ["int", "1"]})]
    ),
    st.frozensets(st.integers(), max_size=2),
)
KEYS = st.one_of(st.sampled_from(["State", "Tags", "$kept", "at"]), TEXTS)
HASHABLE = st.one_of(
    TEXTS, st.integers(), st.none(), st.binary(max_size=2), st.tuples(st.integers()), st.just(Color.RED)
)
VALUES = st.recursive(
    st.one_of(PLAIN, ODD),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(KEYS, inner, max_size=3),
        st.dictionaries(HASHABLE, inner, max_size=2),
        st.sets(HASHABLE, max_size=2),
    ),
    max_leaves=6,
)
TAGS = st.lists(st.fixed_dictionaries({"Key": TEXTS, "Value": TEXTS}), max_size=3)
METADATA = st.one_of(
    st.dictionaries(KEYS, VALUES, max_size=4),
    st.fixed_dictionaries({"AttachmentId": TEXTS, "Tags": TAGS, "CreatedAt": MOMENTS, "UpdatedAt": MOMENTS}),
)
KINDS = st.one_of(st.sampled_from(["VPC", "CONNECT", "attachment", ""]), TEXTS)
REGIONS = st.one_of(st.sampled_from(["eu-west-1", "us-east-1", ""]), TEXTS)
ELEMENTS = st.lists(st.builds(NetworkElement, IDS, TEXTS, KINDS, REGIONS, METADATA), max_size=14)


@st.composite
def connections(draw: st.DrawFn, elements: list[NetworkElement]) -> list[NetworkConnection]:
    """Connections of which most have both ends: parallel ones, self-loops and dangling ones among them."""
    ids = [element.id for element in elements]
    ends = st.one_of(st.sampled_from(ids), IDS) if ids else IDS
    return draw(st.lists(st.builds(NetworkConnection, ends, ends, KINDS, METADATA), max_size=20))


@dataclass
class Model:
    """Elements in a dict, connections in a list."""

    elements: dict[str, NetworkElement] = field(default_factory=dict)
    connections: list[NetworkConnection] = field(default_factory=list)
    repeated: int = 0
    unresolved: int = 0

    @classmethod
    def of(cls, elements: Iterable[NetworkElement], connections: Iterable[NetworkConnection]) -> Model:
        model = cls()
        for element in elements:
            model.repeated += element.id in model.elements
            model.elements.setdefault(element.id, element)
        whole = [c for c in connections if c.source in model.elements and c.target in model.elements]
        model.unresolved = len(list(connections)) - len(whole)
        order = {identifier: n for n, identifier in enumerate(model.elements)}
        model.connections = sorted(whole, key=lambda c: order[c.source])  # stable: of one source as they came
        return model

    def of_element(self, identifier: str, direction: str) -> list[NetworkConnection]:
        out = [c for c in self.connections if c.source == identifier and direction != "in"]
        into = [c for c in self.connections if c.target == identifier and direction != "out"]
        return out + [c for c in into if direction == "in" or c.source != identifier]

    def neighbours(self, identifier: str, direction: str = "both") -> list[str]:
        found = self.of_element(identifier, direction)
        ends = [c.target for c in found if c.source == identifier and direction != "in"]
        ends += [c.source for c in found if c.target == identifier and direction != "out"]
        return list(dict.fromkeys(ends))

    def distances(self, start: str) -> dict[str, int]:
        found = {start: 0}
        ahead = deque([start])
        while ahead:
            own = ahead.popleft()
            for other in self.neighbours(own):
                if other not in found:
                    found[other] = found[own] + 1
                    ahead.append(other)
        return found

    def counts(self) -> Counter[tuple[str, str]]:
        return Counter((e.element_type, e.region) for e in self.elements.values())


def attachment(n: int) -> dict[str, Any]:
    """An attachment as boto3 returns it."""
    return {
        "CoreNetworkId": "core-network-0123456789abcdef0",
        "AttachmentId": f"attachment-{n:017x}",
        "OwnerAccountId": f"{n % 7:012d}",
        "AttachmentType": "VPC",
        "State": "AVAILABLE",
        "EdgeLocation": f"eu-west-{n % 3}",
        "ResourceArn": f"arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-{n:017x}",
        "Tags": [{"Key": "Name", "Value": f"vpc {n}"}, {"Key": "env", "Value": "prod"}],
        "CreatedAt": datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=n),
    }
