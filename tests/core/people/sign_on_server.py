"""A small sign-on on this machine: discovery, authorize, token, keys, userinfo."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "veche", "a shared secret"


class SignOn(ThreadingHTTPServer):
    """The server with what it knows."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, Any] = {}
        self.granted: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        self.audience = CLIENT

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Door(BaseHTTPRequestHandler):
    """The five addresses."""

    server: SignOn

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def say(self, body: Any, status: int = 200) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(at.query).items()}
        url = self.server.url
        if at.path == "/.well-known/openid-configuration":
            self.say(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "jwks_uri": f"{url}/keys",
                    "userinfo_endpoint": f"{url}/userinfo",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif at.path == "/authorize":
            assert asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe()
            self.server.granted[code] = asked
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif at.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.server.key.public_key()))
            self.say({"keys": [key | {"kid": "one", "alg": "RS256", "use": "sig"}]})
        elif at.path == "/userinfo":
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            known = token in self.server.tokens
            self.say(self.server.claims if known else {}, 200 if known else 401)
        else:
            self.say({}, 404)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        sent = {n: v[0] for n, v in parse_qs(self.rfile.read(length).decode()).items()}
        granted = self.server.granted.pop(sent.get("code", ""), None)
        seen = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        if (
            granted is None
            or sent.get("client_secret") != SECRET
            or granted["redirect_uri"] != sent.get("redirect_uri")
            or base64.urlsafe_b64encode(seen).decode().rstrip("=") != granted["code_challenge"]
        ):
            self.say({"error": "invalid_grant"}, 400)
            return
        token, now = secrets.token_urlsafe(), int(time.time())
        self.server.tokens.add(token)
        claims = {
            "iss": self.server.url, "aud": self.server.audience, "iat": now, "exp": now + 60,
            "sub": self.server.claims["sub"],
        }  # fmt: skip
        if "nonce" in granted:
            claims["nonce"] = granted["nonce"]
        signed = jwt.encode(claims, self.server.key, "RS256", headers={"kid": "one"})
        self.say({"access_token": token, "token_type": "Bearer", "id_token": signed})


@contextmanager
def running() -> Iterator[SignOn]:
    """The server while the block runs."""
    server = SignOn()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
