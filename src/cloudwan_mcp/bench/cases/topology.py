"""What a topology of AWS's own dicts takes in memory and time, beside plain dicts and networkx."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.topologies import PAGE, PARSERS, bodies

SMALL = 10_000
# botocore's parser takes minutes for a million items: at full size a shorter way gives the same ones, which
# is checked here, and is the stricter one, since less time of parsing hides less time of building
FULL_PARSER, SMALL_PARSER = "json", "botocore"
ASKED = ("lookup_ms", "neighbours_ms", "page_ms", "page_with_metadata_ms", "neighbourhood_ms", "path_ms")


def _run(parameters: Parameters) -> Measurements:
    small = min(SMALL, parameters.attachments)
    full = {
        variant: _child(variant, parameters.attachments, FULL_PARSER)
        for variant in ("dicts", "networkx", "memory", "spilled")
    }
    little = {variant: _child(variant, small, SMALL_PARSER) for variant in ("dicts", "memory")}
    return {
        "elements": full["memory"]["elements"],
        "connections": full["memory"]["connections"],
        "items_parsed_differently": _differences(),
        "saved_of_dicts_percent": _saved(full["memory"], full["dicts"]),
        "saved_of_networkx_percent": _saved(full["memory"], full["networkx"]),
        "saved_of_10000_dicts_percent": _saved(little["memory"], little["dicts"]),
        "spilled_mib": full["spilled"]["mib"],
        "ingest_of_dicts": _share(full, "elements_per_s"),
        "ingest_of_10000_dicts": _share(little, "elements_per_s"),
        "ingest_of_dicts_without_parsing": _share(full, "elements_per_s_without_parsing"),
        **{name: full["memory"][name] for name in ASKED},
        **{f"spilled_{name}": full["spilled"][name] for name in ASKED},
        "variants": full,
        "variants_of_10000": little,
    }


def _child(variant: str, attachments: int, parser: str) -> dict[str, Any]:
    """One variant in a fresh process."""
    command = [sys.executable, "-m", "cloudwan_mcp.bench.topologies", variant, str(attachments), parser]
    run = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603
    taken: dict[str, Any] = json.loads(run.stdout)
    sys.stderr.write(f"  {variant} of {attachments:,}: {taken['mib']} MiB, {taken['elements_per_s']:,}/s\n")
    return taken


def _saved(ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    return round(100 * (1 - ours["mib"] / theirs["mib"]), 2) if theirs["mib"] > 0 else 0.0


def _share(variants: dict[str, dict[str, Any]], name: str) -> float:
    return round(float(variants["memory"][name] / variants["dicts"][name]), 3)


def _differences() -> int:
    """How many items of two pages the two parsers give differently, classes of time zones included."""
    parse = [make() for make in PARSERS.values()]
    pairs = (zip(*(each(body) for each in parse), strict=True) for body in bodies(2 * PAGE))
    return sum(_shown(a) != _shown(b) for page in pairs for a, b in page)


def _shown(item: dict[str, Any]) -> tuple[Any, ...]:
    """An item, and the types of its members; only their order is botocore's own."""
    zones = {name: type(value.tzinfo) for name, value in item.items() if hasattr(value, "tzinfo")}
    return item, {name: type(value) for name, value in item.items()}, zones


CASE = Case(
    name="topology",
    measures="memory and times of a topology of AWS's dicts, beside plain dicts and networkx",
    run=_run,
    rules=(
        Rule("saved_of_dicts_percent", ">=", 95, "%"),
        Rule("saved_of_networkx_percent", ">=", 94, "%"),
        Rule("saved_of_10000_dicts_percent", ">=", 88, "%"),
        Rule("spilled_mib", "<", 32, "MiB"),
        Rule("items_parsed_differently", "==", 0),
        Rule("lookup_ms", "<", 1, "ms", timed=True),
        Rule("neighbours_ms", "<", 1, "ms", timed=True),
        Rule("page_ms", "<", 1, "ms", timed=True),
        Rule("ingest_of_dicts", ">=", 0.5, "times the elements/s of dicts", timed=True),
        Rule("ingest_of_10000_dicts", ">=", 0.5, "times the elements/s of dicts", timed=True),
    ),
)
