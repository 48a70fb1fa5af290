"""Connect peer associations: which device a Connect peer is."""

from __future__ import annotations

from cloudwan_mcp.discovery.association import association

KIND = association(
    "connect-peer-association",
    "get_connect_peer_associations",
    "ConnectPeerAssociations",
    "ConnectPeerId",
)
