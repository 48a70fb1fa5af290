"""Alerts to an SNS topic, through botocore and over real HTTP."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qs

import pytest

from cloudwan_mcp.errors import BadRequest, CloudWanError, NotFound, NotPermitted, TryAgain
from cloudwan_mcp.settings import load
from cloudwan_mcp.sources.aws_topic import Topic, refuse_all_but_publish
from cloudwan_mcp.web.delivery import Delivery, Undelivered
from cloudwan_mcp.web.notifiers import Publishing, notifiers_of
from conversation import python
from web.receiver import PUBLISHED, REFUSED, Receiver, receiving
from web.test_notifier import notice

ARN = "arn:aws:sns:eu-west-1:123456789012:alerts"


def topic_at(receiver: Receiver, monkeypatch: pytest.MonkeyPatch, arn: str = ARN) -> Topic:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", receiver.url)
    receiver.answers = [(200, PUBLISHED)]
    receiver.headers = {"content-type": "text/xml"}
    return Topic(load(), arn)


def asked(receiver: Receiver) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(receiver.received[-1][1].decode()).items()}


def test_a_notice_is_published_with_its_subject_and_attributes_to_filter_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delivery = Delivery(notice(), 5.0)
    with receiving() as receiver:
        Publishing(topic_at(receiver, monkeypatch)).deliver(delivery)
        said = asked(receiver)
        signed = receiver.received[-1][0]["Authorization"]
    assert (said["Action"], said["TopicArn"]) == ("Publish", ARN)
    assert said["Subject"] == "cloudwan-mcp: warning alert raised: memory warning"
    assert json.loads(said["Message"])["id"] == delivery.id
    values = {value for name, value in said.items() if name.endswith("StringValue")}
    assert values == {"raised", "warning"}
    assert "MessageGroupId" not in said
    assert "/eu-west-1/sns/" in signed


def test_a_topic_that_keeps_order_gets_a_group_and_each_notice_once(monkeypatch: pytest.MonkeyPatch) -> None:
    delivery = Delivery(notice(), 5.0)
    with receiving() as receiver:
        Publishing(topic_at(receiver, monkeypatch, f"{ARN}.fifo")).deliver(delivery)
        said = asked(receiver)
    assert said["MessageGroupId"] == "cloudwan-mcp"
    assert said["MessageDeduplicationId"] == delivery.id


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, b"AuthorizationError", NotPermitted),
        (404, b"NotFound", NotFound),
        (400, b"Throttled", TryAgain),
        (500, b"InternalFailure", TryAgain),
    ],
)
def test_a_refusal_tells_whether_another_attempt_makes_sense(
    status: int, code: bytes, kind: type[CloudWanError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloudwan_mcp.sources.aws_topic.ATTEMPTS", 1)
    with receiving() as receiver:
        topic = topic_at(receiver, monkeypatch)
        receiver.answers = [(status, REFUSED % code)]
        with pytest.raises(kind):
            topic.publish("1", "subject", "message", {})
        with pytest.raises(Undelivered) as error:
            Publishing(topic).deliver(Delivery(notice(), 0.0))
    assert error.value.final is (kind is not TryAgain)


def test_without_permission_it_is_said_which_one_to_grant(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        topic = topic_at(receiver, monkeypatch)
        receiver.answers = [(403, REFUSED % b"AuthorizationError")]
        with pytest.raises(NotPermitted, match="Grant sns:Publish") as error:
            topic.publish("1", "subject", "message", {})
    assert error.value.action == "sns:Publish"


def test_a_topic_that_is_not_reached_may_be_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudwan_mcp.sources.aws_topic.ATTEMPTS", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:9")
    with pytest.raises(TryAgain, match="not reached"):
        Topic(load(), ARN).publish("1", "subject", "message", {})


@pytest.mark.parametrize(
    ("arn", "url"),
    [
        (ARN, "https://sns.eu-west-1.amazonaws.com"),
        (
            ARN.replace("aws:", "aws-cn:").replace("eu-west-1", "cn-north-1"),
            "https://sns.cn-north-1.amazonaws.com.cn",
        ),
    ],
)
def test_the_topics_own_region_is_asked(arn: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-2")
    assert Topic(load(), arn)._open().meta.endpoint_url == url


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "alerts",
        "arn:aws:sqs:eu-west-1:123456789012:alerts",
        "arn:aws:sns:eu-west-1:1:alerts",
        f"{ARN}:x",
        f"{ARN}\n",
    ],
)
def test_what_is_no_topic_is_refused_at_the_start(arn: str) -> None:
    with pytest.raises(BadRequest) as error:
        Topic(load(), arn)
    assert error.value.field == "alert_sns_topic"


def test_publishing_is_the_only_write_and_only_of_this_session() -> None:
    refuse_all_but_publish(event_name="before-call.sns.Publish")
    refuse_all_but_publish(event_name="before-send.sns.Publish")
    for name in ("sns.PublishBatch", "sns.CreateTopic", "networkmanager.Publish", "xsns.Publish"):
        with pytest.raises(NotPermitted):
            refuse_all_but_publish(event_name=f"before-call.{name}")


def test_the_setting_names_it() -> None:
    settings = load(environ={"CLOUDWAN_ALERT_SNS_TOPIC": ARN})
    assert [each.name for each in notifiers_of(settings)] == ["sns"]


@pytest.mark.anyio
async def test_aws_is_imported_with_the_first_alert_and_not_before() -> None:
    program = f"""
import sys
from cloudwan_mcp.settings import load
from cloudwan_mcp.web.notifiers import notifiers_of
assert notifiers_of(load(environ={{"CLOUDWAN_ALERT_SNS_TOPIC": "{ARN}"}}))
print("botocore" in sys.modules)
"""
    done = await asyncio.to_thread(python, program)
    assert (done.stdout.strip(), done.stderr) == ("False", "")
