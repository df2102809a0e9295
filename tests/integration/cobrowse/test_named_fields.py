# SPDX-License-Identifier: GPL-3.0-only
"""Fields that a person knows to be secret by what stands beside them, and secrets in attributes:
none leaves the kiosk; what the agent must see to help does.
"""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.support.cobrowse_pages import WebServer
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop


def secret(number: int) -> str:
    return f"Sesame{number:03}Zq"


FIELDS = {
    "shown as dots": "<input style='-webkit-text-security:disc' VALUE>",
    "aria-labelledby": "<span id=lb>Mot de passe</span><input aria-labelledby=lb VALUE>",
    "aria-describedby": "<span id=ds>Votre code secret</span><input aria-describedby=ds VALUE>",
    "aria-label": "<input aria-label='Réponse secrète' VALUE>",
    "legend": "<fieldset><legend>Code secret</legend><input VALUE></fieldset>",
    "group": "<div role=group aria-label='Code reçu par SMS'><input VALUE></div>",
    "head of a column": "<table><tr><th>Nom</th><th>Mot de passe</th></tr><tr><td>x</td><td><input "
    "VALUE></td></tr></table>",
    "head of a row": "<table><tr><th>Mot de passe</th><td><input VALUE></td></tr></table>",
    "title": "<input title='Mot de passe' VALUE>",
    "placeholder": "<input placeholder='Code confidentiel' VALUE>",
    "label around": "<label>Code confidentiel <input VALUE></label>",
    "label for": "<label for=lf>N° de sécu</label><input id=lf VALUE>",
    "words before": "<div><p>Mot de passe</p><input VALUE></div>",
    "text before": "<div>Mot de passe : <input VALUE></div>",
    "new-password": "<input autocomplete='section-a new-password' VALUE>",
    "one-time-code": "<input autocomplete=one-time-code VALUE>",
    "cc-number": "<input autocomplete=cc-number VALUE>",
    "mdp": "<input name=mdp VALUE>",
    "confirmMdp": "<input name=confirmMdp VALUE>",
    "pwd": "<input name=pwd VALUE>",
    "user_password": "<input name=user_password VALUE>",
    "code alone": "<label>Code <input VALUE></label>",
    "code de vérification": "<label>Saisissez le code de vérification <input VALUE></label>",
    "allocataire": "<label>Numéro allocataire <input VALUE></label>",
    "numeroCompte": "<input name=numeroCompte VALUE>",
    "compte": "<label>Compte <input VALUE></label>",
    "numéro de sécurité sociale": "<label>Numéro de Sécurité sociale <input VALUE></label>",
    "nir": "<input id=nir VALUE>",
    "iban": "<input name=ibanClient VALUE>",
    "rib": "<label>RIB <input VALUE></label>",
    "carte": "<label>N° de carte bancaire <input VALUE></label>",
    "cryptogramme": "<label>Cryptogramme visuel <input VALUE></label>",
    "cvv": "<input name=cvv2 VALUE>",
    "key of access": "<label>Clé d'accès <input VALUE></label>",
    "recovery key": "<label>Recovery key <input VALUE></label>",
    "secret question": "<label>Nom de jeune fille de votre mère <input VALUE></label>",
    "first pet": "<label>What was the name of your first pet? <input VALUE></label>",
    "favourite teacher": "<label>Votre professeur préféré <input VALUE></label>",
    "Arabic": "<label>كلمة المرور <input VALUE></label>",
    "Arabic with vowels": "<label>كَلِمَةُ السِّرّ <input VALUE></label>",
    "Chinese": "<label>请输入密码 <input VALUE></label>",
    "Russian": "<input placeholder='Введите пароль' VALUE>",
    "Turkish": "<label>Şifreniz <input VALUE></label>",
    "Spanish": "<label>Contraseña <input VALUE></label>",
    "Ukrainian": "<label>Код підтвердження <input VALUE></label>",
    "Korean": "<label>비밀번호 <input VALUE></label>",
    "pin": "<label>PIN <input VALUE></label>",
    "otp": "<input name=otp1 VALUE>",
    "textarea": "<label>Phrase secrète <textarea>SECRET</textarea></label>",
    "editable": "<div contenteditable aria-label='Mot de passe'><p>SECRET</p></div>",
    "text box": "<div role=textbox aria-label='Mot de passe'>SECRET</div>",
    "custom element": "<x-password>SECRET</x-password>",
    "custom element by label": "<x-field label='Mot de passe'><b>SECRET</b></x-field>",
    "list": "<select name=nir><option>x</option><option selected>SECRET</option></select>",
}
"""Each field with a secret in it: VALUE is the attribute, SECRET the text."""

