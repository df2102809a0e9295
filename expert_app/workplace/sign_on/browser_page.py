# SPDX-License-Identifier: GPL-3.0-only
"""A page of a few words for a browser that comes to one of our programs. Used where people sign on,
and by the hub's door.
"""

from __future__ import annotations

import html

PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 1.2rem/1.5 system-ui, sans-serif; color-scheme: light dark; margin: 0;
  min-height: 90vh; display: grid; place-items: center; text-align: center }}
h1 {{ font-size: 1.6rem; font-weight: 600 }}
</style></head><body><main><h1>{title}</h1><p>{words}</p></main></body></html>"""


def browser_page(language: str, title: str, words: str) -> str:
    """Return the page as HTML; what it is told is plain text."""
    return _PAGE.format(language=language, title=html.escape(title), words=html.escape(words))
