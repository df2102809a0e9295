# SPDX-License-Identifier: GPL-3.0-only
"""The slip of an appointment, to take home: day and hour in full, place, letters and QR code, what
to bring, how to cancel. Large print, plain words, nobody's name or number.

Printed at the kiosk and by a host; `slip_lines` says the same in messages.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec
from reportlab.lib.units import mm

from documents.pdf.files import PdfTitle, as_pdfa, open_pdf
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


class AppointmentSlip(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands on the slip, with the names of the hub's `Slip`:
    `msgspec.convert(slip, AppointmentSlip, from_attributes=True)` makes one.

    Attributes:
        starts_at, cancel_until: by the site's own clock, written as they stand.
        agent_name: who expects the caller, "" for anybody.
    """

    code: str
    qr: str
    service_name: str
    organisation_name: str
    site_name: str
    starts_at: datetime
    length_min: int
    cancel_until: datetime
    agent_name: str = ""
    bring: tuple[str, ...] = ()
    phone: str = ""


class SlipPart(NamedTuple):
    """A heading, sentences, and things to tick."""

    heading: str
    texts: tuple[str, ...]
    items: tuple[str, ...] = ()


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


def slip_parts(slip: AppointmentSlip, *, has_code: bool = True) -> list[SlipPart]:
    """Everything that is said below time, place and letters, in the order in which it is read.
    `has_code`: the QR code stands beside it.
    """
    typing = _("At the kiosk, touch “I have an appointment” and type the letters.")
    change = [
        _("You can choose another time or cancel until {when}.").format(
            when=full_moment(slip.cancel_until)
        ),
        typing,
    ]
    if slip.phone:
        change.append(_("Or call this number: {phone}").format(phone=slip.phone))
    if has_code:
        day = [
            _("At the kiosk, touch “I have an appointment”."),
            _("Then show this code to the kiosk, or type the letters."),
        ]
    else:
        day = [typing]
    day.append(_("The appointment lasts about {minutes} min.").format(minutes=slip.length_min))
    if slip.agent_name:
        day.append(_("{agent} expects you.").format(agent=slip.agent_name))
    parts = [SlipPart(_("On the day"), tuple(day))]
    if slip.bring:
        parts.append(SlipPart(_("Bring these papers"), (), slip.bring))
    return [*parts, SlipPart(_("If you cannot come"), tuple(change))]


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
