"""Every file of the room is registered, and says what a finding has to say."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
from botocore.loaders import Loader

from cloudwan_mcp import findings
from cloudwan_mcp.finding import TEXT_CHARACTERS, Finding
from cloudwan_mcp.findings import FINDINGS

each_finding = pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.name)


def test_every_file_of_findings_is_registered_once_under_its_own_name() -> None:
    files = [module.name for module in pkgutil.iter_modules(findings.__path__)]
    made = [importlib.import_module(f"{findings.__name__}.{name}").FINDING for name in files]
    assert [finding.name for finding in made] == files
    assert sorted(finding.name for finding in FINDINGS) == sorted(files)


@each_finding
def test_a_finding_is_found_one_way_and_says_what_to_do_and_where_to_read(finding: Finding) -> None:
    assert bool(finding.examine) != bool(finding.survey)
    assert bool(finding.types) == bool(finding.examine)
    assert finding.documentation.startswith("https://docs.aws.amazon.com/")
    assert finding.title
    assert finding.fix.endswith(".")
    assert len(finding.fix) <= 2 * TEXT_CHARACTERS
    assert re.fullmatch(r"[a-z_]+", finding.name)


@each_finding
def test_what_a_finding_reads_are_operations_of_aws(finding: Finding) -> None:
    model = Loader().load_service_model("networkmanager", "service-2")
    assert finding.reads
    assert set(finding.reads) <= set(model["operations"])


@each_finding
def test_the_states_that_a_finding_looks_at_are_states_of_aws(finding: Finding) -> None:
    model = Loader().load_service_model("networkmanager", "service-2")
    known = {value for shape in model["shapes"].values() for value in shape.get("enum", ())}
    assert set(finding.states) <= known
