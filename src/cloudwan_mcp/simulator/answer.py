"""What one answer is: a selection of items a page is cut from, or one object; both become JSON text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Params = Mapping[str, Any]
Item = dict[str, Any]


@dataclass(slots=True)
class Selection:
    """Items at positions 0..count-1, made when asked for; `keep` leaves out those a filter rejects.

    `top` holds the members that stand beside the items in every page.
    """

    count: int
    text: Callable[[int], str]
    keep: Callable[[int], bool] | None = None
    top: Item = field(default_factory=dict)


def write(item: Any) -> str:
    """JSON text as AWS writes it: compact, members of None left out of objects, characters unescaped."""
    return json.dumps(_present(item), separators=(",", ":"), ensure_ascii=False)


def _present(item: Any) -> Any:
    if isinstance(item, dict):
        return {key: _present(value) for key, value in item.items() if value is not None}
    if isinstance(item, list | tuple):
        return [_present(value) for value in item]
    return item


def select(
    count: int,
    item: Callable[[int], Item],
    params: Params | None = None,
    filters: Mapping[str, str] | None = None,
    top: Item | None = None,
) -> Selection:
    """A selection of items made as objects; `filters`: input members and the members they must equal."""
    wanted = {
        member: set(value) if isinstance(value, list) else {value}
        for parameter, member in (filters or {}).items()
        if params is not None and (value := params.get(parameter))
    }

    def keep(position: int) -> bool:
        made = item(position)
        return all(made.get(member) in values for member, values in wanted.items())

    return Selection(count, lambda position: write(item(position)), keep if wanted else None, top or {})
