"""An index answers what reading everything would answer, and what it cannot know it does not claim."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.indexing.prefixes import prefixes
from cloudwan_mcp.indexing.run import index
from cloudwan_mcp.model import Element, SnapshotInfo
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.index import tags
from cloudwan_mcp.store.index.layout import index_of
from cloudwan_mcp.store.index.writer import IndexWriter
from fakes.indexed import snapshot
from fakes.snapshots import PLACES, Model, Value, matches, read_all, vpcs
from fakes.strategies import FILTERS, PAGES
from store.conftest import OpenFolder

NETWORKS = st.one_of(
    st.tuples(st.integers(0, 2**16 - 1), st.integers(0, 32)).map(
        lambda each: ip_network((each[0] << 16, each[1]), strict=False)
    ),
    st.tuples(st.integers(0, 2**8 - 1), st.integers(0, 128)).map(
        lambda each: ip_network((each[0] << 120, each[1]), strict=False)
    ),
)


def route(number: int, prefix: str) -> Element:
    attributes = json.dumps({"DestinationCidrBlock": prefix})
    return Element(f"route-{number}", "route", prefix, attributes=attributes)


@given(pages=PAGES, filters=FILTERS, limit=st.integers(1, 9))
def test_pages_of_an_indexed_snapshot_are_those_of_a_naive_reader(
    pages: list[list[Value]], filters: Filters, limit: int
) -> None:
    model = Model()
    for page in [PLACES, *pages]:
        model.add(page)
    with tempfile.TemporaryDirectory() as name, snapshot(Path(name), PLACES, *pages) as reader:
        found = read_all(reader, filters, limit)
    assert found == [(n, e) for n, e in model.rows() if matches(e, filters)]


@given(held=st.lists(NETWORKS, max_size=12, unique=True), asked=NETWORKS)
def test_prefixes_around_and_inside_are_those_of_a_naive_comparison(held: list, asked: object) -> None:
    routes = [route(n, str(each)) for n, each in enumerate(held)]
    with tempfile.TemporaryDirectory() as name, snapshot(Path(name), routes) as reader:
        assert reader.index
        around = reader.index.containing(asked)
        inside = reader.index.within(asked, limit=100)
    comparable = [(n, each) for n, each in enumerate(held, 1) if each.version == asked.version]
    assert around == sorted(
        ((each, n) for n, each in comparable if each.supernet_of(asked)), key=lambda pair: -pair[0].prefixlen
    )
    assert sorted(inside) == sorted(
        (each, n) for n, each in comparable if each != asked and each.subnet_of(asked)
    )


@given(
    names=st.lists(st.text("aAbc-", min_size=1, max_size=8), max_size=20),
    asked=st.text("abcA-", min_size=3, max_size=5),
)
def test_no_name_that_contains_a_text_is_missed(names: list[str], asked: str) -> None:
    elements = [Element(f"element-{n}", "site", name, attributes="{}") for n, name in enumerate(names)]
    with tempfile.TemporaryDirectory() as folder, snapshot(Path(folder), elements) as reader:
        assert reader.index
        found = set(reader.index.named(asked, limit=100))
    assert found >= {n for n, name in enumerate(names, 1) if asked.lower() in name.lower()}


def test_of_a_key_with_many_values_the_elements_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tags, "MOST_VALUES", 2)
    with snapshot(tmp_path, vpcs(40)) as reader:
        assert reader.index
        assert reader.index.tag("n", "1") in range(1, 100)
        assert reader.index.tag("n", "3") is None
        assert reader.index.tag("m", "3") == "nowhere"
        assert reader.index.tag_counts("n", []) is None
        assert len(read_all(reader, Filters(tag="n=3"))) == 10
        assert len(read_all(reader, Filters(tag="n"))) == 40
        assert read_all(reader, Filters(tag="m")) == []


def test_more_tags_than_can_be_kept_are_read_from_the_elements(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tags, "MOST_WORDS", 0)
    with snapshot(tmp_path, vpcs(40)) as reader:
        assert reader.index
        assert reader.index.tag("n", None) is None
        assert len(read_all(reader, Filters(tag="n"))) == 40


def test_what_takes_a_whole_table_to_count_is_counted_once(tmp_path: Path) -> None:
    with snapshot(tmp_path, [route(1, "10.0.0.0/8"), route(2, "10.0.0.0/16")]) as reader:
        assert reader.index
        queries: list[str] = []
        reader.index.db.set_trace_callback(queries.append)
        for _ in range(3):
            assert reader.index.prefixes() == 2
            assert reader.index.finding_counts() == []
            assert reader.index.survey_counts() == []
    assert len(queries) == 3


def test_an_index_given_up_leaves_nothing(tmp_path: Path) -> None:
    with snapshot(tmp_path, vpcs(3), indexed=False) as reader:
        with IndexWriter(reader.path, index_of(reader.path)):
            assert len(list(tmp_path.glob("index-*"))) == 1
        assert not list(tmp_path.glob("index-*"))
        assert reader.index is None


def test_a_file_that_is_no_index_of_this_release_is_none(tmp_path: Path) -> None:
    with snapshot(tmp_path, vpcs(3), indexed=False) as reader:
        index_of(reader.path).write_bytes(b"something else" * 100)
        assert reader.index is None
        assert len(read_all(reader, Filters(tag="n"))) == 3


def test_an_index_goes_with_its_snapshot_and_an_abandoned_one_with_time(
    open_folder: OpenFolder, discover: Callable[..., SnapshotInfo]
) -> None:
    folder = open_folder(keep_snapshots=1)
    first = discover(folder)
    assert index(folder, first.id)
    written = folder.path / "index-other-new77.db"
    abandoned = folder.path / "index-other-new78.db"
    for path in (written, abandoned):
        path.touch()
    os.utime(abandoned, (0, time.time() - 7200))
    second = discover(folder)
    assert index(folder, second.id)
    assert {path.name for path in folder.path.glob("index-*")} == {f"index-{second.id}.db", written.name}


@pytest.mark.parametrize(
    ("element", "attributes", "expected"),
    [
        (Element("r", "route"), {"DestinationCidrBlock": "10.0.0.0/8"}, ["10.0.0.0/8"]),
        (Element("r", "route"), {"PrefixListId": "pl-1"}, []),
        (Element("e", "core-network-edge"), {"InsideCidrBlocks": ["10.1.0.0/24", "no"]}, ["10.1.0.0/24"]),
        (Element("t", "network-telemetry"), {"Address": "169.254.1.1"}, ["169.254.1.1/32"]),
        (
            Element("vpc-1", "vpc"),
            {
                "Definition": json.dumps(
                    {"CidrBlock": "10.2.0.0/16", "More": [{"Ipv6CidrBlock": "2001:db8::/56"}]}
                )
            },
            ["10.2.0.0/16", "2001:db8::/56"],
        ),
        (Element("vpc-1", "vpc"), {"Definition": "{cidr"}, []),
        (Element("a", "vpc-attachment"), {}, []),
    ],
)
def test_prefixes_are_taken_from_where_aws_writes_them(
    element: Element, attributes: dict[str, object], expected: list[str]
) -> None:
    assert sorted(map(str, prefixes(element, attributes))) == expected
