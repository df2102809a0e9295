# SPDX-License-Identifier: GPL-3.0-only
"""The way to the provider's page and back: the address for the browser, and the address on this
computer to which it comes back (RFC 8252, section 7.3; PKCE: RFC 7636). Used by `here`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
from typing import Self
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from expert_app.workplace.sign_on.browser_page import PAGE_HEADERS, browser_page
from resources.texts import _
from session.core.errors import SignOnGivenUp, SignOnRefused
from session.protocol.hub.enrolment import SignOnOffer, SignOnTrouble, sign_on_nonce

BACK_S = 600.0
"""Longest wait for the person in the browser: a password, a second factor, a look for the phone."""

FOUND_S = 0.3
"""The page that the browser shows at the end is on its way for so long at most; a program of this
computer that holds its connection open keeps the code from nobody: it is good for seconds.
"""


class BrowserReturn:
    """Listens on this computer for one answer of the provider, then no longer.

    Args:
        offer: the provider.
        key: public key that the sign-on is for.
        language: of the page that the browser shows at the end.
        through: address of ours that sends the browser on to here, by the port that stands in front
            of the state; "" and the browser comes straight.

    Attributes:
        verifier: goes to the hub alone; the provider and the browser see only its digest.
        redirect: where the browser comes back to.
    """

    def __init__(
        self, offer: SignOnOffer, key: str, *, language: str = "fr", through: str = ""
    ) -> None:
        self._offer = offer
        self._key = key
        self._language = language
        self._through = through
        self.verifier = secrets.token_urlsafe(64)
        self.redirect = ""
        self._state = secrets.token_urlsafe(24)
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Raises `OSError`: the port is taken."""
        redirect = urlsplit(self._offer.redirect)
        application = web.Application()
        application.router.add_get(redirect.path or "/", self._on_back)
        self._runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=FOUND_S, lingering_time=0.0
        )
        await self._runner.setup()
        # never the name: what "localhost" is, others may say (RFC 8252, section 8.3)
        site = web.TCPSite(self._runner, "127.0.0.1", redirect.port or 0)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        port = self._runner.addresses[0][1]
        if redirect.hostname == "localhost":  # which a browser may look for at the other address
            with contextlib.suppress(OSError):
                await web.TCPSite(self._runner, "::1", port).start()
        self.redirect = f"http://{redirect.hostname}:{port}{redirect.path}"
        if self._through:
            self.redirect = self._through
            self._state = f"{port}.{self._state}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def page(self) -> str:
        """The provider's page with all that is asked for."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        parameters = {
            "redirect_uri": self.redirect,
            "state": self._state,
            "nonce": sign_on_nonce(self._key, self.verifier),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self._offer.address}&{urlencode(parameters)}"

    async def code(self, wait_s: float = BACK_S) -> str:
        """The code that the browser brings.

        Raises:
            SignOnGivenUp: it brings none in time, or the person said no.
            SignOnRefused: the provider does not want to, or this is the answer to another question.
        """
        try:
            async with asyncio.timeout(wait_s):
                code = await self._answer
        except TimeoutError as error:
            raise SignOnGivenUp from error
        await asyncio.sleep(FOUND_S)
        return code

    async def _on_back(self, request: web.Request) -> web.Response:
        """Only the answer to our question counts, and only the first."""
        query = request.query
        is_ours = hmac.compare_digest(query.get("state", "").encode(), self._state.encode())
        if not is_ours:
            return self._shown(_("This page belongs to no sign-in."), "", status=400)
        if self._is_theirs(query.get("iss", "")):
            code = query.get("code", "")
        else:
            code = ""
        if not self._answer.done():
            if code:
                self._answer.set_result(code)
            elif query.get("error") == "access_denied":
                self._answer.set_exception(SignOnGivenUp())
            else:
                if query.get("code"):
                    why = SignOnTrouble.ISSUER
                else:
                    why = SignOnTrouble.CODE
                self._answer.set_exception(SignOnRefused(why=why))
        if code:
            return self._shown(
                _("Thank you"), _("You can close this page and go back to the desk.")
            )
        return self._shown(
            _("You are not signed in"), _("Close this page: the desk says what to do.")
        )

    def _is_theirs(self, issuer: str) -> bool:
        """Nobody is sent on to another provider, whose code the first one would then get (RFC 9207,
        section 2.4).
        """
        return not issuer or not self._offer.issuer or issuer == self._offer.issuer

    def _shown(self, title: str, words: str, *, status: int = 200) -> web.Response:
        text = browser_page(self._language, title, words)
        return web.Response(
            text=text, content_type="text/html", headers=PAGE_HEADERS, status=status
        )
