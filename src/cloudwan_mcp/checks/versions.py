"""versions: of this product and of what it stands on."""

from __future__ import annotations

import platform
import sqlite3
import ssl
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from cloudwan_mcp import __version__
from cloudwan_mcp.check import Check, Remark
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.examination import Examination

PACKAGES = ("mcp", "botocore", "boto3", "pydantic", "psutil")
"""boto3 is only shown: nothing here needs it, and whoever reports a problem with AWS is asked for it."""


def _look(found: Examination) -> Iterable[Remark]:
    known = {name: number for name in PACKAGES if (number := _version(name))}
    facts = {
        "cloudwan-mcp": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        **known,
        "sqlite": sqlite3.sqlite_version,
        "openssl": ssl.OPENSSL_VERSION.removeprefix("OpenSSL ").partition(" ")[0],
    }
    shown = ("cloudwan-mcp", "python", "mcp", "botocore")
    yield Remark("ok", ", ".join(f"{name} {facts.get(name, '?')}" for name in shown), facts=facts)
    unknown = [action for action, probed in found.probed.items() if _unknown(probed.error)]
    if unknown:
        yield Remark(
            "mend",
            f"The installed botocore is too old for {', '.join(unknown)}.",
            "Run `pip install --upgrade botocore`, or start the server with uvx.",
            {"operations": unknown},
        )


def _unknown(error: object) -> bool:
    return isinstance(error, BadRequest) and error.field == "operation"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


CHECK = Check("versions", _look)
