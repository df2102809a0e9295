# SPDX-License-Identifier: GPL-3.0-only
"""The page for whoever sets up a kiosk from a stick, and the sheet on which a site is accepted.
Used by the operator's commands `bundle` and `acceptance`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from reportlab.lib.units import mm

from documents.pdf.files import PdfTitle, as_pdfa, open_pdf
from documents.printed.dates import moment
from documents.printed.sheet import (
    ACCENT,
    BODY,
    BOLD,
    INK,
    INNER,
    MARGIN,
    SOFT,
    STEP,
    TINT,
    WARNING,
    PrintedSheet,
    TextStyle,
    begin_banded,
    height_of,
)
from resources.texts import N_, _, ngettext

_TITLE = TextStyle(BOLD, 22, 28, ACCENT)
_SITE = TextStyle(BOLD, 15, 21, INK)
_TEXT = TextStyle(BODY, 11, 16, INK)
_SMALL = TextStyle(BODY, 9.5, 13, SOFT)
_STEP = TextStyle(BODY, 11.5, 17, INK)
_COMMAND = TextStyle(BOLD, 11.5, 17, INK)
_HEAD = TextStyle(BOLD, 13, 19, ACCENT)
_SIDE = 4.5 * mm
NOT_SET_UP = N_("Not set up yet: nobody has used its invitation.")
NOT_CALLED = N_("Nobody has called from it yet.")
NOT_TRIED = N_("It has not tried itself yet: start the test from the helpdesk's window.")


class SiteGuide(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on the page for the contractor. `until` is in the operator's own time.

    Attributes:
        command: what is typed, with the stick mounted.
        kiosks: how many of them the site has.
        addresses: "host:port" that the site's line must reach.
    """

    site: str
    command: str
    kiosks: int
    addresses: tuple[str, ...]
    until: datetime


class AcceptedKiosk(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub saw of one kiosk.

    Attributes:
        parts: what the kiosk found of itself, in words; True when it is well or not there.
        calls: conversations that have ended.
    """

    name: str
    enrolled_at: datetime | None = None
    version: str = ""
    tested_at: datetime | None = None
    parts: tuple[tuple[str, bool], ...] = ()
    first_call_at: datetime | None = None
    calls: int = 0

    @property
    def is_good(self) -> bool:
        """It is enrolled, has tried itself without a fault, and somebody has called from it."""
        return not self.missing()

    def missing(self) -> list[str]:
        """Return what keeps it from being good, in sentences."""
        if self.enrolled_at is None:
            return [_(NOT_SET_UP)]
        sentences = []
        if self.first_call_at is None:
            sentences.append(_(NOT_CALLED))
        if self.tested_at is None:
            sentences.append(_(NOT_TRIED))
        return [*sentences, *(words for words, good in self.parts if not good)]


class SiteAcceptance(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on the sheet of acceptance; times are the operator's own.

    Attributes:
        record: what the convention says of the site, a line each.
        lacks: what lacks before a site with a gate may open, in sentences.
    """

    site: str
    organisations: str
    kiosks: tuple[AcceptedKiosk, ...]
    printed_at: datetime
    record: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


def site_guide(guide: SiteGuide) -> bytes:
    """Draw the contractor's page, in the language in use."""
    sheet = PrintedSheet(begin_banded)
    sheet.put(_("Set up a kiosk"), _TITLE)
    sheet.put(guide.site, _SITE, 4 * mm)
    _picture(sheet)
    said = _("The machine says what it does. After some ten minutes the screen shows the kiosk.")
    if guide.kiosks > 1:
        said = _("It asks which kiosk it is: type the number before its name.") + " " + said
    steps = (
        _(
            "Plug in, as in the picture: camera and loudspeaker on top of the screen, scanner and "
            "printer in the same network, the network's cable into the machine."
        ),
        _("Start the machine (Debian 13, 64 bits). Plug in this stick, and open a terminal."),
        _("Type this line, and the machine's password when it is asked for:"),
        said,
        _("Touch a service and talk with the adviser: picture, sound, one page on the scanner."),
        _("Call the operator: they read the same on their side, and send the sheet to sign."),
    )
    for number, words in enumerate(steps, 1):
        sheet.step(number, words, _STEP)
        if number == 3:
            _command(sheet, guide.command)
    sheet.down(2 * mm)
    reached = _(
        "The site's line must let these through: {addresses}, and UDP for voice and picture."
    )
    sheet.put(reached.format(addresses=", ".join(guide.addresses)), _SMALL, 3 * mm)
    _warning(sheet, guide)
    return sheet.finish()


def acceptance_sheet(acceptance: SiteAcceptance) -> bytes:
    """Draw the sheet of acceptance as PDF/A-2b, in the language in use."""
    pages = _draw_acceptance(acceptance, 0).page
    sheet = _draw_acceptance(acceptance, pages)
    title = PdfTitle(_("Acceptance of a site"), acceptance.printed_at, author="Poste Expert")
    with open_pdf(sheet.finish()) as pdf:
        return as_pdfa(pdf, title)


def _draw_acceptance(acceptance: SiteAcceptance, pages: int) -> PrintedSheet:
    """Draw the sheet; `pages`: how many it has, 0 while nobody knows."""
    sheet = PrintedSheet(lambda pen, _page: _number_page(pen, acceptance, pages))
    sheet.put(_("Acceptance of a site"), _TITLE)
    sheet.put(acceptance.site, _SITE)
    sheet.put(acceptance.organisations, _TEXT, 1 * mm)
    good, count = sum(kiosk.is_good for kiosk in acceptance.kiosks), len(acceptance.kiosks)
    words = ngettext(
        "{good} of {count} kiosk is good.", "{good} of {count} kiosks are good.", count
    )
    sheet.put(words.format(good=good, count=count), _TEXT, 4 * mm)
    for kiosk in acceptance.kiosks:
        _kiosk(sheet, kiosk)
    for head, lines in (
        (_("The site, by the convention"), acceptance.record),
        (_("What lacks before it opens"), acceptance.lacks),
    ):
        if lines:
            sheet.put(head, _HEAD, 1 * mm)
        for words in lines:
            sheet.put(f"•\u00a0{words}", _TEXT)
        if lines:
            sheet.down(3 * mm)
    sheet.put(_("To be looked at on the spot"), _HEAD, 1 * mm)
    for words in (
        _("The room can be closed, and nobody hears from outside what is said."),
        _("A wheelchair reaches the kiosk, its scanner and its printer."),
        _("The face on the screen is life-size and not against the light."),
        _("Somebody of the place has been shown the kiosk and knows whom to call."),
    ):
        sheet.ticked(words, _TEXT, _SIDE)
    _signatures(sheet, acceptance.printed_at)
    return sheet


def _number_page(sheet: PrintedSheet, acceptance: SiteAcceptance, pages: int) -> None:
    """Begin a page; of several, each says of what it is a part, as sheets get loose."""
    begin_banded(sheet, sheet.page)
    if pages > 1:
        number = _("Page {page} of {pages}").format(page=sheet.page, pages=pages)
        y, sheet.y = sheet.y, 18 * mm
        sheet.text(f"{acceptance.site} · {number}", _SMALL)
        sheet.y = y


def _picture(sheet: PrintedSheet) -> None:
    """Draw the kiosk's things and their cables, with their names."""
    height, low = 52 * mm, sheet.y - 52 * mm
    sheet.panel(height, TINT, ACCENT)
    scanner, screen, printer, network = (MARGIN + offset * mm for offset in (14, 58, 108, 148))
    sheet.frame(scanner, low + 16 * mm, 26 * mm, 7 * mm)
    sheet.stroke((scanner, low + 23 * mm), (scanner + 24 * mm, low + 29 * mm))
    sheet.frame(screen, low + 19 * mm, 36 * mm, 21 * mm)
    sheet.frame(screen + 16 * mm, low + 41 * mm, 4 * mm, 3 * mm)
    sheet.frame(screen + 10 * mm, low + 14 * mm, 16 * mm, 5 * mm)
    sheet.frame(printer, low + 16 * mm, 24 * mm, 11 * mm)
    sheet.frame(printer + 4 * mm, low + 27 * mm, 16 * mm, 7 * mm)
    sheet.frame(network, low + 16 * mm, 10 * mm, 10 * mm)
    sheet.frame(network + 3 * mm, low + 19 * mm, 4 * mm, 4 * mm)
    for left, right in (
        (scanner + 26 * mm, screen + 10 * mm),
        (screen + 26 * mm, printer),
        (printer + 24 * mm, network),
    ):
        sheet.stroke((left, low + 17 * mm), (right, low + 17 * mm), ACCENT)
    top = sheet.y
    for name, x, y_mm in (
        (_("scanner"), scanner, 11),
        (_("screen and machine"), screen, 11),
        (_("printer"), printer, 11),
        (_("network"), network - 2 * mm, 11),
        (_("camera"), screen + 22 * mm, 46),
    ):
        sheet.y = low + y_mm * mm
        sheet.text(name, _SMALL, x=x, width=40 * mm)
    sheet.y = top
    sheet.down(height + 5 * mm)


def _command(sheet: PrintedSheet, command: str) -> None:
    height = height_of(command, _COMMAND, INNER - 20 * mm) + 5 * mm
    sheet.need(height)
    sheet.panel(height, TINT, ACCENT, x=MARGIN + STEP, width=INNER - STEP)
    sheet.y -= 2 * mm
    sheet.text(command, _COMMAND, x=MARGIN + 13 * mm, width=INNER - 20 * mm)
    sheet.down(height + 1 * mm)


def _warning(sheet: PrintedSheet, guide: SiteGuide) -> None:
    words = ngettext(
        "This stick makes {count} kiosk, once, until {until}. Give it by hand, as a key. If it is "
        "lost, call the operator.",
        "This stick makes {count} kiosks, each once, until {until}. Give it by hand, as a key. If "
        "it is lost, call the operator.",
        guide.kiosks,
    )
    sheet.warning(words.format(count=guide.kiosks, until=moment(guide.until)))


def _kiosk(sheet: PrintedSheet, kiosk: AcceptedKiosk) -> None:
    if kiosk.is_good:
        verdict = _("good")
    else:
        verdict = _("not yet")
    title = _("Kiosk {name}: {verdict}").format(name=kiosk.name, verdict=verdict)
    sheet.put(title, _HEAD, 1 * mm)
    for words in _facts(kiosk):
        sheet.put(words, _TEXT)
    for words, good in kiosk.parts:
        if good:
            style = _TEXT
        else:
            style = WARNING
        sheet.put(words, style, x=MARGIN + 5 * mm, width=INNER - 5 * mm)
    sheet.down(4 * mm)


def _facts(kiosk: AcceptedKiosk) -> Sequence[str]:
    if kiosk.enrolled_at is None:
        return (_(NOT_SET_UP),)
    words = _("Set up on {when}, version {version}.")
    facts = [words.format(when=moment(kiosk.enrolled_at), version=kiosk.version or "–")]
    if kiosk.first_call_at is None:
        facts.append(_(NOT_CALLED))
    else:
        words = _("First conversation on {when}; {count} in all.")
        facts.append(words.format(when=moment(kiosk.first_call_at), count=kiosk.calls))
    if kiosk.tested_at is None:
        facts.append(_(NOT_TRIED))
    else:
        words = _("It tried itself on {when}:")
        facts.append(words.format(when=moment(kiosk.tested_at)))
    return facts


def _signatures(sheet: PrintedSheet, printed_at: datetime) -> None:
    sheet.down(4 * mm)
    sheet.need(34 * mm)
    sheet.text(_("For the place (name, date, signature)"), _SMALL)
    sheet.text(_("For the operator (name, date, signature)"), _SMALL, x=MARGIN + INNER / 2)
    sheet.down(22 * mm)
    sheet.line(width=INNER / 2 - 6 * mm)
    sheet.line(x=MARGIN + INNER / 2, width=INNER / 2 - 6 * mm)
    sheet.down(3 * mm)
    sheet.text(_("Read from the hub on {when}.").format(when=moment(printed_at)), _SMALL)
