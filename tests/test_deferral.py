"""What is put off: it stands in until it is called, and the real thing is there afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cloudwan_mcp.deferral import deferred
from conversation import python

PACKAGE = "put_off"


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / PACKAGE / "inner"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("VERSION = 1\n", encoding="utf-8")
    (folder / "__init__.py").write_text("class Real(list):\n    pass\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [each for each in sys.modules if each.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_what_is_imported_stands_in_until_it_is_called() -> None:
    with deferred(PACKAGE):
        from put_off.inner import Real
    assert PACKAGE not in sys.modules
    made = Real("ab")
    assert made == ["a", "b"]
    from put_off.inner import Real as Truly

    assert type(made) is Truly


def test_a_stand_in_may_stand_in_an_except_clause() -> None:
    with deferred(PACKAGE):
        from put_off.anything import Failure

    def fail() -> str:
        try:
            raise KeyError
        except Failure:
            return "caught"

    with pytest.raises(KeyError):
        fail()


def test_a_name_that_is_nowhere_is_missed_when_it_is_called() -> None:
    with deferred(PACKAGE):
        from put_off.inner import Nothing
    with pytest.raises(AttributeError, match="Nothing"):
        Nothing()


def test_afterwards_and_where_it_was_there_already_imports_are_as_ever() -> None:
    with deferred(PACKAGE):
        import put_off.inner
    import put_off

    assert put_off.VERSION == 1
    with deferred(PACKAGE):
        from put_off.inner import Real
    assert Real.__mro__[1] is list


def test_the_server_never_needs_what_it_puts_off() -> None:
    done = python("""
import sys
from cloudwan_mcp.commands import serve
from cloudwan_mcp.deferral import deferred
with deferred("cryptography"):
    from cloudwan_mcp.server import build_server
import anyio
from mcp import Client
from cloudwan_mcp.app import App
from cloudwan_mcp.settings import load
async def main():
    for mode in ("legacy", "2026-07-28"):
        async with App(load()) as app, Client(build_server(app), mode=mode) as client:
            assert not (await client.call_tool("list_snapshots", {})).is_error
anyio.run(main)
print("cryptography" in sys.modules)
from mcp.server.request_state import AESGCMRequestStateCodec
codec = AESGCMRequestStateCodec([b"k" * 32])
print(codec.unseal(codec.seal(b"state")))
""")
    assert done.stdout.splitlines() == ["False", "b'state'"], done.stderr
