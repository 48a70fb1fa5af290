"""Who signs the requests, and what a person does when that stops working."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, RefreshWithMFAUnsupportedError
from botocore.session import Session

from cloudwan_mcp.settings import Settings

CONTAINER = "in a container, also mount your ~/.aws folder and pass AWS_PROFILE on"

VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@dataclass(slots=True, frozen=True)
class Caller:
    """`profile` is empty where none is named; `way` is how its credentials come about."""

    profile: str = ""
    way: str = ""

    @property
    def label(self) -> str:
        return f"profile {self.profile!r}" if self.profile else "the default credentials"

    def renew(self) -> str:
        """One sentence: how to get fresh credentials of the same kind."""
        named = f" --profile {self.profile}" if self.profile else ""
        if self.way == "sso":
            return f"Run `aws sso login{named}`; this server need not be restarted."
        if self.way == "login":
            return f"Run `aws login{named}`; this server need not be restarted."
        if self.way == "mfa":
            return (
                f"A server cannot be asked for an MFA code: start it with the variables that "
                f"`aws configure export-credentials{named} --format env` prints."
            )
        if self.way == "environment":
            return f"Start this server again with fresh {', '.join(VARIABLES)}."
        return f"Renew the credentials of {self.label} in ~/.aws; this server need not be restarted."

    def set_up(self) -> str:
        """One sentence: how to give this server credentials at all."""
        return (
            "Set AWS_PROFILE to one of `aws configure list-profiles`, or make one with `aws configure sso`; "
            f"{CONTAINER}."
        )


def explicit_profile(settings: Settings) -> str | None:
    """The profile to name to botocore, which then ignores keys in the environment; AWS_PROFILE does not."""
    if not settings.profile or settings.origins.get("profile") == "AWS_PROFILE":
        return None
    return settings.profile


def never_prompt(session: Session) -> None:
    """Without this botocore reads an MFA code from the terminal, or from the stream that MCP speaks on.

    Called before the session has a client: roles are then assumed in the user's own Region.
    """
    provider = session.get_component("credential_provider").get_provider("assume-role")
    vars(provider)["_prompter"] = _refuse_prompt


def _refuse_prompt(_: str) -> str:
    raise RefreshWithMFAUnsupportedError


def caller_of(settings: Settings) -> Caller:
    """Reads names from the configuration only, never a credential."""
    explicit = explicit_profile(settings)
    profile = explicit or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or ""
    if os.environ.get("AWS_ACCESS_KEY_ID") and not explicit:
        return Caller(profile, "environment")
    try:
        config: Mapping[str, object] = Session(profile=explicit).get_scoped_config()
    except BotoCoreError:
        config = {}
    if "sso_session" in config or "sso_start_url" in config:
        return Caller(profile, "sso")
    if "mfa_serial" in config:
        return Caller(profile, "mfa")
    return Caller(profile, "login" if "login_session" in config else "file")