TEXTS = {
    "provisional password": "<p>Votre mot de passe provisoire : SECRET</p>",
    "in another element": "<p>Votre mot de passe : <b>SECRET</b></p>",
    "in a list": "<dl><dt>Code de vérification</dt><dd>SECRET</dd></dl>",
    "in a table": "<table><tr><th>Mot de passe</th><td>SECRET</td></tr></table>",
    "after an equals sign": "<p>PIN = SECRET</p>",
    "in another language": "<p>Ваш пароль: SECRET</p>",
    "a page's copy": "<input type=password VALUE><span>SECRET</span>",
    "a copy that stands first": "<span>SECRET</span><input type=password VALUE>",
    "a copy in a label": "<input type=password VALUE><b aria-label='SECRET'>b</b>",
}
"""Secrets in the text of a page."""

ATTRIBUTES = {
    "data": "<p data-token=SECRET>t</p>",
    "json": "<div data-page='{&quot;password&quot;:&quot;SECRET&quot;}'>t</div>",
    "aria": "<p aria-description='code SECRET'>t</p>",
    "title": "<p title='Votre mot de passe provisoire : SECRET'>t</p>",
    "own name": "<p token=SECRET>t</p>",
    "address of a picture": "<img src='/t/a.png?token=SECRET'>",
    "addresses of a picture": "<img src=/t/a.png srcset='/t/a.png?token=SECRET 2x'>",
    "poster": "<video poster='/t/a.png?token=SECRET'></video>",
    "object": "<object data='/t/o?token=SECRET'></object><embed src='/t/o?token=SECRET'>",
    "frame": "<iframe src='/t/cadre.html?token=SECRET'></iframe>",
    "background": "<p style='background:url(/t/a.png?token=SECRET)'>b</p>",
    "in a style": "<style>#fin{background:url(/t/a.png?token=SECRET)}</style>",
    "in a drawing": "<svg><image href='/t/a.png?token=SECRET' /></svg>",
    "form": "<form action='/t/f?token=SECRET'><button formaction='/t/f?token=SECRET'>b</button>"
    "</form>",
    "link": "<a href='/t/x?token=SECRET' ping='/t/p?token=SECRET'>a</a>",
    "head": "<link rel=alternate href='/t/feed?token=SECRET'><meta name=csrf content=SECRET>",
}

OPEN = {
    "Code in a sentence": "<p>Le mot de passe doit contenir : lettres, chiffres. SECRET</p>",
    "Telephone": "<p>Mot de passe oublié ? Téléphone : SECRET</p>",
    "Clé in a text": "<label>Mot-clé de la recherche <input VALUE></label>",
    "Nom de jeune fille": "<label>Nom de jeune fille <input VALUE></label>",
    "palabra clave": "<label>Palabra clave <input VALUE></label>",
    "parola chiave": "<label>Parola chiave <input VALUE></label>",
    "postal code": "<label>Ταχυδρομικός κωδικός <input VALUE></label>",
    "Mère": "<label>Nom de naissance de la mère <input VALUE></label>",
    "Prénom": "<label>Prénom <input VALUE></label>",
    "Date de naissance": "<label>Date de naissance <input VALUE></label>",
    "Code postal": "<label>Code postal <input name=codePostal VALUE></label>",
    "MDPH": "<label>Dossier MDPH <input name=mdph VALUE></label>",
    "Secrétariat": "<label>Secrétariat <input VALUE></label>",
    "Votre compte": "<fieldset><legend>Votre compte</legend><label>Ville <input VALUE></label>"
    "</fieldset>",
    "day": "<input maxlength=2 VALUE><input maxlength=2><input maxlength=4>",
    "data of a style": "<style>td::before{content:attr(data-label)}</style><table><tr><td "
    "data-label=SECRET>c</td></tr></table>",
    "state of a style": "<style>[data-state=SECRET]{color:red}</style><p data-state=SECRET>t</p>",
}
"""What the agent sees."""

