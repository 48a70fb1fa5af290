"""Anything a page may hold and anything a caller may ask for, for property tests."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.store import Filters

HOSTILE = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "\x00",
            "a\x1eb",
            "\x1f",
            "\n\t",
            "\ud800",
            "\udfff\ud800",
            "é",
            "\U0001f600",
            '"',
            "\\",
            "\\u0041",
        ]
    ),
    st.text(st.characters(codec=None), max_size=12),
    st.just("long" * 700),
)
TYPES = st.sampled_from(
    ["vpc-attachment", "vpn-attachment", "transit-gateway-attachment", "site", "attachment", "device"]
)
NAMES = st.sampled_from(["prod", "dev", "nfg:prod", "x"])
TAGS = st.lists(
    st.fixed_dictionaries({"Key": st.sampled_from(["Name", "env", "é"]), "Value": HOSTILE}), max_size=2
)


@st.composite
def attribute_texts(draw: st.DrawFn) -> str:
    """The JSON text of an item, escaped or not, compact or not."""
    members = {"Tags": draw(TAGS), "Text": draw(HOSTILE), "Null": None}
    return json.dumps(members, ensure_ascii=draw(st.booleans()))


IDS = st.one_of(st.integers(0, 40).map("element-{}".format), HOSTILE.map("hostile-{}".format))
ELEMENTS = st.builds(
    Element,
    id=IDS,
    type=st.one_of(TYPES, TYPES, HOSTILE.map("x{}".format)),
    name=HOSTILE,
    global_network=st.sampled_from(["", "global-network-1"]),
    core_network=st.sampled_from(["core-network-1", "core-network-2"]),
    segment=st.one_of(st.just(""), NAMES, HOSTILE),
    edge=st.sampled_from(["", "eu-west-1", "us-east-1"]),
    account=st.sampled_from(["", "111122223333", "444455556666"]),
    state=st.one_of(st.sampled_from(["AVAILABLE", "FAILED"]), HOSTILE),
    attributes=attribute_texts(),
)
CONNECTIONS = st.builds(
    Connection,
    source=IDS,
    target=IDS,
    type=st.sampled_from(["part-of", "resource", "relationship"]),
    state=st.sampled_from(["", "UP"]),
)
PAGES = st.lists(st.lists(st.one_of(ELEMENTS, ELEMENTS, CONNECTIONS), max_size=30), max_size=5)
FILTERS = st.builds(
    Filters,
    types=st.lists(TYPES, max_size=2).map(tuple),
    core_network=st.sampled_from(["", "", "core-network-1", "core-network-9"]),
    segment=st.sampled_from(["", "", "prod", "nfg:prod", "nowhere"]),
    edge=st.sampled_from(["", "", "eu-west-1"]),
    account=st.sampled_from(["", "", "111122223333"]),
    state=st.sampled_from(["", "", "AVAILABLE"]),
    tag=st.sampled_from(["", "", "Name", "env=", "é", "Name=é"]),
    text=st.sampled_from(["", "", "é", "ELEMENT-1", "\U0001f600", "null", "long"]),
)
