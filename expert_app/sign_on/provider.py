# SPDX-License-Identifier: GPL-3.0-only
"""An organisation's provider, as the hub asks it: what it offers, its keys, a code for tokens, and
whether a person still may. Used by `at_hub`.

Every question has a time limit and every answer a size. What the provider says of itself and its
keys is remembered: while it is away, who is in stays in.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, RSAKey

from expert_app.ged.connector import NotDelivered, Reason
from expert_app.ged.http import answer, client, decoded
from expert_app.runtime.config import SignOnSettings
from expert_app.sign_on.id_token import Expected, KeyNotKnown, check_claims, read_signed
from session.core.errors import SignOnAway, SignOnRefused
from session.protocol.hub.enrolment import (
    MOST_PAGE_LETTERS,
    SignOnRequest,
    SignOnTrouble,
    sign_on_nonce,
)

log = logging.getLogger(__name__)

LEAST_RSA_BITS = 2048
MOST_BYTES = 256 << 10
"""Of an answer: what providers say of themselves has 10 kB, a token with many groups some more."""

REMEMBER_S = 24 * 3600.0
"""What a provider says of itself is asked again so often."""

KEYS_S = 3600.0
"""Its keys are asked again so often: one that was withdrawn counts no longer than that."""

NEW_KEYS_S = 30.0
"""A token with a key that is not known makes us ask for the keys, but not more often."""


class _Metadata(msgspec.Struct, frozen=True):
    """The facts that a provider says of itself (OpenID Connect Discovery, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    revocation_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


@dataclass(frozen=True)
class SignedOnClaims:
    """The claims of a provider about a person.

    Attributes:
        refresh_token: with which the hub asks later; "" for none. It is never written down.
    """

    claims: Mapping[str, Any]
    refresh_token: str = field(repr=False)


class StillAllowed(msgspec.Struct, frozen=True):
    """The provider still knows the person; `refresh_token` is the one for the next question."""

    refresh_token: str = ""


class Provider:
    """One provider.

    Args:
        secret: of a confidential client; "" for a public one.
        time_s: wall clock, for what tokens say.
        steady_s: a clock that nobody sets, for what is remembered.
    """

    def __init__(
        self,
        settings: SignOnSettings,
        secret: str,
        *,
        time_s: Callable[[], float] = time.time,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self._secret = secret
        self._time_s = time_s
        self._steady_s = steady_s
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        limits = httpx.Timeout(settings.answer_s)
        self._http = client(settings.ca_file, headers, limits=limits)
        self._metadata: _Metadata | None = None
        self._keys = KeySet([])
        self._said_at_s = self._keys_at_s = float("-inf")
        self._keys_tried_s = float("-inf")
        self._asking = asyncio.Lock()

    async def close(self) -> None:
        """Ends its connections."""
        await self._http.aclose()

    async def page(self) -> str:
        """The address for the browser, with all that does not differ from person to person.
        Raises `SignOnAway`.
        """
        metadata = await self._about()
        parameters = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "scope": " ".join(self.settings.scopes),
            **self.settings.parameters,
        }
        if urlsplit(metadata.authorization_endpoint).query:
            joint = "&"
        else:
            joint = "?"
        page = f"{metadata.authorization_endpoint}{joint}{urlencode(parameters)}"
        if len(page) > MOST_PAGE_LETTERS:  # no desk takes it, nor the other offers beside it
            log.error("provider %s has too long an address", self.settings.id)
            raise SignOnAway
        return page

    async def key_count(self) -> int:
        """Return the number of keys it signs with. Raises `SignOnAway`."""
        await self._fetch_keys()
        return len(self._keys.keys)

    async def claims(self, request: SignOnRequest) -> SignedOnClaims:
        """Return who has come back from the browser with this code.

        Raises:
            SignOnAway, SignOnRefused.
        """
        metadata = await self._about()
        tokens = await self._token(
            metadata,
            {
                "grant_type": "authorization_code",
                "code": request.code,
                "redirect_uri": request.redirect,
                "code_verifier": request.verifier,
            },
        )
        nonce = sign_on_nonce(request.key, request.verifier)
        claims = await self._checked(_text(tokens, "id_token"), nonce)
        if self.settings.userinfo:
            claims |= await self._userinfo(metadata, _text(tokens, "access_token"), claims)
        return SignedOnClaims(claims, _text(tokens, "refresh_token"))

    async def still(self, refresh_token: str, subject: str) -> StillAllowed:
        """Check that the person still may: the provider takes a session, a consent or an
        account back by refusing the token (RFC 6749, section 5.2).

        Raises:
            SignOnRefused: no longer.
            SignOnAway: it does not say.
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        try:
            tokens = await self._token(await self._about(), form)
            token = _text(tokens, "id_token")
            if token:
                claims = await self._checked(token, None)
            else:
                claims = {"sub": subject}
        except SignOnRefused as error:
            if error.detail.get("why") == SignOnTrouble.CODE:
                raise
            raise SignOnAway from error  # it does not know the hub, or speaks nonsense
        if claims.get("sub") != subject:
            raise SignOnRefused(why=SignOnTrouble.SUBJECT)
        return StillAllowed(_text(tokens, "refresh_token") or refresh_token)

    async def revoke(self, refresh_token: str) -> None:
        """Tells the provider that the token counts no more (RFC 7009), where it can be told.
        Raises `SignOnAway`.
        """
        metadata = await self._about()
        if metadata.revocation_endpoint:
            form = {"token": refresh_token, "token_type_hint": "refresh_token"}
            await self._post(metadata, metadata.revocation_endpoint, form)

    # ---- questions

    async def _about(self) -> _Metadata:
        async with self._asking:
            remembered = self._metadata
            if remembered is not None and self._steady_s() - self._said_at_s < REMEMBER_S:
                return remembered
            url = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                metadata = msgspec.convert(await self._json("GET", url), _Metadata)
            except (SignOnAway, msgspec.ValidationError) as error:
                if remembered is not None:
                    return remembered
                raise SignOnAway from error
            # Discovery, section 4.3: somebody else's answer is none
            if metadata.issuer != self.settings.issuer:
                log.error("provider %s says that it is another issuer", self.settings.id)
                raise SignOnRefused(why=SignOnTrouble.ISSUER)
            self._check_addresses(metadata)
            self._metadata = metadata
            self._said_at_s = self._steady_s()
            return metadata

    def _check_addresses(self, metadata: _Metadata) -> None:
        """A provider with encryption has no address without it."""
        addresses = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri)
        more = (
            address
            for address in (metadata.userinfo_endpoint, metadata.revocation_endpoint)
            if address
        )
        schemes = ("https", urlsplit(self.settings.issuer).scheme)
        if not all(_is_address(address, schemes) for address in (*addresses, *more)):
            log.error(
                "provider %s has addresses without encryption, or wrong ones", self.settings.id
            )
            raise SignOnAway

    async def _checked(self, token: str, nonce: str | None) -> dict[str, Any]:
        claims = await self._read(token)
        expected = Expected(self.settings.issuer, self.settings.client_id, nonce)
        check_claims(claims, expected, self._time_s)
        return claims

    async def _read(self, token: str) -> dict[str, Any]:
        """Asks for the keys once more when the token names one that is new to us."""
        if self._steady_s() - self._keys_at_s >= KEYS_S:
            await self._fetch_keys()
        try:
            return read_signed(token, self._keys)
        except KeyNotKnown:
            await self._fetch_keys()
        try:
            return read_signed(token, self._keys)
        except KeyNotKnown as error:
            raise SignOnRefused(why=SignOnTrouble.KEY) from error

    async def _fetch_keys(self) -> None:
        metadata = await self._about()
        now_s = self._steady_s()
        if now_s - self._keys_tried_s < NEW_KEYS_S:
            return
        self._keys_tried_s = now_s
        try:
            key_set = await self._json("GET", metadata.jwks_uri)
            self._keys = _signing_keys(key_set)
        except SignOnAway:
            self._keys_tried_s = float("-inf")
            if not self._keys.keys:
                raise
            log.warning("provider %s does not give its keys: those known count", self.settings.id)
        else:
            self._keys_at_s = now_s

    async def _userinfo(
        self, metadata: _Metadata, access_token: str, id_claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Core, section 5.3: JSON, or a signed token (ProConnect)."""
        headers = {"Authorization": f"Bearer {access_token}"}
        response = await self._ask("GET", metadata.userinfo_endpoint, headers=headers)
        if response.status_code != 200:
            raise SignOnAway
        if response.headers.get("content-type", "").startswith("application/jwt"):
            claims = await self._read(response.content.decode("ascii", "replace"))
        else:
            claims = _object(response)
        if claims.get("sub") != id_claims.get("sub"):  # section 5.3.2
            raise SignOnRefused(why=SignOnTrouble.SUBJECT)
        protocol_claims = ("iss", "aud", "exp", "iat", "nbf", "nonce", "sub")
        return {name: value for name, value in claims.items() if name not in protocol_claims}

    async def _token(self, metadata: _Metadata, form: dict[str, str]) -> dict[str, Any]:
        response = await self._post(metadata, metadata.token_endpoint, form)
        if response.status_code == 200:
            return _object(response)
        refusal = _object(response).get("error")
        log.info("provider %s refuses: %s", self.settings.id, str(refusal)[:40])
        is_code = refusal == "invalid_grant"
        raise SignOnRefused(why=SignOnTrouble.CODE if is_code else SignOnTrouble.CLIENT)

    async def _post(self, metadata: _Metadata, url: str, form: dict[str, str]) -> httpx.Response:
        options: dict[str, Any] = {}
        if not self._secret:
            form = {**form, "client_id": self.settings.client_id}
        elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            # both form-encoded first (RFC 6749, section 2.3.1)
            pair = (urlencode({"": part})[1:] for part in (self.settings.client_id, self._secret))
            options["auth"] = tuple(pair)
        else:
            form = {
                **form,
                "client_id": self.settings.client_id,
                "client_secret": self._secret,
            }
        return await self._ask("POST", url, data=form, **options)

    async def _json(self, method: str, url: str) -> dict[str, Any]:
        response = await self._ask(method, url)
        if response.status_code != 200:
            raise SignOnAway
        return _object(response)

    async def _ask(self, method: str, url: str, **options: Any) -> httpx.Response:
        """One request within its time, however slowly the answer drips."""
        try:
            async with asyncio.timeout(self.settings.answer_s):
                return await answer(self._http, method, url, most_bytes=MOST_BYTES, **options)
        except TimeoutError as error:
            log.warning("provider %s is too slow", self.settings.id)
            raise SignOnAway from error
        except NotDelivered as error:
            log.warning("provider %s: %s %s", self.settings.id, error.reason.value, error.words)
            if error.reason is Reason.ACCESS:  # 401: it does not know the client, or the token
                raise SignOnRefused(why=SignOnTrouble.CLIENT) from error
            raise SignOnAway from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise SignOnAway from error


def _is_address(text: str, schemes: Collection[str]) -> bool:
    """Return True if both that read it later take it as an address: they differ in what they
    take.
    """
    try:
        address, _port = httpx.URL(text), urlsplit(text).port
    except (httpx.InvalidURL, ValueError):
        return False
    return address.scheme in schemes and bool(address.host) and not address.userinfo


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name, "")
    if isinstance(value, str):
        return value
    return ""


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        body = decoded(response)
    except NotDelivered as error:
        raise SignOnAway from error
    if not isinstance(body, dict):
        raise SignOnAway
    return body


def _signing_keys(key_set: Mapping[str, Any]) -> KeySet:
    """The public keys that we can read; others (of encryption, of new kinds) are left out."""
    keys = key_set.get("keys")
    read: list[Key] = []
    for entry in keys if isinstance(keys, list) else []:
        if (
            not isinstance(entry, dict)
            or entry.get("use", "sig") != "sig"
            or entry.get("kty") == "oct"
        ):
            continue
        try:
            read += filter(_is_long_enough, KeySet.import_key_set({"keys": [entry]}).keys)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    if not read:
        raise SignOnAway
    return KeySet(read)


def _is_long_enough(key: Key) -> bool:
    """RFC 7518, section 3.3: RSA of 2048 bits or more; curves have one length each."""
    if not isinstance(key, RSAKey) or key.public_key.key_size >= LEAST_RSA_BITS:
        return True
    log.warning("a provider's key of %d bits is left out", key.public_key.key_size)
    return False
