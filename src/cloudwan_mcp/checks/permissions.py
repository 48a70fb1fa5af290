"""permissions: which of the actions that the tools need are granted, each by a call that needs it."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.check import Check, Remark
from cloudwan_mcp.errors import CloudWanError, NotFound, NotPermitted
from cloudwan_mcp.examination import Examination, hopeless

POLICY = "`cloudwan-mcp iam` prints the whole policy"


def _look(found: Examination) -> Iterable[Remark]:
    by: dict[str, list[str]] = {"granted": [], "missing": [], "unknown": []}
    for action, probed in found.probed.items():
        by[_standing(probed.error)].append(action)
    facts = {name: sorted(actions) for name, actions in by.items()}
    granted, missing, unknown = facts.values()
    total = len(found.probed)
    if missing:
        step = f"Grant {', '.join(missing)}; {POLICY}. Until then these are gaps in the answers."
        yield Remark("mend", f"{len(missing)} of {total} actions are refused.", step, facts)
    elif len(unknown) == total:
        yield Remark("unknown", "AWS was not asked what it permits.", "Mend what is said above first.", facts)
    elif unknown:
        step = "Run `cloudwan-mcp doctor` again, with more --seconds."
        text = f"{len(granted)} of {total} actions are granted; AWS has not told of {', '.join(unknown)}."
        yield Remark("unknown", text, step, facts)
    else:
        yield Remark("ok", f"all {total} actions are granted.", facts=facts)


def _standing(error: CloudWanError | None) -> str:
    """What was not found was looked for: AWS asks IAM first. A parameter it does not like tells nothing."""
    if error is None or isinstance(error, NotFound):
        return "granted"
    return "missing" if isinstance(error, NotPermitted) and not hopeless(error) else "unknown"


CHECK = Check("permissions", _look)
