"""An SNS topic to publish alerts to: the one thing that this product writes, and only where it is set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from cloudwan_mcp import __version__
from cloudwan_mcp.errors import BadRequest, CloudWanError, NotFound, NotPermitted, TryAgain
from cloudwan_mcp.settings import Settings

if TYPE_CHECKING:
    from botocore.client import BaseClient

# botocore is imported with the first alert: a server without one never pays for it.

ARN: Final = re.compile(
    r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}(?P<fifo>\.fifo)?"
)
ACTION: Final = "sns:Publish"
ATTEMPTS: Final = 2
TIMEOUT_S: Final = 5

_THROTTLES: Final = ("Throttled", "Throttling", "ThrottlingException", "TooManyRequestsException", "429")


class Topic:
    """Publishes to one topic, in the topic's own Region, with the credentials that all is read with."""

    def __init__(self, settings: Settings, arn: str) -> None:
        found = ARN.fullmatch(arn)
        if found is None:
            raise BadRequest(
                f"{arn[:300]!r} is not the ARN of an SNS topic.",
                field="alert_sns_topic",
                next_step="Set CLOUDWAN_ALERT_SNS_TOPIC to arn:aws:sns:<region>:<account>:<name>.",
            )
        self._settings = settings
        self._arn = arn
        self._region = found["region"]
        self._ordered = bool(found["fifo"])
        self._one_at_a_time = Lock()
        self._client: BaseClient | None = None

    def publish(self, message_id: str, subject: str, message: str, attributes: Mapping[str, str]) -> None:
        """Publish once. Raises `TryAgain` where that may help, `NotPermitted` or `NotFound` where not."""
        from botocore.exceptions import BotoCoreError, ClientError

        typed = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        request: dict[str, Any] = {"Subject": subject, "Message": message, "MessageAttributes": typed}
        if self._ordered:
            request |= {"MessageGroupId": "cloudwan-mcp", "MessageDeduplicationId": message_id}
        try:
            self._open().publish(TopicArn=self._arn, **request)
        except ClientError as error:
            raise _explained(error.response) from error
        except BotoCoreError as error:
            raise TryAgain(
                f"The topic was not reached: {type(error).__name__}.",
                next_step="Check network and credentials.",
            ) from error

    def _open(self) -> Any:
        with self._one_at_a_time:
            if self._client is None:
                self._client = self._made()
            return self._client

    def _made(self) -> BaseClient:
        from botocore.config import Config

        from cloudwan_mcp.sources.aws_session import region_of, session_of
        from cloudwan_mcp.sources.aws_sign_in import never_prompt

        session = session_of(self._settings, refuse=refuse_all_but_publish)
        region_of(session)
        never_prompt(session)
        config = Config(
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            connect_timeout=TIMEOUT_S,
            read_timeout=TIMEOUT_S,
            max_pool_connections=1,
            user_agent_extra=f"cloudwan-mcp/{__version__}",
        )
        client: BaseClient = session.create_client("sns", region_name=self._region, config=config)
        return client


def refuse_all_but_publish(**event: Any) -> None:
    """What holds for every request of this product, with the one exception that the setting asks for."""
    from cloudwan_mcp.sources.aws_events import refuse_writes

    if not event["event_name"].endswith(".sns.Publish"):
        refuse_writes(**event)


def _explained(response: Mapping[str, Any]) -> CloudWanError:
    code = str(response.get("Error", {}).get("Code", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _THROTTLES or status >= 500:
        return TryAgain(f"SNS answered {code} ({status}).", next_step="It is tried again.", code=code)
    if code == "NotFound":
        return NotFound("There is no such topic.", next_step="Check CLOUDWAN_ALERT_SNS_TOPIC.")
    return NotPermitted(
        f"SNS refused the alert: {code[:80]}.",
        next_step=f"Grant {ACTION} on the topic.",
        code=code,
        action=ACTION,
    )
