"""Arguments that several tools take, with their bounds, and the filters that they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from cloudwan_mcp.policy.parse import LARGEST
from cloudwan_mcp.store import Filters

Word = Annotated[str, Field(max_length=128)]
CoreNetwork = Annotated[Word, Field(description="only needed when there are several")]
Types = Annotated[
    list[Word] | None,
    Field(max_length=16, description="e.g. attachment (all five), vpc-attachment, segment, site"),
]
Segment = Annotated[Word, Field(description="name; nfg:NAME for a network function group")]
Edge = Annotated[Word, Field(description="edge location, a Region")]
Account = Annotated[str, Field(pattern=r"^(\d{12})?$", description="owner account id")]
State = Annotated[Word, Field(description="e.g. FAILED, PENDING_ATTACHMENT_ACCEPTANCE")]
Tag = Annotated[Word, Field(description="key or key=value")]
AttachmentType = Annotated[Word, Field(description="of attachments, e.g. VPC")]
SnapshotId = Annotated[str, Field(pattern=r"^[\w-]{0,64}$", description="else the newest")]
CURSOR_CHARACTERS = 2048
CursorText = Annotated[str, Field(max_length=CURSOR_CHARACTERS, description="next_cursor")]
Fields = Annotated[
    list[Word] | None, Field(max_length=16, description="only these, e.g. SubnetArns, CreatedAt")
]
Text = Annotated[Word, Field(description="found in id, name or attributes, any case")]

Policy = Annotated[
    str, Field(max_length=LARGEST, description="LIVE, LATEST, version, file:NAME.json or JSON text")
]


def filters_of(
    *,
    element_types: Sequence[str] | None = None,
    global_network_id: str = "",
    core_network_id: str = "",
    segment: str = "",
    edge: str = "",
    account: str = "",
    state: str = "",
    tag: str = "",
    text: str = "",
) -> Filters:
    return Filters(
        types=tuple(element_types or ()),
        global_network=global_network_id,
        core_network=core_network_id,
        segment=segment,
        edge=edge,
        account=account,
        state=state.upper(),
        tag=tag,
        text=text,
    )
