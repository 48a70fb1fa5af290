"""Where a caller's requests go: its Region, the partition, and the endpoints that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError
from botocore.regions import EndpointResolver
from botocore.session import Session


@dataclass(slots=True, frozen=True)
class Place:
    """`region` is the caller's, "" where none is configured; `home` is where its partition keeps Network
    Manager. Endpoints are URLs as configured: what in them is a secret is cut before they are shown."""

    region: str
    partition: str
    home: str
    networkmanager: str
    sts: str
    credentials: str
    """How they come about, in botocore's words such as `sso` or `env`; "" where there are none."""


def place_of(session: Session, configured: str, region: str, home: str, clients: list[BaseClient]) -> Place:
    """`configured` is the Region before one was assumed."""
    endpoints = EndpointResolver(session.get_data("endpoints"))
    partition: str = endpoints.get_partition_for_region(region)
    networkmanager, sts = (str(each.meta.endpoint_url) for each in clients)
    return Place(configured, partition, home, networkmanager, sts, _way(session))


def _way(session: Session) -> str:
    try:
        found = session.get_credentials()
    except BotoCoreError:  # the first request tells what is wrong with them
        return ""
    return str(found.method) if found else ""
