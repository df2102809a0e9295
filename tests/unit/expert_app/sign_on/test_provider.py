# SPDX-License-Identifier: GPL-3.0-only
"""What the hub takes of a provider, and every way in which a sign-on is refused."""

from __future__ import annotations

import base64
import contextlib
import json
import time
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import OctKey, RSAKey

from expert_app.sign_on.provider import NEW_KEYS_S, Provider
from session.core.errors import SignOnAway, SignOnRefused
from session.protocol.hub.enrolment import SignOnTrouble
from tests.unit.expert_app.sign_on.invented_provider import (
    SUBJECT,
    InventedProvider,
    invented_provider,
    new_key,
    sign_on_request,
)


class Hands:
    """The hub's end, with a clock that a test sets."""

    def __init__(self, theirs: InventedProvider, **settings: Any) -> None:
        self.theirs, self.steady_s, self.time_off_s = theirs, 1000.0, 0.0
        self.ours = Provider(
            theirs.settings(**settings),
            "",
            time_s=lambda: time.time() + self.time_off_s,
            steady_s=lambda: self.steady_s,
        )

    async def sign_on(self, code: str = "code-1") -> dict[str, Any]:
        request = sign_on_request(code=code)
        self.theirs.expect(request)
        return dict((await self.ours.claims(request)).claims)

    async def why(self, code: str = "code-1") -> str:
        self.theirs.codes.add(code)
        with pytest.raises(SignOnRefused) as refused:
            await self.sign_on(code)
        return str(refused.value.detail["why"])


@contextlib.asynccontextmanager
async def hands(**settings: Any) -> AsyncIterator[Hands]:
    async with invented_provider() as theirs:
        both = Hands(theirs, **settings)
        try:
            yield both
        finally:
            await both.ours.close()


async def test_a_code_becomes_a_person_once() -> None:
    async with hands() as both:
        assert (await both.sign_on())["sub"] == SUBJECT
        with pytest.raises(SignOnRefused) as refused:  # the code is replayed
            await both.sign_on()
        assert refused.value.detail["why"] == SignOnTrouble.CODE


def _unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none"}, claims)
    texts = (base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in parts)
    return f"{b'.'.join(texts).decode()}."


NOW = int(time.time())


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://else.example"}, SignOnTrouble.ISSUER),
        ({"iss": None}, SignOnTrouble.ISSUER),
        ({"aud": "somebody-else"}, SignOnTrouble.AUDIENCE),
        ({"aud": ["poste-expert", "somebody-else"]}, SignOnTrouble.AUDIENCE),
        ({"azp": "somebody-else"}, SignOnTrouble.AUDIENCE),
        ({"nonce": "of-another-computer"}, SignOnTrouble.NONCE),
        ({"nonce": None}, SignOnTrouble.NONCE),
        ({"exp": NOW - 600}, SignOnTrouble.EXPIRED),
        ({"exp": None}, SignOnTrouble.EXPIRED),
        ({"iat": NOW + 3600}, SignOnTrouble.CLOCK),
        ({"nbf": NOW + 3600}, SignOnTrouble.CLOCK),
        ({"sub": None}, SignOnTrouble.SUBJECT),
        ({"nonce": ["n"]}, SignOnTrouble.NONCE),
        ({"sub": [SUBJECT]}, SignOnTrouble.SUBJECT),
        ({"exp": 10**400}, SignOnTrouble.EXPIRED),
        ({"exp": 1e308}, SignOnTrouble.EXPIRED),
        ({"exp": NOW + 10 * 366 * 86_400}, SignOnTrouble.EXPIRED),
        ({"exp": True}, SignOnTrouble.EXPIRED),
        ({"iat": True}, SignOnTrouble.CLOCK),
    ],
)
async def test_a_token_that_is_not_for_us_and_now_is_refused(
    claims: dict[str, Any], why: SignOnTrouble
) -> None:
    async with hands() as both:
        both.theirs.claims = claims
        assert await both.why() == why


