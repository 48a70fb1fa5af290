"""Neighbourhoods and shortest paths agree with the plainest search there is, over networks of any shape."""

from __future__ import annotations

import tempfile
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudwan_mcp.graph import neighbourhood, shortest_path
from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.store import Folder, Reader
from fakes.snapshots import IDENTITY, first_step

CORE = "core-network-1"
SEGMENTS, EDGES, ATTACHMENTS = 3, 2, 14
NAMES = [
    CORE,
    *(f"{CORE}/segment/s{i}" for i in range(SEGMENTS)),
    *(f"{CORE}/edge/e{i}" for i in range(EDGES)),
    *(f"attachment-{i}" for i in range(ATTACHMENTS)),
]

Pairs = set[tuple[str, str]]
name = st.sampled_from(NAMES)


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Element | Connection], Pairs]:
    """Elements with their connections, and who is thereby connected with whom."""
    values: list[Element | Connection] = [Element(CORE, "core-network", core_network=CORE)]
    pairs: Pairs = set()
    for i in range(SEGMENTS):
        values.append(Element(f"{CORE}/segment/s{i}", "segment", core_network=CORE, segment=f"s{i}"))
    for i in range(EDGES):
        values.append(Element(f"{CORE}/edge/e{i}", "core-network-edge", core_network=CORE, edge=f"e{i}"))
    for i in range(ATTACHMENTS):
        segment = draw(st.sampled_from(["", *(f"s{i}" for i in range(SEGMENTS))]))
        edge = draw(st.sampled_from(["", *(f"e{i}" for i in range(EDGES))]))
        mine = f"attachment-{i}"
        values.append(Element(mine, "vpc-attachment", core_network=CORE, segment=segment, edge=edge))
        pairs |= {(mine, f"{CORE}/segment/{segment}")} if segment else set()
        pairs |= {(mine, f"{CORE}/edge/{edge}")} if edge else set()
    for source, target in draw(st.lists(st.tuples(name, name), max_size=14)):
        if source != target:
            values.append(Connection(source, target, "relationship"))
            pairs.add((source, target))
    return values, pairs


@contextmanager
def stored(values: list[Element | Connection]) -> Iterator[Reader]:
    with tempfile.TemporaryDirectory() as directory:
        folder = Folder(Settings(data_dir=directory), {})
        with folder.writing():
            staging = folder.stage(IDENTITY)
            with staging:
                staging.commit(first_step(staging), values, token=None)
            info = folder.publish(staging)
        with folder.reader(info.id) as reader:
            yield reader
        folder.close()


def distances(pairs: Pairs, start: str) -> dict[str, int]:
    beside = defaultdict(set)
    for a, b in pairs:
        beside[a].add(b)
        beside[b].add(a)
    found, queue = {start: 0}, deque([start])
    while queue:
        at = queue.popleft()
        for other in beside[at] - found.keys():
            found[other] = found[at] + 1
            queue.append(other)
    return found


@given(networks(), name, name, st.sampled_from([1, 2, 4, 64]), st.sampled_from([3, 8, 1000]))
@settings(max_examples=60, deadline=None)
def test_a_shortest_path_is_one_and_is_called_exact_only_when_none_is_shorter(
    network: tuple[list[Element | Connection], Pairs], a: str, b: str, hub: int, most_nodes: int
) -> None:
    values, pairs = network
    both = pairs | {(b, a) for a, b in pairs}
    with stored(values) as reader:
        numbers = {each: reader.find(each) for each in NAMES}
        path = shortest_path(reader, numbers[a] or 0, numbers[b] or 0, most_nodes, hub=hub)
        names = [element.id for element in reader.elements(list(path.nodes))]
    expected = distances(pairs, a).get(b)
    if names:
        assert names[0] == a
        assert names[-1] == b
        assert all(step in both for step in pairwise(names))
        assert len(path.kinds) == len(names) - 1
        assert all(path.kinds)
    if path.exact:
        assert (len(names) - 1 if names else None) == expected
    elif names:
        assert expected is not None
        assert len(names) - 1 >= expected
    if most_nodes == 1000:
        assert path.exact


@given(networks(), name, st.integers(0, 4), st.sampled_from([1, 5, 1000]))
@settings(max_examples=40, deadline=None)
def test_a_neighbourhood_holds_the_nearest_and_says_when_there_are_more(
    network: tuple[list[Element | Connection], Pairs], start: str, hops: int, most_nodes: int
) -> None:
    values, pairs = network
    expected = {k: v for k, v in distances(pairs, start).items() if v <= hops}
    with stored(values) as reader:
        near = neighbourhood(reader, reader.find(start) or 0, hops, most_nodes)
        ids = [element.id for element in reader.elements(list(near.nodes))]
    found = dict(zip(ids, near.nodes.values(), strict=True))
    assert len(found) <= max(most_nodes, 1)
    assert found.items() <= expected.items()
    assert near.truncated == (len(found) < len(expected))
    numbers = dict(zip(near.nodes, ids, strict=True))
    both = pairs | {(b, a) for a, b in pairs}
    assert all((numbers[x], numbers[y]) in both for x, y, _ in near.connections)
