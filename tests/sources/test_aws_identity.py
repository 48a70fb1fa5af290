"""Who reads, and that nothing of how they sign in ever shows."""

import json
import logging
import traceback

import pytest

from cloudwan_mcp.errors import CloudWanError, NotPermitted, TryAgain
from cloudwan_mcp.simulator import Faults
from fakes.fetched import fetched

SECRET = "wJalrXUtnFEMISECRETKEYbPxRfiCY"
TOKEN = "FwoGZXIvYXdzESESSIONTOKENaDExample"


@pytest.fixture(autouse=True)
def secrets(clean_aws_environment, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)


def read(source):
    return fetched(source, "list_core_networks", "CoreNetworks", {}).items


def chain(error):
    """Everything a traceback of the error would show, and the messages of all it refers to."""
    seen = []
    while error is not None and error not in seen:
        seen.append(error)
        error = error.__cause__ or error.__context__
    return "".join(["".join(traceback.format_exception(seen[0])), *(f"{each} {each!r}" for each in seen)])


@pytest.mark.parametrize(
    "code", ["SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature"]
)
def test_what_aws_repeats_of_a_signed_request_never_shows(code, answering, open_source, caplog):
    caplog.set_level(logging.DEBUG)
    echo = f"The Canonical String should have been 'GET\\nx-amz-security-token:{TOKEN}\\n{SECRET}'"
    answering((403, {"x-amzn-errortype": code}, json.dumps({"message": echo}).encode()))
    with pytest.raises(NotPermitted) as caught:
        read(open_source())
    assert caught.value.code == "InvalidCredentials"
    assert "clock" in caught.value.next_step
    assert TOKEN not in chain(caught.value) + caplog.text
    assert SECRET not in chain(caught.value) + caplog.text


@pytest.mark.parametrize("fault", ["expired_credentials", "access_denied", "internal", "html", "reset", None])
def test_secrets_are_in_no_error_and_no_log_record(fault, simulator, open_source, clock, caplog):
    caplog.set_level(logging.DEBUG)
    value = "key" if fault == "expired_credentials" else 1.0
    simulator.faults = Faults(**{fault: value}) if fault else Faults()
    text = ""
    try:
        source = open_source()
        read(source)
        text = repr(source.identity())
    except CloudWanError as error:
        text = chain(error)
    assert text
    assert TOKEN not in text + caplog.text
    assert SECRET not in text + caplog.text


def test_the_identity_carries_account_arn_and_the_configured_alias(simulator, open_source):
    source = open_source(alias="prod-net")
    identity = source.identity()
    assert len(identity.account) == 12
    assert identity.account in identity.arn
    assert identity.alias == "prod-net"
    assert source.identity() is identity
    assert simulator.calls["GetCallerIdentity"] == 1


def test_an_identity_sts_refuses_is_empty_and_says_why(simulator, open_source):
    simulator.faults = Faults(operations={"GetCallerIdentity": {"access_denied": 1.0}})
    source = open_source()
    assert source.identity().account == ""
    assert isinstance(source.identity_failure, NotPermitted)
    assert source.identity_failure.action == "sts:GetCallerIdentity"
    assert read(source)
    simulator.faults = Faults()
    assert source.identity().account
    assert source.identity_failure is None


def test_an_unreachable_sts_is_not_asked_again_at_once(simulator, open_source, clock, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    source = open_source()
    assert source.identity().account == ""
    assert isinstance(source.identity_failure, TryAgain)
    waited = len(clock.slept)
    assert source.identity().account == ""
    assert len(clock.slept) == waited
    assert read(source)


@pytest.mark.parametrize("status", [200, 403, 502])
@pytest.mark.parametrize("body", [b"", b"<html>", b"<html/>", b"{}", b"\xff\xfe"])
def test_an_answer_that_is_not_of_sts_is_no_identity_and_no_crash(
    status, body, answering, open_source, clock
):
    answering((status, {"Content-Type": "text/html"}, body))
    source = open_source()
    assert source.identity().account == ""
    assert source.identity_failure.next_step


def test_without_credentials_the_identity_is_empty_and_does_not_crash(files, simulator, open_source):
    source = open_source()
    assert source.identity().account == ""
    assert source.identity_failure.code == "NoCredentials"
