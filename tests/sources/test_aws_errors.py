"""Failures of AWS, told as what the caller can do next."""

import json

import pytest

from cloudwan_mcp.errors import BadRequest, CloudWanError, NotFound, NotPermitted, TokenExpired, TryAgain
from cloudwan_mcp.simulator import Faults
from fakes.fetched import fetched


def refusal(status, code, message="", **members):
    body = json.dumps({"Message": message, **members}).encode()
    return status, {"x-amzn-errortype": code}, body


def sites(source, token=None):
    return fetched(source, "get_sites", "Sites", {"GlobalNetworkId": "global-network-1"}, token=token)


CASES = [
    (refusal(403, "AccessDeniedException", "not authorized"), NotPermitted, "Grant networkmanager:GetSites"),
    (refusal(403, "UnauthorizedOperation", "no"), NotPermitted, "Grant networkmanager:GetSites"),
    (refusal(403, "SomethingNew", "no"), NotPermitted, "Grant networkmanager:GetSites"),
    (
        refusal(403, "AccessDeniedException", "with an explicit deny in a service control policy"),
        NotPermitted,
        "A service control policy denies",
    ),
    (refusal(404, "ResourceNotFoundException", "gone"), NotFound, "deleted"),
    (refusal(404, "UnknownOperationException"), BadRequest, "AWS_ENDPOINT_URL"),
    (refusal(429, "ThrottlingException", "slow"), TryAgain, "Try again in 5 s"),
    (refusal(429, "TooManyRequestsException"), TryAgain, "Try again"),
    (refusal(500, "InternalServerException"), TryAgain, "Try again"),
    (refusal(503, "ServiceUnavailable"), TryAgain, "Try again"),
    (refusal(409, "ConflictException", "busy"), TryAgain, "Try again"),
    (
        refusal(400, "ValidationException", "bad NextToken", Fields=[{"Name": "NextToken"}]),
        BadRequest,
        "Correct",
    ),
    (refusal(400, "ServiceQuotaExceededException", "too many"), BadRequest, "Correct"),
    (refusal(400, "CoreNetworkPolicyException", "wrong", Errors=[]), BadRequest, "Correct"),
]


@pytest.mark.parametrize(("answer", "error", "step"), CASES, ids=[f"{c[0][0]}-{c[0][1]}" for c in CASES])
def test_each_refusal_becomes_an_error_with_a_next_step(answer, error, step, answering, open_source, clock):
    answering(answer)
    with pytest.raises(error) as caught:
        sites(open_source())
    assert step in caught.value.next_step
    assert caught.value.__cause__ is not None


def test_a_refusal_names_the_iam_action_and_awss_own_code(simulator, open_source):
    simulator.faults = Faults(operations={"ListAttachments": {"access_denied": 1.0}})
    with pytest.raises(NotPermitted) as caught:
        fetched(open_source(profile=""), "list_attachments", "Attachments", {})
    assert caught.value.action == "networkmanager:ListAttachments"
    assert caught.value.code == "AccessDeniedException"
    assert simulator.calls["ListAttachments"] == 1


def test_a_refused_page_token_says_that_the_listing_must_start_again(answering, open_source):
    canned = answering(refusal(400, "ValidationException", "Invalid pagination token"))
    with pytest.raises(TokenExpired):
        sites(open_source(), token="old")
    assert "nextToken=old" in canned.requests[0][0]


def test_a_validation_of_something_else_is_a_bad_request_even_with_a_token(answering, open_source):
    answering(
        refusal(400, "ValidationException", "bad", Fields=[{"Name": "GlobalNetworkId", "Message": "bad"}])
    )
    with pytest.raises(BadRequest) as caught:
        sites(open_source(), token="old")
    assert caught.value.field == "GlobalNetworkId"


def test_the_simulators_expired_token_is_recognised(simulator, open_source):
    source = open_source(page_size=10)
    token = fetched(source, "list_attachments", "Attachments", {}).token
    simulator.faults = Faults(expired_token=0)
    with pytest.raises(TokenExpired):
        fetched(source, "list_attachments", "Attachments", {}, token=token)


def test_an_unknown_core_network_is_not_found(simulator, open_source):
    with pytest.raises(NotFound):
        fetched(
            open_source(),
            "get_core_network",
            "CoreNetwork",
            {"CoreNetworkId": "core-network-0123456789abcdef0"},
        )


@pytest.mark.parametrize(
    ("operation", "parameters", "word"),
    [
        ("get_sites", {}, "GlobalNetworkId"),
        ("list_attachments", {"Colour": "red"}, "Colour"),
        ("list_attachments", {"State": 7}, "State"),
    ],
)
def test_parameters_botocore_rejects_are_a_bad_request_and_not_sent(
    operation, parameters, word, simulator, open_source
):
    with pytest.raises(BadRequest) as caught:
        fetched(open_source(), operation, "Items", parameters)
    assert word in str(caught.value)
    assert not simulator.calls


def test_an_endpoint_nobody_listens_at_is_try_again_after_six_attempts(open_source, clock, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_NETWORKMANAGER", "http://127.0.0.1:9")
    source = open_source()
    with pytest.raises(TryAgain) as caught:
        sites(source)
    assert caught.value.code == "EndpointConnectionError"
    assert source.statistics.calls == 6
    assert source.statistics.retries == 5


@pytest.mark.parametrize(
    "change",
    [{"AWS_ENDPOINT_URL": "not a url"}, {"AWS_REGION": "not a region"}, {"AWS_DEFAULT_REGION": "_"}],
)
def test_settings_that_cannot_be_used_are_a_bad_request(change, open_source, monkeypatch):
    for name, value in change.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(
            "AWS_DEFAULT_REGION", change.get("AWS_REGION", value) if "REGION" in name else "us-east-1"
        )
    with pytest.raises(BadRequest) as caught:
        sites(open_source())
    assert "AWS_ENDPOINT_URL" in caught.value.next_step


@pytest.mark.parametrize("status", [302, 400, 403, 404, 418, 429, 500, 502])
@pytest.mark.parametrize("body", [b"", b"\x00 not json", b"<!DOCTYPE html>\xe9", b"[]", b'"text"', b"null"])
def test_every_error_is_of_this_products_family(status, body, answering, open_source, clock):
    answering((status, {}, body))
    with pytest.raises(CloudWanError) as caught:
        sites(open_source())
    assert caught.value.next_step


def test_long_messages_of_aws_are_cut(answering, open_source):
    answering(refusal(403, "AccessDeniedException", "x" * 100_000))
    with pytest.raises(NotPermitted) as caught:
        sites(open_source())
    assert len(str(caught.value)) < 1000
