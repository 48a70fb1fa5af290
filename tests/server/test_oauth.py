"""OAuth: which tokens open the door, and how seldom their authorization server is asked for its keys."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cloudwan_mcp.audit import Audit
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.http.app import check_exposure
from cloudwan_mcp.http.keys import AGAIN_S, FRESH_S, Keys
from cloudwan_mcp.http.oauth import Verifier
from cloudwan_mcp.settings import load
from fakes.clock import Clock
from server.authority import RESOURCE, Authority
from server.faces import face, talk
from tools.by_hand import CORE, fill

pytestmark = pytest.mark.anyio
METADATA = "/.well-known/oauth-protected-resource/mcp"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def running() -> Iterator[Authority]:
    with Authority() as authority:
        yield authority


@pytest.fixture
def authority(running: Authority) -> Authority:
    running.asked.clear()
    running.down = False
    running.names = {"rsa": running.rsa, "ec": running.ec}
    return running


def settings(authority: Authority, **other: Any) -> dict[str, Any]:
    return {"oauth_issuer": authority.url, "public_url": RESOURCE} | other


async def status(client: Any, token: str) -> Any:
    return await client.post("/mcp", headers={"Authorization": f"Bearer {token}"}, json={})


async def test_a_token_opens_the_server_and_its_subject_is_in_the_audit(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.StringIO()
    monkeypatch.setattr("cloudwan_mcp.app.Audit", lambda: Audit(written))
    fill([CORE])
    async with face(**settings(authority, oauth_scopes="read")) as (_, client):
        for kid, algorithm in (("rsa", "RS256"), ("ec", "ES256")):
            token = authority.token(kid=kid, algorithm=algorithm)
            client.headers["Authorization"] = f"Bearer {token}"
            async with talk(client) as spoken:
                assert await spoken.page("list_snapshots")
            assert token not in written.getvalue()
    assert [json.loads(each)["principal"] for each in written.getvalue().splitlines()] == ["alice", "alice"]
    assert authority.asked["/tenant/keys"] == 1


async def test_without_a_token_a_client_is_told_where_to_get_one(authority: Authority) -> None:
    async with face(**settings(authority, oauth_scopes="read")) as (_, client):
        answer = await client.post("/mcp", json={})
        assert answer.status_code == 401
        assert METADATA in answer.headers["www-authenticate"]
        told = (await client.get(METADATA)).json()
        assert (await client.get("/sse")).status_code == 401
        assert (await client.get("/ready")).status_code == 200
    assert told["resource"] == RESOURCE
    assert told["authorization_servers"] == [authority.url]
    assert told["scopes_supported"] == ["read"]
    assert not authority.asked


def unsigned(authority: Authority) -> str:
    parts = ({"alg": "none", "kid": "rsa"}, authority.claims())
    coded = (base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts)
    return ".".join(coded) + "."


def signed_with_the_public_key(authority: Authority) -> str:
    """HS256 with what everybody knows as the secret."""
    import hashlib
    import hmac

    public = authority.rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = ({"alg": "HS256", "kid": "rsa"}, authority.claims())
    coded = ".".join(
        base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts
    )
    mac = hmac.new(public, coded.encode(), hashlib.sha256).digest()
    return f"{coded}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


BAD: dict[str, Any] = {
    "another audience": lambda a: a.token(aud="https://other.example.com/mcp"),
    "no audience": lambda a: a.token(aud=None),
    "another issuer": lambda a: a.token(iss="https://evil.example"),
    "expired": lambda a: a.token(exp=int(time.time()) - 3600),
    "without an end": lambda a: a.token(exp=None),
    "not yet": lambda a: a.token(nbf=int(time.time()) + 3600),
    "another's key": lambda a: a.token(key=rsa.generate_private_key(public_exponent=65537, key_size=2048)),
    "an unknown key": lambda a: a.token(key=a.rsa, kid="other"),
    "a key of another kind": lambda a: a.token(key=a.rsa, kid="ec"),
    "no signature": unsigned,
    "the public key as a secret": signed_with_the_public_key,
    "no JWT": lambda a: "sesame",
    "huge": lambda a: "x." * 20_000,
}


@pytest.mark.parametrize("bad", BAD)
async def test_any_other_token_is_refused_without_saying_why(authority: Authority, bad: str) -> None:
    keys = Keys(authority.url)
    verifier = Verifier(keys, authority.url, RESOURCE)
    assert await verifier.verify_token(authority.token()) is not None
    assert await verifier.verify_token(BAD[bad](authority)) is None


async def test_a_token_without_the_scope_is_good_for_nothing(authority: Authority) -> None:
    async with face(**settings(authority, oauth_scopes="write")) as (_, client):
        assert (await status(client, authority.token())).status_code == 403
        assert (await status(client, authority.token(scope=None, scp=["write"]))).status_code != 403
        assert (await status(client, authority.token(aud="x"))).status_code == 401


async def test_keys_are_fetched_again_when_they_are_old_or_one_is_new_but_never_on_demand(
    authority: Authority,
) -> None:
    clock = Clock()
    keys = Keys(authority.url, clock=clock)
    for _ in range(5):
        assert await keys.find("rsa")
        assert await keys.find("unknown") is None
    assert authority.asked["/tenant/keys"] == 1
    authority.names["rsa-2"] = authority.rsa
    assert await keys.find("rsa-2") is None
    clock.now += AGAIN_S
    assert await keys.find("rsa-2")
    assert authority.asked["/tenant/keys"] == 2
    clock.now += FRESH_S
    del authority.names["rsa"]
    assert await keys.find("rsa") is None
    assert authority.asked["/tenant/keys"] == 3


async def test_keys_that_are_known_serve_while_their_server_is_down(authority: Authority) -> None:
    clock = Clock()
    keys = Keys(authority.url, f"{authority.url}/keys", clock=clock)
    assert await keys.find("rsa")
    authority.down = True
    clock.now += FRESH_S
    assert await keys.find("rsa")
    assert await keys.find("ec")
    assert authority.asked == {"/tenant/keys": 2}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"oauth_issuer": "https://a.example"}, "public_url"),
        ({"oauth_issuer": "https://a.example", "public_url": RESOURCE, "token": "t"}, "token"),
        ({"oauth_issuer": "http://a.example", "public_url": RESOURCE}, "oauth_issuer"),
        ({"oauth_issuer": "https://u:p@a.example", "public_url": RESOURCE}, "oauth_issuer"),
        ({"oauth_issuer": "file:///etc/passwd", "public_url": RESOURCE}, "oauth_issuer"),
        ({"oauth_issuer": "https://a.example", "public_url": "mcp.example.com"}, "public_url"),
        (
            {
                "oauth_issuer": "https://a.example",
                "public_url": RESOURCE,
                "oauth_jwks_url": "http://b.example",
            },
            "oauth_jwks_url",
        ),
        ({"oauth_scopes": "read"}, "oauth_scopes"),
    ],
)
async def test_settings_that_could_protect_nothing_do_not_start(given: dict[str, str], name: str) -> None:
    with pytest.raises(BadRequest, match=f"CLOUDWAN_{name.upper()}") as refused:
        check_exposure(load(given))
    assert refused.value.field == name


async def test_beyond_loopback_oauth_is_as_good_as_a_token() -> None:
    given = {"http_host": "0.0.0.0", "oauth_issuer": "https://a.example", "public_url": RESOURCE}
    with pytest.raises(BadRequest, match="CLOUDWAN_ALLOWED_HOSTS"):
        check_exposure(load(given))
    check_exposure(load({**given, "allowed_hosts": "mcp.example.com"}))
