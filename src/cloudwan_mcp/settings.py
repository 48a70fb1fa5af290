"""Every setting, read once: command line over environment over file over default, each with its origin."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from platformdirs import user_config_path, user_data_path

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.setting import Given, convert, setting, variable

REPLY_BYTES_HARD = 48 * 1024
"""No reply is larger, whatever is configured: clients cut what exceeds ~50,000 characters."""

TIB_16 = 16 * 1024 * 1024
"""In MiB. No machine has more: a larger threshold is a mistake of units."""

DAY_S = 86_400
"""No interval is longer: a wait for infinity is an error of its own."""

FILE_NAME = "cloudwan_memory_config.yml"
"""The file looked for in the working directory, then in the user's configuration folder."""


@dataclass(slots=True, frozen=True, kw_only=True)
class Settings:
    """Each field is also `CLOUDWAN_<NAME>` in the environment and, where a command takes it, `--<name>`."""

    profile: str = setting("", "AWS profile to read with", env="AWS_PROFILE")
    alias: str = setting("", "name of the account in answers (default: the profile, or 'default')")
    region: str = setting("", "Region for STS; Network Manager's own home Region follows the partition")
    data_dir: str = setting("", "folder of the snapshots (default: the platform's user data folder)")
    export_dir: str = setting("", "folder that exports are written to (default: exports in the data folder)")
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
    max_sessions: int = setting(
        64, "legacy SSE sessions open at once; more are told to try again", low=1, high=1000
    )
    max_requests: int = setting(
        64, "HTTP requests served at once; more are told to try again", low=1, high=10_000
    )
    requests_per_minute: int = setting(
        3000, "HTTP requests of one client in a minute; more are told to wait (0: no bound)", low=0
    )
    request_bytes: int = setting(4 * 2**20, "bytes of one HTTP request", low=64 * 1024, high=64 * 2**20)
    request_wait_s: float = setting(30.0, "seconds a client may take to send a request", low=0.1, high=600)
    drain_s: float = setting(0.0, "seconds between being told to stop and taking no more calls", low=0)
    grace_s: float = setting(8.0, "seconds that calls under way then have to end", low=0, high=600)
    audit: str = setting("http", "whose tool calls are logged on stderr: 'http', 'all' or 'none'")
    decoder: str = setting("bytes", "how answers are decoded: 'bytes' (fast) or 'botocore'")
    slim_models: bool = setting(True, "load the reduced service models where they serve")
    http_host: str = setting("127.0.0.1", "address the HTTP transports bind")
    http_port: int = setting(8000, "port of the HTTP transports (0: any free one)", low=0, high=65535)
    allowed_hosts: str = setting("", "Host headers accepted beyond loopback, comma separated")
    token: str = setting(
        "", "bearer token that HTTP clients must send; required beyond loopback", secret=True
    )
    trusted_proxies: str = setting("", "addresses whose X-Forwarded-For is believed, comma separated")
    public_url: str = setting("", "URL by which OAuth clients know this server, ending in /mcp")
    oauth_issuer: str = setting("", "URL of the authorization server whose tokens are taken, with public_url")
    oauth_jwks_url: str = setting("", "URL of its keys (default: as its metadata says)")
    oauth_scopes: str = setting("", "scopes that a token must have, comma separated")
    log_level: str = setting("WARNING", "DEBUG, INFO, WARNING or ERROR; logs go to stderr")
    demo: bool = setting(False, "serve the built-in simulated network instead of AWS")
    config: str = setting("", f"YAML file with the settings below (default: the {FILE_NAME} that is found)")
    memory_optimization_enabled: bool = setting(
        True, "wait, then refuse, before memory runs out", "memory_optimization.enabled"
    )
    memory_threshold_mb: int = setting(
        0,
        "MiB of memory to stay within (0: the limit that is found)",
        "memory_optimization.streaming.memory_threshold_mb",
        low=0,
        high=TIB_16,
    )
    streaming_chunk_size: int = setting(
        100,
        "elements in one chunk of a topology",
        "memory_optimization.streaming.chunk_size",
        low=1,
        high=10_000,
    )
    max_pool_size: int = setting(
        1000,
        "objects that one pool keeps",
        "memory_optimization.pooling.max_pool_size",
        low=1,
        high=1_000_000,
    )
    cleanup_interval: float = setting(
        300.0,
        "seconds between two clean-ups of what is pooled",
        "memory_optimization.pooling.cleanup_interval",
        low=1,
        high=DAY_S,
    )
    monitoring_enabled: bool = setting(True, "watch memory and raise alerts", "monitoring.enabled")
    monitoring_host: str = setting(
        "127.0.0.1", "address the memory dashboard binds", "monitoring.dashboard.host"
    )
    monitoring_port: int = setting(
        5000, "port of the memory dashboard (0: any free one)", "monitoring.dashboard.port", low=0, high=65535
    )
    alert_threshold_percent: float = setting(
        75.0,
        "percent of the memory limit that warns; at most the critical one",
        "monitoring.alerts.warning_threshold",
        low=1,
        high=100,
    )
    critical_threshold_percent: float = setting(
        85.0,
        "percent of the memory limit that is critical",
        "monitoring.alerts.critical_threshold",
        low=1,
        high=100,
    )
    alert_rules: str = setting(
        "",
        "further alert rules, such as 'component:cache > 200 MiB for 30 s critical; success_rate < 0.9'",
        "monitoring.alerts.rules",
    )
    alert_webhook_url: str = setting(
        "", "https address that is told of alerts; plain http only on this machine", secret=True
    )
    alert_webhook_secret: str = setting(
        "", "key, 16 characters at least, that signs what the webhook is told", secret=True
    )
    alert_sns_topic: str = setting(
        "", "ARN of an SNS topic that is told of alerts; needs sns:Publish, the only write there is"
    )
    profiling_enabled: bool = setting(False, "profile the use of memory", "profiling.enabled")
    profiling_snapshot_interval: float = setting(
        0.1, "seconds between two snapshots of a profile", "profiling.snapshot_interval", low=0.01, high=DAY_S
    )

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
        """(name, value, origin) of every setting; the value of a secret is never shown."""
        return [(each.name, self._shown(each), self.origins.get(each.name, "default")) for each in SETTINGS]

    def _shown(self, each: Field[Any]) -> Any:
        value = getattr(self, each.name)
        return "***" if value and not each.repr else value