async def test_signatures_that_prove_nothing_are_refused() -> None:
    async with hands() as both:
        both.theirs.token = _unsigned({"sub": SUBJECT})
        assert await both.why() == SignOnTrouble.ALGORITHM
        both.theirs.token = "not a token"
        assert await both.why() == SignOnTrouble.TOKEN
        both.theirs.token = None
        # a secret that both know, or that is the published key: the oldest trick of all
        first = both.theirs.key
        both.theirs.key, both.theirs.alg = OctKey.generate_key(256), "HS256"
        assert await both.why() == SignOnTrouble.ALGORITHM
        # the right name of a key, another key
        both.theirs.key, both.theirs.alg = new_key(str(first.kid)), "RS256"
        assert await both.why() == SignOnTrouble.KEY


async def test_a_key_that_is_too_short_proves_nothing() -> None:
    """RFC 7518, section 3.3."""
    async with hands() as both:
        with warnings.catch_warnings(category=SecurityWarning, action="ignore"):
            short = RSAKey.generate_key(1024, {"kid": "short", "use": "sig"})
            both.theirs.published.append(short)
            both.theirs.key = short
            assert await both.why() == SignOnTrouble.KEY


async def test_a_new_key_is_asked_for_and_an_unknown_one_does_not_flood_the_provider() -> None:
    async with hands() as both:
        await both.sign_on()
        theirs = both.theirs
        theirs.key = new_key("second")
        both.steady_s += NEW_KEYS_S + 1
        assert await both.why("code-2") == SignOnTrouble.KEY
        asked = theirs.asked["/jwks"]
        for _ in range(3):
            assert await both.why() == SignOnTrouble.KEY
        assert theirs.asked["/jwks"] == asked
        theirs.published = [theirs.key]
        both.steady_s += NEW_KEYS_S + 1
        theirs.codes.add("code-3")
        assert (await both.sign_on("code-3"))["sub"] == SUBJECT


async def test_clocks_two_minutes_apart_do_not_matter_an_hour_does() -> None:
    async with hands() as both:
        both.time_off_s = -100
        await both.sign_on()
        both.time_off_s = -3600
        assert await both.why("code-2") == SignOnTrouble.CLOCK
        both.time_off_s = 3600
        assert await both.why("code-2") == SignOnTrouble.EXPIRED


ABOUT, JWKS, TOKEN = "/.well-known/openid-configuration", "/jwks", "/token"


@pytest.mark.parametrize("path", [ABOUT, JWKS, TOKEN])
async def test_a_provider_that_is_away_slow_or_endless_is_told_so(path: str) -> None:
    async with hands(answer_s=1) as both:
        theirs = both.theirs
        for fault in (theirs.away, theirs.huge, theirs.slow):
            fault.add(path)
            theirs.codes.add("code-1")
            began_s = time.monotonic()
            with pytest.raises(SignOnAway):
                await both.sign_on()
            assert time.monotonic() - began_s < 10
            fault.clear()
        theirs.codes.add("code-1")
        assert (await both.sign_on())["sub"] == SUBJECT


async def test_what_is_remembered_is_enough_while_the_provider_says_nothing_of_itself() -> None:
    async with hands() as both:
        await both.sign_on()
        both.theirs.away |= {ABOUT, JWKS}
        both.steady_s += 48 * 3600
        assert (await both.sign_on("code-2"))["sub"] == SUBJECT


async def test_somebody_elses_word_about_itself_is_none() -> None:
    async with hands() as both:
        both.theirs.metadata = {"issuer": "https://else.example"}
        assert await both.why() == SignOnTrouble.ISSUER
        both.theirs.metadata = {"jwks_uri": 7}
        with pytest.raises(SignOnAway):
            await both.sign_on()
        both.theirs.metadata = {"token_endpoint": "ftp://else.example"}
        with pytest.raises(SignOnAway):
            await both.sign_on()


async def test_claims_of_the_userinfo_do_not_replace_those_of_the_token() -> None:
    async with hands(userinfo=True) as both:
        both.theirs.userinfo = {"siret": "123", "iss": "https://else.example"}
        claims = await both.sign_on()
        assert (claims["siret"], claims["iss"]) == ("123", both.theirs.issuer)
        both.theirs.userinfo = {"sub": "somebody-else"}
        assert await both.why("code-2") == SignOnTrouble.SUBJECT


