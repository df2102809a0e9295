# SPDX-License-Identifier: GPL-3.0-only
"""The caller's receipt: who received which pieces, when, and what follows.
Used by programs, printed at the kiosk.

Its content is that of an acknowledgement of receipt:
code des relations entre le public et l'administration, articles L. 112-3, R. 112-5 (date, service
in charge with its addresses, implicit decision) and L. 114-5 (missing pieces).
"""

from __future__ import annotations

import io
from functools import partial
from typing import Literal

import pikepdf
from reportlab.lib.units import mm

from documents.pdf.files import FLAVOUR, PdfTitle, as_pdfa
from documents.pdf.provenance import seal
from documents.printed.dates import hour, long_date
from documents.printed.receipt.facts import (
    ImplicitDecision,
    ReceiptFacts,
    ReceivedPiece,
    ServiceInCharge,
    Signer,
    Silence,
    check_text,
    consent_lines,
    consents_heading,
    control_code,
    decision_words,
    fingerprint,
    foot_words,
    kind_words,
    legal_words,
    missing_heading,
    missing_texts,
    pages_words,
    pieces_heading,
    rights_words,
    state_words,
    title_words,
    verification_text,
)
from documents.printed.receipt.record import put_record
from documents.printed.sheet import (
    ACCENT,
    AMBER,
    AMBER_TINT,
    BODY,
    BOLD,
    BOTTOM,
    HEIGHT,
    INK,
    INNER,
    MARGIN,
    SOFT,
    TINT,
    PrintedSheet,
    TextStyle,
    fitting,
    height_of,
)
from resources.texts import _

__all__ = [
    "QR_SIDE",
    "ImplicitDecision",
    "ReceiptFacts",
    "ReceivedPiece",
    "ServiceInCharge",
    "Signer",
    "Silence",
    "check_text",
    "control_code",
    "finish_receipt",
    "kind_words",
    "receipt",
    "verification_text",
]

_HEADING = TextStyle(BOLD, 11, 15, ACCENT)
_TITLE = TextStyle(BOLD, 18.5, 24, INK)
_LABEL = TextStyle(BODY, 7.5, 10, SOFT)
_VALUE = TextStyle(BODY, 9.5, 13, INK)
_STRONG = TextStyle(BOLD, 9.5, 13, INK)
_SMALL = TextStyle(BODY, 7.5, 10.5, SOFT)
_CODE = TextStyle(BOLD, 8, 11, INK)
_PAD = 4 * mm
QR_SIDE = 28 * mm
"""A signed code has 69 dots a side: 0.4 mm each, which a telephone reads."""


def receipt(
    facts: ReceiptFacts, flavour: Literal["1b", "2b"] = FLAVOUR, signer: Signer | None = None
) -> bytes:
    """The receipt as PDF/A, A4, in the language in use (`resources.texts.use_language`).

    Args:
        signer: signs the code on the paper and seals the file; None: neither can be checked later.
    """
    code = verification_text(facts, signer)
    pages = _Receipt(facts, 0, code=code).draw()[1]
    drawn, _pages = _Receipt(facts, pages, code=code).draw()
    return finish_receipt(drawn, facts, code, flavour=flavour, signer=signer)


def finish_receipt(
    drawn: bytes,
    facts: ReceiptFacts,
    code: str,
    *,
    flavour: Literal["1b", "2b"] = FLAVOUR,
    signer: Signer | None = None,
) -> bytes:
    """Return the drawn receipt as PDF/A, with its record and seal when there is a signer."""
    title = PdfTitle(
        title_words(facts),
        facts.received_at,
        author=facts.organisation,
        subject=kind_words(facts),
        language=facts.language,
    )
    if signer is None:
        describe = None
    else:
        describe = partial(put_record, facts=facts, code=code)
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        data = as_pdfa(pdf, title, describe, flavour)
    if signer is None:
        return data
    return seal(data, signer.public_key, signer.sign)


