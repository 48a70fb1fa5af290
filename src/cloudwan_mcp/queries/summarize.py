"""A network at a glance: attachments per segment and edge, and what needs somebody's attention."""

from __future__ import annotations

from dataclasses import dataclass

from cloudwan_mcp.model.state import TROUBLED
from cloudwan_mcp.store import Filters, Reader

ATTACHMENTS = Filters(types=("attachment",))


@dataclass(slots=True, frozen=True)
class Summary:
    """`grid` counts attachments by (segment, edge), "" for none; `states` holds the troubled ones."""

    types: dict[str, int]
    grid: dict[tuple[str, str], int]
    states: dict[str, int]


def summarize(reader: Reader) -> Summary:
    states = {state: count for (state,), count in reader.tally(ATTACHMENTS, "state")}
    return Summary(
        types={kind: count for (kind,), count in reader.tally(Filters(), "type")},
        grid={
            (segment, edge): count for (segment, edge), count in reader.tally(ATTACHMENTS, "segment", "edge")
        },
        states={state: count for state, count in states.items() if state.startswith(TROUBLED)},
    )
