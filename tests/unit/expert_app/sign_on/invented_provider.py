# SPDX-License-Identifier: GPL-3.0-only
"""A provider that fails in one named way each time; a real one is in tests/integration."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import zlib
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from expert_app.runtime.config import SignOnRule, SignOnSettings
from session.bus.transport.nkeys import new_seed, public_key, sign
from session.protocol.hub.enrolment import SignOnRequest, sign_on_nonce, sign_on_proof_text

CLIENT_ID = "poste-expert"
VERIFIER = "v" * 43
SUBJECT = "4711"


def new_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


def sign_on_request(seed: bytes | None = None, code: str = "code-1") -> SignOnRequest:
    seed = seed or new_seed()
    key = public_key(seed)
    proof = sign(seed, sign_on_proof_text(code, key))
    return SignOnRequest(
        offer="sso",
        code=code,
        verifier=VERIFIER,
        redirect="http://127.0.0.1:4711/",
        key=key,
        proof=proof,
    )


class InventedProvider:
    """One endpoint each, and what they say.

    Attributes:
        claims: instead of those that are right; None takes one away.
        alg, key: with which the ID token is signed.
        published: keys of the JWKS.
        asked: how often each path was asked.
    """

    def __init__(self) -> None:
        self.issuer = ""
        self.claims: dict[str, Any] = {}
        self.key: RSAKey | OctKey = new_key("first")
        self.alg = "RS256"
        self.published: list[RSAKey] = [self.key]
        self.token: str | None = None
        self.metadata: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.userinfo_kind = "application/json"
        self.codes = {"code-1", "code-2"}
        self.refreshed = ["r1"]
        self.away: set[str] = set()
        self.slow: set[str] = set()
        self.huge: set[str] = set()
        self.asked: dict[str, int] = {}
        self.posted: list[dict[str, str]] = []
        self.nonce = ""

    def settings(self, **more: Any) -> SignOnSettings:
        rules = [
            SignOnRule("valdore", "agent", values=["agents"], services=["rights"]),
            SignOnRule("valdore", "supervisor", values=["heads"]),
        ]
        given: dict[str, Any] = {
            "answer_s": 30,
            "rules": rules,
            "name": "Caisse du Val-Doré",
        } | more
        return SignOnSettings(issuer=self.issuer, client_id=CLIENT_ID, **given)

    def expect(self, request: SignOnRequest) -> None:
        """The nonce that the browser of this request brought."""
        self.nonce = sign_on_nonce(request.key, request.verifier)

    def id_token(self) -> str:
        if self.token is not None:
            return self.token
        now = int(time.time())
        right: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": SUBJECT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "name": "Camille Roc",
            "groups": ["staff", "agents"],
        }
        said = {name: value for name, value in (right | self.claims).items() if value is not None}
        header = {"alg": self.alg, "kid": self.key.kid or "shared"}
        return jwt.encode(header, said, self.key, algorithms=[self.alg])

    async def _on(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self.asked[path] = self.asked.get(path, 0) + 1
        if path in self.away:
            return web.Response(status=503)
        if path in self.slow:
            await asyncio.sleep(30)
        if path in self.huge:
            return await self._endless(request)
        match path:
            case "/.well-known/openid-configuration":
                return web.json_response(self._about() | self.metadata)
            case "/jwks":
                keys = [key.as_dict(private=False) for key in self.published]
                return web.json_response({"keys": [{"kty": "new"}, *keys]})
            case "/token":
                return await self._on_token(request)
            case "/userinfo":
                body = json.dumps({"sub": SUBJECT, **self.userinfo}).encode()
                if "zlib" in self.userinfo_kind:
                    body = zlib.compress(bytes(100 << 20))
                return web.Response(body=body, headers={"Content-Type": self.userinfo_kind})
            case "/revoke":
                form = await request.post()
                self.refreshed = [one for one in self.refreshed if one != form["token"]]
                return web.Response()
        return web.Response(status=404)

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        """A hundred megabytes, if anybody reads them."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            for _ in range(1600):
                await response.write(b'"' + b"x" * 65_534 + b'"')
        return response

    def _about(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "revocation_endpoint": f"{self.issuer}/revoke",
        }

    async def _on_token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.posted.append({**form, "authorization": request.headers.get("Authorization", "")})
        if form["grant_type"] == "authorization_code":
            known = form["code"] in self.codes and form["code_verifier"] == VERIFIER
            self.codes.discard(form["code"])
        else:
            known = form["refresh_token"] in self.refreshed
        if not known:
            return web.json_response({"error": "invalid_grant"}, status=400)
        said = {"access_token": "a", "id_token": self.id_token(), "token_type": "Bearer"}
        if self.refreshed:
            said["refresh_token"] = self.refreshed[0]
        return web.json_response(said)


@contextlib.asynccontextmanager
async def invented_provider() -> AsyncIterator[InventedProvider]:
    provider = InventedProvider()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", provider._on)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()
