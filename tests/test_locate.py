"""Which network is meant: the only one, or the one that a caller names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.locate import choose, settled
from cloudwan_mcp.model import Element
from cloudwan_mcp.queries.summarize import summarize
from cloudwan_mcp.settings import load
from cloudwan_mcp.store import Folder, Reader
from tools.by_hand import attachment, fill

Open = Callable[..., Reader]


@pytest.fixture
def opened() -> Iterator[Open]:
    with ExitStack() as stack:

        def open_snapshot(values: list[Element], **options: Any) -> Reader:
            info = fill(values, **options)
            folder = Folder(load())
            stack.callback(folder.close)
            return stack.enter_context(folder.reader(info.id))

        yield open_snapshot


def cores(count: int) -> list[Element]:
    return [
        Element(f"core-network-{n}", "core-network", f"core {n}" * (n % 2), attributes="{}")
        for n in range(count)
    ]


def test_the_only_core_network_need_not_be_named(opened: Open) -> None:
    for count in (0, 1):
        choose(opened(cores(count)), core_network="", global_network="")


def test_of_several_the_choices_are_named(opened: Open) -> None:
    with pytest.raises(BadRequest) as error:
        choose(opened(cores(2)), core_network="", global_network="")
    assert error.value.field == "core_network_id"
    assert error.value.next_step == "Name one: core-network-0, core-network-1 (core 1)."


def test_of_very_many_the_first_are_named_and_the_rest_alluded_to(opened: Open) -> None:
    with pytest.raises(BadRequest) as error:
        choose(opened(cores(50)), core_network="", global_network="")
    assert "and more" in error.value.next_step
    assert len(str(error.value)) < 1000


def test_an_unknown_network_is_refused_once_all_are_known(opened: Open) -> None:
    with pytest.raises(BadRequest, match="core-network-9"):
        choose(opened(cores(2)), core_network="core-network-9", global_network="")
    with pytest.raises(BadRequest, match="There is none"):
        choose(opened(cores(1)), core_network="", global_network="global-network-1")
    choose(opened(cores(2), publish=False), core_network="core-network-9", global_network="")


def test_a_growing_snapshot_is_settled_once_its_core_networks_are_known(opened: Open) -> None:
    assert settled(opened(cores(1), publish=False))
    assert settled(opened([attachment(1)]))


def test_a_summary_counts_attachments_by_place_and_names_what_is_in_trouble(opened: Open) -> None:
    values = [
        attachment(1),
        attachment(2, segment="", state="PENDING_TAG_ACCEPTANCE"),
        attachment(3, type="vpn-attachment", state="FAILED"),
        attachment(4, type="site", state="FAILED"),
        attachment(5, type="transit-gateway-attachment"),
    ]
    summary = summarize(opened(values))
    assert summary.grid == {("prod", "eu-west-1"): 2, ("", "eu-west-1"): 1}
    assert summary.states == {"PENDING_TAG_ACCEPTANCE": 1, "FAILED": 1}
    assert summary.types["site"] == 1
