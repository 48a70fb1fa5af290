"""Container health: ask the server's /health over loopback, when it is one that speaks HTTP."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

DEFAULT_PORT = "8000"


def address(words: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """Where the server that was started with these words answers; None for stdio, which has no address."""
    if _option("--transport", words) not in ("http", "sse"):
        return None
    port = _option("--port", words) or environ.get("CLOUDWAN_HTTP_PORT") or DEFAULT_PORT
    return f"http://127.0.0.1:{port}/health"


def healthy(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=4) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def _option(name: str, words: Sequence[str]) -> str | None:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.removeprefix(f"{name}=")
    return None


def main() -> int:
    words = Path("/proc/1/cmdline").read_text(encoding="utf-8").split("\0")
    url = address(words, os.environ)
    return 0 if url is None or healthy(url) else 1


if __name__ == "__main__":
    sys.exit(main())
