"""The doctor in this process: what it says as JSON, and the code it ends with."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from cloudwan_mcp.cli import main

PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
BUNDLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


class Said(NamedTuple):
    code: int
    text: str

    def of(self, check: str) -> list[dict[str, Any]]:
        return [each for each in json.loads(self.text)["checks"] if each["check"] == check]

    def state(self, check: str) -> str:
        return str(self.of(check)[0]["state"])

    def not_ok(self) -> set[str]:
        return {each["check"] for each in json.loads(self.text)["checks"] if each["state"] != "ok"}


Doctor = Callable[..., Said]


@pytest.fixture(autouse=True)
def plain_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *map(str.lower, PROXIES), *BUNDLES):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Doctor:
    def run(*words: str) -> Said:
        code = main(["doctor", *words])
        return Said(code, capsys.readouterr().out)

    return run
