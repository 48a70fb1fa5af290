"""policy: documents in files are judged without AWS and without a snapshot, as a pipeline needs it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.policy.lint import lint
from cloudwan_mcp.policy.matrix import matrix
from cloudwan_mcp.policy.parse import LARGEST, parse
from conversation import COMMAND

DOCUMENTS = Path(__file__).parents[1] / "policy" / "documents"
SINGLE_HOP = next(DOCUMENTS.glob("014-*"))
BASE = next(DOCUMENTS.glob("013-*"))
BROKEN = {"version": "2021.12", "segments": [{"name": "a"}], "segment-actions": [{"action": "share"}]}


def policy(*words: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "policy", *map(str, words)],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken policy.json"
    path.write_text(json.dumps(BROKEN, indent=1), encoding="utf-8")
    return path


def test_an_error_fails_a_pipeline_and_is_told_by_file_and_line(broken: Path) -> None:
    done = policy("lint", broken)
    assert done.returncode == 1, done.stderr
    *said, counted = done.stdout.splitlines()
    found = lint(parse(broken.read_bytes()))
    assert [line.split(": ")[1] for line in said] == [each.severity for each in found]
    assert said[0].startswith(f"{broken}:{max(found[0].line, 1)}: error: ")
    assert counted.startswith(f"{sum(each.severity == 'error' for each in found)} error")


def test_warnings_and_remarks_do_not_fail_a_pipeline() -> None:
    done = policy("lint", SINGLE_HOP, BASE)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("0 error")


def test_findings_as_json_are_those_of_the_policy_room(broken: Path) -> None:
    done = policy("lint", "--json", broken)
    rows = json.loads(done.stdout)
    assert [(row["check"], row["pointer"]) for row in rows] == [
        (each.check, each.pointer) for each in lint(parse(broken.read_bytes()))
    ]
    assert {row["file"] for row in rows} == {str(broken)}


def checked(log: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of a SARIF log that has what the format requires, and what code hosts read."""
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    results = []
    for run in log["runs"]:
        driver = run["tool"]["driver"]
        assert driver["name"]
        for result in run["results"]:
            assert result["level"] in ("error", "warning", "note")
            assert result["message"]["text"]
            assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
            place = result["locations"][0]["physicalLocation"]
            assert place["region"]["startLine"] >= 1
            assert " " not in place["artifactLocation"]["uri"]
            results.append(result)
    return results


def test_sarif_for_code_review_is_written_beside_the_text(broken: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.sarif"
    done = policy("lint", broken, SINGLE_HOP, "--sarif", out)
    assert done.returncode == 1
    results = checked(json.loads(out.read_bytes()))
    assert len(results) == len(done.stdout.splitlines()) - 1


def test_sarif_alone_goes_to_standard_output(broken: Path) -> None:
    done = policy("lint", broken, "--sarif", "-", "--json")
    assert done.returncode == 1
    assert checked(json.loads(done.stdout))


def test_a_document_comes_from_standard_input() -> None:
    done = policy("lint", "-", "--json", given=json.dumps(BROKEN))
    assert done.returncode == 1
    assert json.loads(done.stdout)[0]["file"] == "-"


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (["lint", "nowhere.json"], "", "nowhere.json cannot be read"),
        (["lint", "-"], '{"version": ', "not JSON"),
        (["lint", "-"], "[1]", "not a JSON object"),
        (["lint", "-"], " " * (LARGEST + 1), "larger than"),
        (["lint", "/"], "", "cannot be read"),
        (["matrix", "a", "b"], "", "takes 1 files at most"),
        (["compare", "a"], "", "takes 2 files"),
        (["lint", str(BASE), "--sarif", "/nowhere/x.sarif"], "", "cannot be written"),
    ],
)
def test_what_cannot_be_read_is_no_finding(words: list[str], given: str, said: str) -> None:
    done = policy(*words, given=given)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_matrix_has_a_letter_for_every_pair() -> None:
    done = policy("matrix", SINGLE_HOP)
    assert done.returncode == 0, done.stderr
    found = matrix(parse(SINGLE_HOP.read_bytes()))
    rows = done.stdout.splitlines()[: len(found.segments)]
    assert [row.split()[0] for row in rows] == list(found.segments)
    assert [row.split()[1:] for row in rows] == [
        [letter(found.cells[source, other].verdict) for other in found.segments] for source in found.segments
    ]
    assert "[single-hop-default]" in done.stdout


def letter(verdict: str) -> str:
    return {"no-route": ".", "isolated": "-", "open": "O", "via": "V", "shared-and-inspected": "B"}[verdict]


def test_two_documents_are_compared_lost_reachability_first() -> None:
    rows = json.loads(policy("compare", SINGLE_HOP, BASE, "--json").stdout)
    assert {row["effect"] for row in rows["reachability"]} == {"lost"}
    assert rows["changes"]
    assert "lost" in policy("compare", SINGLE_HOP, BASE).stdout
    assert policy("compare", BASE, BASE).stdout == "Nothing changes.\n"
