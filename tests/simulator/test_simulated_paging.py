"""Pages and tokens: everything once, nothing forged."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from cloudwan_mcp.simulator import Estate, Simulator
from cloudwan_mcp.simulator.answers import LISTINGS
from cloudwan_mcp.simulator.mixing import Series, mix, unmix
from cloudwan_mcp.simulator.wire import operations, service_model

Connect = Callable[..., Any]
Serve = Callable[..., Simulator]
Inputs = Callable[[Estate, str], dict[str, Any]]
PAGED = sorted(set(LISTINGS) - {"ListOrganizationServiceAccessStatus"})


def walk(client: Any, operation: str, size: int, **scope: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    pages = client.get_paginator(xform_name(operation)).paginate(**scope, PaginationConfig={"PageSize": size})
    for page in pages:
        page.pop("ResponseMetadata")
        found += page[operations()[operation].items]
    return found


@pytest.mark.parametrize("operation", PAGED)
def test_paging_gives_exactly_the_ground_truth(
    operation: str, estate: Estate, serve: Serve, connect: Connect, inputs: Inputs
) -> None:
    client = connect(serve(estate, validate=False))
    scope = inputs(estate, operation)
    size = 7 if estate.count(operation, **scope) < 100 else 100
    listed = walk(client, operation, size, **scope)
    truth = list(estate.items(operation, **scope))
    assert [_plain(item) for item in listed] == [_plain(item) for item in truth]
    assert len(listed) == estate.count(operation, **scope)


def _plain(item: Any) -> Any:
    """Without times, which a client reads as datetime."""
    if isinstance(item, dict):
        moments = ("CreatedAt", "UpdatedAt", "EventTime", "Timestamp", "DefinitionTimestamp")
        return {name: _plain(value) for name, value in item.items() if name not in moments}
    if isinstance(item, list):
        return [_plain(value) for value in item]
    return item


def test_ids_tell_the_ground_truth_in_the_order_of_the_pages(
    serve: Serve, connect: Connect, estate: Estate
) -> None:
    client = connect(serve(estate, validate=False))
    listed = [item["AttachmentId"] for item in walk(client, "ListAttachments", 500)]
    assert listed == list(estate.ids("ListAttachments"))
    assert len(set(listed)) == 700


def test_the_organization_is_paged_although_botocore_has_no_paginator_for_it(
    serve: Serve, connect: Connect, estate: Estate
) -> None:
    client = connect(serve(estate))
    accounts: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = client.list_organization_service_access_status(MaxResults=10, **token)
        accounts += [each["AccountId"] for each in answer["OrganizationStatus"]["AccountStatusList"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert accounts == list(estate.accounts)


def test_a_page_holds_50_unless_more_are_asked_for_and_never_more_than_500(
    serve: Serve, connect: Connect, estate: Estate
) -> None:
    client = connect(serve(estate))
    assert len(client.list_attachments()["Attachments"]) == 50
    assert len(client.list_attachments(MaxResults=500)["Attachments"]) == 500
    with pytest.raises(ClientError) as refused:
        client.list_attachments(MaxResults=501)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize("token", ["x", "AAAA", "A" * 40, "not base64 ü"])
def test_a_forged_token_is_refused(token: str, serve: Serve, connect: Connect) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        connect(serve()).list_attachments(NextToken=token)


def test_a_token_is_good_only_for_the_operation_and_parameters_it_was_given_for(
    serve: Serve, connect: Connect, estate: Estate
) -> None:
    client = connect(serve(estate))
    core = estate.networks[0].core_id
    token = client.list_attachments(CoreNetworkId=core, MaxResults=10)["NextToken"]
    resumed = client.list_attachments(CoreNetworkId=core, MaxResults=20, NextToken=token)["Attachments"]
    assert resumed[0]["AttachmentId"] == list(estate.ids("ListAttachments"))[10]
    with pytest.raises(ClientError, match="ValidationException"):
        client.list_attachments(CoreNetworkId=estate.networks[1].core_id, NextToken=token)
    with pytest.raises(ClientError, match="ValidationException"):
        client.list_connect_peers(CoreNetworkId=core, NextToken=token)


def test_every_paginator_of_botocore_meets_its_listing() -> None:
    for operation in PAGED:
        output = service_model().operation_model(operation).output_shape
        assert output is not None
        assert "NextToken" in output.members


@pytest.mark.parametrize("index", [0, 1, 499_999, 2**40, 2**63])
def test_mixing_can_be_undone(index: int) -> None:
    assert unmix(mix(index)) == index
    series = Series("attachment", 3)
    assert series.index(series.id(index), 2**64) == index


@pytest.mark.parametrize(
    "text", ["attachment-0", "attachment-0zz", "attachment-0" + "g" * 16, "device-0" + "1" * 16]
)
def test_an_identifier_of_another_form_stands_for_nothing(text: str) -> None:
    assert Series("attachment", 3).index(text, 2**64) is None
