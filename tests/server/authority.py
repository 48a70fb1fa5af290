"""An authorization server as far as this product knows one: its metadata, its keys, and tokens it signed."""

from __future__ import annotations

import json
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

RESOURCE = "https://mcp.example.com/mcp"


class Authority:
    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.asked: Counter[str] = Counter()
        self.down = False
        self.names = {"rsa": self.rsa, "ec": self.ec}
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                authority.asked[self.path] += 1
                found = None if authority.down else authority.answers().get(self.path)
                body = json.dumps(found).encode()
                self.send_response(503 if authority.down else 200 if found else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/tenant"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answers(self) -> dict[str, Any]:
        return {
            "/tenant/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/tenant/keys": {"keys": [self._public(name) for name in self.names]},
        }

    def _public(self, name: str) -> dict[str, Any]:
        kind: Any = RSAAlgorithm if name.startswith("rsa") else ECAlgorithm
        found: dict[str, Any] = kind.to_jwk(self.names[name].public_key(), as_dict=True)
        return found | {"kid": name, "use": "sig"}

    def claims(self, **other: Any) -> dict[str, Any]:
        now = int(time.time())
        usual = {"iss": self.url, "aud": RESOURCE, "sub": "alice", "client_id": "agent", "scope": "read more"}
        found = usual | {"iat": now, "exp": now + 300} | other
        return {name: value for name, value in found.items() if value is not None}

    def token(self, *, key: Any = None, kid: str = "rsa", algorithm: str = "RS256", **claims: Any) -> str:
        return jwt.encode(self.claims(**claims), key or self.names[kid], algorithm, headers={"kid": kid})
