"""A fake AWS Network Manager over real HTTP, and the estate of any size it serves."""

from .command import add_arguments, run
from .counts import Counts
from .estate import Estate
from .faults import Faults
from .server import Simulator

__all__ = ["Counts", "Estate", "Faults", "Simulator", "add_arguments", "run"]
