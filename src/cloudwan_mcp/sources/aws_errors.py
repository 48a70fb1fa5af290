"""What botocore raises, told as what the caller can do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from botocore import exceptions as boto
from botocore.exceptions import ClientError

from cloudwan_mcp.errors import BadRequest, CloudWanError, NotFound, NotPermitted, TokenExpired, TryAgain
from cloudwan_mcp.sources.aws_sign_in import Caller

MESSAGE_CHARACTERS: Final = 400
"""What is quoted of AWS's own message: enough for its sentence, short of a policy document."""

EXPIRED: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "UnauthorizedSSOToken",
        "UnauthorizedException",
    }
)
BAD_SIGNATURE: Final = frozenset(
    {
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
    }
)
DENIED: Final = ("AccessDenied", "UnauthorizedOperation", "NotAuthorized", "AuthorizationError", "Forbidden")
AGAIN: Final = frozenset({"ConflictException", "RequestTimeout", "RequestTimeoutException", "408", "429"})

_NO_SESSION: Final = (
    boto.SSOError,
    boto.LoginError,
    boto.TokenRetrievalError,
    boto.CredentialRetrievalError,
    boto.RefreshWithMFAUnsupportedError,
)
_NO_CREDENTIALS: Final = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.ProfileNotFound,
    boto.ConfigParseError,
    boto.ConfigNotFound,
    boto.InvalidConfigError,
    boto.UnknownCredentialError,
    boto.NoAuthTokenError,
    boto.MetadataRetrievalError,
)
_UNREACHABLE: Final = (boto.HTTPClientError, boto.ConnectionError, boto.IncompleteReadError)
_SIGN_IN_ACTIONS: Final = {
    "AssumeRole": "sts:AssumeRole",
    "AssumeRoleWithWebIdentity": "sts:AssumeRoleWithWebIdentity",
    "GetRoleCredentials": "sso:GetRoleCredentials",
    "CreateToken": "sso-oauth:CreateToken",
}


@dataclass(slots=True, frozen=True)
class Call:
    """What was asked: AWS's operation name, its service, and whether a page token was sent along."""

    operation: str
    service: str = "networkmanager"
    with_token: bool = False

    @property
    def action(self) -> str:
        return f"{self.service}:{self.operation}"


def concerns_sign_in(failure: Exception) -> bool:
    """Whether resolving the credentials afresh may help."""
    if isinstance(failure, ClientError):
        return _code(failure) in EXPIRED | BAD_SIGNATURE
    return isinstance(failure, _NO_SESSION + _NO_CREDENTIALS)


def unreached(error: CloudWanError) -> bool:
    """Whether no answer came at all: the network, a proxy or TLS stood in between."""
    return isinstance(error.__cause__, _UNREACHABLE)


def explain(failure: Exception, call: Call, caller: Caller) -> CloudWanError:
    """The error to raise; the failure is its cause, except where AWS's text repeats signed headers."""
    if isinstance(failure, ClientError):
        error = _answered(failure, call, caller)
    else:
        error = _unanswered(failure, call, caller)
    if not (isinstance(failure, ClientError) and _code(failure) in BAD_SIGNATURE):
        error.__cause__ = failure
    return error


def _answered(failure: ClientError, call: Call, caller: Caller) -> CloudWanError:
    code, status = _code(failure), _status(failure)
    for applies, build in _ANSWERS:
        if applies(code, status):
            return build(failure, call, caller)
    return _bad_request(failure, call)


def _expired(failure: ClientError, call: Call, caller: Caller) -> NotPermitted:
    return NotPermitted(
        f"AWS no longer accepts the credentials of {caller.label} ({_code(failure)}).",
        next_step=caller.renew(),
        code="ExpiredCredentials",
    )


def _bad_signature(failure: ClientError, call: Call, caller: Caller) -> NotPermitted:
    return NotPermitted(
        f"AWS rejects the signature made with the credentials of {caller.label} ({_code(failure)}).",
        next_step=f"Check the secret access key and this machine's clock. {caller.renew()}",
        code="InvalidCredentials",
    )


def _denied(failure: ClientError, call: Call, caller: Caller) -> NotPermitted:
    action = _SIGN_IN_ACTIONS.get(failure.operation_name, call.action)
    step = f"Grant {action} to {caller.label}."
    if "service control policy" in _message(failure):
        step = f"A service control policy denies {action}: ask who administers the organization."
    elif action != call.action:
        step = f"Grant {action}, and let the role's trust policy name the caller of {caller.label}."
    return NotPermitted(
        f"AWS refuses {action}: {_message(failure)}", next_step=step, code=_code(failure), action=action
    )


