"""Which networks a snapshot holds, so that a caller need not name the only one."""

from __future__ import annotations

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Filters, Reader

SHOWN = 20


def networks(reader: Reader, kind: str) -> list[Element]:
    """The first elements of type `core-network` or `global-network`; a listing gives them all at once."""
    return [element for _, element in reader.page(Filters(types=(kind,)), after=0, limit=SHOWN + 1).rows]


def choose(reader: Reader, *, core_network: str, global_network: str) -> None:
    """Check the network that a caller named; raises `BadRequest` naming the choices.

    With none named there must be one core network, or none at all.
    """
    for field, wanted in (("core_network_id", core_network), ("global_network_id", global_network)):
        if wanted:
            found = networks(reader, field.removesuffix("_id").replace("_", "-"))
            if wanted not in [element.id for element in found] and reader.info().complete:
                raise BadRequest(
                    f"{field} {wanted!r} is not in this account.", field=field, next_step=_list(found)
                )
    if core_network or global_network:
        return
    found = networks(reader, "core-network")
    if len(found) > 1:
        raise BadRequest(
            f"There are {len(found)} core networks.", field="core_network_id", next_step=_list(found)
        )


def _list(found: list[Element]) -> str:
    if not found:
        return "There is none; call without it."
    names = [f"{e.id} ({e.name})" if e.name else e.id for e in found[:SHOWN]]
    more = ", and more" if len(found) > SHOWN else ""
    return f"Name one: {', '.join(names)}{more}."


def settled(reader: Reader) -> bool:
    """Whether it is known which networks there are; early in a discovery it is not."""
    return bool(networks(reader, "core-network")) or reader.info().state != "growing"
