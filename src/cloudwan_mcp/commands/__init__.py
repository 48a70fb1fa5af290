"""Every command; a new one is its file and its line here."""

from __future__ import annotations

from cloudwan_mcp.command import Command
from cloudwan_mcp.commands import (
    ask,
    bench,
    config,
    dashboard,
    demo,
    discover,
    doctor,
    iam,
    index,
    leaks,
    lookup,
    policy,
    profile,
    serve,
    simulate,
    snapshots,
)

COMMANDS: tuple[Command, ...] = (
    serve.COMMAND,
    ask.COMMAND,
    dashboard.COMMAND,
    discover.COMMAND,
    index.COMMAND,
    demo.COMMAND,
    simulate.COMMAND,
    snapshots.COMMAND,
    policy.COMMAND,
    config.COMMAND,
    doctor.COMMAND,
    iam.COMMAND,
    bench.COMMAND,
    leaks.COMMAND,
    profile.COMMAND,
    lookup.COMMAND,
)
