"""Every setting, read once: command line over environment over default, each value with its origin."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from cloudwan_mcp.errors import BadRequest

REPLY_BYTES_HARD = 48 * 1024
"""No reply is larger, whatever is configured: clients cut what exceeds ~50,000 characters."""


def setting(
    default: Any,
    doc: str,
    *,
    env: str = "",
    low: float = -math.inf,
    high: float = math.inf,
    secret: bool = False,
) -> Any:
    """A dataclass field that knows its help text, its range and a second environment variable."""
    return field(
        default=default, repr=not secret, metadata={"doc": doc, "env": env, "low": low, "high": high}
    )


@dataclass(slots=True, frozen=True, kw_only=True)
class Settings:
    """Each field is also `CLOUDWAN_<NAME>` in the environment and, where a command takes it, `--<name>`."""

    profile: str = setting("", "AWS profile to read with", env="AWS_PROFILE")
    alias: str = setting("", "name of the account in answers (default: the profile, or 'default')")
    region: str = setting("", "Region for STS; Network Manager's own home Region follows the partition")
    data_dir: str = setting("", "folder of the snapshots (default: the platform's user data folder)")
    page_limit: int = setting(100, "rows in a reply when the caller names no limit", low=1, high=500)
    reply_bytes: int = setting(32 * 1024, "bytes of JSON in one reply", low=8 * 1024, high=REPLY_BYTES_HARD)
    first_page_wait_s: float = setting(20.0, "seconds a first call waits for its page", low=0.1, high=50)
    stale_after_s: float = setting(3600.0, "age at which a snapshot is called stale", low=0)
    resume_within_s: float = setting(3600.0, "age up to which an interrupted discovery is resumed", low=0)
    disk_mib: int = setting(0, "MiB one snapshot may take on disk (0: no bound)", low=0)
    keep_snapshots: int = setting(3, "complete snapshots kept per scope", low=1, high=100)
    keep_hours: float = setting(168.0, "hours after which older snapshots go (the newest stays)", low=0)
    page_size: int = setting(500, "rows asked of AWS per call", low=1, high=500)
    concurrency: int = setting(3, "AWS calls in flight at most", low=1, high=16)
    max_calls: int = setting(32, "tool calls served at once; more are told to try again", low=1, high=1000)
    decoder: str = setting("bytes", "how answers are decoded: 'bytes' (fast) or 'botocore'")
    slim_models: bool = setting(True, "load the reduced service models where they serve")
    http_host: str = setting("127.0.0.1", "address the HTTP transports bind")
    http_port: int = setting(8000, "port of the HTTP transports (0: any free one)", low=0, high=65535)
    allowed_hosts: str = setting("", "Host headers accepted beyond loopback, comma separated")
    token: str = setting(
        "", "bearer token that HTTP clients must send; required beyond loopback", secret=True
    )
    log_level: str = setting("WARNING", "DEBUG, INFO, WARNING or ERROR; logs go to stderr")
    demo: bool = setting(False, "serve the built-in simulated network instead of AWS")

    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def data_path(self) -> Path:
        if self.data_dir:
            return Path(self.data_dir).expanduser()
        return user_data_path("cloudwan-mcp", appauthor=False)

    @property
    def account_alias(self) -> str:
        return self.alias or self.profile or "default"

    def describe(self) -> list[tuple[str, Any, str]]:
        """(name, value, origin) of every setting; the token's value is never shown."""
        shown = (f.name for f in fields(self) if f.name != "origins")
        return [
            (n, "***" if n == "token" and self.token else getattr(self, n), self.origins.get(n, "default"))
            for n in shown
        ]


def load(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; `overrides` come from the command line, None meaning not given."""
    environ = os.environ if environ is None else environ
    overrides = {k: v for k, v in (overrides or {}).items() if v is not None}
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for each in fields(Settings):
        if each.name == "origins":
            continue
        found = _find(each, overrides, environ)
        if found is not None:
            raw, origin = found
            values[each.name] = _convert(each, raw, origin)
            origins[each.name] = origin
    settings = Settings(**values, origins=origins)
    _check_words(settings)
    return settings


def _find(
    each: Field[Any], overrides: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[Any, str] | None:
    if each.name in overrides:
        return overrides[each.name], f"--{each.name.replace('_', '-')}"
    for variable in (f"CLOUDWAN_{each.name.upper()}", each.metadata["env"]):
        if variable and environ.get(variable):
            return environ[variable], variable
    return None


def _convert(each: Field[Any], raw: Any, origin: str) -> Any:
    kind: Any = type(each.default)
    low, high = each.metadata["low"], each.metadata["high"]
    try:
        value = _boolean(raw) if kind is bool else kind(raw)
    except ValueError:
        expected = {"int": "a whole number", "float": "a number", "bool": "true or false"}[kind.__name__]
        raise BadRequest(
            f"{origin}={raw!r} is not {expected}.",
            field=each.name,
            next_step=f"Set {origin}: {each.metadata['doc']}.",
        ) from None
    if kind in (int, float) and not low <= value <= high:
        raise BadRequest(
            f"{origin}={raw} is outside {low:g}..{high:g}.",
            field=each.name,
            next_step=f"Choose a value in that range: {each.metadata['doc']}.",
        )
    return value


def _boolean(raw: Any) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    try:
        return words[str(raw).strip().lower()]
    except KeyError:
        raise ValueError(raw) from None


def _check_words(settings: Settings) -> None:
    allowed = {"decoder": ("bytes", "botocore"), "log_level": ("DEBUG", "INFO", "WARNING", "ERROR")}
    for name, words in allowed.items():
        if getattr(settings, name) not in words:
            raise BadRequest(
                f"{settings.origins.get(name, name)}={getattr(settings, name)!r} is not a choice.",
                field=name,
                next_step=f"Choose one of {', '.join(words)}.",
            )
