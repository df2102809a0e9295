# SPDX-License-Identifier: GPL-3.0-only
"""The slip of an appointment, to take home: day and hour in full, place, letters and QR code, what
to bring, how to cancel. Large print, plain words, nobody's name or number.

Printed at the kiosk; `appointment_words` has the sentences, which messages say too.
"""

from __future__ import annotations

from datetime import datetime

from reportlab.lib.units import mm

from documents.pdf.files import PdfTitle, as_pdfa, open_pdf
from documents.printed.appointment_words import AppointmentSlip, slip_parts
from documents.printed.dates import full_moment
from documents.printed.sheet import (
    ACCENT,
    BODY,
    BOLD,
    HEIGHT,
    INK,
    INNER,
    MARGIN,
    TINT,
    WIDTH,
    PrintedSheet,
    TextStyle,
    begin_banded,
    fitting,
    height_of,
)
from resources.texts import _, language, language_tag, on_paper
from session.core.spoken_letters import in_groups

_TITLE = TextStyle(BOLD, 24, 30, INK)
_WHEN = TextStyle(BOLD, 25, 32, ACCENT)
_STRONG = TextStyle(BOLD, 19, 25, INK)
_TEXT = TextStyle(BODY, 16, 22, INK)
_LABEL = TextStyle(BOLD, 17, 23, ACCENT)
_LETTERS = TextStyle(BOLD, 42, 50, INK)
_QR = 40 * mm
_GAP = 3.5 * mm
_PAD = 4 * mm
_WHEN_MOST = 60 * mm


def slip_pdf(slip: AppointmentSlip, printed_at: datetime) -> bytes:
    """The slip as PDF/A-2b, A4, in the language in use. `printed_at` is timezone-aware."""
    with on_paper():
        sheet = _drawn(slip)
        title = PdfTitle(
            _("Your appointment"),
            printed_at,
            author=slip.organisation_name,
            language=language_tag(language()),
        )
    with open_pdf(sheet.finish()) as pdf:
        return as_pdfa(pdf, title)


def _drawn(slip: AppointmentSlip) -> PrintedSheet:
    sheet = PrintedSheet(begin_banded)
    sheet.y = HEIGHT - MARGIN
    sheet.put(_("Your appointment"), _TITLE, _GAP)
    _time_and_place(sheet, slip)
    _letters(sheet, slip)
    for part in slip_parts(slip):
        sheet.need(height_of(part.heading, _LABEL, INNER) + 20 * mm)
        sheet.put(part.heading, _LABEL, 1 * mm)
        for text in part.texts:
            sheet.put(text, _TEXT)
        for item in part.items:
            sheet.ticked(item, _TEXT, 5 * mm)
        sheet.down(_GAP)
    sheet.put(_("Keep this sheet. Whoever has the letters can cancel."), _TEXT)
    return sheet


def _time_and_place(sheet: PrintedSheet, slip: AppointmentSlip) -> None:
    when = full_moment(slip.starts_at)
    for text, kind in (
        (when[:1].upper() + when[1:], _WHEN),
        (slip.site_name, _STRONG),
        (slip.service_name, _STRONG),
        (slip.organisation_name, _TEXT),
    ):
        if text:
            sheet.put(text, fitting(text, kind, INNER, _WHEN_MOST), 1 * mm)
    sheet.down(_GAP)


def _letters(sheet: PrintedSheet, slip: AppointmentSlip) -> None:
    """The letters in a panel, and the QR code beside them."""
    width = INNER - _QR - _PAD
    sheet.need(_QR)
    top = sheet.y
    sheet.panel(_QR, TINT, ACCENT, width=width)
    sheet.qr(slip.qr, WIDTH - MARGIN - _QR, top - _QR, _QR)
    inner = width - 2 * _PAD
    sheet.down(_PAD)
    label = _("Your letters")
    sheet.down(sheet.text(label, _LABEL, x=MARGIN + _PAD, width=inner) + 2 * mm)
    sheet.text(in_groups(slip.code, 3), _LETTERS, x=MARGIN + _PAD, width=inner)
    sheet.y = top - _QR - _GAP