async def test_a_confidential_client_shows_its_secret_and_never_in_the_form() -> None:
    async with invented_provider() as theirs:
        ours = Provider(theirs.settings(client="confidential"), "s:ecret")
        request = sign_on_request()
        theirs.expect(request)
        await ours.claims(request)
        await ours.close()
        words = base64.b64decode(theirs.posted[0]["authorization"].removeprefix("Basic "))
        assert words == b"poste-expert:s%3Aecret"
        assert "client_secret" not in theirs.posted[0]


async def test_only_the_providers_own_no_ends_a_sign_on() -> None:
    async with hands() as both:
        assert (await both.ours.still("r1", SUBJECT)).refresh_token == "r1"
        both.theirs.away.add(TOKEN)
        with pytest.raises(SignOnAway):
            await both.ours.still("r1", SUBJECT)
        both.theirs.away.clear()
        both.theirs.claims = {"sub": "somebody-else"}
        with pytest.raises(SignOnRefused):
            await both.ours.still("r1", SUBJECT)
        both.theirs.claims = {}
        await both.ours.revoke("r1")
        with pytest.raises(SignOnRefused) as refused:
            await both.ours.still("r1", SUBJECT)
        assert refused.value.detail["why"] == SignOnTrouble.CODE


NO_ADDRESSES = [
    "https://[x/",
    "https://",
    "https://a.example:99999/",
    "https://user:word@a.example/",
    "https://a.example/" + "x" * 60_000,
]
FIELDS = ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"]


@pytest.mark.parametrize("field", [*FIELDS, "revocation_endpoint"])
async def test_what_is_no_address_is_never_more_than_a_provider_that_is_away(field: str) -> None:
    """Nonsense of one provider does not end what the hub does for the others."""
    for wrong in NO_ADDRESSES:
        async with hands(userinfo=True, answer_s=1) as both:
            both.theirs.metadata = {field: wrong}
            request = sign_on_request()
            both.theirs.expect(request)
            ours = both.ours
            works = (
                ours.page(),
                ours.claims(request),
                ours.still("r1", SUBJECT),
                ours.revoke("r1"),
            )
            for work in works:
                with contextlib.suppress(SignOnAway, SignOnRefused):
                    await work
            if field == "authorization_endpoint":
                with pytest.raises(SignOnAway):
                    await ours.page()


def _part(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


DEEP = b"[" * 60_000
NO_TOKENS = [
    _part(b'{"alg":"RS256","x":' + DEEP) + ".e30.x",
    _part({"alg": "RS256", "kid": "first"}) + "." + _part(DEEP) + ".x",
    _part({"alg": "RS256", "kid": ["first"]}) + ".e30.x",
    _part({"alg": ["RS256"], "kid": "first"}) + ".e30.x",
    _part({"alg": "RS256", "kid": "first", "crit": ["b64"], "b64": False}) + ".e30.x",
    _part({"alg": "RS256"}) + ".e30." + _part(b"x" * 256),
    _part({"alg": "ES256", "kid": "first"}) + ".e30." + _part(b"x" * 64),
    _part([1]) + ".e30.x",
    "a.b.c.d.e",
    "..",
]


@pytest.mark.parametrize("token", NO_TOKENS)
async def test_what_is_no_token_is_refused_at_sign_on_and_later(token: str) -> None:
    async with hands() as both:
        both.theirs.token = token
        with pytest.raises(SignOnRefused):
            await both.sign_on()
        with pytest.raises((SignOnRefused, SignOnAway)):
            await both.ours.still("r1", SUBJECT)


@pytest.mark.parametrize("claim", ["iss", "aud", "azp", "nonce", "iat", "nbf", "exp", "sub"])
async def test_a_claim_of_any_shape_is_taken_or_refused(claim: str) -> None:
    async with hands() as both:
        for value in (True, 0, -1, 1e308, [], {}, [["x"]], {"a": 1}, 10**400, "9" * 5000, [None]):
            both.theirs.codes.add("code-1")
            both.theirs.claims = {claim: value}
            with contextlib.suppress(SignOnRefused):
                await both.sign_on()


async def test_a_signed_answer_of_the_userinfo_is_text_whatever_it_says_of_itself() -> None:
    """A "charset" may be any codec of Python, and one of them unpacks."""
    async with hands(userinfo=True) as both:
        both.theirs.userinfo_kind = "application/jwt; charset=zlib"
        assert await both.why() == SignOnTrouble.TOKEN
