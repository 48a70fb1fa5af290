"""Both event loops, under which every test of streaming runs, and memory to fill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from streaming.memory import Memory


@pytest.fixture(params=["asyncio", "trio"], scope="module")
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def memory() -> Iterator[Memory]:
    """Whatever a test does, at its end nothing is reserved."""
    memory = Memory()
    yield memory
    assert memory.reserved == 0