def _not_found(failure: ClientError, call: Call, caller: Caller) -> NotFound:
    return NotFound(
        f"{call.operation}: {_message(failure)}",
        next_step="It may have been deleted, or belong to an account that does not share it; list again.",
    )


def _again(failure: ClientError, call: Call, caller: Caller) -> TryAgain:
    wait = _retry_after(failure)
    return TryAgain(
        f"AWS could not serve {call.operation} after {_attempts(failure)} attempts ({_code(failure)}).",
        next_step=f"Try again in {wait:g} s.",
        code=_code(failure),
        retry_after=wait,
    )


def _invalid(failure: ClientError, call: Call, caller: Caller) -> CloudWanError:
    fields: Any = failure.response.get("Fields") or []
    names = [str(each.get("Name", "")) for each in fields]
    if call.with_token and any("token" in text.lower() for text in [*names, _message(failure)]):
        return TokenExpired(
            f"AWS no longer accepts the page token of {call.operation}.",
            next_step="Start this listing again from its first page.",
        )
    return _bad_request(failure, call, field=names[0] if names else "")


def _bad_request(failure: ClientError, call: Call, field: str = "") -> BadRequest:
    if _status(failure) == 404:
        step = "Check AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_NETWORKMANAGER: the endpoint does not know it."
    else:
        step = "Correct the parameter and ask again."
    text = f"AWS rejects {call.operation} ({_code(failure)}): {_message(failure)}"
    return BadRequest(text, next_step=step, field=field)


_Build = Callable[[ClientError, Call, Caller], CloudWanError]
_ANSWERS: Final[tuple[tuple[Callable[[str, int], bool], _Build], ...]] = (
    (lambda code, status: code in EXPIRED, _expired),
    (lambda code, status: code in BAD_SIGNATURE, _bad_signature),
    (lambda code, status: code.startswith(DENIED) or status in (401, 403), _denied),
    (lambda code, status: code == "ResourceNotFoundException", _not_found),
    (lambda code, status: code in AGAIN or "Throttl" in code or status in (429, *range(500, 600)), _again),
    (lambda code, status: code == "ValidationException", _invalid),
)


def _unanswered(failure: Exception, call: Call, caller: Caller) -> CloudWanError:
    kind = type(failure).__name__
    if isinstance(failure, _NO_SESSION):
        return NotPermitted(
            f"The sign-in of {caller.label} has ended or cannot be renewed ({kind}).",
            next_step=caller.renew(),
            code="ExpiredCredentials",
        )
    if isinstance(failure, _NO_CREDENTIALS):
        return NotPermitted(
            f"There are no usable AWS credentials for {caller.label} ({kind}).",
            next_step=caller.set_up(),
            code="NoCredentials",
        )
    if isinstance(failure, _UNREACHABLE):
        return TryAgain(
            f"AWS could not be reached for {call.operation} ({kind}).",
            next_step="Check the network, the proxy, AWS_CA_BUNDLE and any AWS_ENDPOINT_URL, then try again.",
            code=kind,
            retry_after=5.0,
        )
    return _unsendable(failure, call)


def _unsendable(failure: Exception, call: Call) -> BadRequest:
    if isinstance(failure, boto.ParamValidationError):
        report = " ".join(str(failure).split())[:MESSAGE_CHARACTERS]
        return BadRequest(f"{call.operation}: {report}.", next_step="Correct the parameter and ask again.")
    return BadRequest(
        f"{call.operation} cannot be sent ({type(failure).__name__}): {str(failure)[:MESSAGE_CHARACTERS]}",
        next_step="Check the Region, AWS_ENDPOINT_URL and the AWS configuration file.",
    )


def _code(failure: ClientError) -> str:
    return str(failure.response.get("Error", {}).get("Code", ""))


def _message(failure: ClientError) -> str:
    return str(failure.response.get("Error", {}).get("Message", ""))[:MESSAGE_CHARACTERS]


def _metadata(failure: ClientError) -> dict[str, Any]:
    return dict(failure.response.get("ResponseMetadata", {}))


def _status(failure: ClientError) -> int:
    return int(_metadata(failure).get("HTTPStatusCode", 0))


def _attempts(failure: ClientError) -> int:
    return int(_metadata(failure).get("RetryAttempts", 0)) + 1


def _retry_after(failure: ClientError) -> float:
    told = failure.response.get("RetryAfterSeconds")
    return float(told) if isinstance(told, int | float) and told > 0 else 5.0
