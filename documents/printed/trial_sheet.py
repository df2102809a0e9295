# SPDX-License-Identifier: GPL-3.0-only
"""The sheet that the helpdesk has a kiosk print from afar: it says what it is, and nothing else."""

from __future__ import annotations

from datetime import datetime

import msgspec
from reportlab.lib.units import mm

from documents.printed.dates import moment
from documents.printed.sheet import ACCENT, BODY, BOLD, HEIGHT, INK, MARGIN, PrintedSheet, TextStyle
from resources.texts import _

_TITLE = TextStyle(BOLD, 30, 38, ACCENT)
_TEXT = TextStyle(BODY, 13, 19, INK)


class TrialSheetFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`printed_at` is the site's own clock."""

    site: str
    printed_at: datetime


def make_trial_sheet(facts: TrialSheetFacts) -> bytes:
    """A PDF of one A4 sheet."""
    sheet = PrintedSheet(lambda _pen, _page: None)
    sheet.y = HEIGHT - MARGIN
    sheet.down(sheet.text(_("Test sheet"), _TITLE) + 6 * mm)
    words = _("The helpdesk has tried this printer from afar. You may throw this sheet away.")
    for text in (words, facts.site, moment(facts.printed_at)):
        if text:
            sheet.down(sheet.text(text, _TEXT) + 3 * mm)
    return sheet.finish()
