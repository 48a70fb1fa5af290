"""server.json is what the MCP Registry accepts, and every copy of the version agrees."""

from __future__ import annotations

import json
import re
from dataclasses import fields

import jsonschema
import pytest

from cloudwan_mcp.settings import Settings
from project import BIN, PYPROJECT, ROOT, VERSION, run, text

SERVER = json.loads(text("server.json"))
SCHEMA = json.loads(text("tests/data/server.schema.json"))
PYPI, OCI = SERVER["packages"]


def test_it_fits_the_schema_that_it_names() -> None:
    assert SERVER["$schema"] == SCHEMA["$id"]
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(SERVER)
    assert len(SERVER["description"]) <= 100


def test_the_schema_refuses_a_wrong_one() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**SERVER, "name": "cloudwan"}, SCHEMA)


def test_a_linter_of_such_files_finds_nothing() -> None:
    done = run([str(BIN / "skillsaw"), "lint", "--strict", "--format", "json", str(ROOT)])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mcp-registry" in done.stdout


def test_the_registry_finds_its_name_in_the_readme() -> None:
    assert f"<!-- mcp-name: {SERVER['name']} -->" in text("README.md")


def test_every_copy_of_the_version_agrees() -> None:
    assert {SERVER["version"], PYPI["version"]} == {VERSION}
    assert OCI["identifier"] == f"ghcr.io/cloudwan-mcp/cloudwan-mcp:{VERSION}"
    assert "version" not in OCI
    assert f"## [{VERSION}]" in text("CHANGELOG.md")
    assert set(re.findall(r"cloudwan-mcp/cloudwan-mcp:([\w.]+)", text("README.md"))) == {VERSION}
    assert PYPI["identifier"] == PYPROJECT["project"]["name"]


def test_it_offers_only_variables_that_the_settings_read() -> None:
    known = {f"CLOUDWAN_{each.name.upper()}" for each in fields(Settings)}
    known |= {each.metadata.get("env", "") for each in fields(Settings)}
    for package in SERVER["packages"]:
        assert {each["name"] for each in package["environmentVariables"]} <= known
