"""Those that are told of alerts beside the log, as the settings name them."""

from __future__ import annotations

from cloudwan_mcp.errors import CloudWanError, TryAgain
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.sources.aws_topic import Topic
from cloudwan_mcp.web.delivery import Delivery, Undelivered
from cloudwan_mcp.web.notifier import Notifier
from cloudwan_mcp.web.webhook import Webhook


def notifiers_of(settings: Settings) -> list[Notifier]:
    """None, unless a webhook or a topic is set. Raises `BadRequest` for one that could never work."""
    found = []
    if settings.alert_webhook_url:
        webhook = Webhook(settings.alert_webhook_url, settings.alert_webhook_secret)
        found.append(Notifier("webhook", webhook.deliver))
    if settings.alert_sns_topic:
        topic = Topic(settings, settings.alert_sns_topic)
        found.append(Notifier("sns", Publishing(topic).deliver))
    return found


class Publishing:
    """Deliveries as messages of an SNS topic."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic

    def deliver(self, delivery: Delivery) -> None:
        notice = delivery.notice
        attributes = {"change": notice.change, "severity": notice.alert.severity}
        try:
            self._topic.publish(delivery.id, delivery.subject, delivery.body.decode(), attributes)
        except CloudWanError as error:
            raise Undelivered(str(error), final=not isinstance(error, TryAgain)) from error
