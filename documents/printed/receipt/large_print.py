# SPDX-License-Identifier: GPL-3.0-only
"""The receipt in large print (18 points and more), one thing below the other:
for callers who see little.

It says everything that the ordinary one says (`receipt_facts.sections`), with the same code.
Used by programs.
"""

from __future__ import annotations

from reportlab.lib.units import mm

from documents.printed.receipt.facts import (
    ReceiptFacts,
    Section,
    Signer,
    kind_words,
    sections,
    title_words,
    verification_text,
)
from documents.printed.receipt.pdf import finish_receipt
from documents.printed.sheet import (
    ACCENT,
    BODY,
    BOLD,
    HEIGHT,
    INK,
    INNER,
    MARGIN,
    PrintedSheet,
    TextStyle,
    height_of,
)
from resources.texts import _

_TITLE = TextStyle(BOLD, 28, 34, INK)
_HEADING = TextStyle(BOLD, 23, 29, ACCENT)
_TEXT = TextStyle(BODY, 18, 25, INK)
_STRONG = TextStyle(BOLD, 18, 25, INK)
_QR = 45 * mm


def large_receipt(facts: ReceiptFacts, signer: Signer | None = None) -> bytes:
    """The receipt as PDF/A-2b, A4, large, in the language in use."""
    code = verification_text(facts, signer)
    pages = _draw(facts, code, 0)[1]
    return finish_receipt(_draw(facts, code, pages)[0], facts, code, signer=signer)


def _draw(facts: ReceiptFacts, code: str, pages: int) -> tuple[bytes, int]:
    def on_page(sheet: PrintedSheet, page: int) -> None:
        sheet.band(5 * mm, ACCENT)
        sheet.y = HEIGHT - 14 * mm
        number = _("Page {page} of {pages}").format(page=page, pages=pages or page)
        sheet.text(number, TextStyle(BODY, 14, 18, INK, right=True))
        sheet.down(10 * mm)

    sheet = PrintedSheet(on_page)
    for text, kind in ((title_words(facts), _TITLE), (kind_words(facts), _STRONG)):
        sheet.down(sheet.text(text, kind) + 4 * mm)
    for section in sections(facts):
        _section(sheet, section)
    sheet.need(_QR + 4 * mm)
    sheet.qr(code, MARGIN, sheet.y - _QR, _QR)
    return sheet.finish(), sheet.page


def _section(sheet: PrintedSheet, section: Section) -> None:
    if section.heading:
        sheet.need(32 * mm)
        sheet.down(4 * mm)
        sheet.down(sheet.text(section.heading, _HEADING) + 3 * mm)
    for item in section.items:
        _put(sheet, f"☐  {item}", _TEXT)
    for name, value in section.rows:
        sheet.need(height_of(name, _STRONG, INNER) + height_of(value, _TEXT, INNER) + 4 * mm)
        sheet.down(sheet.text(name, _STRONG))
        sheet.down(sheet.text(value, _TEXT) + 4 * mm)
    for text in section.texts:
        _put(sheet, text, _TEXT)


def _put(sheet: PrintedSheet, text: str, kind: TextStyle) -> None:
    height = height_of(text, kind, INNER) + 4 * mm
    sheet.need(height)
    sheet.text(text, kind)
    sheet.down(height)
