"""The command that serves an estate until it is told to stop."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest

from cloudwan_mcp.simulator import add_arguments, run
from conversation import PATIENCE_S

SCRIPT = """
import argparse, sys
from cloudwan_mcp.simulator import add_arguments, run
parser = argparse.ArgumentParser()
add_arguments(parser)
sys.exit(run(parser.parse_args()))
"""
POLICY = next((Path(__file__).parents[1] / "data" / "policies").glob("001-*.json"))


@contextmanager
def serving(*options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", SCRIPT, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_serves_until_a_signal(stop: signal.Signals) -> None:
    with serving("--attachments", "77", "--policy", str(POLICY), "--fault", "latency=0", "--json") as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        options = said["environment"]
        client = boto3.client(
            "networkmanager",
            endpoint_url=options["AWS_ENDPOINT_URL"],
            region_name=options["AWS_REGION"],
            aws_access_key_id=options["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=options["AWS_SECRET_ACCESS_KEY"],
        )
        assert len(client.list_attachments(MaxResults=500)["Attachments"]) == said["attachments"] == 77
        core = client.list_core_networks()["CoreNetworks"][0]["CoreNetworkId"]
        names = [
            each["Name"] for each in client.get_core_network(CoreNetworkId=core)["CoreNetwork"]["Segments"]
        ]
        assert names == ["production", "development", "hybrid"]
        process.send_signal(stop)
        client.close()
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_it_says_it_in_one_line_a_shell_can_read() -> None:
    with serving("--attachments", "5") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "export AWS_ENDPOINT_URL=http://127.0.0.1:" in line
        assert "AWS_SECRET_ACCESS_KEY=" in line
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


def test_told_twice_it_ends_all_the_same_with_a_client_still_connected() -> None:
    with serving("--attachments", "5", "--json") as process:
        assert process.stdout is not None
        host, port = json.loads(process.stdout.readline())["url"].removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"GET /global-networks HTTP/1.1\r\nHost: a\r\n\r\n")
            assert client.recv(9) == b"HTTP/1.1 "  # whatever it says to one without a signature
            for each in (signal.SIGTERM, signal.SIGINT):
                process.send_signal(each)
            assert process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fault", "thunder=1"], "unknown fault 'thunder'"),
        (["--attachments", "-1"], "attachments"),
        (["--policy", "/nonexistent.json"], "nonexistent"),
    ],
)
def test_options_that_make_no_estate_are_told_apart(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert run(parser.parse_args(options)) == 2
    assert said in capsys.readouterr().err
