"""Workloads have names, run again and again, and are found by those who misspell them."""

from __future__ import annotations

import pytest

from cloudwan_mcp.errors import NotFound
from cloudwan_mcp.memory.leaks.calls import Calls
from cloudwan_mcp.memory.leaks.probe import load
from cloudwan_mcp.tools import TOOLS
from cloudwan_mcp.workloads import LIBRARY, WORKLOADS, find
from cloudwan_mcp.workloads.items import attachments
from cloudwan_mcp.workloads.memory import cache_bytes, pool_objects, profile_work
from cloudwan_mcp.workloads.pages import ITEMS, parse_page
from cloudwan_mcp.workloads.topology import ELEMENTS, process_topology
from conversation import python


@pytest.mark.parametrize("name", LIBRARY)
def test_a_workload_is_called_by_its_name_and_bears_repetition(name: str) -> None:
    target = load(find(name))
    assert target.__name__ == name
    calls = Calls(target)
    try:
        calls(2)
    finally:
        calls.close()


def test_the_names_are_their_own_and_each_says_what_it_does() -> None:
    assert all(each.name == name and each.purpose for name, each in WORKLOADS.items())
    assert LIBRARY.keys() < WORKLOADS.keys()


def test_workloads_do_what_they_say() -> None:
    assert process_topology() > ELEMENTS + ELEMENTS
    assert parse_page() >= ITEMS
    assert len({item["AttachmentId"] for item in attachments(50)}) == 50
    assert (cache_bytes(), pool_objects(), profile_work()) == (1024, 8, 4950)


def test_every_tool_that_can_be_tried_is_a_workload() -> None:
    for tool in (each for each in TOOLS if each.samples):
        assert find(tool.name) == f"cloudwan_mcp.workloads.tool_calls:calls.{tool.name}"
        assert tool.name in WORKLOADS[tool.name].purpose


def test_what_is_no_name_but_a_reference_stays_one() -> None:
    assert find("json:dumps") == "json:dumps"


def test_a_wrong_name_is_told_the_right_ones_the_nearest_first() -> None:
    with pytest.raises(NotFound, match="no workload 'proces_topolgy'") as refused:
        find("proces_topolgy")
    step = refused.value.next_step
    assert step.startswith("Name one of process_topology, ")
    assert all(name in step for name in WORKLOADS)
    assert "module:callable" in step


def test_the_librarys_own_are_found_without_the_protocol() -> None:
    done = python(
        "import sys\nfrom cloudwan_mcp.workloads import find\nfind('parse_page')\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    assert "cloudwan_mcp" in done.stdout
    assert not set(done.stdout.split()) & {"mcp", "botocore", "anyio", "pydantic", "psutil"}
