"""AWS itself as a source of networks: the only door to it, and one that reads and never writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from cloudwan_mcp.errors import BadRequest, CloudWanError, NotPermitted, TryAgain
from cloudwan_mcp.model import Identity
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.source import Item, Page, SourceStatistics

if TYPE_CHECKING:
    from cloudwan_mcp.sources.aws_errors import Call
    from cloudwan_mcp.sources.aws_models import Operations
    from cloudwan_mcp.sources.aws_place import Place
    from cloudwan_mcp.sources.aws_session import Clients

# botocore is imported where it is first needed: a server that serves stored snapshots never pays for it.

READS: Final = ("get_", "list_", "describe_")
ASK_AGAIN_AFTER_S: Final = 60.0
"""Where STS cannot be reached each question about the identity would wait for its timeouts."""

SIGN_IN_CODES: Final = ("ExpiredCredentials", "InvalidCredentials", "NoCredentials")

Ask = Callable[["Clients"], Any]


class AwsSource:
    """One caller's view of Network Manager; sources of several callers share the parsed service models."""

    def __init__(self, settings: Settings, *, attempts: int = 0) -> None:
        """`attempts` are those of one read; 0 leaves them to AWS_MAX_ATTEMPTS and its default here."""
        self.statistics = SourceStatistics()
        self.identity_failure: CloudWanError | None = None
        self._settings = settings
        self._attempts = attempts
        self._lock = Lock()
        self._counting = Lock()
        self._clients: Clients | None = None
        self._identity: Identity | None = None
        self._asked_at = -ASK_AGAIN_AFTER_S

    def fetch(
        self, operation: str, items: str, parameters: dict[str, Any], *, token: str | None = None
    ) -> Page:
        """Call `operation` and give the page found under `items`; see `Source` for what is raised."""
        name = self._name(operation)
        arguments = dict(parameters)
        if self._operations().paginates(name):
            arguments.setdefault("MaxResults", self._settings.page_size)
            if token is not None:
                arguments["NextToken"] = token
        from cloudwan_mcp.sources.aws_errors import Call

        answer = self._ask(
            lambda clients: getattr(clients.networkmanager, operation)(**arguments),
            Call(name, with_token=token is not None),
        )
        return _page(answer, name, items)

    def paginates(self, operation: str) -> bool:
        """Whether the installed model takes `MaxResults` and `NextToken` for this operation."""
        return self._operations().paginates(self._name(operation))

    def identity(self) -> Identity:
        """Who reads, by STS; where STS cannot tell, the account is empty and `identity_failure` says why."""
        if self._identity is not None:
            return self._identity
        alias = self._settings.account_alias
        if time.monotonic() - self._asked_at < ASK_AGAIN_AFTER_S and isinstance(
            self.identity_failure, TryAgain
        ):
            return Identity(alias=alias)
        from cloudwan_mcp.sources.aws_errors import Call

        try:
            answer = self._ask(_who, Call("GetCallerIdentity", service="sts"))
        except CloudWanError as failure:
            self.identity_failure, self._asked_at = failure, time.monotonic()
            return Identity(alias=alias)
        self.identity_failure = None
        self._identity = Identity(account=answer["Account"], alias=alias, arn=answer["Arn"])
        return self._identity

    def place(self) -> Place:
        """Where requests go; none is sent. Raises what a request would that cannot be made."""
        from cloudwan_mcp.sources.aws_errors import Call

        found: Place = self._ask(lambda clients: clients.place(), Call("GetCallerIdentity", service="sts"))
        return found

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        self._forget(self._clients)

    def _name(self, operation: str) -> str:
        """AWS's name of a read; anything else is refused before a session exists."""
        if not operation.startswith(READS):
            raise NotPermitted(
                f"{operation} is refused: this server only reads.",
                next_step="Use an operation that starts with get_, list_ or describe_.",
                code="ReadOnly",
            )
        name = self._operations().names.get(operation)
        if name is None:
            raise BadRequest(
                f"The installed botocore knows no operation {operation} of Network Manager.",
                field="operation",
                next_step="Update botocore, or leave this operation out.",
            )
        return name

    def _operations(self) -> Operations:
        from cloudwan_mcp.sources.aws_models import operations

        return operations(slim=self._settings.slim_models)

    def _ask(self, ask: Ask, call: Call) -> Any:
        """Ask once and, where the credentials have ended since they were read, once more with fresh ones."""
        kept = self._clients is not None
        answer, error = self._attempt(ask, call)
        if kept and isinstance(error, NotPermitted) and error.code in SIGN_IN_CODES:
            answer, error = self._attempt(ask, call)
        if error is not None:
            # Raised here and not while handling the failure, which may repeat what was signed.
            raise error
        return answer

    def _attempt(self, ask: Ask, call: Call) -> tuple[Any, CloudWanError | None]:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        from cloudwan_mcp.sources.aws_errors import concerns_sign_in, explain
        from cloudwan_mcp.sources.aws_sign_in import caller_of

        clients = None
        try:
            clients = self._open()
            return ask(clients), None
        except ResponseParserError as failure:
            return None, _malformed(call.operation, type(failure).__name__)
        except (BotoCoreError, ClientError) as failure:
            if concerns_sign_in(failure):
                # The next call looks for credentials again, so signing in needs no restart.
                self._forget(clients)
            return None, explain(failure, call, caller_of(self._settings))

    def _open(self) -> Clients:
        from cloudwan_mcp.sources.aws_session import Clients

        with self._lock:
            if self._clients is None:
                self._clients = Clients(self._settings, self.statistics, self._counting, self._attempts)
            return self._clients

    def _forget(self, clients: Clients | None) -> None:
        with self._lock:
            if clients is None or self._clients is not clients:
                return
            self._clients = self._identity = None
        clients.close()


def _who(clients: Clients) -> Any:
    sts: Any = clients.sts()
    answer = sts.get_caller_identity()
    if "Account" not in answer:
        raise _malformed("GetCallerIdentity", "there is no account in it")
    return answer


def _page(answer: dict[str, Any], operation: str, items: str) -> Page:
    from cloudwan_mcp.sources.aws_decode import MalformedAnswer, page_of, written
    from cloudwan_mcp.sources.aws_events import ANSWER

    taken = answer.pop(ANSWER, None)
    if taken is None:
        raise _malformed(operation, answer["Error"]["Message"])
    try:
        body = written(answer) if taken.body is None else taken.body
        page = page_of(body, items)
    except MalformedAnswer as failure:
        raise _malformed(operation, str(failure)) from failure
    page.items, page.bytes = _decoded(page.items, operation), len(body)
    return page


def _decoded(items: Iterable[Item], operation: str) -> Iterator[Item]:
    from cloudwan_mcp.sources.aws_decode import MalformedAnswer

    try:
        yield from items
    except MalformedAnswer as failure:
        raise _malformed(operation, str(failure)) from failure


def _malformed(operation: str, reason: str) -> TryAgain:
    return TryAgain(
        f"The answer to {operation} is not what AWS sends: {reason}.",
        next_step="Try again; if it stays, look for a proxy or an AWS_ENDPOINT_URL in between.",
        code="MalformedAnswer",
        retry_after=0.5,
    )
