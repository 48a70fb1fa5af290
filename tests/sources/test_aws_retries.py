"""Throttles and spoilt answers: waited out, asked for again, and told when they last."""

import pytest

from cloudwan_mcp.errors import TryAgain
from cloudwan_mcp.simulator import Faults
from fakes.fetched import fetched

BOTH = pytest.mark.parametrize("decoder", ["bytes", "botocore"])


@BOTH
@pytest.mark.parametrize("fault", ["truncate", "html", "reset", "html_error", "internal"])
def test_spoilt_answers_are_asked_for_again(decoder, fault, simulator, open_source, clock):
    simulator.faults = Faults(operations={"ListAttachments": {fault: 0.5}}, seed=3)
    source = open_source(decoder=decoder)
    for _ in range(4):
        assert len(fetched(source, "list_attachments", "Attachments", {}).items) == 500
    assert source.statistics.retries == simulator.faults.struck[fault] > 0
    assert source.statistics.calls == simulator.calls["ListAttachments"] == 4 + source.statistics.retries


@BOTH
@pytest.mark.parametrize("fault", ["truncate", "html", "reset", "html_error", "internal"])
def test_answers_that_stay_spoilt_end_in_try_again_after_six_attempts(
    decoder, fault, simulator, open_source, clock
):
    simulator.faults = Faults(operations={"ListAttachments": {fault: 1.0}})
    with pytest.raises(TryAgain) as caught:
        fetched(open_source(decoder=decoder), "list_attachments", "Attachments", {})
    assert simulator.calls["ListAttachments"] == 6
    assert caught.value.next_step
    if fault in ("truncate", "html"):
        assert caught.value.code == "MalformedAnswer"


def test_the_number_of_attempts_follows_the_users_own_setting(simulator, open_source, clock, monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    simulator.faults = Faults(internal=1.0)
    with pytest.raises(TryAgain):
        fetched(open_source(), "list_attachments", "Attachments", {})
    assert simulator.calls["ListAttachments"] == 2


def test_throttles_are_counted_and_waited_out(simulator, open_source, clock):
    simulator.faults = Faults(throttle=0.5, seed=3)
    source = open_source()
    for _ in range(4):
        fetched(source, "list_attachments", "Attachments", {})
    assert source.statistics.throttles == simulator.faults.struck["throttle"] > 0
    assert all(seconds >= 1 for seconds in clock.slept)


THROTTLED = b'{"message":"Rate exceeded"}'


def throttle(seconds):
    return 429, {"x-amzn-errortype": "ThrottlingException", "Retry-After": seconds}, THROTTLED


@pytest.mark.parametrize(
    ("told", "least", "most"), [("3", 3, 4), ("3600", 5, 7), ("soon", 0, 1), ("-1", 0, 1)]
)
def test_the_wait_aws_asks_for_is_kept_within_botocores_bound(
    told, least, most, answering, open_source, clock
):
    answering(throttle(told), (200, {}, b'{"Sites":[{}]}'))
    source = open_source()
    assert len(fetched(source, "get_sites", "Sites", {"GlobalNetworkId": "g"}).items) == 1
    assert len(clock.slept) == 1
    assert least <= clock.slept[0] <= most
    assert (source.statistics.calls, source.statistics.throttles, source.statistics.retries) == (2, 1, 1)


def test_a_throttle_that_lasts_ends_in_try_again_with_the_wait_aws_asked_for(answering, open_source, clock):
    answering(throttle("40"))
    with pytest.raises(TryAgain) as caught:
        fetched(open_source(), "get_sites", "Sites", {"GlobalNetworkId": "g"})
    assert caught.value.code == "ThrottlingException"
    assert caught.value.retry_after == 40
    assert len(clock.slept) == 5
