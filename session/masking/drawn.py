# SPDX-License-Identifier: GPL-3.0-only
"""Numbers of people in what a page draws: style sheets, shapes, and pictures written into them.
Used by the guard of the shared page.

A style sheet is full of digits that nobody reads: sizes, colours, the shapes of letters. Taken as
text, every third picture in a sheet holds a "number", and is no picture any more. What can be read
on the screen are the texts in quotes and the words of a drawing; there a number is masked however
it is grouped. Elsewhere it is masked where its digits stand together.
"""

from __future__ import annotations

import binascii
import html
import re
from base64 import b64decode
from bisect import bisect_left
from urllib.parse import unquote

from session.masking.numbers import LIVE, MASK, find, mask

NO_PICTURE = "data:,"

_PICTURE = re.compile(r'url\("(data:(?:[^"\\]|\\.)*)"\)', re.DOTALL)
"""A picture in a style, as `resources/pages/page_parts.js` writes it: one in a text would have its
quotes escaped.
"""

_ESCAPED = re.compile(r"\\([^0-9a-fA-F])", re.DOTALL)
_QUOTED = re.compile(
    r"""/\*.*?(?:\*/|\Z)|\\.|"(?:[^"\\\n\r\f]|\\.)*"?|'(?:[^'\\\n\r\f]|\\.)*'?""", re.DOTALL
)
"""Texts in quotes, as CSS Syntax 3, section 4.3.5 reads them; and what may hold a quote that
begins none.
"""

_WORD = re.compile(r"[\w-]+")
_LONG_DECIMALS = re.compile(r"(\.\d{6})\d+", re.ASCII)
"""No screen shows the seventh; as many could be somebody's number."""

_WRITTEN_PICTURE = re.compile(r"data:image/(?!svg)[\w.+-]+;base64,[\w+/=-]*", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>", re.IGNORECASE)
_TAG = re.compile(r"<(/?tspan)?[^<>]*>", re.IGNORECASE)


def mask_style(text: str) -> str:
    """A style sheet, a rule or declarations, with each number masked that can be read."""
    parts: list[str] = []
    at = 0
    for picture in _PICTURE.finditer(text):
        address = _ESCAPED.sub(r"\1", picture[1])
        parts.append(_mask_sheet(text[at : picture.start()]))
        parts.append(picture[0] if mask_picture(address) == address else f'url("{NO_PICTURE}")')
        at = picture.end()
    return "".join([*parts, _mask_sheet(text[at:])])


def mask_shape(text: str) -> str:
    """The numbers of a path or another shape: only what stands together may be somebody's."""
    return _mask_drawn(text, [])


def mask_picture(address: str) -> str:
    """A picture that is written out in its address, or `NO_PICTURE` when a number can be read in
    it. The dots of a photograph are no text; a drawing has words.
    """
    if _WRITTEN_PICTURE.fullmatch(address):
        return address
    head, _comma, body = address.partition(",")
    if not head.lower().startswith("data:image/svg"):
        return mask(address)
    if find(_words_in(_drawing(head, body)), LIVE):
        return NO_PICTURE
    return address


def _drawing(head: str, body: str) -> str:
    text = unquote(body)
    if not head.lower().endswith(";base64"):
        return text
    try:
        return b64decode(text).decode("utf-8", "replace")
    except binascii.Error:
        return text


def _words_in(drawing: str) -> str:
    """Return what can be read in a drawing;
    all of it where a page or a picture stands inside.
    """
    plain = _CDATA.sub("", drawing)
    if re.search("foreignobject|<!entity|data:", plain, re.IGNORECASE):
        return html.unescape(unquote(plain))
    return html.unescape(_TAG.sub(lambda tag: "" if tag[1] else " ", plain))


def _mask_sheet(text: str) -> str:
    return _mask_drawn(text, [quoted.span() for quoted in _QUOTED.finditer(text)])


def _mask_drawn(text: str, quoted: list[tuple[int, int]]) -> str:
    """The text with `MASK` for each number in one word, or in one of the `quoted` parts."""
    parts: list[str] = []
    at = 0
    for _kind, start, end in find(text, LIVE):
        before = bisect_left(quoted, (end,)) - 1
        in_quotes = before >= 0 and quoted[before][1] > start
        if start >= at and (in_quotes or _WORD.fullmatch(text, start, end)):
            parts += _LONG_DECIMALS.sub(r"\1", text[at:start]), MASK
            at = end
    return "".join([*parts, _LONG_DECIMALS.sub(r"\1", text[at:])])
