"""What one command is: its arguments, and what it does with the settings; exit codes for all of them."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cloudwan_mcp.errors import BadRequest, CloudWanError, Exhausted, NotFound, NotPermitted, TryAgain
from cloudwan_mcp.settings import Settings

EXIT_CODES: tuple[tuple[type[CloudWanError], int], ...] = (
    (BadRequest, 2),
    (NotPermitted, 3),
    (TryAgain, 4),
    (Exhausted, 5),
    (NotFound, 6),
)
INTERRUPTED = 130
EXIT_HELP = (
    "exit codes: 0 done; 1 failed; 2 bad argument or setting; 3 AWS refused; 4 busy, try again; "
    "5 no room (disk, memory); 6 not found; 130 interrupted"
)


@dataclass(slots=True, frozen=True)
class Command:
    """`add_arguments` defines options; those named like a setting override it. `run` gives the exit code."""

    name: str
    help: str
    description: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Settings], int]


def exit_code(error: CloudWanError) -> int:
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1)


def say(text: str) -> None:
    """One line for a person or a pipe; a reader that has gone away is not an error."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # the interpreter flushes stdout once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say_json(value: Any) -> None:
    say(json.dumps(value, separators=(",", ":")))


def tell(said: str) -> None:
    """One line on standard error: over stdio, standard output is the protocol's."""
    sys.stderr.write(f"{said}\n")
    sys.stderr.flush()


def announce(said: object) -> None:
    """The same, in the name of the program."""
    tell(f"cloudwan-mcp: {said}")


def end_as_interrupted() -> None:
    """Have SIGTERM end this process as Ctrl-C does: what is under way stops in order."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


def attend(end: Callable[[], None]) -> None:
    """Call `end` when standard input closes: the process that started this one is gone, or wants an end."""

    def wait() -> None:
        while os.read(0, 4096):  # the descriptor, since a buffer's lock would be held at the exit
            pass
        end()

    threading.Thread(target=wait, name="attend", daemon=True).start()
