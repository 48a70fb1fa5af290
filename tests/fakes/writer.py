"""A process that writes a snapshot until it is killed: `python -m fakes.writer FOLDER PAGES WHAT`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from cloudwan_mcp.model import Connection
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.store import Folder
from fakes.snapshots import IDENTITY, Value, first_step, vpcs

PAGE = 40


def page(number: int) -> list[Value]:
    """Each page repeats half of the one before, and connects what it brings."""
    elements = vpcs(PAGE, start=number * PAGE // 2)
    return [*elements, *(Connection(e.id, elements[0].id, "resource") for e in elements)]


def main() -> None:
    data_dir, pages, what = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    folder = Folder(Settings(data_dir=data_dir), {})
    with folder.writing():
        staging = folder.stage(IDENTITY)
        step = first_step(staging)
        if what == "hold":
            print("ready", flush=True)  # noqa: T201
            time.sleep(60)
        for number in range(step.pages, pages):
            staging.commit(step, page(number), token=f"page {number}" if number + 1 < pages else None)
            if what == "commit" and number == step.pages - 1:
                print("ready", flush=True)  # noqa: T201
        if what == "publish":
            print("ready", flush=True)  # noqa: T201
        folder.publish(staging)
        print("published", flush=True)  # noqa: T201
    folder.close()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
