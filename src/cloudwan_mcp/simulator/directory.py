"""Which attachments a segment or group has: a bounded sample, for the tables that point to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.attachment import attachment
from cloudwan_mcp.simulator.network import Network
from cloudwan_mcp.simulator.plan import mappings, strings

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

_SCANNED = 20_000


class Directory:
    """Members of every segment and group of one network, at most as many as a route table has rows."""

    def __init__(self, estate: Estate, network: Network) -> None:
        self.network = network
        self.segments: dict[str, list[int]] = {segment.name: [] for segment in network.plan.segments}
        self.groups: dict[str, list[int]] = {group.name: [] for group in network.plan.groups}
        most = max(1, network.counts.routes)
        for local in range(min(network.counts.attachments, _SCANNED)):
            now = attachment(estate, network.start + local).now
            name = now and (now.segment or now.group)
            members = self.groups if now and now.group else self.segments
            if name and len(members[name]) < most:
                members[name].append(local)
        self._services = list(_services(network))

    def seen_from(self, segment: str) -> list[tuple[int, str | None]]:
        """Attachments a segment's table leads to, each with the group it is reached through, if any."""
        found: dict[int, str | None] = {}
        for each in self.network.plan.segments:
            if each.name == segment and not each.isolated:
                found |= dict.fromkeys(self.segments[segment], None)
            if each.name == segment:
                for other in each.shared:
                    found |= dict.fromkeys(self.segments[other], None)
        for one, other, group in self._services:
            if segment in (one, other):
                for local in self.segments[other if segment == one else one]:
                    found.setdefault(local, group)
        return list(found.items())[: max(1, self.network.counts.routes)]

    def seen_from_group(self, group: str) -> list[tuple[int, str | None]]:
        """Attachments a group's table leads to: those of the segments that send through it."""
        named = next(each for each in self.network.plan.groups if each.name == group)
        through = {each for one, other, via in self._services if via == group for each in (one, other)}
        names = dict.fromkeys((*named.send_via, *named.send_to, *sorted(through)))
        return [(local, None) for name in names for local in self.segments.get(name, ())]


def _services(network: Network) -> list[tuple[str, str, str]]:
    """Every pair of segments that send-via puts a group between; without when-sent-to, all others."""
    names = [segment.name for segment in network.plan.segments]
    groups = {group.name for group in network.plan.groups}
    found: list[tuple[str, str, str]] = []
    for action in mappings(network.plan.document.get("segment-actions")):
        via, sent = action.get("via"), action.get("when-sent-to")
        if (
            action.get("action") != "send-via"
            or not isinstance(via, dict)
            or action.get("segment") not in names
        ):
            continue
        listed = strings(sent.get("segments")) if isinstance(sent, dict) else strings(sent)
        others = listed if listed and "*" not in listed else names
        for group in strings(via.get("network-function-groups")):
            pairs = [(action["segment"], other, group) for other in others if other in names]
            found += [pair for pair in pairs if group in groups and pair[0] != pair[1]]
    return found
