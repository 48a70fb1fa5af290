"""region: the caller's own, and the one in which its partition keeps Network Manager."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.check import Check, Remark
from cloudwan_mcp.errors import CloudWanError
from cloudwan_mcp.examination import Examination


def _look(found: Examination) -> Iterable[Remark]:
    place = found.place
    if isinstance(place, CloudWanError):
        yield Remark("unknown", "Which Region is configured could not be told.", place.next_step)
        return
    facts = {"region": place.region, "partition": place.partition, "home_region": place.home}
    home = f"partition {place.partition}, whose Network Manager is in {place.home}"
    if place.region:
        yield Remark("ok", f"{place.region}: {home}", facts=facts)
    else:
        yield Remark("ok", f"none is configured: {home}", facts=facts)
    named = found.environ.get("AWS_REGION")
    if named and named != place.region and not found.settings.demo:
        yield Remark(
            "note",
            f"AWS_REGION={named} is not what is used: botocore reads AWS_DEFAULT_REGION.",
            f"Set AWS_DEFAULT_REGION={named}, or CLOUDWAN_REGION. Network Manager answers all the same.",
        )


CHECK = Check("region", _look)
