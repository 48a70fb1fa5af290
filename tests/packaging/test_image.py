"""The container file keeps what it promises; it is read here, not built."""

from __future__ import annotations

import fnmatch
import re
import runpy
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from project import ROOT, VERSION, text

DOCKERFILE = text("Dockerfile").replace("\\\n", " ")
BUILD, FINAL = re.split(r"^FROM (?=\S+$)", DOCKERFILE, flags=re.MULTILINE)
HEALTH = runpy.run_path(str(ROOT / "scripts" / "health.py"))


def lines(word: str, stage: str) -> list[str]:
    return [" ".join(each.split()) for each in re.findall(rf"^{word} (.*)$", stage, re.MULTILINE)]


def test_the_base_is_the_callers_choice_in_both_stages() -> None:
    assert lines("ARG", BUILD) == ["PYTHON_IMAGE=python:3.13-slim-bookworm"]
    assert lines("FROM", BUILD) == ["${PYTHON_IMAGE} AS build"]
    assert FINAL.startswith("${PYTHON_IMAGE}\n")


def test_everything_installed_is_checked_by_hash_or_is_our_own_wheel() -> None:
    installs = [each for line in lines("RUN", BUILD) for each in line.split("&&") if " install " in each]
    assert len(installs) == 4
    assert all("--require-hashes" in each or "--no-deps /wheel/" in each for each in installs)


def test_the_final_stage_installs_nothing_and_runs_as_nobody_in_particular() -> None:
    assert not re.search(r"\b(pip|uv|apt-get|apk|curl)\b", FINAL)
    assert lines("USER", FINAL) == ["10001:10001"]
    assert lines("ENTRYPOINT", FINAL) == ['["cloudwan-mcp"]']
    assert lines("COPY", FINAL) == ["--from=build /opt/cloudwan-mcp /opt/cloudwan-mcp"]


def test_its_labels_name_the_server_and_this_version() -> None:
    labels = dict(re.findall(r'([\w.]+)="([^"]*)"', "".join(lines("LABEL", FINAL))))
    assert labels["io.modelcontextprotocol.server.name"] == "io.github.cloudwan-mcp/cloudwan-mcp"
    assert labels["org.opencontainers.image.version"] == VERSION
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_every_file_that_it_copies_exists_and_reaches_the_builder() -> None:
    rules = [line for line in text(".dockerignore").splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = [rule[1:] for rule in rules if rule.startswith("!")]
    for line in lines("COPY", BUILD):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert any(fnmatch.fnmatch(source, rule) for rule in allowed), source


def test_health_is_asked_of_the_file_that_the_image_carries() -> None:
    assert "scripts/health.py /opt/cloudwan-mcp/" in lines("COPY", BUILD)
    assert '"/opt/cloudwan-mcp/health.py"' in lines("HEALTHCHECK", FINAL)[0]


@pytest.mark.parametrize(
    ("words", "environ", "url"),
    [
        ("python cloudwan-mcp", {}, None),
        ("python cloudwan-mcp serve --demo", {}, None),
        ("python cloudwan-mcp serve --transport stdio", {}, None),
        ("init -- cloudwan-mcp serve --transport http", {}, "http://127.0.0.1:8000/health"),
        ("cloudwan-mcp serve --transport=sse --port=90", {}, "http://127.0.0.1:90/health"),
        ("cloudwan-mcp serve --transport http", {"CLOUDWAN_HTTP_PORT": "91"}, "http://127.0.0.1:91/health"),
    ],
)
def test_health_finds_the_servers_address(words: str, environ: dict[str, str], url: str | None) -> None:
    assert HEALTH["address"](words.split(), environ) == url


@pytest.mark.parametrize(("status", "expected"), [(200, True), (503, False)])
def test_health_is_what_the_server_answers(status: int, expected: bool) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.handle_request, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/health"
        assert HEALTH["healthy"](url) is expected
    assert HEALTH["healthy"](url) is False
