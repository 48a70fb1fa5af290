"""OAuth: this server as a resource server, which takes the tokens of one authorization server.

A token is a JWT (RFC 9068), signed by a key of that server, made for this one (RFC 8707), and not expired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.exposure import LOOPBACK, hosts_in
from cloudwan_mcp.http.keys import Keys
from cloudwan_mcp.settings import Settings

if TYPE_CHECKING:
    from jwt import PyJWK

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Of key pairs alone: a shared secret, or none, would let whoever knows the public key sign."""

LEEWAY_S = 30
TOKEN_CHARACTERS = 16 * 1024


@dataclass(slots=True, frozen=True)
class Access:
    """What the SDK's server is told: the settings it publishes, and what verifies a token."""

    settings: AuthSettings
    verifier: Verifier


class Verifier:
    """The SDK's `TokenVerifier`; says of what it does not take no more than that."""

    def __init__(self, keys: Keys, issuer: str, resource: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._resource = resource

    async def verify_token(self, token: str) -> AccessToken | None:
        import jwt  # with the SDK, which requires it; its cryptography takes 7 MiB

        if len(token) > TOKEN_CHARACTERS:
            return None
        try:
            header = jwt.get_unverified_header(token)
            key = await self._keys.find(str(header.get("kid") or ""))
            claims = self._claims(token, key, str(header.get("alg"))) if key else None
        except jwt.PyJWTError:
            return None
        return _access(token, claims, self._resource) if claims else None

    def _claims(self, token: str, key: PyJWK, algorithm: str) -> dict[str, Any] | None:
        """Raises `jwt.PyJWTError` for a token that is not good; None for a key of another purpose."""
        import jwt

        if algorithm not in ALGORITHMS or key.public_key_use not in (None, "sig"):
            return None
        found: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=self._resource,
            issuer=self._issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iss", "aud"]},
        )
        return found


def _access(token: str, claims: dict[str, Any], resource: str) -> AccessToken:
    """Scopes are a text by RFC 9068 and a list at some vendors; so are the names of the client."""
    given = claims.get("scope", claims.get("scp", ()))
    scopes = given.split() if isinstance(given, str) else [str(each) for each in given or ()]
    subject = str(claims["sub"]) if claims.get("sub") else None
    client = claims.get("client_id") or claims.get("azp") or subject or "unknown"
    return AccessToken(
        token=token,
        client_id=str(client),
        scopes=scopes,
        expires_at=int(claims["exp"]) + LEEWAY_S,
        resource=resource,
        subject=subject,
        claims={"iss": claims["iss"]},
    )


def access(settings: Settings) -> Access | None:
    """None where OAuth is not configured; nothing is asked of the authorization server yet."""
    if not settings.oauth_issuer:
        return None
    published = AuthSettings.model_validate(
        {
            "issuer_url": settings.oauth_issuer,
            "resource_server_url": settings.public_url,
            "required_scopes": hosts_in(settings.oauth_scopes) or None,
            "validate_token_resource": True,
        }
    )
    keys = Keys(settings.oauth_issuer, settings.oauth_jwks_url)
    return Access(published, Verifier(keys, settings.oauth_issuer, settings.public_url))


def check(settings: Settings) -> None:
    """Raises `BadRequest` for settings of OAuth that cannot be kept, before a socket is opened."""
    if not settings.oauth_issuer:
        for name in ("oauth_jwks_url", "oauth_scopes"):
            if getattr(settings, name):
                raise _wrong(name, "does nothing by itself.", "Set CLOUDWAN_OAUTH_ISSUER as well.")
        return
    if settings.token:
        raise _wrong("token", "and CLOUDWAN_OAUTH_ISSUER are two ways in.", "Set one of them.")
    if not settings.public_url:
        step = "Set it to the URL that clients are given, such as https://mcp.example.com/mcp."
        raise _wrong("public_url", "is what tokens are made for.", step)
    for name in ("oauth_issuer", "oauth_jwks_url", "public_url"):
        _check_url(name, getattr(settings, name))


def _check_url(name: str, url: str) -> None:
    if not url:
        return
    try:
        parts = urlsplit(url)
        good = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        good = good and bool(parts.hostname) and not (parts.username or parts.query or parts.fragment)
    except ValueError:
        good = False
    if not good:
        step = "Give an https:// URL without a user, a query or a fragment."
        raise _wrong(name, "is no URL that a token could be trusted by.", step)


def _wrong(name: str, said: str, step: str) -> BadRequest:
    return BadRequest(f"CLOUDWAN_{name.upper()} {said}", field=name, next_step=step)
