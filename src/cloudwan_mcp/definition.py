"""What clients are shown of a tool's arguments and answers: its JSON schemas."""

from __future__ import annotations

from typing import Any

AROUND = ("policy", "snapshot", "identity", "gaps", "gaps_omitted", "hint")  # see reply's envelopes


def slim(schema: Any) -> Any:
    """A JSON schema without what a reader can do without: titles, which repeat the names; null and "", which
    stand for left out; the lengths of texts and the least of numbers, which nobody misses by chance."""
    if isinstance(schema, list):
        return [slim(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: each for key, each in schema.items() if not (key == "title" and isinstance(each, str))}
    choices = [each for each in kept.get("anyOf", []) if each != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        kept = choices[0] | kept
    if kept.get("default", 0) in (None, ""):
        del kept["default"]
    if kept.get("type") == "string":
        kept.pop("maxLength", None)
    if kept.get("minimum") in (0, 1):
        del kept["minimum"]
    if kept.get("additionalProperties") is True:
        del kept["additionalProperties"]
    return {key: slim(each) for key, each in kept.items()}


def outline(schema: Any) -> Any:
    """The members that every answer of a tool has: what they mean, and what others may come, it shows itself.

    Those that stand around every answer of every tool are in the server's instructions.
    """
    if not isinstance(schema, dict):
        return schema
    members = schema.get("properties", {})
    own = [name for name in schema.get("required", ()) if name not in AROUND]
    # one without a type refers to a definition that is left out
    types = {name: {"type": members[name].get("type", "object")} for name in own}
    return {"type": "object", "properties": types}
