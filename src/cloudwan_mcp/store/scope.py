"""Scopes: whose snapshots lie together in one folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from cloudwan_mcp.settings import Settings


def scope_key(settings: Settings, environ: Mapping[str, str]) -> str:
    """A name for everything that decides whose network is read; the credentials themselves stay out of it."""
    decisive = (
        settings.profile,
        settings.account_alias,
        settings.region,
        environ.get("AWS_ACCESS_KEY_ID", ""),
        environ.get("AWS_ROLE_ARN", ""),
        environ.get("AWS_ENDPOINT_URL", ""),
        environ.get("AWS_ENDPOINT_URL_NETWORKMANAGER", ""),
    )
    return hashlib.sha256("\n".join(decisive).encode()).hexdigest()[:16]
