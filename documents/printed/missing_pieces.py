# SPDX-License-Identifier: GPL-3.0-only
"""The pieces a caller still has to bring, on a sheet to take home: large print, boxes to tick,
a QR code to carry.

The code holds the list itself, no name and no number of the caller:
a lost sheet does not say whose it is.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from reportlab.lib.units import mm

from documents.pdf.files import PdfTitle, as_pdfa, open_pdf
from documents.printed.dates import long_date
from documents.printed.sheet import (
    ACCENT,
    BODY,
    BOLD,
    HEIGHT,
    INK,
    INNER,
    MARGIN,
    SOFT,
    WIDTH,
    PrintedSheet,
    TextStyle,
    begin_banded,
    height_of,
)
from resources.texts import _
from session.core.spoken_letters import short_number

_TITLE = TextStyle(BOLD, 24, 30, INK)
_PROCEDURE = TextStyle(BOLD, 15, 20, ACCENT)
_PIECE = TextStyle(BOLD, 14, 19, INK)
_DETAIL = TextStyle(BODY, 11.5, 16, SOFT)
_TEXT = TextStyle(BODY, 12.5, 18, INK)
_QR = 34 * mm
_BOX = 6 * mm
MAX_QR_LETTERS = 900


class MissingPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece, why it was refused last time, and papers of which one will do."""

    name: str
    reason: str = ""
    hint: str = ""
    any_of: tuple[str, ...] = ()


class MissingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands on the sheet. `printed_at` is timezone-aware; `before` is when the pieces are
    due.
    """

    organisation: str
    procedure: str
    pieces: tuple[MissingPiece, ...]
    printed_at: datetime
    before: date | None = None
    phone: str = ""
    site: str = ""
    session_id: str = ""


def missing_list(facts: MissingFacts) -> bytes:
    """The sheet as PDF/A-2b, in the language in use."""
    sheet = PrintedSheet(begin_banded)
    width = INNER - _QR - 6 * mm
    sheet.qr(missing_text(facts), WIDTH - MARGIN - _QR, sheet.y - _QR, _QR)
    sheet.down(sheet.text(_("What is still missing"), _TITLE, width=width) + 2 * mm)
    sheet.down(sheet.text(facts.organisation, TextStyle(BODY, 13, 18, SOFT), width=width))
    sheet.down(sheet.text(facts.procedure, _PROCEDURE, width=width) + 2 * mm)
    if facts.before is not None:
        due = _("To be brought before {date}.").format(date=long_date(facts.before))
        sheet.down(sheet.text(due, _TEXT, width=width))
    sheet.y = min(sheet.y, HEIGHT - MARGIN - _QR) - 6 * mm
    for piece in facts.pieces:
        _piece(sheet, piece)
    if not facts.pieces:
        sheet.down(
            sheet.text(_("Nothing is missing: your dossier has all its pieces."), _PIECE) + 6 * mm
        )
    _foot(sheet, facts)
    title = PdfTitle(_("What is still missing"), facts.printed_at, author=facts.organisation)
    with open_pdf(sheet.finish()) as pdf:
        return as_pdfa(pdf, title)


def missing_text(facts: MissingFacts) -> str:
    """Return the QR code's text: plain text that any telephone shows."""
    lines = [
        f"{facts.organisation} – {facts.procedure}",
        *(f"[ ] {piece.name}" for piece in facts.pieces),
    ]
    if facts.phone:
        lines.append(facts.phone)
    text = "\n".join(lines)
    if len(text) <= MAX_QR_LETTERS:
        return text
    return text[: MAX_QR_LETTERS - 1] + "…"


def _piece(sheet: PrintedSheet, piece: MissingPiece) -> None:
    x, width = MARGIN + _BOX + 5 * mm, INNER - _BOX - 5 * mm
    if piece.reason:
        details = [_("Refused last time: {reason}").format(reason=piece.reason)]
    else:
        details = []
    details += [piece.hint] if piece.hint else []
    if piece.any_of:
        details.append(_("One of these will do: {papers}.").format(papers=", ".join(piece.any_of)))
    sheet.need(22 * mm + sum(height_of(text, _DETAIL, width) for text in details))
    sheet.box(MARGIN, _BOX)
    sheet.down(sheet.text(piece.name, _PIECE, x=x, width=width) + 1 * mm)
    for text in details:
        sheet.put(text, _DETAIL, 0.6 * mm, x=x, width=width)
    sheet.down(4 * mm)
    sheet.line()
    sheet.down(5 * mm)


def _foot(sheet: PrintedSheet, facts: MissingFacts) -> None:
    sheet.need(26 * mm)
    come = _("Come back to any kiosk of the network: the adviser finds this list there.")
    sheet.put(come, _TEXT, 2 * mm)
    if facts.phone:
        sheet.put(_("Telephone: {phone}").format(phone=facts.phone), _TEXT, 2 * mm)
    printed = _("Printed on {date}, {site}").format(
        date=long_date(facts.printed_at), site=facts.site or "–"
    )
    number = short_number(facts.session_id)
    spoken = _("Number of the conversation: {number}").format(number=number)
    sheet.put(f"{printed}\n{spoken}" if number else printed, _DETAIL)
