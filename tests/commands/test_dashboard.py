"""dashboard: the page without a server, over what the data folder holds."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from typing import Any

import httpx2
import pytest

from cloudwan_mcp.simulator import Faults
from conversation import discoveries, interrupt, run, started, until

ENDS_S = 30


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said = process.stderr.readline()
    found = re.fullmatch(r"cloudwan-mcp: (http://127\.0\.0\.1:\d+) \(Ctrl-C ends it\)\n", said)
    assert found, said
    return found[1]


def current(url: str) -> dict[str, Any]:
    with httpx2.Client(timeout=ENDS_S, verify=False) as client:
        found: dict[str, Any] = client.get(f"{url}/api/summary").json()["current"]
    return found


def test_it_shows_what_the_folder_holds_until_it_is_ended(simulate: Any) -> None:
    simulate(attachments=60)
    assert run("discover").returncode == 0
    with started("dashboard", "--port", "0") as process:
        url = url_of(process)
        (snapshot,) = until(lambda: current(url)["snapshots"])
        assert snapshot["state"] == "complete"
        assert snapshot["elements"] > 60
        assert current(url)["discovery"] is None
        interrupt(process)
        out, err = process.communicate(timeout=ENDS_S)
    assert (process.returncode, out, err) == (0, "", "")


def test_the_discovery_of_another_process_is_shown_as_it_goes(simulate: Any) -> None:
    simulate(attachments=600, faults=Faults(operations={"ListAttachments": {"latency": 1.0}}))
    with (
        started("dashboard", "--port", "0") as process,
        started("discover", env={"CLOUDWAN_PAGE_SIZE": "50"}),
    ):
        url = url_of(process)
        found = until(lambda: current(url)["discovery"])
        assert found["state"] == "growing"
        assert found["calls"] is None
        assert until(lambda: (current(url)["discovery"] or {}).get("per_second"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
def test_a_discovery_of_its_own_is_shown_and_ends_with_it(simulate: Any) -> None:
    simulate(attachments=600, faults=Faults(operations={"ListAttachments": {"latency": 1.0}}))
    with started("dashboard", "--port", "0", "--discover", env={"CLOUDWAN_PAGE_SIZE": "50"}) as process:
        url = url_of(process)
        assert until(lambda: (current(url)["discovery"] or {}).get("calls"))
        assert until(lambda: current(url)["performance"]["elements"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENDS_S) == 0
        assert not discoveries(process.pid)


@pytest.mark.parametrize(
    ("options", "environ", "said"),
    [
        (["--host", "0.0.0.0"], {}, "CLOUDWAN_ALLOWED_HOSTS and CLOUDWAN_TOKEN"),
        (["--port", "70000"], {}, "--monitoring-port=70000 is outside"),
        ([], {"CLOUDWAN_MONITORING_ENABLED": "false"}, "CLOUDWAN_MONITORING_ENABLED=true"),
    ],
)
def test_what_keeps_it_from_starting_ends_it(options: list[str], environ: dict[str, str], said: str) -> None:
    done = run("dashboard", *options, env=environ)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr
