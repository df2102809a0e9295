# SPDX-License-Identifier: GPL-3.0-only
"""The summary of a conversation on paper: its sentences with their moments. Part of the file for a
vendor.
"""

from __future__ import annotations

from datetime import datetime

from reportlab.lib.units import mm

from documents.pdf.files import PdfTitle, as_pdfa, open_pdf
from documents.printed.dates import moment
from documents.printed.sheet import (
    ACCENT,
    AMBER,
    BODY,
    BOLD,
    INK,
    INNER,
    MARGIN,
    SOFT,
    PrintedSheet,
    TextStyle,
    begin_banded,
    height_of,
)
from resources.texts import _
from session.core.clock import instant
from session.log.summary import SessionSummary
from views.words.log_summary import SummaryLine, SummaryPart, length_words, summary_parts

_TITLE = TextStyle(BOLD, 18, 24, INK)
_PART = TextStyle(BOLD, 12, 17, ACCENT)
_TEXT = TextStyle(BODY, 10, 14.5, INK)
_FAILED = TextStyle(BODY, 10, 14.5, AMBER)
_TIME = TextStyle(BODY, 9, 14.5, SOFT)
_FACT = TextStyle(BODY, 9.5, 14, SOFT)
_TIME_WIDTH, _SIDE_WIDTH = 22 * mm, 32 * mm


def summary_pdf(summary: SessionSummary, title: str, made_at: datetime) -> bytes:
    """PDF/A-2b in the language in use, times by this computer's clock.

    Args:
        title: what the conversation is called.
        made_at: timezone-aware.
    """
    sheet = PrintedSheet(begin_banded)
    sheet.down(sheet.text(title, _TITLE) + 1 * mm)
    for words in facts_of(summary):
        sheet.down(sheet.text(words, _FACT))
    for part in summary_parts(summary):
        _part(sheet, part, summary.started_at_utc)
    with open_pdf(sheet.finish()) as pdf:
        return as_pdfa(pdf, PdfTitle(title, made_at, author="Poste Expert"))


def facts_of(summary: SessionSummary) -> list[str]:
    """Return the place and the time, in a line or two."""
    if summary.started_at_utc is None:
        return []
    at = summary.started_at_utc.astimezone()
    places = (
        (_("Organisation"), summary.organisation),
        (_("Service"), summary.service),
        (_("Kiosk"), summary.kiosk),
        (_("Agent"), summary.agent),
    )
    where = "  ·  ".join(_("{name}: {value}").format(name=n, value=v) for n, v in places if v)
    length = _("Conversation of {length}").format(length=length_words(summary.talk_s))
    return [f"{moment(at)}  ·  {length}", where]


def _part(sheet: PrintedSheet, part: SummaryPart, started_at: datetime | None) -> None:
    sheet.need(24 * mm)
    sheet.down(6 * mm)
    sheet.down(sheet.text(part.title, _PART) + 1.5 * mm)
    sheet.line()
    sheet.down(2 * mm)
    for line in part.lines:
        _line(sheet, line, started_at)


def _line(sheet: PrintedSheet, line: SummaryLine, started_at: datetime | None) -> None:
    if line.tone in ("bad", "warn"):
        style = _FAILED
    else:
        style = _TEXT
    width = INNER - _TIME_WIDTH - (_SIDE_WIDTH if line.side else 0)
    height = height_of(line.words, style, width)
    sheet.need(height)
    if line.at_s is not None and started_at is not None:
        at = instant(started_at.timestamp() + line.at_s).astimezone()
        sheet.text(f"{at:%H:%M:%S}", _TIME, width=_TIME_WIDTH)
    if line.side:
        sheet.text(line.side, _TIME, x=MARGIN + INNER - _SIDE_WIDTH, width=_SIDE_WIDTH)
    sheet.text(line.words, style, x=MARGIN + _TIME_WIDTH, width=width)
    sheet.down(height + 1 * mm)
