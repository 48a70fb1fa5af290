"""The names under which programs find discovery and bus: one object each, and light to import."""

from __future__ import annotations

import pytest

import awslabs
import awslabs.cloudwan_mcp_server.tools.visualization as second_visualization
import awslabs.cloudwan_mcp_server.tools.visualization.diagrams.agents as second_agents
from cloudwan_mcp import streaming
from cloudwan_mcp.tools import TOOLS, visualization
from cloudwan_mcp.tools.visualization.diagrams import agents
from conversation import python

BUS = """
from {name}.tools.visualization.diagrams.agents import DiagramAgentMessageBus
from {name}.tools.visualization import NetworkTopologyDiscovery
import asyncio, sys
message_bus = DiagramAgentMessageBus()

async def middleware(message, call_next):
    return await call_next(message)

message_bus.add_middleware(middleware)
print(asyncio.run(message_bus.cleanup_agents()))
print(*sorted({{module.partition('.')[0] for module in sys.modules}}))
"""


def test_every_name_stands_for_the_same_object() -> None:
    assert visualization.NetworkTopologyDiscovery is streaming.NetworkTopologyDiscovery
    assert second_visualization.NetworkTopologyDiscovery is streaming.NetworkTopologyDiscovery
    assert agents.DiagramAgentMessageBus is streaming.DiagramAgentMessageBus
    assert second_agents.DiagramAgentMessageBus is streaming.DiagramAgentMessageBus


def test_the_second_name_shares_its_first_part_with_others() -> None:
    assert awslabs.__file__ is None


def test_the_front_door_is_no_tool() -> None:
    assert not [tool for tool in TOOLS if "visualization" in tool.name]


@pytest.mark.parametrize("name", ["cloudwan_mcp", "awslabs.cloudwan_mcp_server"])
def test_a_bus_that_never_ran_is_cleaned_up_in_a_program(name: str) -> None:
    done = python(BUS.format(name=name))
    assert done.returncode == 0, done.stderr
    count, modules = done.stdout.splitlines()
    assert count == "0"
    if name.startswith("awslabs"):
        assert not {"mcp", "pydantic", "botocore", "starlette", "trio"} & set(modules.split())