SETTINGS = tuple(each for each in fields(Settings) if each.name != "origins")


def load(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; `overrides` come from the command line, None meaning not given."""
    environ = os.environ if environ is None else environ
    overrides = {k: v for k, v in (overrides or {}).items() if v is not None}
    stated = {each.name: found for each in SETTINGS if (found := _find(each, overrides, environ))}
    given = _from_file(stated.get("config") or _nearby()) | stated
    values = {each.name: convert(each, given[each.name]) for each in SETTINGS if each.name in given}
    settings = Settings(**values, origins={name: each.origin for name, each in given.items()})
    _check_words(settings)
    _check_alerts(settings)
    return settings


def _find(each: Field[Any], overrides: Mapping[str, Any], environ: Mapping[str, str]) -> Given | None:
    if each.name in overrides:
        option = f"--{each.name.replace('_', '-')}"
        return Given(overrides[each.name], option, option)
    for name in (variable(each.name), each.metadata["env"]):
        if name and environ.get(name):
            return Given(environ[name], name, name)
    return None


def _nearby() -> Given | None:
    """The file that nobody named; a link that leads nowhere counts, since somebody meant something by it."""
    ours = user_config_path("cloudwan-mcp", appauthor=False)
    places = {"the working directory": Path(), "the user's configuration folder": ours}
    for place, folder in places.items():
        path = folder / FILE_NAME
        if os.path.lexists(path):
            return Given(str(path), f"found in {place}", str(path))
    return None


def _from_file(file: Given | None) -> dict[str, Given]:
    """What the file sets, and the file itself; the null device is how to say that none is read."""
    if file is None:
        return {}
    given = {"config": file}
    if file.raw != os.devnull:
        from cloudwan_mcp.settings_file import read  # YAML costs time and memory: only where there is a file

        names = {each.metadata["file"]: each.name for each in SETTINGS if each.metadata["file"]}
        for line in read(file.raw, names):
            origin = f"{file.raw}:{line.number}"
            given[names[line.key]] = Given(line.text, origin, f"{origin}: {line.key}")
    return given


def _check_words(settings: Settings) -> None:
    allowed = {"decoder": ("bytes", "botocore"), "log_level": ("DEBUG", "INFO", "WARNING", "ERROR")}
    allowed["audit"] = ("http", "all", "none")
    for name, words in allowed.items():
        if getattr(settings, name) not in words:
            raise BadRequest(
                f"{settings.origins.get(name, name)}={getattr(settings, name)!r} is not a choice.",
                field=name,
                next_step=f"Choose one of {', '.join(words)}.",
            )


def _check_alerts(settings: Settings) -> None:
    pair = "alert_threshold_percent", "critical_threshold_percent"
    warning, critical = (getattr(settings, name) for name in pair)
    if warning > critical:
        low, high = (f"{name} ({settings.origins.get(name, 'default')})" for name in pair)
        raise BadRequest(
            f"{low}={warning:g} is above {high}={critical:g}.",
            field=pair[0],
            next_step="Set both, the one that warns no higher than the critical one.",
        )
