"""What is installed is pinned, hashed, and names no place that it came from."""

from __future__ import annotations

import json
import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from project import PYPROJECT, text

FILES = ("bootstrap", "build", "runtime", "dev")
LOCKED = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)(?: ;[^\\]*)? \\\n(?P<rest>(?:    .*\n)+)", re.M
)


def locked(name: str) -> dict[str, Version]:
    return {
        each["name"]: Version(each["version"]) for each in LOCKED.finditer(text(f"requirements/{name}.txt"))
    }


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_has_one_version_and_hashes(name: str) -> None:
    content = text(f"requirements/{name}.txt")
    named = [line for line in content.splitlines() if line and not line.startswith((" ", "#"))]
    found = list(LOCKED.finditer(content))
    assert len(named) == len(found) == len({each["name"] for each in found})
    assert all("--hash=sha256:" in each["rest"] for each in found)


@pytest.mark.parametrize("name", FILES)
def test_no_address_and_no_option_is_written_down(name: str) -> None:
    content = text(f"requirements/{name}.txt")
    assert not re.search(r"://|file:|^ *--(?!hash=)|^-|(?<![A-Za-z0-9])/[a-z]+/", content, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("runtime", PYPROJECT["project"]["dependencies"]),
        ("build", PYPROJECT["build-system"]["requires"]),
        ("dev", [each for each in PYPROJECT["dependency-groups"]["dev"] if isinstance(each, str)]),
    ],
)
def test_the_locks_fit_what_the_project_asks_for(name: str, wanted: list[str]) -> None:
    versions = locked(name)
    for requirement in map(Requirement, wanted):
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_tests_run_on_the_versions_that_users_get() -> None:
    dev = locked("dev")
    for name in ("runtime", "build"):
        assert locked(name).items() <= dev.items()


@pytest.mark.parametrize("name", ["browser", "bundle", "conformance", "inspector", "render"])
def test_what_node_runs_is_pinned_with_hashes_and_no_registry(name: str) -> None:
    wanted = json.loads(text(f"tests/{name}/package.json"))["dependencies"]
    packages = json.loads(text(f"tests/{name}/package-lock.json"))["packages"]
    own = packages.pop("")
    assert own["dependencies"] == wanted
    assert all(re.fullmatch(r"\d+\.\d+\.\d+(-[a-z]+\.\d+)?", version) for version in wanted.values())
    assert all("integrity" in each and "resolved" not in each for each in packages.values())
