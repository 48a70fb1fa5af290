"""One botocore session and its clients, with what this product adds to every request and answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from typing import Final

from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, InvalidEndpointConfigurationError
from botocore.regions import EndpointResolver
from botocore.session import Session

from cloudwan_mcp import __version__
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.source import SourceStatistics
from cloudwan_mcp.sources.aws_events import Watch, check_identity, honour_retry_after, refuse_writes
from cloudwan_mcp.sources.aws_models import shared_loader
from cloudwan_mcp.sources.aws_place import Place, place_of
from cloudwan_mcp.sources.aws_sign_in import explicit_profile, never_prompt

ATTEMPTS: Final = 6
CONNECT_TIMEOUT_S: Final = 5
READ_TIMEOUT_S: Final = 30

FALLBACK_REGION: Final = "us-east-1"
"""Only where no Region is configured at all: Network Manager's own is that of the partition anyway."""


class Clients:
    """A session with its Network Manager client, and the STS client once asked for."""

    def __init__(
        self, settings: Settings, statistics: SourceStatistics, lock: Lock, attempts: int = 0
    ) -> None:
        self.session = session_of(settings)
        self._configured = self.session.get_config_variable("region") or ""
        self._region = region_of(self.session)
        self._settings = settings
        never_prompt(self.session)
        self._home = home_region(self.session, self._region)
        attempts = attempts or _attempts(self.session)
        self.networkmanager = self._client("networkmanager", self._home, attempts=attempts)
        watch = Watch(statistics, lock, parse=settings.decoder == "botocore")
        events = self.networkmanager.meta.events
        events.register("before-parse.networkmanager", honour_retry_after)
        events.register("response-received.networkmanager", watch.count)
        events.register("before-parse.networkmanager", watch.take)
        self._sts: BaseClient | None = None
        self._one_at_a_time = Lock()

    def sts(self) -> BaseClient:
        """The caller's identity is a courtesy to every answer, so it gets fewer attempts than a read."""
        with self._one_at_a_time:
            if self._sts is None:
                self._sts = self._client("sts", self._region, attempts=2)
                self._sts.meta.events.register("before-parse.sts", check_identity)
            return self._sts

    def place(self) -> Place:
        """Where requests go, without sending one; credentials are looked for, as the first request would."""
        clients = [self.networkmanager, self.sts()]
        return place_of(self.session, self._configured, self._region, self._home, clients)

    def close(self) -> None:
        self.networkmanager.close()
        if self._sts is not None:
            self._sts.close()

    def _client(self, service: str, region: str, attempts: int) -> BaseClient:
        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": attempts},
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S if service == "networkmanager" else CONNECT_TIMEOUT_S,
            max_pool_connections=self._settings.concurrency,
            user_agent_extra=f"cloudwan-mcp/{__version__}",
        )
        create: Callable[..., BaseClient] = self.session.create_client
        try:
            return create(service, region_name=region, config=config)
        except ValueError as failure:
            if isinstance(failure, BotoCoreError):
                raise
            raise InvalidEndpointConfigurationError(msg=str(failure)) from failure


def session_of(settings: Settings, refuse: Callable[..., None] = refuse_writes) -> Session:
    """A session of these settings, in which `refuse` stops every request that is not wanted."""
    # botocore's DEBUG records show signed headers, session tokens among them.
    for name in ("botocore", "urllib3"):
        if logging.getLogger(name).level == logging.NOTSET:
            logging.getLogger(name).setLevel(logging.WARNING)
    session = Session(profile=explicit_profile(settings))
    session.register_component("data_loader", shared_loader(slim=settings.slim_models))
    session.register("before-call", refuse)
    session.register("before-send", refuse)
    if settings.region:
        session.set_config_variable("region", settings.region)
    return session


def region_of(session: Session) -> str:
    """The Region that is configured, and from now on one in any case."""
    region: str = session.get_config_variable("region") or FALLBACK_REGION
    # The credential providers create STS clients of their own, which fail without a Region.
    session.set_config_variable("region", region)
    return region


def home_region(session: Session, region: str) -> str:
    """The Region in which the partition of `region` keeps Network Manager.

    botocore finds it by itself, but signs for `region` where the endpoint's URL is configured.
    """
    endpoints = EndpointResolver(session.get_data("endpoints"))
    found = endpoints.construct_endpoint("networkmanager", region) or {}
    home: str = found.get("credentialScope", {}).get("region", region)
    return home


def _attempts(session: Session) -> int:
    return int(session.get_config_variable("max_attempts") or ATTEMPTS)
