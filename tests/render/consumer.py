"""Node.js with the programs that read what is exported, as `make test` installs them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from project import BIN

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
MERMAID = MODULES / "mermaid" / "dist" / "mermaid.min.js"


def consumed(kind: str, *texts: str) -> list[Any]:
    """What Mermaid (`mermaid`) or Graphviz (`svg`, `dot`: its JSON) makes of each text."""
    assert MODULES.is_dir(), "make test installs what is missing here"
    done = subprocess.run(
        [str(BIN / "node"), str(HERE / "consume.mjs")],
        input=json.dumps({"kind": kind, "texts": texts}),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found
