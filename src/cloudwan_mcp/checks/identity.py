"""identity: whose credentials are used, and what to do where there are none that AWS takes."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.check import Check, Remark, State
from cloudwan_mcp.errors import CloudWanError, NotPermitted
from cloudwan_mcp.examination import Examination

BOTH = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE")


def _look(found: Examination) -> Iterable[Remark]:
    who, place = found.identity, found.place
    way = "" if isinstance(place, CloudWanError) else place.credentials
    if isinstance(who, CloudWanError):
        state: State = "mend" if isinstance(who, NotPermitted) else "unknown"
        yield Remark(state, str(who.args[0]), who.next_step, {"code": getattr(who, "code", "")})
    else:
        text = f"account {who.account}, called {who.alias!r} in answers, as {who.arn}"
        facts = {"account": who.account, "alias": who.alias, "arn": who.arn, "credentials": way}
        yield Remark("ok", f"{text}{f' (credentials: {way})' if way else ''}", facts=facts)
    if found.settings.origins.get("profile") == "AWS_PROFILE" and all(map(found.environ.get, BOTH)):
        yield Remark(
            "note",
            f"AWS_ACCESS_KEY_ID goes before the profile {found.environ['AWS_PROFILE']!r} of AWS_PROFILE.",
            "Unset AWS_ACCESS_KEY_ID, or name the profile by CLOUDWAN_PROFILE, which goes before both.",
        )


CHECK = Check("identity", _look)
