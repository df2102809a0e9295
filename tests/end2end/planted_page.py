# SPDX-License-Identifier: GPL-3.0-only
"""A page full of an invented person's data, in every place that a page has; and the search for it
in whatever is stored. Used by `test_secrets_at_rest`.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote

from aiohttp import web

PAGE = "planted.html"
CODE = "839172"
"""The code that the page's key pad is given, key by key."""

OTP = "604518"

DEPARTMENTS = [f"{n:02}" for n in range(1, 96) if n != 20] + ["2A", "2B"]
OVERSEAS = ["971", "972", "973", "974", "976", "987", "988"]


def nir(department: str) -> str:
    """A person's number as it is written, with its key (INSEE: 97 - number mod 97)."""
    town = "06" if len(department) == 3 else "006"
    plain = f"28805{department}{town}084"
    number = int(plain.replace("2A", "19").replace("2B", "18"))
    key = 97 - number % 97
    return f"2 88 05 {department} {town} 084 {key:02}"


KINDS = {
    "name": "Solange Tricastel-Ourry",
    "short name": "Tricastel",
    "birth date": "23/11/1961",
    "birth date in words": "23 novembre 1961",
    "postal address": "27 ter impasse du Verjus, 01239 Valdoré",
    "mail address": "s.tricastel@exemple.example",
    "telephone": "06 98 76 54 30",
    "telephone abroad": "+33 6 98 76 54 31",
    "NIR": nir("78"),
    "NIR of Corsica": nir("2A"),
    "NIR overseas": nir("974"),
    "NIR in full-width digits": "２８８０５７５０１０５３３７",
    "NIR between points": "2•88•05•69•105•338",
    "NIR with invisible signs": "2\u200b88\u200b05\u200b13\u200b055\u200b118",
    "NIA": "8 88 05 99 350 042 17",
    "IBAN": "FR76 3000 6000 0112 3456 7890 189",
    "RIB": "30006 00001 12345678901 89",
    "card": "4970 1012 3456 7893",
    "card with fifteen digits": "3714 496353 98431",
    "number at a family fund": "7431298",
    "number at France Travail": "7654321K",
    "token": "jeton-Zq9f83bPeyrac",
    "file name": "avis-imposition-Peyrac.pdf",
}
"""What is planted, by kind; all of it in each of `PLACES`."""

PLACES = {
    "text": "<p>{v}</p>",
    "title": "<p title='{v}'>x</p>",
    "words for a picture": "<img alt='{v}' src='logo.svg' width=9 height=9>",
    "spoken label": "<p aria-label='{v}' aria-description='{v}'>x</p>",
    "data": "<p data-nom='{v}' data-etat='{{&quot;nom&quot;:&quot;{v}&quot;}}'>x</p>",
    "id and class": "<p id='{v}' class='{v}'>x</p>",
    "unknown attribute": "<p valeur='{v}' ng-model='{v}'>x</p>",
    "style": '<p style=\'--v:"{v}"\'>x</p><style>.pl::before{{content:"{v}"}}</style>',
    "field": "<input value='{v}'><textarea>{v}</textarea><input type=hidden value='{v}'>",
    "hint of a field": "<input placeholder='{v}' name='{v}' pattern='{v}'>",
    "button": "<input type=button value='{v}'><button value='{v}'>{v}</button>",
    "choice": "<select><optgroup label='{v}'><option value='{v}' selected>{v}</select>",
    "list of a field": "<datalist id=l><option value='{v}'></datalist>",
    "editable": "<div contenteditable>{v}</div>",
    "own element": "<x-personne nom='{v}'>{v}</x-personne>",
    "template and slot": "<template>{v}</template><div class=h><span slot=a>{v}</span></div>",
    "frame": "<iframe srcdoc='<p title=\"{v}\">{v}</p>' title='{v}' width=50 height=20></iframe>",
    "link": "<a href='?jeton={v}' download='{v}' ping='/x?{v}'>{v}</a>",
    "picture's address": "<img src='/nothing.png?jeton={v}' srcset='/nothing2.png?{v} 2x'>",
    "video": "<video poster='/n.png?{v}'><track label='{v}'></video><object data='?{v}'></object>",
    "drawing": "<svg width=90 height=20><title>{v}</title><text y=9>{v}</text></svg>",
    "picture as data": '<img src="data:image/svg+xml,<svg><text>{v}</text></svg>">',
    "formula": "<math><mtext>{v}</mtext></math>",
    "table": "<table><caption>{v}</caption><tr><th abbr='{v}'>{v}<td>{v}</table>",
    "details": "<details open><summary>{v}</summary>{v}</details>",
    "quotation and time": "<q cite='/{v}'>{v}</q><time datetime='{v}'>{v}</time>",
    "comment": "<!-- {v} -->",
    "no script": "<noscript>{v}</noscript>",
    "split": "<p>{split}</p>",
}
"""Where it is planted. `split`: each letter in an element of its own."""

