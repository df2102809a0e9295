# SPDX-License-Identifier: GPL-3.0-only
"""The sheet of an invitation: for whom, the line to give, as text and as a QR code, and what to do.
One page for each person or machine. Printed by the operator.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    TINT,
    WIDTH,
    PrintedSheet,
    TextStyle,
    begin_banded,
    height_of,
)
from resources.texts import _

_TITLE = TextStyle(BOLD, 22, 28, ACCENT)
_WHO = TextStyle(BOLD, 17, 24, INK)
_TEXT = TextStyle(BODY, 11.5, 17, INK)
_LABEL = TextStyle(BODY, 10, 15, SOFT)
_LINE = TextStyle(BOLD, 12.5, 19, INK)
_STEP = TextStyle(BODY, 12, 18, INK)
_QR = 46 * mm


START = {
    "kiosk": "expert-app kiosk --fullscreen",
    "display": "expert-app display --fullscreen",
}
"""How a machine is started by hand; the Debian package of a kiosk does it by itself."""


class InvitationFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands on a sheet. `until` is in the operator's own time.

    Attributes:
        role: in words.
        line: of the invitation; `letters`: what stands behind its address, in groups.
        program: of a machine, which is enrolled by a command: "kiosk", "display" or "vault"; "" for
            a person, who signs in on the page of a desk.
    """

    who: str
    role: str
    organisation: str
    line: str
    address: str
    letters: str
    until: datetime
    site: str = ""
    fingerprint: str = ""
    program: str = ""


def invitation_sheets(invitations: Sequence[InvitationFacts]) -> bytes:
    """A PDF with one A4 page for each, in the language in use."""
    sheet = PrintedSheet(begin_banded)
    for number, facts in enumerate(invitations):
        if number:
            sheet.need(HEIGHT)
        _page(sheet, facts)
    return sheet.finish()


def _page(sheet: PrintedSheet, facts: InvitationFacts) -> None:
    width = INNER - _QR - 6 * mm
    sheet.qr(facts.line, WIDTH - MARGIN - _QR, sheet.y - _QR, _QR)
    sheet.down(sheet.text(_("Invitation to Poste Expert"), _TITLE, width=width) + 3 * mm)
    for text, kind in (
        (facts.who, _WHO),
        (facts.role, _TEXT),
        (facts.organisation, _TEXT),
        (facts.site, _TEXT),
    ):
        if text:
            sheet.down(sheet.text(text, kind, width=width))
    sheet.y = min(sheet.y, HEIGHT - MARGIN - _QR) - 8 * mm
    _line(sheet, facts)
    for number, words in enumerate(_steps(facts), 1):
        sheet.step(number, words, _STEP)
    sheet.down(3 * mm)
    words = _(
        "Valid once, until {until}. Until then this sheet is a key: give it by hand, and destroy "
        "it after use."
    )
    sheet.warning(words.format(until=moment(facts.until)))


def _line(sheet: PrintedSheet, facts: InvitationFacts) -> None:
    """The line, in two parts that are typed one after the other."""
    address = f"{facts.address}#"
    inner = INNER - 10 * mm
    texts = (
        (_("The line to type or paste, both parts without a gap:"), _LABEL),
        (address, _LINE),
        (facts.letters, _LINE),
    )
    height = sum(height_of(text, kind, inner) for text, kind in texts) + 7 * mm
    sheet.need(height)
    sheet.panel(height, TINT, ACCENT)
    bottom = sheet.y - height
    sheet.down(3 * mm)
    for text, kind in texts:
        sheet.down(sheet.text(text, kind, x=MARGIN + 5 * mm, width=inner))
    sheet.y = bottom - 3 * mm
    if facts.fingerprint:
        words = _("Fingerprint of the network's authority: {fingerprint}")
        sheet.down(sheet.text(words.format(fingerprint=facts.fingerprint), _LABEL))
    sheet.down(7 * mm)


def _steps(facts: InvitationFacts) -> tuple[str, ...]:
    if facts.program:
        first = _("On the machine, with the account that will run it, open a terminal.")
        second = _("Type this, with the line above in the place of LINE: expert-app enrol 'LINE'")
        if facts.program == "kiosk":
            second += _(" (Debian package, as root: poste-expert-kiosk-enrol 'LINE')")
        last = _("When it says which installation this is, it is done; start the program.")
        if start := START.get(facts.program):
            words = _("When it says which installation this is, start it: {command}")
            last = words.format(command=start)
    else:
        first = _("On this person's computer, in their own session, start Poste Expert.")
        second = _(
            "On the page “Sign in”, paste or type the line above, or scan the QR code with a "
            "scanner that types. Dashes, spaces and capitals do not matter."
        )
        last = _("When the program's own page appears, it is done.")
    third = _(
        "The program checks by itself that it is the right network. If it says that it is another "
        "one, compare the line; if it is the same, stop and call your administrator."
    )
    return first, second, third, last
