"""A clean AWS environment, a simulated Network Manager in it, and an endpoint that says what it is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from cloudwan_mcp.settings import Settings
from cloudwan_mcp.simulator import Estate, Faults, Simulator
from cloudwan_mcp.sources.aws import AwsSource


@pytest.fixture(autouse=True)
def clean_aws_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAFIRST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


@pytest.fixture(scope="session")
def served() -> Iterator[Simulator]:
    with Simulator(Estate(seed=0, attachments=1234)) as simulator:
        yield simulator


@pytest.fixture
def simulator(served: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    served.faults = Faults()
    served.calls.clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL", served.url)
    return served


@pytest.fixture
def open_source() -> Iterator[Callable[..., AwsSource]]:
    opened: list[AwsSource] = []

    def open_one(**settings: object) -> AwsSource:
        opened.append(AwsSource(Settings(**settings)))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Credentials come from the shared file; gives a function that writes it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def write(key: str, profile: str = "default", name: str = "credentials") -> None:
        keys = f"aws_access_key_id={key}\naws_secret_access_key=secret\naws_session_token=token\n"
        (tmp_path / name).write_text(f"[{profile}]\n{keys}")

    return write


class Clock:
    """Stands where botocore's endpoint sleeps between attempts."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    import botocore.endpoint
    from botocore.retries.bucket import TokenBucket

    clock = Clock()
    monkeypatch.setattr(botocore.endpoint, "time", clock)
    monkeypatch.setattr(TokenBucket, "acquire", lambda self, amount=1, block=True: True)
    return clock


class Canned:
    """An endpoint that gives its answers in turn, and the last one from then on."""

    def __init__(self, *answers: tuple[int, dict[str, str], bytes]) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[str, dict[str, str]]] = []


@contextmanager
def serving(canned: Canned) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            canned.requests.append((self.path, dict(self.headers)))
            turn = min(len(canned.requests), len(canned.answers)) - 1
            status, headers, body = canned.answers[turn]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            else:
                self.close_connection = True
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Canned]]:
    from contextlib import ExitStack

    with ExitStack() as stack:

        def answer(*answers: tuple[int, dict[str, str], bytes]) -> Canned:
            canned = Canned(*answers)
            monkeypatch.setenv("AWS_ENDPOINT_URL", stack.enter_context(serving(canned)))
            return canned

        yield answer
