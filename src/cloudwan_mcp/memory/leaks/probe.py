"""The child that a detection runs in: `python -m cloudwan_mcp.memory.leaks.probe module:callable`."""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from cloudwan_mcp.errors import BadRequest, CloudWanError, Exhausted, NotFound, to_dict
from cloudwan_mcp.memory.leaks.detect import detect

MIB = 1024 * 1024
POLITE = 10  # niceness: whoever asks has others to serve
ERROR_CHARACTERS = 500


def main(arguments: Sequence[str] | None = None) -> int:
    """Write `{"verdict": ...}` or an error as one line of JSON; the callable's own output goes nowhere.

    With `--attended`, the process ends as soon as its standard input does: with whoever started it.
    """
    asked = _parser().parse_args(arguments)
    answers = os.dup(1)  # not inherited: what the callable starts can neither write to it nor keep it open
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - no file, a device
        for descriptor in (1, 2):
            os.dup2(nowhere.fileno(), descriptor)
    if asked.attended:
        threading.Thread(target=_end_with_input, name="attended", daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(POLITE)
    try:
        _limit_memory(asked.memory_limit_mb)
        target = load(asked.target)
        gc.collect()
        gc.freeze()  # what was imported is not looked through again after every round
        verdict = detect(target, budget_s=asked.budget, blame=asked.blame)
        answer: dict[str, Any] = {"verdict": verdict.to_dict()}
    except CloudWanError as error:
        answer = to_dict(error)
    except MemoryError:
        answer = to_dict(_out_of_memory(asked.memory_limit_mb))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the callable is anybody's, and the answer tells what it raised
        answer = to_dict(_raised(asked.target, error))
    os.write(answers, json.dumps(answer).encode() + b"\n")
    os._exit("verdict" not in answer)  # the threads that the callable left behind are not waited for


def load(target: str) -> Callable[[], Any]:
    """The callable named `module:attribute` (or `module:object.attribute`); raises `NotFound`."""
    module, _, path = target.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for name in path.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError, ValueError) as error:
        raise NotFound(
            f"There is no {target[:200]!r}: {str(error)[:ERROR_CHARACTERS]}.",
            next_step="Name it as module:callable, importable from where this runs.",
        ) from error
    if not callable(found):
        raise NotFound(f"{target!r} cannot be called.", next_step="Name a function without arguments.")
    call: Callable[[], Any] = found
    return call


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cloudwan_mcp.memory.leaks.probe", description=__doc__)
    parser.add_argument("target", help="module:callable, to be called without arguments")
    parser.add_argument("--budget", type=float, default=10.0, help="seconds (default: 10)")
    parser.add_argument("--no-blame", dest="blame", action="store_false", help="look for no line")
    parser.add_argument("--memory-limit-mb", type=int, default=0, help="MiB it may take (0: no limit)")
    parser.add_argument("--attended", action="store_true", help="end when standard input ends")
    return parser


def _limit_memory(mebibytes: int) -> None:
    """A runaway callable meets a MemoryError, not the kernel, which may choose another to end."""
    if not mebibytes:
        return
    with suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (mebibytes * MIB, hard))


def _end_with_input() -> None:
    """Wait for it, and take along what the callable started, where this process leads a group of its own."""
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def _out_of_memory(mebibytes: int) -> CloudWanError:
    return Exhausted(
        f"The callable took more than {mebibytes} MiB.",
        next_step="Detect a smaller part of it, or allow it more with memory_limit_mb.",
    )


def _raised(target: str, error: BaseException) -> CloudWanError:
    said = f"{type(error).__name__}: {str(error)[:ERROR_CHARACTERS]}"
    return BadRequest(
        f"{target} raised {said}.", field="target", next_step="Name one that can be called again and again."
    )


if __name__ == "__main__":
    sys.exit(main())
