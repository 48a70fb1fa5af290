"""Write what the code knows into README.md and the IAM policy: `python scripts/readme.py [--check]`."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import Field
from pathlib import Path
from typing import Any

from cloudwan_mcp import clients, permissions
from cloudwan_mcp.commands import COMMANDS
from cloudwan_mcp.setting import bounds, variable
from cloudwan_mcp.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
POLICY = ROOT / "iam" / "readonly.json"
RESULTS = ROOT / "bench" / "results"


def commands_table() -> str:
    rows = (f"| `cloudwan-mcp {each.name}` | {each.description} |" for each in COMMANDS)
    return "\n".join(("| Command | What it does |", "|---|---|", *rows))


def settings_table() -> str:
    rows = (_row(each) for each in SETTINGS)
    return "\n".join(("| Variable | Default | What it sets |", "|---|---|---|", *rows))


def keys_table() -> str:
    rows = (
        f"| `{each.metadata['file']}` | `{variable(each.name)}` |"
        for each in SETTINGS
        if each.metadata["file"]
    )
    return "\n".join(("| Key | Variable |", "|---|---|", *rows))


def _row(each: Field[Any]) -> str:
    names = " or ".join(f"`{n}`" for n in (variable(each.name), each.metadata["env"]) if n)
    return f"| {names} | {_shown(each.default)} | {each.metadata['doc']}{bounds(each)} |"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        value = str(value).lower()
    return f"`{value}`" if value != "" else ""


def policy() -> str:
    return json.dumps(permissions.policy(), indent=2)


def policy_block() -> str:
    return f"```json\n{policy()}\n```"


def cursor_badge() -> str:
    return f"[![Add to Cursor](https://cursor.com/deeplink/mcp-install-dark.svg)]({clients.cursor_link()})"


def client_block() -> str:
    return f"```json\n{clients.servers()}\n```"


def vs_code_block() -> str:
    return f"```json\n{clients.vs_code()}\n```"


def figures_table() -> str:
    """The last kept results of every benchmark, against the bound that each is judged by."""
    rows = ["| Benchmark | Bound | Measured |", "|---|---|---|"]
    for path in sorted(RESULTS.glob("*.json")):
        report = json.loads(path.read_text(encoding="utf-8"))
        for rule in report["rules"]:
            name, bound = rule["rule"].split(" ", 1)
            measured = rule["measured"]
            shown = f"{measured:.3g}" if isinstance(measured, float) and measured < 100 else measured
            rows.append(f"| {report['case']}: {name.replace('_', ' ')} | {bound} | {shown} |")
    return "\n".join(rows)


PARTS: dict[str, Callable[[], str]] = {
    "commands": commands_table,
    "settings": settings_table,
    "keys": keys_table,
    "policy": policy_block,
    "cursor": cursor_badge,
    "client": client_block,
    "vscode": vs_code_block,
    "figures": figures_table,
}


def written(text: str) -> str:
    """`text` with each part replaced between `<!-- name:start -->` and `<!-- name:end -->`."""
    for name, part in PARTS.items():
        start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
        pattern = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
        if len(pattern.findall(text)) != 1:
            raise SystemExit(f"README.md needs {start} and {end} once.")
        body = f"{start}\n{part()}\n{end}"
        text = pattern.sub(lambda _, body=body: body, text)
    return text


def stale() -> Iterator[tuple[Path, str]]:
    """Each file that differs from what the code says, with what it should hold."""
    for path, text in ((README, written(README.read_text(encoding="utf-8"))), (POLICY, f"{policy()}\n")):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield path, text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is stale")
    check = parser.parse_args().check
    found = list(stale())
    for path, text in found:
        name = path.relative_to(ROOT)
        sys.stdout.write(f"{name} is stale: run python scripts/readme.py\n" if check else f"wrote {name}\n")
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main())