class _Receipt:
    """Draws one; `pages` is the number of pages, 0 while it is being counted;
    `code` is what the QR code says.
    """

    def __init__(self, facts: ReceiptFacts, pages: int, *, code: str) -> None:
        self._facts = facts
        self._pages = pages
        self._code = code

    def draw(self) -> tuple[bytes, int]:
        """The PDF and how many pages it has."""
        sheet = PrintedSheet(self._on_page)
        self._title(sheet)
        self._who(sheet)
        self._received(sheet)
        self._still_missing(sheet)
        self._what_follows(sheet)
        self._agreed(sheet)
        self._verification(sheet)
        return sheet.finish(), sheet.page

    def _on_page(self, sheet: PrintedSheet, page: int) -> None:
        """Band, name of the organisation, foot."""
        facts = self._facts
        sheet.band(5 * mm, ACCENT)
        sheet.y = HEIGHT - 13 * mm
        if page > 1:
            day, time = long_date(facts.received_at), hour(facts.received_at)
            at = _("Received on {date} at {hour}").format(date=day, hour=time)
            sheet.text(
                at,
                TextStyle(BODY, 9, 15, SOFT, right=True),
                x=MARGIN + INNER * 0.55,
                width=INNER * 0.45,
            )
        height = sheet.text(
            facts.organisation,
            TextStyle(BOLD, 12, 15, ACCENT),
            width=INNER * 0.55 if page > 1 else INNER,
        )
        sheet.down(height + 4 * mm)
        self._foot(sheet, page)

    def _foot(self, sheet: PrintedSheet, page: int) -> None:
        facts, y = self._facts, sheet.y
        sheet.y = BOTTOM - 6 * mm
        sheet.line()
        sheet.down(2 * mm)
        words, width = "\n".join(foot_words(facts)), INNER * 0.84
        sheet.text(words, fitting(words, _SMALL, width, sheet.y - 5 * mm), width=width)
        number = _("Page {page} of {pages}").format(page=page, pages=self._pages or page)
        sheet.text(
            number,
            TextStyle(BODY, 7.5, 10.5, SOFT, right=True),
            x=MARGIN + INNER * 0.84,
            width=INNER * 0.16,
        )
        sheet.y = y

    def _title(self, sheet: PrintedSheet) -> None:
        facts = self._facts
        box = 52 * mm
        sheet.down(5 * mm)
        top = sheet.y
        sheet.panel(19 * mm, TINT, ACCENT, x=MARGIN + INNER - box, width=box)
        sheet.down(3 * mm)
        x, width = MARGIN + INNER - box + _PAD, box - 1.5 * _PAD
        sheet.down(sheet.text(_("Received on"), _LABEL, x=x, width=width))
        sheet.down(
            sheet.text(
                long_date(facts.received_at), TextStyle(BOLD, 12, 15.5, INK), x=x, width=width
            )
        )
        sheet.text(_("at {hour}").format(hour=hour(facts.received_at)), _VALUE, x=x, width=width)
        sheet.y = top
        sheet.down(sheet.text(_("Receipt for pieces"), _TITLE, width=INNER - box - _PAD) + 1 * mm)
        sheet.down(
            sheet.text(kind_words(facts), TextStyle(BODY, 11, 15, SOFT), width=INNER - box - _PAD)
        )
        sheet.y = min(sheet.y, top - 19 * mm) - 7 * mm

    def _who(self, sheet: PrintedSheet) -> None:
        """Two cards: the dossier, and the service in charge."""
        facts, service = self._facts, self._facts.service
        dossier_rows = [
            (_("Dossier number"), facts.dossier_number),
            (_("Procedure"), facts.procedure),
            (_("Caller"), facts.caller_name),
            (_("Caller number"), facts.caller_number),
        ]
        right = [
            (_("Service in charge of the dossier"), service.name),
            (_("Postal address"), service.postal_address),
            (_("Telephone"), service.phone),
            (_("E-mail"), service.email),
        ]
        gap = 5 * mm
        width = (INNER - gap) / 2
        height = max(_card_height(rows, width) for rows in (dossier_rows, right))
        sheet.need(height)
        for rows, x in ((dossier_rows, MARGIN), (right, MARGIN + width + gap)):
            sheet.panel(height, TINT, ACCENT, x=x, width=width)
            _card(sheet, rows, x, width)
        sheet.down(height + 6 * mm)

    def _received(self, sheet: PrintedSheet) -> None:
        """The table of pieces."""
        pieces = self._facts.pieces
        sheet.need(30 * mm)
        sheet.down(sheet.text(pieces_heading(self._facts), _HEADING) + 2 * mm)
        if not pieces:
            sheet.down(sheet.text(_("No piece was received."), _VALUE) + 8 * mm)
            return
        self._row(sheet, (_("Piece"), _("Pages"), _("Fingerprint (SHA-256)")), _LABEL, _LABEL)
        for piece in pieces:
            row = (
                piece.name,
                f"{pages_words(piece)}\n{state_words(piece, self._facts)}".strip(),
                fingerprint(piece),
            )
            sheet.need(max(26.0, height_of(piece.name, _STRONG, INNER * 0.56)) + 5 * mm)
            self._row(sheet, row, _STRONG, _VALUE, tick=True)
        sheet.down(5 * mm)

    def _row(
        self,
        sheet: PrintedSheet,
        cells: tuple[str, str, str],
        first: TextStyle,
        other: TextStyle,
        *,
        tick: bool = False,
    ) -> None:
        name, pages, print_ = cells
        indent = 7 * mm
        if tick:
            sheet.text("✓", TextStyle(BOLD, 10, 13, ACCENT), x=MARGIN + 1 * mm, width=indent)
        height = max(
            sheet.text(name, first, x=MARGIN + indent, width=INNER * 0.56),
            height_of(pages, other, INNER * 0.14),
        )
        sheet.text(pages, other, x=MARGIN + indent + INNER * 0.58, width=INNER * 0.14)
        if tick:
            last = TextStyle(BODY, 8, 13, SOFT)
        else:
            last = other
        sheet.text(print_, last, x=MARGIN + indent + INNER * 0.72, width=INNER * 0.25)
        sheet.down(height + 1.6 * mm)
        sheet.line()
        sheet.down(1.6 * mm)

    def _still_missing(self, sheet: PrintedSheet) -> None:
        facts = self._facts
        if not facts.missing:
            return
        checklist = "\n".join(f"☐  {name}" for name in facts.missing)
        texts = [(checklist, _VALUE), *((text, _SMALL) for text in missing_texts(facts))]
        heading = missing_heading(facts)
        self._panel(sheet, heading, tuple(texts), warning=True)

    def _what_follows(self, sheet: PrintedSheet) -> None:
        facts = self._facts
        texts = [(text, _VALUE) for text in decision_words(facts)]
        texts += [(legal_words(facts), _SMALL), (rights_words(), _SMALL)]
        self._panel(sheet, _("What happens next"), tuple(texts), warning=False)

    def _agreed(self, sheet: PrintedSheet) -> None:
        lines = [(line, _SMALL) for line in consent_lines(self._facts)]
        if lines:
            self._panel(sheet, consents_heading(), tuple(lines), warning=False)

    def _panel(
        self,
        sheet: PrintedSheet,
        heading: str,
        texts: tuple[tuple[str, TextStyle], ...],
        *,
        warning: bool,
    ) -> None:
        colour, tint = (AMBER, AMBER_TINT) if warning else (ACCENT, TINT)
        title = TextStyle(BOLD, 10.5, 14, colour)
        width, gap = INNER - 2 * _PAD, 1.5 * mm
        inside = height_of(heading, title, width) + sum(
            height_of(text, kind, width) + gap for text, kind in texts
        )
        height = inside + 2 * 3 * mm
        sheet.need(height)
        sheet.panel(height, tint, colour)
        bottom = sheet.y - height
        sheet.down(3 * mm)
        sheet.down(sheet.text(heading, title, x=MARGIN + _PAD, width=width) + gap)
        for text, kind in texts:
            sheet.down(sheet.text(text, kind, x=MARGIN + _PAD, width=width) + gap)
        sheet.y = bottom - 5 * mm

    def _verification(self, sheet: PrintedSheet) -> None:
        side = QR_SIDE
        sheet.need(side)
        if sheet.page == 1:  # at the foot of a single page, where one looks for it
            sheet.y = BOTTOM + side
        sheet.qr(self._code, MARGIN, sheet.y - side, side)
        x, width = MARGIN + side + 5 * mm, INNER - side - 5 * mm
        sheet.down(4 * mm)
        sheet.down(
            sheet.text(_("Verification"), TextStyle(BOLD, 9.5, 13, ACCENT), x=x, width=width)
        )
        explained = _(
            "Scan this code to compare the dossier, the date and the pieces with this paper."
        )
        sheet.down(sheet.text(explained, _SMALL, x=x, width=width) + 1.5 * mm)
        sheet.text(
            _("Control code: {code}").format(code=control_code(self._facts)),
            _CODE,
            x=x,
            width=width,
        )


def _card(sheet: PrintedSheet, rows: list[tuple[str, str]], x: float, width: float) -> None:
    """Labels and values inside a panel that hangs from `y`; `y` stays."""
    top = sheet.y
    sheet.down(3 * mm)
    for place, (label, value) in enumerate((label, value) for label, value in rows if value):
        sheet.down(sheet.text(label, _LABEL, x=x + _PAD, width=width - 2 * _PAD))
        kind = _STRONG if place == 0 else _VALUE
        sheet.down(sheet.text(value, kind, x=x + _PAD, width=width - 2 * _PAD) + 1.4 * mm)
    sheet.y = top


def _card_height(rows: list[tuple[str, str]], width: float) -> float:
    filled_rows = [(label, value) for label, value in rows if value]
    inner = width - 2 * _PAD
    texts = sum(
        height_of(label, _LABEL, inner) + height_of(value, _STRONG, inner) + 1.4 * mm
        for label, value in filled_rows
    )
    return texts + 2 * 3 * mm - 1.4 * mm
