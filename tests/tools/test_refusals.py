"""What AWS or this server refuses: said as an error or a gap with the way out, never as emptiness."""

from __future__ import annotations

import logging
from typing import Any

import anyio
import pytest

from cloudwan_mcp.simulator import Faults
from conversation import ERAS, conversation, said
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
SECRETS = ("secret-of-the-tests", "token-of-the-tests")


@pytest.mark.parametrize("mode", ERAS)
async def test_a_caller_who_may_see_nothing_is_told_which_action_to_grant(
    simulate: Discovered, mode: str
) -> None:
    simulate(faults=Faults(access_denied=1), attachments=20)
    async with conversation(mode) as talk:
        message = await talk.refused()
        assert "networkmanager:" in message
        assert "Traceback" not in message
        assert "networkmanager:" in await talk.refused()  # and the server goes on serving


async def test_what_one_operation_refuses_is_a_gap_of_every_page(simulate: Discovered) -> None:
    simulate(faults=Faults(operations={"ListPeerings": {"access_denied": 1}}), attachments=120)
    async with conversation() as talk:
        await talk.items(limit=500)
        pages = [page async for page in talk.pages(limit=50)]
        (row,) = (await talk.call("list_snapshots")).structured_content["items"]
    assert len(pages) > 2
    for page in pages:
        (gap,) = page["gaps"]
        assert gap["operation"] == "ListPeerings"
        assert gap["action"] == "networkmanager:ListPeerings"
        assert "AccessDenied" in gap["code"]
        assert gap["scope"].startswith("core-network-")
        assert "see gaps" in page["hint"]
    assert row["gaps"] == pages[0]["gaps"]


@pytest.mark.parametrize("mode", ERAS)
async def test_missing_credentials_are_told_with_the_command_that_brings_them(
    simulate: Discovered, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    simulate(attachments=20)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    async with conversation(mode) as talk:
        message = await talk.refused()
        (row,) = (await talk.call("list_snapshots")).structured_content["items"]
        assert (row["elements"], row["snapshot"]["state"]) == (0, "interrupted")
    assert "aws configure" in message
    assert "AWS_PROFILE" in message
    assert "Traceback" not in message


async def test_a_profile_that_does_not_exist_is_named(
    simulate: Discovered, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate(attachments=20)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    async with conversation(profile="nobody") as talk:
        assert "nobody" in await talk.refused()


async def test_keys_in_the_environment_go_before_a_profile_that_the_environment_names(
    simulate: Discovered, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "aws-config").write_text("[profile net]\nregion = us-west-2\n")
    simulate(attachments=20)
    monkeypatch.setenv("AWS_PROFILE", "net")
    async with conversation() as talk:
        assert (await talk.page())["identity"]["alias"] == "net"


async def test_settings_from_the_command_line_reach_the_discovery(
    simulate: Discovered, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(attachments=120)
    monkeypatch.setenv("CLOUDWAN_PAGE_SIZE", "10")
    async with conversation(page_size=500) as talk:  # the default, said on purpose
        await talk.items(limit=500)
    assert simulator.calls["ListAttachments"] <= 6


async def test_calls_beyond_those_served_at_once_are_told_to_try_again(simulate: Discovered) -> None:
    simulator = simulate(faults=Faults(latency=0.3), attachments=20)
    answers: list[Any] = []
    async with conversation(max_calls=3) as talk:

        async def ask() -> None:
            answers.append(await talk.call())

        async with anyio.create_task_group() as tasks:
            for _ in range(8):
                tasks.start_soon(ask)
        refused = [said(answer) for answer in answers if answer.is_error]
        assert len(refused) == 5
        assert all("3 calls are being served" in message and "Call again" in message for message in refused)
        assert talk.app.calls == 0
        simulator.faults = Faults()
        await talk.page()


async def test_no_secret_is_in_any_reply_or_log(
    simulate: Discovered,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CLOUDWAN_TOKEN", SECRETS[1])
    caplog.set_level(logging.DEBUG)
    replies: list[str] = []
    for faults in (Faults(access_denied=1), Faults(operations={"GetSites": {"access_denied": 1}})):
        simulate(faults=faults, attachments=20)
        async with conversation(log_level="DEBUG") as talk:
            for arguments in ({}, {"detail": "full"}, {"cursor": SECRETS[0][:3]}):
                result = await talk.call(**arguments)
                replies.append(result.model_dump_json())
            replies.append((await talk.call("list_snapshots")).model_dump_json())
    output = capfd.readouterr()
    for secret in SECRETS:
        assert all(secret not in reply for reply in replies)
        assert secret not in caplog.text
        assert secret not in output.out + output.err
