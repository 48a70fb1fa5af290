"""The command that serves a simulated estate until it is told to stop."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from threading import Thread
from types import FrameType

from cloudwan_mcp.simulator.counts import Overrides
from cloudwan_mcp.simulator.estate import Estate
from cloudwan_mcp.simulator.fault_specs import FORMS
from cloudwan_mcp.simulator.faults import Faults
from cloudwan_mcp.simulator.server import Simulator

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `simulate`."""
    faults = "; ".join(form.example for form in FORMS.values())
    parser.add_argument(
        "--attachments", type=int, default=1000, metavar="N", help="how many, in all core networks"
    )
    parser.add_argument(
        "--core-networks", type=int, default=1, metavar="K", help="among how many core networks"
    )
    parser.add_argument("--seed", type=int, default=0, help="another seed is another estate")
    parser.add_argument(
        "--policy", type=Path, metavar="FILE", help="the live policy of the first core network"
    )
    parser.add_argument(
        "--count",
        action="append",
        default=[],
        type=_count,
        metavar="NAME=N",
        help=f"set one of {', '.join(Overrides.__annotations__)}",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on; 0 takes a free one")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="SPEC",
        help=f"a fault, [Operation:]name[=value], any number of times: {faults}",
    )
    parser.add_argument("--json", action="store_true", help="announce the endpoint as one JSON object")


def _count(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if name not in Overrides.__annotations__ or not number.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=N of those names")
    return name, int(number)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; 0 then, 2 when the options make no estate."""
    try:
        faults = Faults.parse(args.fault, seed=args.seed)
        estate = Estate(args.seed, args.attachments, args.core_networks, args.policy, **dict(args.count))
        simulator = Simulator(estate, port=args.port, host=args.host, faults=faults)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"simulate: {error}\n")
        return 2

    def stop(number: int, frame: FrameType | None) -> None:
        """From another thread: raised here, an exception may strike where a connection is just handed on."""
        Thread(target=simulator.interrupt, name="stop", daemon=True).start()

    previous = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        sys.stdout.write(announcement(simulator, as_json=args.json))
        sys.stdout.flush()
        simulator.serve_forever()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0


def environment(simulator: Simulator) -> dict[str, str]:
    """What a client needs in its environment; the credentials are no secret, only well-formed."""
    return {
        "AWS_ENDPOINT_URL": simulator.url,
        "AWS_ACCESS_KEY_ID": "AKIASIMULATED0000000",
        "AWS_SECRET_ACCESS_KEY": "simulated",
        "AWS_REGION": "us-west-2",
    }


def announcement(simulator: Simulator, *, as_json: bool) -> str:
    """One line: the endpoint and the variables, as a shell or as a program reads them."""
    variables = environment(simulator)
    if as_json:
        counts = {
            "attachments": simulator.estate.attachments,
            "core_networks": len(simulator.estate.networks),
        }
        return json.dumps({"url": simulator.url, "environment": variables, **counts}) + "\n"
    line = " ".join(f"{name}={value}" for name, value in variables.items())
    return f"Simulating {simulator.estate.attachments} attachments at {simulator.url}  export {line}\n"
