"""Where requests go: botocore's own resolution, with nothing that a user has to set."""

import re

import pytest

from fakes.fetched import fetched


def homes(source):
    clients = source._open()
    return clients.networkmanager.meta.endpoint_url, clients.sts().meta.endpoint_url


@pytest.mark.parametrize(
    ("region", "network_manager", "sts"),
    [
        ("", "networkmanager.us-west-2.amazonaws.com", "sts.us-east-1.amazonaws.com"),
        ("eu-west-1", "networkmanager.us-west-2.amazonaws.com", "sts.eu-west-1.amazonaws.com"),
        ("us-gov-east-1", "networkmanager.us-gov-west-1.amazonaws.com", "sts.us-gov-east-1.amazonaws.com"),
        ("cn-north-1", "networkmanager.cn-north-1.amazonaws.com.cn", "sts.cn-north-1.amazonaws.com.cn"),
    ],
)
@pytest.mark.parametrize("slim", [True, False])
@pytest.mark.parametrize("by", ["setting", "environment", "file"])
def test_network_managers_home_follows_the_partition_and_sts_the_region(
    by, slim, region, network_manager, sts, open_source, monkeypatch, tmp_path
):
    if by == "environment":
        monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    if by == "file":
        (tmp_path / "config").write_text(f"[default]\nregion = {region}\n" if region else "")
    source = open_source(region=region if by == "setting" else "", slim_models=slim)
    assert homes(source) == (f"https://{network_manager}", f"https://{sts}")


def test_the_setting_wins_over_the_environment(open_source, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert homes(open_source(region="ap-south-1"))[1] == "https://sts.ap-south-1.amazonaws.com"


def test_requests_are_signed_for_the_home_region(answering, open_source):
    canned = answering((200, {}, b'{"CoreNetworks":[]}'))
    fetched(open_source(region="eu-west-1"), "list_core_networks", "CoreNetworks", {})
    assert re.search(r"/us-west-2/networkmanager/aws4_request", canned.requests[0][1]["Authorization"])


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_NETWORKMANAGER"])
def test_both_endpoint_variables_are_honoured(variable, simulator, open_source, monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv(variable, simulator.url)
    source = open_source()
    assert fetched(source, "list_core_networks", "CoreNetworks", {}).items
    assert source._open().sts().meta.endpoint_url.startswith("https") is (variable != "AWS_ENDPOINT_URL")


def test_connections_timeouts_and_attempts_are_bounded(open_source):
    config = open_source(concurrency=7)._open().networkmanager.meta.config
    assert config.max_pool_connections == 7
    assert config.connect_timeout == 5
    assert config.read_timeout == 30
    assert config.retries == {"mode": "adaptive", "total_max_attempts": 6}


def test_threads_share_one_session_and_every_answer_is_its_own(simulator, open_source):
    from concurrent.futures import ThreadPoolExecutor

    source = open_source(concurrency=4)
    states = ["AVAILABLE", "PENDING_ATTACHMENT_ACCEPTANCE", "REJECTED"] * 8

    def read(state):
        page = fetched(source, "list_attachments", "Attachments", {"State": state, "MaxResults": 50})
        return {item["State"] for item, _ in page.items} <= {state}

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, states))
    assert source.statistics.calls == len(states)
