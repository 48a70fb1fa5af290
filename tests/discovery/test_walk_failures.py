"""What goes wrong in a part of the network becomes a gap; what concerns the whole ends the walk."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cloudwan_mcp.discovery.run import ATTEMPTS, Walk
from cloudwan_mcp.errors import (
    BadRequest,
    CloudWanError,
    Exhausted,
    NotFound,
    NotPermitted,
    TokenExpired,
    TryAgain,
)
from cloudwan_mcp.model import Gap
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.store.staging import Staging
from fakes.clock import Clock, Stop
from fakes.snapshots import read_all
from fakes.source import CORE, GLOBAL, FakeSource, attachments, sites

Walks = Callable[..., Walk]
Published = Callable[[], SnapshotReader]


def denied(operation: str = "ListAttachments") -> NotPermitted:
    action = f"networkmanager:{operation}"
    return NotPermitted("no", next_step="ask", code="AccessDeniedException", action=action)


def throttled(seconds: float = 3.0) -> TryAgain:
    return TryAgain("slow down", next_step="wait", code="ThrottlingException", retry_after=seconds)


def ids(reader: SnapshotReader, *types: str) -> list[str]:
    return sorted(e.id for _, e in read_all(reader, Filters(types=types)))


def expected_attachments(count: int) -> list[str]:
    return [item["AttachmentId"] for item in attachments(count)]


def test_a_token_that_stays_the_same_ends_its_listing_with_a_gap(walk: Walks, published: Published) -> None:
    source = FakeSource({"list_attachments": attachments(20)}, tokens={("list_attachments", "6"): "4"})
    walk(source).run()
    reader = published()
    assert [(gap.operation, gap.scope, gap.code) for gap in reader.info().gaps] == [
        ("ListAttachments", CORE, "StuckToken")
    ]
    assert ids(reader, "vpc-attachment") == expected_attachments(6)
    assert source.calls["list_attachments"] <= 5


@pytest.mark.parametrize("length", [1, 2, 3, 5, 8])
def test_tokens_that_run_in_a_circle_end_their_listing_with_a_gap(
    walk: Walks, published: Published, length: int
) -> None:
    last = str(2 * (length + 1))
    source = FakeSource({"list_attachments": attachments(40)}, tokens={("list_attachments", last): "2"})
    walk(source).run()
    reader = published()
    assert [gap.code for gap in reader.info().gaps] == ["StuckToken"]
    assert ids(reader, "vpc-attachment") == expected_attachments(2 * (length + 1))
    assert source.calls["list_attachments"] <= 4 * length + 8
    assert reader.info().repeated > 0 or length == 1


def test_an_element_that_a_later_page_repeats_is_stored_once_and_counted(
    walk: Walks, published: Published
) -> None:
    items = attachments(5)
    source = FakeSource({"list_attachments": [*items[:3], items[1], *items[2:]]})
    progress = walk(source).run()
    reader = published()
    assert progress.repeated == reader.info().repeated == 2
    assert ids(reader, "vpc-attachment") == expected_attachments(5)
    assert reader.info().gaps == ()


@pytest.mark.parametrize("listed", [5, 9])
def test_a_count_other_than_what_was_listed_is_a_gap(walk: Walks, published: Published, listed: int) -> None:
    counts = [{"ResourceType": "attachment", "Count": 7}]
    walk(FakeSource({"list_attachments": attachments(listed), "get_network_resource_counts": counts})).run()
    (gap,) = published().info().gaps
    assert (gap.operation, gap.code, gap.scope) == ("ListAttachments", "CountMismatch", GLOBAL)
    assert "counted 7" in gap.message
    assert f"listed {listed}" in gap.message


def test_a_listing_that_was_refused_is_not_said_to_have_changed(walk: Walks, published: Published) -> None:
    counts = [{"ResourceType": "attachment", "Count": 7}]
    source = FakeSource({"get_network_resource_counts": counts}, script={"list_attachments": [denied()]})
    walk(source).run()
    assert [gap.code for gap in published().info().gaps] == ["AccessDeniedException"]


def test_a_refused_listing_is_a_gap_with_its_iam_action_and_everything_else_is_there(
    walk: Walks, published: Published
) -> None:
    source = FakeSource({"get_sites": sites(5)}, script={"list_attachments": [denied()]})
    walk(source).run()
    reader = published()
    assert reader.info().gaps == (
        Gap("ListAttachments", CORE, "AccessDeniedException", "no", "networkmanager:ListAttachments"),
    )
    assert len(ids(reader, "site")) == 5


def test_a_core_network_that_vanishes_between_listing_and_reading_is_a_gap(
    walk: Walks, published: Published
) -> None:
    gone = NotFound("no such core network", next_step="list again")
    source = FakeSource({"get_sites": sites(1)}, script={"get_core_network": [gone]})
    walk(source).run()
    reader = published()
    assert [(gap.operation, gap.code) for gap in reader.info().gaps] == [("GetCoreNetwork", "Vanished")]
    assert len(ids(reader, "site")) == 1


def test_rejected_parameters_are_a_gap(walk: Walks, published: Published) -> None:
    source = FakeSource(script={"get_sites": [BadRequest("odd", next_step="correct it")]})
    walk(source).run()
    assert [(gap.operation, gap.code) for gap in published().info().gaps] == [
        ("GetSites", "ValidationException")
    ]


def test_where_resources_may_not_be_counted_every_type_is_asked_for(walk: Walks) -> None:
    source = FakeSource(script={"get_network_resource_counts": [denied("GetNetworkResourceCounts")]})
    walk(source).run()
    assert source.calls["get_network_resources"] == 9


def test_one_refused_root_is_a_gap(walk: Walks, published: Published) -> None:
    source = FakeSource(
        {"list_attachments": attachments(3)},
        script={"describe_global_networks": [denied("DescribeGlobalNetworks")]},
    )
    walk(source).run()
    reader = published()
    assert [gap.operation for gap in reader.info().gaps] == ["DescribeGlobalNetworks"]
    assert len(ids(reader, "vpc-attachment")) == 3


def test_when_both_roots_are_refused_the_walk_fails_and_both_are_asked_again_later(
    walk: Walks, published: Published
) -> None:
    script = {"describe_global_networks": [denied()], "list_core_networks": [denied()]}
    with pytest.raises(NotPermitted):
        walk(FakeSource(script=script)).run()
    walk(FakeSource({"list_attachments": attachments(3), "get_sites": sites(2)})).run()
    reader = published()
    assert reader.info().gaps == ()
    assert (len(ids(reader, "vpc-attachment")), len(ids(reader, "site"))) == (3, 2)


@pytest.mark.parametrize("code", ["ExpiredCredentials", "InvalidCredentials", "NoCredentials"])
@pytest.mark.parametrize("operation", ["describe_global_networks", "get_sites"])
def test_credentials_that_end_under_way_end_the_walk_which_goes_on_with_new_ones(
    walk: Walks, published: Published, operation: str, code: str
) -> None:
    listings = {"list_attachments": attachments(5), "get_sites": sites(5)}
    ended = NotPermitted("the session ended", next_step="sign in", code=code)
    with pytest.raises(NotPermitted, match="session"):
        walk(FakeSource(listings, script={operation: [ended]})).run()
    walk(FakeSource(listings)).run()
    reader = published()
    assert reader.info().gaps == ()
    assert (len(ids(reader, "vpc-attachment")), len(ids(reader, "site"))) == (5, 5)


@pytest.mark.parametrize("restarts", [1, 2])
def test_an_expired_token_begins_its_listing_again_and_nothing_is_missing_or_twice(
    walk: Walks, published: Published, restarts: int
) -> None:
    expired = TokenExpired("old", next_step="restart")
    source = FakeSource(
        {"list_attachments": attachments(9)}, script={"list_attachments": [None, None, expired] * restarts}
    )
    walk(source).run()
    reader = published()
    assert ids(reader, "vpc-attachment") == expected_attachments(9)
    assert reader.info().gaps == ()


def test_a_token_that_expires_again_and_again_is_a_gap(walk: Walks, published: Published) -> None:
    expired = TokenExpired("old", next_step="restart")
    source = FakeSource(
        {"list_attachments": attachments(9)}, script={"list_attachments": [None, expired] * 9}
    )
    walk(source).run()
    assert [gap.code for gap in published().info().gaps] == ["TokenExpired"]
    assert source.calls["list_attachments"] == 6


def test_a_page_that_fails_is_asked_for_again_after_what_aws_says(walk: Walks, published: Published) -> None:
    clock = Clock()
    source = FakeSource({"get_sites": sites(5)}, script={"get_sites": [None, throttled(7.0), throttled(9.0)]})
    began = clock.now
    walk(source, clock=clock, stop=Stop(clock)).run()
    assert clock.now - began >= 16.0
    reader = published()
    assert len(ids(reader, "site")) == 5
    assert reader.info().gaps == ()


def test_a_page_that_keeps_failing_is_a_gap_after_a_bounded_number_of_attempts(
    walk: Walks, published: Published
) -> None:
    source = FakeSource({"get_sites": sites(5)}, script={"get_sites": [None, *[throttled()] * 99]})
    walk(source).run()
    reader = published()
    assert source.calls["get_sites"] == 1 + ATTEMPTS
    assert [(gap.operation, gap.code) for gap in reader.info().gaps] == [("GetSites", "ThrottlingException")]
    assert len(ids(reader, "site")) == 2


def test_attempts_are_counted_for_each_page_anew(walk: Walks, published: Published) -> None:
    script = [each for _ in range(3) for each in (*[throttled()] * (ATTEMPTS - 1), None)]
    walk(FakeSource({"get_sites": sites(6)}, script={"get_sites": script})).run()
    assert published().info().gaps == ()


def test_networks_that_cannot_be_listed_at_all_end_the_walk(walk: Walks, staging: Staging) -> None:
    with pytest.raises(TryAgain, match="slow"):
        walk(FakeSource(script={"list_core_networks": [throttled()] * 99})).run()
    assert "list_core_networks" not in [step.kind for step in staging.steps() if step.state != "open"]


class FullCheckpoint:
    """A checkpoint whose disk is full from some page on."""

    def __init__(self, staging: Staging, pages: int) -> None:
        self._staging = staging
        self._pages = pages

    def __getattr__(self, name: str) -> object:
        return getattr(self._staging, name)

    def commit(self, *page: object, **rest: object) -> object:
        self._pages -= 1
        if self._pages < 0:
            raise Exhausted("full", next_step="make room")
        return self._staging.commit(*page, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize("pages", [0, 1, 5, 12])
def test_a_full_disk_ends_the_walk_and_room_lets_it_go_on(
    staging: Staging, published: Published, pages: int
) -> None:
    listings = {"list_attachments": attachments(9), "get_sites": sites(5)}
    with pytest.raises(Exhausted):
        Walk(FakeSource(listings), FullCheckpoint(staging, pages)).run()  # type: ignore[arg-type]
    Walk(FakeSource(listings), staging).run()
    reader = published()
    assert (len(ids(reader, "vpc-attachment")), len(ids(reader, "site"))) == (9, 5)
    assert reader.info().gaps == ()


@pytest.mark.parametrize("error", [denied(), NotFound("x", next_step="y"), CloudWanError("x", next_step="y")])
def test_every_gap_has_a_code(walk: Walks, published: Published, error: CloudWanError) -> None:
    walk(FakeSource(script={"get_links": [error]})).run()
    (gap,) = published().info().gaps
    assert gap.code
    assert gap.scope == GLOBAL
