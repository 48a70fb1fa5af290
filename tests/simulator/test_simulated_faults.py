"""Each fault, and what a client of botocore makes of it."""

import http.client
import json
import time
import urllib.request
from collections.abc import Callable
from itertools import chain, pairwise
from threading import enumerate as threads
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
)

from cloudwan_mcp.simulator import Estate, Faults, Simulator

Connect = Callable[..., Any]
Serve = Callable[..., Simulator]


def signed(simulator: Simulator, path: str) -> urllib.request.Request:
    scope = "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-west-2/networkmanager/aws4_request, Signature=0"
    return urllib.request.Request(f"{simulator.url}{path}", headers={"Authorization": scope})


def code_of(call: Callable[..., Any], **given: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**given)
    return str(error.value.response["Error"]["Code"])


def test_throttling_is_a_429_that_says_how_long_to_wait(serve: Serve, connect: Connect) -> None:
    client = connect(serve(faults=Faults(throttle=1)))
    with pytest.raises(ClientError) as error:
        client.list_attachments()
    answer = error.value.response
    assert answer["Error"]["Code"] == "ThrottlingException"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"
    assert answer["RetryAfterSeconds"] == 1


def test_an_internal_error_is_a_500(serve: Serve, connect: Connect) -> None:
    client = connect(serve(faults=Faults(internal=1)))
    assert code_of(client.list_attachments) == "InternalServerException"


def test_access_is_denied_to_the_operations_named_and_no_other(serve: Serve, connect: Connect) -> None:
    faults = Faults.parse(["ListPeerings:access_denied", "GetCallerIdentity:access_denied"])
    simulator = serve(faults=faults)
    client = connect(simulator)
    assert code_of(client.list_peerings) == "AccessDeniedException"
    assert code_of(connect(simulator, "sts").get_caller_identity) == "AccessDenied"
    assert client.list_attachments()["Attachments"]


def test_a_bucket_throttles_what_comes_faster_than_it_fills(serve: Serve, connect: Connect) -> None:
    client = connect(serve(faults=Faults(bucket="0.01/3")))
    for _ in range(3):
        client.list_core_networks()
    assert code_of(client.list_core_networks) == "ThrottlingException"


@pytest.mark.parametrize("fault", ["truncate", "html"])
def test_botocore_takes_a_spoilt_body_for_an_answer_without_members(
    fault: str, serve: Serve, connect: Connect
) -> None:
    # It neither enforces Content-Length nor minds a body that is no JSON.
    simulator = serve(faults=Faults(**{fault: 1}))
    answer = connect(simulator).list_attachments(MaxResults=100)
    assert set(answer) == {"ResponseMetadata"}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_truncated_body_is_shorter_than_it_says(serve: Serve) -> None:
    simulator = serve(faults=Faults(truncate=1))
    with urllib.request.urlopen(signed(simulator, "/attachments"), timeout=5) as answer:
        said = int(answer.headers["Content-Length"])
        with pytest.raises(http.client.IncompleteRead) as error:
            answer.read()
    assert 0 < len(error.value.partial) < said


def test_a_reset_is_a_closed_connection(serve: Serve, connect: Connect) -> None:
    client = connect(serve(faults=Faults(reset=1)))
    with pytest.raises(ConnectionClosedError):
        client.list_attachments()


def test_an_html_error_is_a_503(serve: Serve, connect: Connect) -> None:
    client = connect(serve(faults=Faults(html_error=1)))
    with pytest.raises(ClientError) as error:
        client.list_attachments()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_latency_makes_a_client_wait_or_give_up(serve: Serve, connect: Connect) -> None:
    simulator = serve(faults=Faults(latency=0.2))
    began = time.monotonic()
    connect(simulator).list_core_networks()
    assert time.monotonic() - began >= 0.2
    simulator.faults = Faults(latency=30)
    with pytest.raises(ReadTimeoutError):
        connect(simulator, read_timeout=0.2).list_core_networks()


def pages(client: Any, size: int = 10) -> list[list[str]]:
    listed: list[list[str]] = []
    token: dict[str, str] = {}
    while len(listed) < 40:
        answer = client.list_attachments(MaxResults=size, **token)
        listed.append([item["AttachmentId"] for item in answer["Attachments"]])
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    return listed


