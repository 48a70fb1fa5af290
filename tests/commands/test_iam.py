"""iam: one policy in three forms, each opened by what reads it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from botocore.session import get_session

from cloudwan_mcp.cli import main
from cloudwan_mcp.permissions import FORMATS
from project import text

TOPIC = "arn:aws:sns:eu-west-1:111122223333:alerts"
MANAGED_CHARACTERS = 6144
"""IAM's bound on a managed policy, white space not counted."""


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["iam", *words]) == 0
    said = capsys.readouterr()
    assert not said.err
    return said.out


def test_what_is_printed_is_the_policy_that_is_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys) == text("iam/readonly.json")


def test_every_action_is_a_read_that_botocore_knows_and_together_they_fit_a_managed_policy() -> None:
    model = get_session().get_service_model("networkmanager")
    document = FORMATS["json"]("")
    (statement,) = document["Statement"]
    for action in statement["Action"]:
        service, _, operation = action.partition(":")
        assert service == "networkmanager"
        assert operation in model.operation_names
        assert operation.startswith(("Get", "List", "Describe"))
    assert len(json.dumps(document, separators=(",", ":"))) < MANAGED_CHARACTERS


def test_cloudformation_opens_as_yaml_and_holds_the_same_document(capsys: pytest.CaptureFixture[str]) -> None:
    template = yaml.safe_load(printed(capsys, "--format", "cloudformation"))
    (resource,) = template["Resources"].values()
    assert resource["Type"] == "AWS::IAM::ManagedPolicy"
    assert resource["Properties"]["PolicyDocument"] == FORMATS["json"]("")
    assert template["Outputs"]["PolicyArn"]["Value"]["Ref"] in template["Resources"]


def test_terraform_opens_as_json_and_its_references_lead_somewhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tree = json.loads(printed(capsys, "--format", "terraform"))
    (statement,) = tree["data"]["aws_iam_policy_document"]["cloudwan_mcp"]["statement"]
    (expected,) = FORMATS["json"]("")["Statement"]
    assert statement["actions"] == expected["Action"]
    assert statement["resources"] == ["*"]
    for reference in re.findall(r"\$\{([^}]+)\}", json.dumps(tree)):
        *path, _ = reference.split(".")
        found: Any = tree if path[0] == "data" else tree["resource"]
        for name in path:
            found = found[name]
        assert found


@pytest.mark.parametrize("form", FORMATS)
def test_a_topic_for_alerts_is_granted_by_its_name_alone(
    form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLOUDWAN_ALERT_SNS_TOPIC", f"{TOPIC}${{x}}")
    said = printed(capsys, "--format", form)
    assert said.count("sns:Publish") == 1
    assert f'{TOPIC}{"$" if form == "terraform" else ""}${{x}}"' in said
    assert "sns:Publish" not in json.dumps(FORMATS[form](""))
