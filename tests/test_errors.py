"""Errors: each says what to do next, and crosses a pipe whole."""

from __future__ import annotations

import json

import pytest

from cloudwan_mcp import errors
from cloudwan_mcp.discovery.progress import Stopped

EVERY = [
    errors.BadRequest("m.", next_step="n.", field="f"),
    errors.NotPermitted("m.", next_step="n.", code="c", action="a:B"),
    errors.NotFound("m.", next_step="n."),
    errors.TryAgain("m.", next_step="n.", code="c", retry_after=3.5),
    errors.TokenExpired("m.", next_step="n."),
    errors.Exhausted("m.", next_step="n."),
    errors.CloudWanError("m.", next_step="n."),
]


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_an_error_crosses_a_pipe_as_it_was(error: errors.CloudWanError) -> None:
    message = {"event": "error", "snapshot": "one", "new": 1} | errors.to_dict(error)
    again = errors.from_dict(json.loads(json.dumps(message)))
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error) == "m. n."


def test_an_error_of_another_kind_crosses_as_the_nearest_of_ours() -> None:
    again = errors.from_dict(errors.to_dict(Stopped()))
    assert type(again) is errors.CloudWanError
    assert "stopped" in str(again)


@pytest.mark.parametrize("data", [{}, {"error": "Unheard"}, {"error": "TryAgain", "message": None}])
def test_half_an_error_is_still_one(data: dict[str, object]) -> None:
    assert isinstance(errors.from_dict(data), errors.CloudWanError)


def test_there_is_no_error_without_a_next_step() -> None:
    with pytest.raises(TypeError):
        errors.CloudWanError("m.")  # type: ignore[call-arg]
