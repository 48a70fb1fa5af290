"""From an operation and its input to the JSON text of the answer, paging and its faults included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cloudwan_mcp.simulator.answer import Selection, write
from cloudwan_mcp.simulator.answers import LISTINGS, OBJECTS
from cloudwan_mcp.simulator.faults import Faults
from cloudwan_mcp.simulator.pages import DEFAULT_PAGE, Page, cut
from cloudwan_mcp.simulator.refusal import Refusal, invalid
from cloudwan_mcp.simulator.tokens import Place, Tokens, bad_token
from cloudwan_mcp.simulator.wire import Operation

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

_FUTURE_ITEM = ',"FutureMember":{"Nested":["value"],"Level":1}}'
_NEEDS_ONE_OF = {"GetLinkAssociations": ("DeviceId", "LinkId")}
_NESTED = {"ListOrganizationServiceAccessStatus": "OrganizationStatus"}


class Responder:
    """Answers read operations over one estate."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._tokens = Tokens(estate.seed)

    def answer(self, operation: Operation, params: Mapping[str, Any], faults: Faults, call: int) -> str:
        """The body of the answer; `call` is the number of this request among all."""
        if not operation.reads or (operation.name not in LISTINGS and operation.name not in OBJECTS):
            raise Refusal(
                "AccessDeniedException",
                f"User is not authorized to perform: networkmanager:{operation.name}: read-only",
            )
        future = faults.strikes("unknown_fields", operation.name)
        if operation.name in OBJECTS:
            text = write(OBJECTS[operation.name](self.estate, params))
            return f'{text[:-1]},"FutureTopLevel":"value"}}' if future else text
        return self._page(operation, params, faults, call, future)

    def _page(
        self, operation: Operation, params: Mapping[str, Any], faults: Faults, call: int, future: bool
    ) -> str:
        name = operation.name
        given = params.get("NextToken")
        place = Place(0, call)
        if given is not None:
            place = self._tokens.read(given, name, params)
            life = faults.token_life(name)
            if life is not None and call - place.call > life:
                raise bad_token()
        if name in _NEEDS_ONE_OF and not any(params.get(member) for member in _NEEDS_ONE_OF[name]):
            raise invalid(_NEEDS_ONE_OF[name][0], "One of DeviceId and LinkId must be given")
        chosen = LISTINGS[name](self.estate, params)
        limit = int(params.get("MaxResults") or DEFAULT_PAGE)
        page = cut(chosen, place.position, limit, _hidden(faults, name, given is not None))
        token = self._next(operation, params, page, faults, call)
        if given is not None and faults.strikes("stuck_token", name):
            token = given
        return _join(operation, chosen, _aged(page.texts) if future else page.texts, token, future)

    def _next(
        self, operation: Operation, params: Mapping[str, Any], page: Page, faults: Faults, call: int
    ) -> str | None:
        if page.following is None:
            return None
        position = page.following
        if len(page.texts) > 1 and faults.strikes("repeat", operation.name):
            position = page.last
        return self._tokens.write(Place(position, call), operation.name, params)


def _hidden(faults: Faults, operation: str, under_way: bool) -> Callable[[int], bool] | None:
    mutation = faults.mutation(operation)
    if mutation is None:
        return None
    gone = mutation.vanish if under_way else mutation.appear
    return gone.__contains__


def _aged(texts: list[str]) -> list[str]:
    """Items as a later service would write them: a new member in each, a new state in the first."""
    aged = [text[:-1] + _FUTURE_ITEM if text.endswith("}") else text for text in texts]
    if aged:
        aged[0] = aged[0].replace('"State":"AVAILABLE"', '"State":"HIBERNATING"', 1)
    return aged


def _join(operation: Operation, chosen: Selection, texts: list[str], token: str | None, future: bool) -> str:
    nested = _NESTED.get(operation.name)
    top = dict(chosen.top)
    if nested:
        inner = write(top.pop(nested))
        listed = f'"AccountStatusList":[{",".join(texts)}]'
        parts = [f'"{nested}":{inner[:-1]},{listed}}}']
    else:
        parts = [f'"{operation.items}":[{",".join(texts)}]']
    parts += [f'"{member}":{write(value)}' for member, value in top.items() if value is not None]
    if token is not None:
        parts.append(f'"NextToken":"{token}"')
    if future:
        parts.append('"FutureTopLevel":"value"')
    return "{" + ",".join(parts) + "}"
