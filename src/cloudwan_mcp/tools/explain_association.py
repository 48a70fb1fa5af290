"""explain_association: which segment an attachment gets, by which rule, and why by no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from cloudwan_mcp import live, policies
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import Account, CoreNetwork, Edge, Policy, Word
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.locate import locate
from cloudwan_mcp.model import Element
from cloudwan_mcp.policies import Ground
from cloudwan_mcp.policy.associate import Association, associate
from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.queries.attachments import attachments, count, seen
from cloudwan_mcp.queries.unplaced import Unplaced, unplaced
from cloudwan_mcp.reply import PolicyEnvelope, overhead, policy_envelope
from cloudwan_mcp.row import element_row, fitting, shortened, size
from cloudwan_mcp.store import Reader
from cloudwan_mcp.tool import Tool, answer, app_of

MOST_TRIALS = 30  # rules before the one that matched, the nearest ones
ROWS_BYTES = 5000
TAGS_BYTES = 2400
PLACES = 4  # of a cause, those that most of its attachments wait for
KINDS = ("vpc", "connect", "site-to-site-vpn", "direct-connect-gateway", "transit-gateway-route-table")
DESCRIPTION = """\
The segment an attachment, or an imagined one (type, tags, account, edge), gets: the rule, and why none \
before. With neither: all that have none, or not the policy's, by cause."""


class Explanation(PolicyEnvelope):
    attachment: dict[str, Any] | None = None
    status: str | None = None
    place: str | None = Field(None, description="segment, or nfg:GROUP")
    because: str | None = None
    rule: dict[str, Any] | None = None
    tried: list[dict[str, Any]] | None = Field(None, description="rules that did not match, and why")
    installed: dict[str, Any] | None = Field(None, description="what the snapshot says of it")
    causes: list[dict[str, Any]] | None = None
    attachments: int | None = None
    assumptions: list[dict[str, str]] | None = None
    complete: bool


@dataclass(slots=True, frozen=True)
class _Shown:
    """What is told, and in how many bytes."""

    policy: policies.Policy
    place: Ground | None
    room: int


async def run(
    ctx: Context[App],
    attachment: Annotated[str, Field(max_length=2048, description="id or name")] = "",
    type: Annotated[Word, Field(description="e.g. vpc")] = "",
    tags: Annotated[
        list[Annotated[str, Field(max_length=400)]] | None,
        Field(max_length=50, description="key=value"),
    ] = None,
    account: Account = "",
    edge: Edge = "",
    policy: Policy = "LIVE",
    core_network_id: CoreNetwork = "",
) -> Annotated[CallToolResult, Explanation]:
    app = app_of(ctx)
    imagined = _imagined(type, tags, account, edge)
    if attachment and imagined:
        raise BadRequest(
            "attachment goes without type, tags, account and edge, which describe one that there is not.",
            field="attachment",
            next_step="Name the attachment, or describe one.",
        )
    asked = await policies.meant(app, policy)
    needed = asked.document is None or imagined is None
    place = (
        await policies.ground(app, core_network_id, ctx.report_progress, searched=True) if needed else None
    )
    chosen = await policies.policy_of(app, asked, place)
    room = app.settings.reply_bytes - (overhead(place.info, "") if place else 2048)
    shown = _Shown(chosen, place, room)
    if imagined:
        told = await app.work(partial(_told, shown, imagined, None))
    elif attachment and place:
        told = await app.read(place.info.id, partial(_of, shown, attachment))
    else:
        told = await _survey(ctx, app, shown)
    hints = told.pop("hints")
    return answer(
        Explanation(**told, **policy_envelope(app, place.info if place else None, chosen.said, *hints))
    )


def _imagined(type: str, tags: list[str] | None, account: str, edge: str) -> Attachment | None:
    if not (type or tags or account or edge):
        return None
    kind = type.lower().replace("_", "-")
    if kind and kind not in KINDS:
        raise BadRequest(
            f"type={type[:60]!r} is no attachment type.",
            field="type",
            next_step=f"Give one of {', '.join(KINDS)}.",
        )
    pairs = [each.partition("=") for each in tags or []]
    for key, equals, _ in pairs:
        if not key or not equals:
            raise BadRequest(
                f"tags: {key[:60]!r} is not key=value.",
                field="tags",
                next_step='Write e.g. ["segment=prod"].',
            )
    values = {key: value for key, _, value in pairs}
    return Attachment(type=kind, tags=values, account=account, region=edge)


def _of(shown: _Shown, name: str, reader: Reader) -> dict[str, Any]:
    (element,) = reader.elements([locate(reader, name, field_name="attachment")])
    if not element.type.endswith("-attachment"):
        raise BadRequest(
            f"attachment={name[:60]!r} is a {element.type}.",
            field="attachment",
            next_step="Name an attachment of the core network, or look for it with find.",
        )
    return _told(shown, seen(element), element)


