"""Snapshots of networks on disk: written by one discovery, read by any number of processes."""

from cloudwan_mcp.store.cursor import Cursor, CursorSigner, Include
from cloudwan_mcp.store.filters import Filters
from cloudwan_mcp.store.folder import Folder
from cloudwan_mcp.store.protocol import ConnectionRows, Reader, Rows

__all__ = ["ConnectionRows", "Cursor", "CursorSigner", "Filters", "Folder", "Include", "Reader", "Rows"]
