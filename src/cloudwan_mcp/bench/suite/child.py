"""The fresh process of one sample: what to do on standard input, what was measured on standard output."""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from typing import Any

# What starts this process ends it in time, and its standard input ends with what started it; the alarm is for
# what neither reaches. A signal at the parent's death would be early: it comes with the end of the thread
# that started the child.
GRACE_S = 15

# the path first: it is the starting process's own, so that this package and the probe's are found as there
CODE = (
    "import json, sys; asked = json.loads(sys.stdin.readline()); sys.path[:] = asked['path']; "
    "from cloudwan_mcp.bench.suite.child import child; child(asked)"
)


def child(asked: Mapping[str, Any]) -> None:
    """Keep to the limits, do the work, write its sample as one line of JSON."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    room = asked["data_limit_bytes"]
    resource.setrlimit(resource.RLIMIT_DATA, (room if hard < 0 else min(room, hard), hard))
    signal.alarm(int(asked["time_limit_s"]) + GRACE_S)
    threading.Thread(target=_end_with_input, daemon=True).start()
    answers = os.dup(1)
    os.dup2(2, 1)  # what the work prints is no sample
    module, _, name = asked["work"].partition(":")
    sample = getattr(importlib.import_module(module), name)(**asked["arguments"])
    with open(answers, "w", encoding="utf-8") as out:  # noqa: PTH123 - a descriptor, no path
        out.write(json.dumps(sample) + "\n")
    sys.stdout.flush()
    if any(not each.daemon for each in threading.enumerate() if each is not threading.main_thread()):
        os._exit(0)  # nobody waits for the threads that the work has left behind


def _end_with_input() -> None:
    while os.read(0, 4096):
        pass
    os._exit(1)
