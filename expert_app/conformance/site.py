# SPDX-License-Identifier: GPL-3.0-only
"""A page for the kiosk under test, with numbers of an invented person in it, and the search for
them in what the kiosk says. Used by `run` and `page`.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HARMLESS, LATE = "Bienvenue au guichet d’essai", "Cette phrase vient plus tard"
"""What the mirror must show: else it would be easy to leak nothing."""

SECRETS = {
    "a person's number (NIR)": "2 88 05 78 006 084 88",
    "an account's number (IBAN)": "FR76 3000 6000 0112 3456 7890 189",
    "a card's number": "4970 1012 3456 7893",
    "a password": "Peyrac-motdepasse-42",
    "a hidden field": "jeton-cache-Zq9f83b",
}
"""Invented; each passes the check of its kind."""

_NIR, _IBAN, _CARD, _PASSWORD, _HIDDEN = SECRETS.values()

PAGE = f"""<!doctype html><html lang=fr><head><title>Essai {_CARD}</title></head><body>
<h1>{HARMLESS}</h1>
<p>{_NIR}</p><p title="{_IBAN}">Compte <b>{_IBAN[:14]}</b><i>{_IBAN[14:]}</i></p>
<p data-carte="{_CARD}" aria-label="{_CARD}">Carte</p>
<input value="{_NIR}"><textarea>{_IBAN}</textarea>
<input type=password value="{_PASSWORD}"><input type=hidden value="{_HIDDEN}">
<select><option selected>{_IBAN}</option></select>
<button>Continuer</button><div id=late></div>
<script>setTimeout(() => {{
  const late = document.createElement('p');
  late.textContent = '{LATE} {_NIR}'; late.title = '{_CARD}';
  document.getElementById('late').append(late);
}}, 400);</script></body></html>
"""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Every address is the page."""
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
        """Says nothing."""


@contextlib.contextmanager
def page_site(address: str = "127.0.0.1") -> Iterator[str]:
    """The page's address, while it is served at this address of this machine."""
    server = ThreadingHTTPServer((address, 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{address}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def _compact(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def secrets_in(text: str) -> list[str]:
    """Which kinds of secrets stand in a text, whatever stands between their letters."""
    compact = _compact(text)
    return [kind for kind, value in SECRETS.items() if _compact(value) in compact]