def test_the_last_element_of_a_page_is_repeated_at_the_head_of_the_next(
    serve: Serve, connect: Connect
) -> None:
    estate = Estate(attachments=45)
    simulator = serve(estate, faults=Faults.parse(["ListAttachments:repeat"]))
    listed = pages(connect(simulator))
    for one, following in pairwise(listed):
        assert one[-1] == following[0]
    assert list(dict.fromkeys(chain.from_iterable(listed))) == list(estate.ids("ListAttachments"))


def test_a_stuck_token_never_advances(serve: Serve, connect: Connect) -> None:
    simulator = serve(faults=Faults.parse(["ListAttachments:stuck_token"]))
    client = connect(simulator)
    first = client.list_attachments(MaxResults=10)
    second = client.list_attachments(MaxResults=10, NextToken=first["NextToken"])
    assert second["NextToken"] == first["NextToken"]
    assert len(pages(client)) == 40


def test_a_later_version_of_the_service_adds_members_and_states(serve: Serve, connect: Connect) -> None:
    simulator = serve(faults=Faults(unknown_fields=1))
    with urllib.request.urlopen(signed(simulator, "/attachments"), timeout=5) as answer:
        document = json.load(answer)
    assert document["FutureTopLevel"] == "value"
    assert all("FutureMember" in item for item in document["Attachments"])
    assert document["Attachments"][0]["State"] == "HIBERNATING"
    states = {item["State"] for item in connect(simulator).list_attachments()["Attachments"]}
    assert "HIBERNATING" in states


def test_a_network_changes_between_pages(serve: Serve, connect: Connect) -> None:
    estate = Estate(attachments=40)
    ids = list(estate.ids("ListAttachments"))
    simulator = serve(estate, faults=Faults.parse(["ListAttachments:mutate=-2,-25,+3,+30"]))
    listed = set(chain.from_iterable(pages(connect(simulator))))
    assert ids[2] in listed
    assert ids[25] not in listed
    assert ids[3] not in listed
    assert ids[30] in listed


def test_expired_credentials_are_refused_for_the_first_calls(serve: Serve, connect: Connect) -> None:
    client = connect(serve(faults=Faults(expired_credentials=2)))
    assert code_of(client.list_attachments) == "ExpiredTokenException"
    assert code_of(client.list_peerings) == "ExpiredTokenException"
    assert client.list_attachments()["Attachments"]


def test_expired_credentials_are_refused_until_others_come(serve: Serve, connect: Connect) -> None:
    simulator = serve(faults=Faults(expired_credentials="key"))
    old, new = connect(simulator), connect(simulator, aws_access_key_id="AKIDNEW", aws_secret_access_key="s")
    assert code_of(old.list_attachments) == "ExpiredTokenException"
    assert new.list_attachments()["Attachments"]
    assert code_of(old.list_attachments) == "ExpiredTokenException"


def test_a_pagination_token_expires_after_some_calls(serve: Serve, connect: Connect) -> None:
    client = connect(serve(faults=Faults(expired_token=2)))
    token = client.list_attachments(MaxResults=10)["NextToken"]
    assert client.list_attachments(MaxResults=10, NextToken=token)
    client.list_peerings()
    assert code_of(client.list_attachments, NextToken=token) == "ValidationException"


def test_botocore_retries_past_faults_that_come_now_and_then(serve: Serve, connect: Connect) -> None:
    simulator = serve(faults=Faults(seed=5, throttle=0.4))
    client = connect(simulator, attempts=10)
    assert client.list_core_networks()["CoreNetworks"]
    assert simulator.answered["ListCoreNetworks"] == 1


def test_faults_may_be_replaced_while_the_simulator_runs(serve: Serve, connect: Connect) -> None:
    simulator = serve(faults=Faults(throttle=1))
    client = connect(simulator)
    assert code_of(client.list_attachments) == "ThrottlingException"
    simulator.faults = Faults()
    assert client.list_attachments()["Attachments"]
    assert (simulator.calls["ListAttachments"], simulator.answered["ListAttachments"]) == (2, 1)


def test_nothing_crashes_and_every_connection_ends_with_the_simulator(serve: Serve, connect: Connect) -> None:
    before = set(threads())
    simulator = Simulator(Estate(attachments=60)).start()
    client = connect(simulator)
    client.list_attachments()
    simulator.stop()
    assert set(threads()) <= before
    assert not simulator.crashes
