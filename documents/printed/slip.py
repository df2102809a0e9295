# SPDX-License-Identifier: GPL-3.0-only
"""The slip with a ticket number, for a caller who comes back: number, place, what to do.
Printed at the kiosk.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from reportlab.lib.units import mm

from documents.printed.dates import moment
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
)
from resources.texts import _, on_paper

_NUMBER = TextStyle(BOLD, 96, 108, ACCENT)
_LABEL = TextStyle(BODY, 13, 19, SOFT)
_STRONG = TextStyle(BOLD, 17, 24, INK)
_TEXT = TextStyle(BODY, 13, 19, INK)
_QR = 36 * mm


class SlipFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands on a slip; nothing says who the caller is.
    `printed_at` is the site's own clock.
    """

    number: str
    organisation: str
    service: str
    site: str
    printed_at: datetime


def make_slip(facts: SlipFacts) -> bytes:
    """A PDF of one A4 sheet, its upper half used:
    kiosks print on A4, and the number is read from afar.
    """
    with on_paper():
        return _drawn(facts)


def _drawn(facts: SlipFacts) -> bytes:
    sheet = PrintedSheet(lambda _pen, _page: None)
    sheet.y = HEIGHT - MARGIN
    how = _(
        "When this number is on the screen of the room, come back to the kiosk and touch “I have a "
        "number”."
    )
    for text, kind, after in (
        (_("Your ticket"), _LABEL, 0.0),
        (facts.number, _NUMBER, 4 * mm),
        (facts.service, _STRONG, 1 * mm),
        (facts.organisation, _TEXT, 0.0),
        (facts.site, _TEXT, 6 * mm),
        (how, _STRONG, 4 * mm),
        (_("You then have a few minutes to come."), _TEXT, 4 * mm),
        (moment(facts.printed_at), _LABEL, 0.0),
    ):
        if text:
            sheet.down(
                sheet.text(text, kind, width=INNER - _QR if kind is _NUMBER else INNER) + after
            )
    sheet.qr(slip_text(facts), WIDTH - MARGIN - _QR, HEIGHT - MARGIN - _QR, _QR)
    sheet.down(6 * mm)
    sheet.line()
    return sheet.finish()


def slip_text(facts: SlipFacts) -> str:
    """Return the QR code's text."""
    return "|".join(
        ("TICKET-1", facts.number, facts.site, facts.printed_at.isoformat(timespec="minutes"))
    )