BOXES = "".join(f"<input maxlength=1 class=d value={digit}>" for digit in "839172")
PARTS = "".join(
    f"<input maxlength=3 name=b{n} value={part}>"
    for n, part in enumerate(("2", "74", "11", "93", "421", "337", "58"))
)

ALL = {**FIELDS, **TEXTS, **ATTRIBUTES, **OPEN}
NUMBERS = {name: number for number, name in enumerate(ALL)}


def written(name: str, html: str) -> str:
    """A case with its own secret."""
    own = secret(NUMBERS[name])
    return html.replace("VALUE", f"value={own}").replace("SECRET", own)


class Taken:
    """All text that left the kiosk while the page was shared."""

    text = ""
    boxes = ""
    pictures: tuple[str, ...] = ()


@pytest.fixture(scope="module")
def shared_once() -> list[Taken]:
    """What the first test of this file took."""
    return []


@pytest.fixture
def taken(qt_loop: QtLoop, web: WebServer, shared_once: list[Taken]) -> Taken:
    """One page with every case, shared once."""
    if not shared_once:
        shared_once.append(_share(qt_loop, web))
    return shared_once[0]


def _share(qt_loop: QtLoop, web: WebServer) -> Taken:
    stage, result = qt_loop.run(Stage.build(web)), Taken()
    web.pages["/t/a.png"] = ("image/png", b"\x89PNG\r\n\x1a\n")
    web.page("/t/cadre.html", "<body>cadre</body>")
    cases = "".join(f"<section>{written(name, html)}</section>" for name, html in ALL.items())
    page = f"<html><body>{cases}<div id=boxes>{BOXES}</div><div id=parts>{PARTS}</div>"

    async def story() -> None:
        await stage.share(web.page("/t/champs.html", page + "<p id=fin>Fin</p></body></html>"))
        await stage.mirrored("document.getElementById('fin')?.textContent === 'Fin'")
        own = f"/t/a.png?token={secret(NUMBERS['address of a picture'])}"
        await stage.until(lambda: web.asked.count(own) >= 2)
        result.boxes = await stage.in_mirror(
            "JSON.stringify([...document.querySelectorAll('#boxes input, #parts input')]"
            ".map((each) => each.value))"
        )
        result.text = stage.raw + repr([*stage.kiosk_line.sent])
        result.pictures = tuple(path for path in web.asked if path.startswith("/t/a.png?"))

    qt_loop.run(stage.play(story()))
    return result


@pytest.mark.parametrize("name", [*FIELDS, *TEXTS, *ATTRIBUTES])
def test_no_secret_leaves_from(taken: Taken, name: str) -> None:
    before, found, _after = taken.text.partition(secret(NUMBERS[name]))
    assert not found, f"after {before[-200:]}"


@pytest.mark.parametrize("name", OPEN)
def test_the_agent_sees(taken: Taken, name: str) -> None:
    assert secret(NUMBERS[name]) in taken.text


def test_boxes_of_one_number_are_masked(taken: Taken) -> None:
    assert set(json.loads(taken.boxes)) == {"••••••"}


def test_pictures_come_by_the_mark_of_their_address(taken: Taken) -> None:
    own = secret(NUMBERS["address of a picture"])
    assert taken.pictures.count(f"/t/a.png?token={own}") == 2, "the page, and for the desk"


def test_what_a_page_copies_while_a_secret_is_typed_never_leaves(
    stage: Stage, qt_loop: QtLoop
) -> None:
    html = """<html><body><input id=p type=password><p>Vous tapez <b id=copy></b>.</p>
        <script>p.oninput = () => { copy.textContent = p.value; copy.dataset.word = p.value; };
        </script></body></html>"""

    async def story() -> None:
        await stage.share(stage.web.page("/t/copie.html", html))
        await stage.mirrored("document.getElementById('copy') !== null")
        for letter in "Zq7Kw9":
            await stage.in_page(
                f"p.value += '{letter}', p.dispatchEvent(new Event('input', {{bubbles: true}}))"
            )
            await asyncio.sleep(0.1)
        await stage.in_page("copy.after(document.createTextNode(' et ' + p.value + ' encore'))")
        stage.desk.request_snapshot()
        await stage.mirrored("document.body.textContent.includes('encore')")
        await stage.mirrored("document.getElementById('copy').textContent === '•••'")
        assert "Zq7" not in stage.raw
        assert "Kw9" not in stage.raw

    qt_loop.run(stage.play(story()))
