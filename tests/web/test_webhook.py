"""Alerts to a webhook, over real HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import socket

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.settings import load
from cloudwan_mcp.web.delivery import Delivery, Undelivered
from cloudwan_mcp.web.notifiers import notifiers_of
from cloudwan_mcp.web.webhook import Webhook
from web.machine import MIB, Machine, serving, until
from web.receiver import receiving
from web.test_http import alerting
from web.test_notifier import notice

SECRET = "secret-of-the-tests"


def test_a_notice_is_posted_as_json_and_signed_with_its_time() -> None:
    delivery = Delivery(notice(), 5.0)
    with receiving() as receiver:
        Webhook(f"{receiver.url}/hook?key=1", SECRET, clock=lambda: 1700000000.9).deliver(delivery)
        ((headers, body),) = receiver.received
    given = {name.lower(): value for name, value in headers.items()}
    assert json.loads(body)["alert"]["rule"] == "memory warning"
    assert given["content-type"] == "application/json"
    assert given["x-cloudwan-delivery"] == delivery.id
    expected = hmac.new(SECRET.encode(), b"1700000000." + body, hashlib.sha256).hexdigest()
    assert given["x-cloudwan-signature"] == f"t=1700000000,v1={expected}"
    assert SECRET not in str(headers)


@pytest.mark.parametrize(
    ("status", "final"),
    [
        (400, True),
        (404, True),
        (410, True),
        (302, True),
        (308, True),
        (408, False),
        (429, False),
        (500, False),
    ],
)
def test_an_answer_tells_whether_another_attempt_makes_sense(status: int, final: bool) -> None:
    with receiving() as receiver:
        receiver.answers = [(status, b"no")]
        receiver.headers = {"location": f"{receiver.url}/elsewhere"}
        with pytest.raises(Undelivered, match=str(status)) as error:
            Webhook(receiver.url, SECRET).deliver(Delivery(notice(), 0.0))
        assert error.value.final is final
        assert len(receiver.received) == 1


def test_a_receiver_that_is_not_there_is_tried_again_and_its_address_is_not_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Undelivered, match="not reached: ConnectionRefusedError") as error:
        Webhook(f"http://127.0.0.1:{port}/key", SECRET).deliver(Delivery(notice(), 0.0))
    assert not error.value.final
    assert "key" not in str(error.value)


def test_a_receiver_that_says_nothing_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudwan_mcp.web.webhook.TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        webhook = Webhook(f"http://127.0.0.1:{server.getsockname()[1]}", SECRET)
        with pytest.raises(Undelivered, match="not reached"):
            webhook.deliver(Delivery(notice(), 0.0))


def test_a_proxy_of_the_environment_is_not_asked_about_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with receiving() as receiver:
        Webhook(receiver.url, SECRET).deliver(Delivery(notice(), 0.0))
        assert len(receiver.received) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "http://10.0.0.1/",
        "http://127.0.0.1.example.org/",
        "http://localhost@example.org/",
        "https://user:password@example.org/",
        "file:///etc/passwd",
        "ftp://localhost/",
        "https://",
        "https://example.org:99999/",
        "https://[::1",
        "example.org",
    ],
)
def test_an_address_that_is_neither_https_nor_of_this_machine_is_refused_untold(url: str) -> None:
    with pytest.raises(BadRequest) as error:
        Webhook(url, SECRET)
    assert error.value.field == "alert_webhook_url"
    assert url not in str(error.value).removesuffix(error.value.next_step)


@pytest.mark.parametrize(
    "url", ["https://example.org/x", "http://localhost:9/x", "http://[::1]:9/", "http://127.0.0.1"]
)
def test_https_and_this_machine_are_taken(url: str) -> None:
    Webhook(url, SECRET)


@pytest.mark.parametrize("secret", ["", "short", "x" * 15])
def test_a_secret_that_can_be_guessed_is_refused_untold(secret: str) -> None:
    with pytest.raises(BadRequest) as error:
        Webhook("https://example.org/", secret)
    assert error.value.field == "alert_webhook_secret"
    assert not secret or secret not in str(error.value)


def test_the_settings_name_it_and_never_show_its_address_or_secret() -> None:
    given = {
        "CLOUDWAN_ALERT_WEBHOOK_URL": "https://example.org/key-in-the-path",
        "CLOUDWAN_ALERT_WEBHOOK_SECRET": SECRET,
    }
    settings = load(environ=given)
    assert [each.name for each in notifiers_of(settings)] == ["webhook"]
    assert notifiers_of(load(environ={})) == []
    shown = f"{settings!r} {settings.describe()}"
    assert SECRET not in shown
    assert "key-in-the-path" not in shown


@pytest.mark.anyio
async def test_a_failing_webhook_never_hurts_the_dashboard(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with receiving() as receiver:
        receiver.answers = [(403, SECRET.encode())]
        receiver.holding.clear()
        monkeypatch.setenv("CLOUDWAN_ALERT_WEBHOOK_URL", receiver.url)
        monkeypatch.setenv("CLOUDWAN_ALERT_WEBHOOK_SECRET", SECRET)
        machine = Machine()
        machine.in_use = 600 * MIB
        options = {"alerts": alerting(), "notifiers": notifiers_of(load())}
        async with serving(machine, interval_s=0.01, **options) as served:
            await until(lambda: bool(receiver.received))
            assert (await served.client.get("/api/summary")).status_code == 200  # while the webhook hangs
            receiver.holding.set()
            await until(lambda: served.collector.notifications()[0]["failed"] == 1)
            (found,) = (await served.client.get("/api/alerts")).json()["notifications"]
            assert (found["name"], found["last_error"]) == ("webhook", "The webhook answered 403.")
    assert "An alert could not be told by webhook" in caplog.text
    assert SECRET not in caplog.text
    assert receiver.url not in caplog.text.replace("DEBUG", "")