SCRIPT = """
const planted = PLANTED;
const paragraphs = planted.map((v) => `<p title="${v}">${v}</p>`).join('');
for (const host of document.querySelectorAll('.h')) {
  host.attachShadow({mode: 'open'}).innerHTML = '<slot name=a></slot>' + paragraphs;
}
const closed = document.createElement('div');
document.body.append(closed);
closed.attachShadow({mode: 'closed'}).innerHTML = paragraphs;
const sheet = new CSSStyleSheet();
sheet.replaceSync(planted.map((v) => `.adopted::after{content:${JSON.stringify(v)}}`).join(''));
document.adoptedStyleSheets = [sheet];
const canvas = document.createElement('canvas');
document.body.append(canvas);
planted.forEach((v, n) => canvas.getContext('2d').fillText(v, 5, 9 * n));
const given = new DataTransfer();
given.items.add(new File(['x'], planted.at(-1)));
document.getElementById('fichier').files = given.files;
const keys = [...'CODE'];
const press = () => {
  const key = document.querySelector(`[data-key="${keys.shift()}"]`);
  if (!key) return;
  key.className = 'pressed';
  setTimeout(() => {
    key.className = '';
    document.getElementById('vu').textContent += '•';
    press();
  }, 60);
};
setTimeout(() => {
  for (const v of planted) {
    const late = document.createElement('p');
    late.textContent = late.title = v;
    document.getElementById('plus-tard').append(late);
  }
  document.title = planted[0] + ' (2)';
  history.replaceState(null, '', '?jeton=' + encodeURIComponent(planted[0]));
  location.hash = planted[1];
  press();
}, 800);
document.getElementById('question').addEventListener('input', () => {
  setTimeout(() => alert(planted.join(' ')), 50);
});
"""


def _place(form: str, value: str) -> str:
    split = "".join(f"<b><i>{html.escape(sign)}</i></b>" for sign in value)
    return form.format(v=html.escape(value, quote=True), split=split)


def page() -> str:
    """The page."""
    nirs = "".join(f"<li>{nir(one)}</li>" for one in [*DEPARTMENTS, *OVERSEAS])
    places = "".join(_place(form, value) for form in PLACES.values() for value in KINDS.values())
    boxes = "".join(f"<input maxlength=1 size=1 value={digit}>" for digit in OTP)
    pad = "".join(f"<span data-key={n} tabindex=0>{n}</span>" for n in "0123456789")
    script = SCRIPT.replace("PLANTED", json.dumps([*KINDS.values()])).replace("CODE", CODE)
    metas = "".join(f"<meta name=description content='{html.escape(v)}'>" for v in KINDS.values())
    title = html.escape(KINDS["name"])
    return (
        f"<!doctype html><html lang=fr><head><title>{title}</title>{metas}"
        f"<link rel=alternate href='?jeton={quote(KINDS['token'])}'></head><body>"
        f"<input id=question><input id=fichier type=file><div>{boxes}</div><div>{pad}</div>"
        f"<p id=vu></p><ul>{nirs}</ul>{places}<div id=plus-tard></div><p class=adopted></p>"
        f"<script>{script}</script></body></html>"
    )


async def serve(_request: web.Request) -> web.Response:
    """Answers with the page."""
    return web.Response(text=page(), content_type="text/html")


def _compact(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _spellings(value: str) -> Iterable[bytes]:
    """How it may stand in bytes."""
    plain = value.encode()
    yield plain
    yield quote(value).encode()
    yield json.dumps(value)[1:-1].encode()
    yield html.escape(value).encode()
    if len(plain) > 8:
        for before in range(3):  # base64, wherever it begins
            packed = base64.b64encode(bytes(before) + plain)
            yield packed[-(-before * 4 // 3) + 1 : -4]


PERSONAL = [*KINDS.values(), *(nir(one) for one in [*DEPARTMENTS, *OVERSEAS]), OTP]


def found_in(data: bytes) -> list[str]:
    """What of the planted data stands in some bytes, in any spelling."""
    return [one for one in PERSONAL if any(spelt in data for spelt in _spellings(one))]


def found_in_text(text: str) -> list[str]:
    """The same, also where something stands between its letters."""
    compact = _compact(text)
    near = [one for one in PERSONAL if len(_compact(one)) >= 10 and _compact(one) in compact]
    return near + found_in(text.encode())
