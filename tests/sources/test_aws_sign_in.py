"""Credentials: found afresh when they end, named in what to do next."""

import pytest

from cloudwan_mcp.errors import NotPermitted
from cloudwan_mcp.settings import load
from cloudwan_mcp.simulator import Faults
from cloudwan_mcp.sources.aws import AwsSource
from fakes.fetched import fetched


def read(source):
    return fetched(source, "list_core_networks", "CoreNetworks", {}).items


def test_keys_rotated_in_the_shared_file_are_found_without_a_restart(files, simulator, open_source):
    files("AKIAFIRST")
    source = open_source()
    simulator.faults = Faults(expired_credentials="key", operations={"GetSites": {"latency": 0.0}})
    with pytest.raises(NotPermitted):
        read(source)
    files("AKIASECOND")
    assert read(source)
    assert source.identity().account


def test_a_call_under_way_when_keys_end_is_asked_once_more_with_fresh_ones(files, simulator, open_source):
    files("AKIAFIRST")
    source = open_source()
    read(source)
    files("AKIASECOND")
    simulator.calls.clear()
    simulator.faults = Faults(expired_credentials="key")
    assert read(source)
    assert simulator.calls["ListCoreNetworks"] == 2


def test_keys_that_stay_expired_are_asked_with_twice_and_no_more(files, simulator, open_source):
    files("AKIAFIRST")
    source = open_source()
    read(source)
    simulator.calls.clear()
    simulator.faults = Faults(expired_credentials="key")
    with pytest.raises(NotPermitted) as caught:
        read(source)
    assert simulator.calls["ListCoreNetworks"] == 2
    assert caught.value.code == "ExpiredCredentials"
    assert "need not be restarted" in caught.value.next_step


def test_keys_from_the_environment_need_a_restart_to_change(simulator, open_source):
    simulator.faults = Faults(expired_credentials="key")
    with pytest.raises(NotPermitted) as caught:
        read(open_source())
    assert "AWS_SESSION_TOKEN" in caught.value.next_step


def test_without_credentials_the_next_step_says_how_to_get_some(files, simulator, open_source):
    source = open_source()
    with pytest.raises(NotPermitted) as caught:
        read(source)
    assert caught.value.code == "NoCredentials"
    for word in ("AWS_PROFILE", "aws configure sso", "container"):
        assert word in caught.value.next_step
    assert not simulator.calls
    files("AKIANEW")
    assert read(source)


def test_a_profile_that_does_not_exist_is_named(files, simulator, open_source):
    with pytest.raises(NotPermitted) as caught:
        read(open_source(profile="nowhere"))
    assert caught.value.code == "NoCredentials"
    assert "'nowhere'" in str(caught.value)


def test_half_a_key_is_no_credentials(files, simulator, open_source, tmp_path):
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id=AKIAHALF\n")
    with pytest.raises(NotPermitted) as caught:
        read(open_source())
    assert caught.value.code == "NoCredentials"


def test_a_configuration_file_that_cannot_be_read_is_no_credentials(files, simulator, open_source, tmp_path):
    (tmp_path / "config").write_text("[profile broken\n]]")
    with pytest.raises(NotPermitted) as caught:
        read(open_source())
    assert caught.value.code == "NoCredentials"


SSO = """[profile net]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Reader
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
"""
LEGACY_SSO = """[profile net]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = Reader
"""


@pytest.mark.parametrize("config", [SSO, LEGACY_SSO], ids=["sso-session", "legacy"])
@pytest.mark.parametrize("by", ["setting", "environment"])
def test_an_sso_profile_without_a_session_is_told_the_login_command(
    config, by, files, simulator, open_source, tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "config").write_text(config)
    if by == "environment":
        monkeypatch.setenv("AWS_PROFILE", "net")
    with pytest.raises(NotPermitted) as caught:
        read(open_source(profile="net" if by == "setting" else ""))
    assert caught.value.code == "ExpiredCredentials"
    assert "`aws sso login --profile net`" in caught.value.next_step
    assert not simulator.calls


def test_an_sso_session_that_ends_is_told_the_login_command(files, simulator, open_source, tmp_path):
    files("AKIAFIRST", profile="net")
    (tmp_path / "config").write_text(SSO)
    simulator.faults = Faults(expired_credentials="key")
    with pytest.raises(NotPermitted) as caught:
        read(open_source(profile="net"))
    assert "`aws sso login --profile net`" in caught.value.next_step


def test_a_refused_role_names_the_action_and_the_trust_policy(files, answering, open_source, tmp_path):
    files("AKIABASE", profile="base")
    (tmp_path / "config").write_text(
        "[profile net]\nrole_arn = arn:aws:iam::111122223333:role/Reader\nsource_profile = base\n"
        "region = eu-central-1\n"
    )
    xml = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
    canned = answering((403, {"Content-Type": "text/xml"}, xml))
    with pytest.raises(NotPermitted) as caught:
        read(open_source(profile="net"))
    assert caught.value.action == "sts:AssumeRole"
    assert "/eu-central-1/sts/" in canned.requests[0][1]["Authorization"]
    assert "trust policy" in caught.value.next_step


def test_a_role_that_needs_mfa_never_prompts(files, simulator, open_source, tmp_path, monkeypatch):
    files("AKIABASE", profile="base")
    (tmp_path / "config").write_text(
        "[profile net]\nrole_arn = arn:aws:iam::111122223333:role/Reader\nsource_profile = base\n"
        "mfa_serial = arn:aws:iam::111122223333:mfa/me\n"
    )
    with pytest.raises(NotPermitted) as caught:
        read(open_source(profile="net"))
    assert "MFA" in caught.value.next_step
    assert "--profile net" in caught.value.next_step


def test_aws_profile_leaves_keys_of_the_environment_in_charge_and_a_chosen_profile_does_not(
    tmp_path, simulator, answering
):
    keys = "[net]\naws_access_key_id=AKIAPROFILE\naws_secret_access_key=secret\n"
    (tmp_path / "credentials").write_text(keys)
    canned = answering((200, {}, b'{"CoreNetworks":[]}'))
    environ = {"AWS_PROFILE": "net"}
    for overrides, key in (({}, "AKIAFIRST"), ({"profile": "net"}, "AKIAPROFILE")):
        source = AwsSource(load(overrides, environ))
        read(source)
        source.close()
        assert f"Credential={key}/" in canned.requests[-1][1]["Authorization"]
