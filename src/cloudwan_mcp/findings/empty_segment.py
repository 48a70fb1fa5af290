"""Empty segments: deployed, and nothing attached."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.finding import Evidence, Facts, Finding, seen


def _survey(facts: Facts) -> Iterator[tuple[str, Evidence]]:
    used = {
        (cell.core_network, cell.segment)
        for cell in facts.cells
        if cell.elements and cell.type.endswith("-attachment")
    }
    for place in facts.places:
        if place.type == "segment" and (place.core_network, place.segment) not in used:
            yield (
                place.id,
                seen(
                    f"Segment {place.name} of {place.core_network} has no attachment.",
                    segment=place.segment,
                    core_network=place.core_network,
                ),
            )


FINDING = Finding(
    name="empty_segment",
    severity="low",
    title="Segment without attachments",
    fix="If nothing is planned for it, remove it from the policy: segments count towards a quota that cannot "
    "be raised. If attachments should be in it, look at the rules that place them.",
    documentation="https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-policies-json.html",
    reads=("ListAttachments", "GetCoreNetwork"),
    survey=_survey,
)
