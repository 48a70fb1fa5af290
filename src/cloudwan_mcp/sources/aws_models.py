"""Service models in little memory: the reads this product makes, without documentation.

Each file under `models/` is a reduced copy of one botocore data file and is served only while the
installed botocore carries exactly the file it was made from. Any other data file is botocore's own,
read without its documentation.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

from botocore import xform_name
from botocore.loaders import JSONFileLoader, Loader
from botocore.model import ServiceModel

MODELS: Final = Path(__file__).parent / "models"
MANIFEST: Final = MODELS / "manifest.json"

ENDPOINT_SERVICES: Final = frozenset({"networkmanager", "sts", "portal.sso", "oidc", "signin"})
"""Endpoint prefixes that signing in and reading need; botocore asks for no other here."""

_one_at_a_time = Lock()


def shared_loader(*, slim: bool) -> Loader:
    """The one loader of this process: its parsed models are what a botocore session costs most."""
    with _one_at_a_time:
        return _loader(slim, os.environ.get("AWS_DATA_PATH", ""))


@cache
def _loader(slim: bool, data_path: str) -> Loader:
    extra = [os.path.expandvars(Path(part).expanduser()) for part in data_path.split(os.pathsep) if part]
    return Loader(extra_search_paths=extra, file_loader=SlimFiles() if slim else None)


class Operations:
    """The operations of Network Manager that the loaded model has, by botocore's snake-case names."""

    def __init__(self, loader: Loader) -> None:
        self._model = ServiceModel(loader.load_service_model("networkmanager", "service-2"), "networkmanager")
        self.names = {xform_name(name): name for name in self._model.operation_names}

    def paginates(self, name: str) -> bool:
        """Whether the operation of this name, in AWS's spelling, takes a page size and a token."""
        shape = self._model.operation_model(name).input_shape
        return shape is not None and {"MaxResults", "NextToken"} <= shape.members.keys()


@cache
def operations(*, slim: bool) -> Operations:
    return Operations(shared_loader(slim=slim))


class SlimFiles(JSONFileLoader):
    """Reads a data file as botocore does, or its reduced copy where that is proven to be made from it."""

    def __init__(self, models: Path = MODELS) -> None:
        self._models = models
        self._origins = _read_origins(models / "manifest.json")

    def load_file(self, file_path: str) -> Any:
        stock = read_stock(file_path)
        if stock is None:
            return None
        name = self._name(file_path)
        if self._origins.get(name) == hashlib.sha256(stock).hexdigest():
            try:
                return json.loads((self._models / f"{name}.json").read_bytes())
            except (OSError, ValueError):
                pass  # an incomplete installation of ours must not stop botocore
        return reduced(name, stock)

    def _name(self, file_path: str) -> str:
        """`networkmanager/2019-07-05/service-2`; a customer's own model folder has no such name."""
        try:
            return Path(file_path).relative_to(Loader.BUILTIN_DATA_PATH).as_posix()
        except ValueError:
            return ""


def read_stock(file_path: str) -> bytes | None:
    """The bytes of a data file named, as botocore names them, without its ending."""
    plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
    if plain.is_file():
        return plain.read_bytes()
    if packed.is_file():
        return gzip.decompress(packed.read_bytes())
    return None


def reduced(name: str, stock: bytes) -> Any:
    """Parse a data file without documentation and, for the endpoints, without other services."""
    data = json.loads(stock, object_pairs_hook=_without_documentation)
    return without_other_endpoints(data) if name == "endpoints" else data


def without_other_endpoints(endpoints: Any) -> Any:
    for partition in endpoints["partitions"]:
        services = partition.get("services", {})
        partition["services"] = {k: v for k, v in services.items() if k in ENDPOINT_SERVICES}
    return endpoints


def _without_documentation(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # A member may itself be called `documentation`; its value is then a shape and not a text.
    return {k: v for k, v in pairs if k != "documentation" or not isinstance(v, str)}


def _read_origins(manifest: Path) -> dict[str, str]:
    try:
        written = json.loads(manifest.read_bytes())
    except (OSError, ValueError):
        return {}
    origins = written.get("sha256") if isinstance(written, dict) else None
    return origins if isinstance(origins, dict) else {}
