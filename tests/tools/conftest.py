"""Networks to ask about: simulated ones already discovered, and ones made by hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudwan_mcp.indexing.run import index
from cloudwan_mcp.refresh import discover
from cloudwan_mcp.settings import load
from cloudwan_mcp.simulator import Simulator
from cloudwan_mcp.store import Folder

Discovered = Callable[..., Simulator]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def made() -> dict[str, Path]:
    return {}


@pytest.fixture
def discovered(
    simulate: Discovered, made: dict[str, Path], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Discovered:
    """A simulator whose network this test's data folder already holds; discovered once a module."""

    def get(**estate: int) -> Simulator:
        simulator = simulate(**estate)
        if simulator.url not in made:
            path = tmp_path_factory.mktemp("made")
            settings = load({"data_dir": str(path)})
            folder = Folder(settings)
            index(folder, discover(settings, folder).id)
            folder.close()
            made[simulator.url] = path
        shutil.copytree(made[simulator.url], tmp_path / "data")
        simulator.calls.clear()
        return simulator

    return get
