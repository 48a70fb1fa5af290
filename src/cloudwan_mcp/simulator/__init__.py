"""A fake AWS Network Manager over real HTTP, and the estate of any size it serves."""

from cloudwan_mcp.simulator.command import add_arguments, run
from cloudwan_mcp.simulator.counts import Counts
from cloudwan_mcp.simulator.estate import Estate
from cloudwan_mcp.simulator.faults import Faults
from cloudwan_mcp.simulator.server import Simulator

__all__ = ["Counts", "Estate", "Faults", "Simulator", "add_arguments", "run"]
