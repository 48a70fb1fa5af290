"""The interpreter that the product runs on when it is measured.

`make bench` points it at an installation without the developer's tools: the SDK imports some of those when
it finds them (rich alone is 3 MiB), and no user has them.
"""

from __future__ import annotations

import os
import sys

PYTHON = os.environ.get("CLOUDWAN_BENCH_PYTHON") or sys.executable
