"""network: the proxies, certificates and endpoints that the environment puts between here and AWS."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cloudwan_mcp.check import Check, Remark, address
from cloudwan_mcp.examination import Examination
from cloudwan_mcp.exposure import LOOPBACK

PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
BUNDLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
ENDPOINTS = (
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_NETWORKMANAGER",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
)


def _look(found: Examination) -> Iterable[Remark]:
    proxies = {name: value for each in PROXIES for name, value in _either(each, found.environ)}
    urls = {name: address(value) for name, value in proxies.items() if name.upper() != "NO_PROXY"}
    others = {name: found.environ[name] for name in (*BUNDLES, *ENDPOINTS) if found.environ.get(name)}
    others |= {name: address(value) for name, value in others.items() if "URL" in name and "URLS" not in name}
    facts = proxies | urls | others
    text = ", ".join(f"{name}={value}" for name, value in facts.items())
    yield Remark("ok", text or "neither proxies, certificates nor endpoints are configured.", facts=facts)
    yield from _bundles(others)
    yield from _plain(others)


def _either(name: str, environ: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """The variable in small letters goes before the other, as everywhere."""
    return [(each, environ[each]) for each in (name.lower(), name) if environ.get(each)][:1]


def _bundles(given: Mapping[str, str]) -> Iterable[Remark]:
    for name in BUNDLES:
        if name in given and not os.access(given[name], os.R_OK):
            yield Remark(
                "mend", f"{name} names {given[name]}, which cannot be read.", f"Correct or unset {name}."
            )
    taken = {"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"} & given.keys()
    if "SSL_CERT_FILE" in given and not taken:
        yield Remark(
            "note",
            "SSL_CERT_FILE is not what botocore trusts.",
            f"Where AWS is behind a TLS proxy, set AWS_CA_BUNDLE={Path(given['SSL_CERT_FILE'])}.",
        )


def _plain(given: Mapping[str, str]) -> Iterable[Remark]:
    for name, url in given.items():
        host = urlsplit(url).hostname if url.startswith("http://") else None
        if host and host not in LOOPBACK:
            yield Remark("note", f"{name} sends requests unencrypted to {host}.", "Give it an https:// URL.")


CHECK = Check("network", _look)
