# SPDX-License-Identifier: GPL-3.0-only
"""What must never leave the kiosk, planted in a page and looked for in every byte that did."""

from __future__ import annotations

import asyncio

import pytest

from session.kiosk.cobrowse.browser_messages import EventsPushed
from session.protocol.conversation.messages import Grant
from tests.support.cobrowse_stage import Stage, type_text
from tests.support.qt_loop import QtLoop

SECRETS = {
    "password in the page": "Initial-Sesame-17",
    "typed password": "Frappe-Sesame-23",
    "hidden field": "JETON-CACHE-5521",
    "NIR in a text": "1 85 05 78 006 084 36",
    "NIR in an attribute": "2840578006084",
    "NIR typed": "1850578006084",
    "NIR half typed": "18505780",
    "IBAN in a text": "FR76 3000 6000 0112 3456 7890 189",
    "IBAN typed": "FR7630006000011234567890189",
    "German IBAN": "DE89370400440532013000",
    "marked as sensitive": "DOSSIER-MEDICAL-9",
    "title of a sensitive node": "TITRE-SENSIBLE-9",
    "blocked": "BLOC-INTERDIT-4",
    "query of the address": "jeton-adresse-77",
    "query of a link": "jeton-lien-78",
    "query of a form": "jeton-form-79",
    "in a script": "SECRET-DE-SCRIPT",
    "in a comment": "SECRET-DE-COMMENTAIRE",
}

PAGE = f"""
<html><head><title>Secrets</title><script>
window.cle = "{SECRETS["in a script"]}"</script></head><body>
<!-- {SECRETS["in a comment"]} -->
<h1>Page ouverte</h1>
<p id=texte>Votre numéro : {SECRETS["NIR in a text"]}, compte {SECRETS["IBAN in a text"]} merci.</p>
<p title="assuré {SECRETS["NIR in an attribute"]}">Infobulle</p>
<form action="/t/envoi?cle={SECRETS["query of a form"]}">
<input type=hidden name=csrf value="{SECRETS["hidden field"]}">
<label>Mot de passe <input type=password id=mdp value="{SECRETS["password in the page"]}"></label>
<label>Numéro de sécurité sociale <input id=ns1></label>
<input id=champ7 placeholder="libre">
<label>Ville <input id=ville></label>
</form>
<p class=sensible
title="{SECRETS["title of a sensitive node"]}">{SECRETS["marked as sensitive"]}</p>
<div data-blocked>{SECRETS["blocked"]}</div>
<a href="/t/suite?cle={SECRETS["query of a link"]}">Suite</a>
<p id=fin>Fin</p></body></html>
"""


def test_planted_secrets_never_leave_the_kiosk(stage: Stage, qt_loop: QtLoop) -> None:
    address = (
        stage.web.page("/t/secrets.html", PAGE) + f"?cle={SECRETS['query of the address']}#ancre"
    )

    async def typed(field: str, text: str) -> None:
        await stage.in_page(f"document.getElementById('{field}').focus()")
        for letter in text:
            type_text(stage, letter)
        await asyncio.sleep(0.15)

    async def story() -> None:
        await stage.share(address)
        stage.browser.activateWindow()
        stage.page.view.setFocus()
        await stage.mirrored("document.getElementById('fin')?.textContent === 'Fin'")
        await typed("mdp", SECRETS["typed password"])
        await stage.in_page("document.getElementById('mdp').type = 'text'")  # "show my password"
        await typed("mdp", SECRETS["typed password"])
        await typed("ns1", SECRETS["NIR typed"])
        await typed("champ7", SECRETS["IBAN typed"])
        await typed("ville", "Val-Doré")
        assert await stage.in_page("mdp.value.endsWith(ns1.value) || mdp.value.length") == len(
            SECRETS["password in the page"] + SECRETS["typed password"] * 2
        )
        assert (
            await stage.in_page("ns1.value + champ7.value")
            == SECRETS["NIR typed"] + SECRETS["IBAN typed"]
        )
        await stage.in_page(f"document.getElementById('champ7').value = '{SECRETS['German IBAN']}'")
        await stage.in_page(
            "const p = document.createElement('p'); p.className = 'sensible';"
            f"p.title = '{SECRETS['title of a sensitive node']}';"
            f"p.textContent = '{SECRETS['marked as sensitive']}'; document.body.append(p);"
            f"document.getElementById('fin').setAttribute('aria-label', "
            f"'{SECRETS['NIR in an attribute']}')"
        )
        await stage.mirrored("document.getElementById('ville').value === 'Val-Doré'")
        before = sum(received.is_snapshot for received in stage.events)
        stage.desk.request_snapshot()
        await stage.until(lambda: sum(one.is_snapshot for one in stage.events) > before)
        assert "Page ouverte" in stage.raw
        told = repr([*stage.kiosk_line.sent])
        found = [name for name, secret in SECRETS.items() if secret in stage.raw or secret in told]
        assert found == []

    qt_loop.run(stage.play(story()))


def test_what_is_hidden_shows_no_length(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        page = (
            "<body><input type=password id=a value='1'>"
            "<input type=password id=b value='12345678901234567'></body>"
        )
        await stage.share(stage.web.page("/t/longueur.html", page))
        await stage.mirrored("document.getElementById('b')?.value.length > 0")
        assert await stage.in_mirror(
            "document.getElementById('a').value === document.getElementById('b').value"
        )

    qt_loop.run(stage.play(story()))


@pytest.mark.parametrize(
    "forged",
    [
        "not json",
        '{"document":"x","address":"","events":[{"type":99,"data":{},"timestamp":1}]}',
        '{"document":"x","address":"","events":[{"type":3,"data":{"source":9,"id":1},"timestamp":1}]}',
        '{"document":"x","address":"","events":[{"type":5,"data":{"tag":"autre","payload":{}},"timestamp":1}]}',
        '{"document":"x","address":"","events":[{"type":3,"data":[],"timestamp":1}]}',
        '{"document":"x","address":"","events":[{"type":2,"data":'
        + "[" * 5000
        + "]" * 5000
        + ',"timestamp":1}]}',
    ],
)
def test_what_is_no_known_event_is_dropped(stage: Stage, qt_loop: QtLoop, forged: str) -> None:
    async def story() -> None:
        stage.consent.give(Grant.SEE_PAGE)
        stage.browser.reported.emit(EventsPushed(), forged.encode())
        await asyncio.sleep(0.05)
        assert "99" not in stage.raw
        assert "autre" not in stage.raw
        assert not stage.events

    qt_loop.run(stage.play(story()))


def test_the_second_guard_masks_what_the_page_let_through(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        stage.consent.give(Grant.SEE_PAGE)
        text = (
            '{"document":"x","address":"http://h.invalid/?nom=Zoe","events":['
            '{"type":4,"data":{"href":"http://h.invalid/p?nom=Zoe","width":10,"height":10},"timestamp":1},'
            '{"type":2,"data":{"node":{"type":0,"id":1,"childNodes":[{"type":3,"id":2,'
            '"textContent":"NIR 2 84 05 78 006 084 et IBAN FR76 3000 6000 0112 3456 7890 189"}]},'
            '"initialOffset":{"left":0,"top":0}},"timestamp":2}]}'
        )
        stage.browser.reported.emit(EventsPushed(), text.encode())
        await stage.until(lambda: stage.raw)
        assert "NIR •••" in stage.raw
        assert "3000" not in stage.raw
        assert "084" not in stage.raw
        assert "Zoe" not in stage.raw

    qt_loop.run(stage.play(story()))
