"""What every test stands on: an environment and a data folder of its own, and simulators on demand."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from cloudwan_mcp.simulator import Estate, Faults, Simulator

# A shell that starts the tests in its background has them ignore Ctrl-C, and all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "tests", deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("tests")

SimulatorFactory = Callable[..., Simulator]

MADE_ONCE = {"running_simulators", "browser", "rows", "truths", "wheel", "definitions"}
"""Fixtures of a module that take long to make."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share what their module makes run on one worker, or each worker would make it anew."""
    for item in items:
        if MADE_ONCE.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(str(item.path)))


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the credentials, the configuration or the data of whoever runs it."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "CLOUDWAN_")):
            monkeypatch.delenv(name)
    values = {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests",
        "AWS_CONFIG_FILE": str(tmp_path / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "aws-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "CLOUDWAN_DATA_DIR": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def running_simulators() -> Iterator[SimulatorFactory]:
    with ExitStack() as stack:
        running: dict[tuple[tuple[str, Any], ...], Simulator] = {}

        def simulator(**estate: Any) -> Simulator:
            key = tuple(sorted(estate.items()))
            if key not in running:
                running[key] = stack.enter_context(Simulator(Estate(**estate)))
            return running[key]

        yield simulator


@pytest.fixture
def simulate(
    running_simulators: SimulatorFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SimulatorFactory]:
    """A simulator of the estate described, started once a module; the environment points at it."""
    used: list[Simulator] = []

    def simulator(*, faults: Faults | None = None, **estate: Any) -> Simulator:
        served = running_simulators(**estate)
        served.calls.clear()
        served.answered.clear()
        served.faults = faults or Faults()
        monkeypatch.setenv("AWS_ENDPOINT_URL", served.url)
        monkeypatch.setenv("CLOUDWAN_FIRST_PAGE_WAIT_S", "50")  # a slow machine is no failure
        used.append(served)
        return served

    yield simulator
    for each in used:
        each.faults = Faults()
        assert not each.crashes
