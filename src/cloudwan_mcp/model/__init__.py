"""Plain values that travel through the house."""

from cloudwan_mcp.model.connection import Connection
from cloudwan_mcp.model.element import Element
from cloudwan_mcp.model.gap import Gap
from cloudwan_mcp.model.scope import Identity, Scope
from cloudwan_mcp.model.snapshot import SnapshotInfo
from cloudwan_mcp.model.step import Step

__all__ = ["Connection", "Element", "Gap", "Identity", "Scope", "SnapshotInfo", "Step"]
