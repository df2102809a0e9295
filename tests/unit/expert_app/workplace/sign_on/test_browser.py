# SPDX-License-Identifier: GPL-3.0-only
"""The way back from the browser: one answer to our own question, and a calm page."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from expert_app.workplace.sign_on import browser
from expert_app.workplace.sign_on.browser import BrowserReturn
from session.core.errors import SignOnGivenUp, SignOnRefused
from session.protocol.hub.enrolment import SignOnOffer, SignOnTrouble, sign_on_nonce
from tests.support.hub_world import free_port

KEY = "U" + "A" * 55


def _return(redirect: str = "http://127.0.0.1/", issuer: str = "") -> BrowserReturn:
    address = "https://sso.example/auth?response_type=code"
    offer = SignOnOffer(id="sso", name="Caisse", address=address, redirect=redirect, issuer=issuer)
    return BrowserReturn(offer, KEY)


def _asked(back: BrowserReturn) -> dict[str, str]:
    return {name: one for name, (one,) in parse_qs(urlsplit(back.page).query).items()}


async def _get(back: BrowserReturn, **given: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(back.redirect, params=given)


async def test_the_page_asks_with_challenge_state_and_a_nonce_of_this_key() -> None:
    async with _return() as back:
        asked = _asked(back)
        digest = hashlib.sha256(back.verifier.encode()).digest()
        assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
        assert asked["code_challenge_method"] == "S256"
        assert asked["nonce"] == sign_on_nonce(KEY, back.verifier)
        assert back.verifier not in back.page
        assert asked["redirect_uri"] == back.redirect
        assert urlsplit(back.redirect).hostname == "127.0.0.1"


async def test_the_first_answer_to_our_question_counts_and_no_other() -> None:
    async with _return() as back:
        state = _asked(back)["state"]
        for strange in ({}, {"code": "evil"}, {"code": "evil", "state": "guess"}):
            assert (await _get(back, **strange)).status_code == 400
        shown = await _get(back, code="good", state=state)
        assert shown.status_code == 200
        assert shown.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
        assert "good" not in shown.text
        await _get(back, code="replayed", state=state)
        assert await back.code() == "good"


@pytest.mark.parametrize(
    ("given", "error"),
    [({"error": "access_denied"}, SignOnGivenUp), ({"error": "server_error"}, SignOnRefused)],
)
async def test_a_provider_that_says_no_is_told(
    given: dict[str, str], error: type[Exception]
) -> None:
    async with _return() as back:
        await _get(back, state=_asked(back)["state"], **given)
        with pytest.raises(error):
            await back.code()


async def test_who_never_comes_back_is_not_waited_for_for_ever() -> None:
    async with _return() as back:
        with pytest.raises(SignOnGivenUp):
            await back.code(0.05)


async def test_a_port_and_a_path_that_the_provider_wants_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browser, "FOUND_S", 0)
    port = free_port()
    async with _return(f"http://localhost:{port}/back") as back:
        assert back.redirect == f"http://localhost:{port}/back"
        answer = asyncio.create_task(back.code())
        await _get(back, code="good", state=_asked(back)["state"])
        assert await answer == "good"
        with pytest.raises(OSError, match="in use"):
            await _return(f"http://127.0.0.1:{port}/back").__aenter__()


async def test_an_answer_that_another_provider_gives_is_none() -> None:
    """A provider that sends the person on to another one does not get that one's code."""
    async with _return(issuer="https://sso.example") as back:
        shown = await _get(back, code="c", state=_asked(back)["state"], iss="https://else.example")
        assert "not signed in" in shown.text
        with pytest.raises(SignOnRefused) as refused:
            await back.code()
        assert refused.value.detail["why"] == SignOnTrouble.ISSUER
    for issuer, said in (
        ("https://sso.example", {"iss": "https://sso.example"}),
        ("https://sso.example", {}),
    ):
        async with _return(issuer=issuer) as back:
            await _get(back, code="c", state=_asked(back)["state"], **said)
            assert await back.code() == "c"


@pytest.mark.parametrize(
    "address",
    [
        "file:///C:/Windows/calc.exe",
        "//else.example/share/tool.exe",
        "C:\\tool.exe",
        "javascript:1",
    ],
)
def test_a_hub_does_not_make_a_desk_open_anything_but_a_page(address: str) -> None:
    """The address goes to the system, which opens programs, too."""
    right = {"id": "sso", "name": "Caisse", "redirect": "http://127.0.0.1/"}
    wrong = [{**right, "address": address}]
    wrong += [{**right, "address": "https://a.example/", "redirect": "http://else.example/"}]
    for offer in wrong:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(offer, SignOnOffer)


async def test_who_holds_a_connection_open_keeps_the_code_from_nobody() -> None:
    """Any program of this computer can connect; the code is good for seconds."""
    async with _return() as back:
        port = urlsplit(back.redirect).port
        writers = []
        for words in (
            "GET /?x HTTP/1.1\r\nHost: a",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9",
        ):
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"{words}\r\n\r\n".encode() if "Content" in words else words.encode())
            writers.append(writer)
        await _get(back, code="good", state=_asked(back)["state"])
        assert await back.code() == "good"
        began_s = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began_s < 5
    for writer in writers:
        writer.close()