def _told(shown: _Shown, attachment: Attachment, element: Element | None) -> dict[str, Any]:
    found = associate(shown.policy.document, attachment)
    placement = found.placement
    names = {"id": attachment.id, "type": attachment.kind, "account": attachment.account}
    known: dict[str, Any] = names | {
        "edge": attachment.region,
        "state": attachment.state,
        "tags": dict(attachment.tags),
    }
    if size(known["tags"]) > TAGS_BYTES:
        known["tags"] = f"{len(attachment.tags)} tags"
    told: dict[str, Any] = {
        "attachment": {name: value for name, value in known.items() if value},
        "status": placement.status,
        "place": placement.place or None,
        "because": found.because,
        "rule": _rule(found, shown.policy.document),
        "assumptions": policies.assumed(found.assumptions),
    }
    failed = [each for each in found.trials if not each.matched]
    rows = [
        {"rule": each.number, "pointer": each.pointer, "because": each.because}
        for each in failed[-MOST_TRIALS:]
    ]
    kept = fitting(map(size, reversed(rows)), min(ROWS_BYTES, shown.room - size(told)))
    told["tried"] = rows[len(rows) - kept :]
    hints = []
    if kept < len(failed):
        hints.append(f"Of {len(failed)} rules that were tried before, the last {kept} are shown.")
    if not attachment.type and element is None:
        hints.append("Without type, rules about the attachment's type do not match.")
    if element:
        told["installed"], difference = _installed(element, placement.place, placement.status)
        hints += [difference] if difference else []
    return {**told, "complete": kept == len(failed), "hints": hints}


def _rule(found: Association, document: Document) -> dict[str, Any] | None:
    rule = found.placement.rule
    if rule is None:
        return None
    action = {"segment": rule.segment, "tag": rule.tag, "group": rule.group}
    matched = next((each.because for each in found.trials if each.matched), "")
    later = sum(each.number > rule.number for each in document.rules)
    row = {"number": rule.number, "pointer": rule.pointer, "matched": matched}
    row |= {name: value for name, value in action.items() if value}
    needs = found.placement.needs_acceptance
    return row | ({"needs_acceptance": True} if needs else {}) | {"later_rules_not_tried": later}


def _installed(element: Element, place: str, status: str) -> tuple[dict[str, Any], str]:
    """What AWS has it in, and what to make of a difference."""
    row = {name: value for name in ("segment", "state") if (value := getattr(element, name))}
    expected = place if status == "associated" else ""
    if element.segment == expected or (status == "no-routing" and element.segment in ("", place)):
        return row, ""
    there = element.segment or "no segment"
    return row, (
        f"The snapshot has it in {there}: its tags changed since, a change awaits acceptance, or the policy "
        "in force is another one."
    )


def _example(element: Element) -> dict[str, Any]:
    row = element_row(element, "concise")
    return shortened(row, 400) if size(row) > 400 else row


async def _survey(ctx: Context[App], app: App, shown: _Shown) -> dict[str, Any]:
    """All attachments, those counted by cause that are not where the policy puts them."""
    place = shown.place
    if place is None:
        raise BadRequest(
            "There is no network.", field="attachment", next_step="Describe one by type and tags."
        )

    def passing(step: Callable[[int], None]) -> Unplaced:
        with app.folder.reader(place.info.id) as reader:
            return unplaced(shown.policy.document, attachments(reader, place.core_network, step))

    total = await app.read(place.info.id, lambda reader: count(reader, place.core_network))
    found = await live.passed_through(app, passing, total, ctx.report_progress)
    rows = [
        {
            "cause": cause.because,
            "status": cause.status,
            **({"rule": cause.rule} if cause.rule else {}),
            "count": cause.count,
            "installed": cause.installed or "(none)",
            "policy": {place[:70] or "(none)": n for place, n in cause.places.most_common(PLACES)},
            "examples": [_example(each) for each in cause.examples],
        }
        for cause in found.causes
    ]
    kept = fitting(map(size, rows), min(ROWS_BYTES, shown.room))
    whole = kept == len(rows) and not found.more
    hints = [] if rows else ["Every attachment is where the policy puts it."]
    if not whole:
        hints.append("Rarer causes are left out.")
    return {"causes": rows[:kept], "attachments": found.total, "complete": whole, "hints": hints}


TOOL = Tool(
    name="explain_association",
    title="Explain an association",
    description=DESCRIPTION,
    run=run,
    samples=({}, {"type": "vpc", "tags": ["segment=production"]}),
)
