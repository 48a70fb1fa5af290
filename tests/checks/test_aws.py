"""What the doctor says of AWS: asked over HTTP of what is well, refuses, is busy or is not there."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from checks.conftest import Doctor
from cloudwan_mcp.model import Scope
from cloudwan_mcp.permissions import actions
from cloudwan_mcp.probe import SCOPE, probes
from cloudwan_mcp.simulator import Faults

ESTATE = {"attachments": 40}
DENIED = ("ListPeerings", "GetVpcAttachment", "GetCoreNetworkChangeSet")


def test_every_action_of_the_policy_has_one_probe_whose_call_botocore_takes() -> None:
    model = ServiceModel(Loader().load_service_model("networkmanager", "service-2"), "networkmanager")
    assert sorted(probe.action for probe in probes().values()) == actions()
    for probe in probes().values():
        shape = model.operation_model(probe.action.partition(":")[2]).input_shape
        for scope in (SCOPE, Scope("g", "c", "nfg:inspection", "eu-west-1", "vpn-connection")):
            report = ParamValidator().validate(probe.parameters(scope), shape)
            assert not report.has_errors(), report.generate_report()


def test_where_all_is_well_each_action_is_asked_once_and_the_doctor_ends_with_0(
    simulate: Any, doctor: Doctor
) -> None:
    simulator = simulate(**ESTATE)
    said = doctor()
    assert said.code == 0, said.text
    assert said.not_ok() == set()
    (granted,) = said.of("permissions")
    assert granted["facts"]["granted"] == actions()
    asked = {name: count for name, count in simulator.calls.items() if name != "GetCallerIdentity"}
    assert asked == {action.partition(":")[2]: 1 for action in actions()}
    (who,) = said.of("identity")
    assert who["facts"]["account"] == simulator.estate.owner
    assert who["facts"]["arn"].endswith(":assumed-role/NetworkReader/***")


def test_actions_that_are_refused_are_named_and_no_others(simulate: Any, doctor: Doctor) -> None:
    simulate(**ESTATE, faults=Faults(operations={name: {"access_denied": 1.0} for name in DENIED}))
    said = doctor()
    (remark,) = said.of("permissions")
    assert (said.code, said.not_ok(), remark["state"]) == (1, {"permissions"}, "mend")
    missing = sorted(f"networkmanager:{name}" for name in DENIED)
    assert remark["facts"]["missing"] == missing
    assert f"Grant {', '.join(missing)};" in remark["next_step"]


def test_a_caller_who_may_nothing_is_told_of_every_action(simulate: Any, doctor: Doctor) -> None:
    faults = Faults(access_denied=1.0, operations={"GetCallerIdentity": {"access_denied": 0.0}})
    simulate(**ESTATE, faults=faults)
    said = doctor()
    assert said.of("permissions")[0]["facts"]["missing"] == actions()
    assert said.state("endpoint") == "ok"


SSO = """[profile net]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Reader
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
"""


def test_a_signed_out_profile_is_told_the_command_that_signs_it_in(
    simulate: Any, doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(**ESTATE)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "aws-config").write_text(SSO)
    said = doctor("--profile", "net")
    (remark,) = said.of("identity")
    assert (said.code, remark["state"]) == (1, "mend")
    assert "`aws sso login --profile net`" in remark["next_step"]
    assert {said.state("endpoint"), said.state("permissions")} == {"unknown"}
    assert not simulator.calls


def test_credentials_that_have_expired_are_not_taken_for_refused_actions(
    simulate: Any, doctor: Doctor
) -> None:
    simulate(**ESTATE, faults=Faults(expired_credentials="key"))
    said = doctor()
    assert said.code == 1
    assert said.state("identity") == "mend"
    assert "AWS_SESSION_TOKEN" in said.of("identity")[0]["next_step"]
    (remark,) = said.of("permissions")
    assert (remark["state"], remark["facts"]["missing"]) == ("unknown", [])


def test_where_aws_is_busy_nothing_is_concluded_from_it(simulate: Any, doctor: Doctor) -> None:
    busy = {name.partition(":")[2]: {"throttle": 1.0} for name in actions()}
    simulate(**ESTATE, faults=Faults(operations=busy))
    said = doctor("--seconds", "3")
    assert said.code == 1
    assert said.state("endpoint") in ("note", "mend")
    (remark,) = said.of("permissions")
    assert (remark["state"], remark["facts"]["missing"]) == ("unknown", [])


def test_an_endpoint_that_is_not_there_is_said_at_once(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    said = doctor()
    assert said.code == 1
    (remark,) = said.of("endpoint")
    assert remark["state"] == "mend"
    assert f"http://127.0.0.1:{port} cannot be reached (EndpointConnectionError)" in remark["text"]
    assert "curl" in remark["next_step"]
    assert said.state("permissions") == "unknown"


def test_an_endpoint_that_never_answers_takes_no_longer_than_is_said(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        said = doctor("--seconds", "0.3")
        assert time.monotonic() - began < 5
    assert said.code == 1
    assert "has not answered in time" in said.of("endpoint")[0]["text"]


def test_a_proxy_that_answers_in_place_of_aws_is_told_apart(simulate: Any, doctor: Doctor) -> None:
    simulate(**ESTATE, faults=Faults(html=1.0, operations={"GetCallerIdentity": {"html": 0.0}}))
    said = doctor("--seconds", "5")
    assert "is not AWS" in said.of("endpoint")[0]["text"]
    assert said.state("endpoint") == "mend"


def test_a_demonstration_is_well_and_leaves_the_environment_as_it_was(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    said = doctor("--demo")
    assert said.code == 0, said.text
    assert said.of("identity")[0]["facts"]["alias"] == "demo"
    import os

    assert os.environ["AWS_PROFILE"] == "nowhere"
    assert "AWS_ENDPOINT_URL" not in os.environ
