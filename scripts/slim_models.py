"""Write the reduced service models from the installed botocore: `python scripts/slim_models.py`."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import botocore
from botocore.loaders import Loader

from cloudwan_mcp.sources.aws_models import MANIFEST, MODELS, read_stock, reduced

READS = ("Get", "List", "Describe")
SIGN_IN = ("AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity")


def kept(service: str, operation: str) -> bool:
    return operation in SIGN_IN if service == "sts" else operation.startswith(READS)


def cut(service: str, model: dict[str, Any]) -> dict[str, Any]:
    """Only the kept operations, and the shapes that they reach."""
    operations = {name: value for name, value in model["operations"].items() if kept(service, name)}
    wanted: set[str] = set()
    pending = list(_shapes_of(operations))
    while pending:
        name = pending.pop()
        if name not in wanted:
            wanted.add(name)
            pending.extend(_shapes_of(model["shapes"][name]))
    shapes = {name: value for name, value in model["shapes"].items() if name in wanted}
    return model | {"operations": operations, "shapes": shapes}


def _shapes_of(value: Any) -> list[str]:
    if isinstance(value, list):
        return [name for each in value for name in _shapes_of(each)]
    if not isinstance(value, dict):
        return []
    here = [value["shape"]] if isinstance(value.get("shape"), str) else []
    return here + [name for each in value.values() for name in _shapes_of(each)]


def sources() -> list[str]:
    loader = Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])
    names = ["endpoints"]
    for service in ("networkmanager", "sts"):
        version = loader.determine_latest_version(service, "service-2")
        names.append(f"{service}/{version}/service-2")
    return names


def main() -> None:
    origins: dict[str, str] = {}
    for name in sources():
        stock = read_stock(str(Path(Loader.BUILTIN_DATA_PATH) / name))
        if stock is None:
            sys.exit(f"botocore {botocore.__version__} has no {name}")
        data = reduced(name, stock)
        if name.endswith("service-2"):
            data = cut(name.split("/")[0], data)
        target = MODELS / f"{name}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
        origins[name] = hashlib.sha256(stock).hexdigest()
    manifest = {"botocore": botocore.__version__, "sha256": origins}
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
