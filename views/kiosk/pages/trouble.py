# SPDX-License-Identifier: GPL-3.0-only
"""Troubles in plain words: a whole page when nothing can be done, else a banner above the page.
Used by the window.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from resources.texts import _
from views.kiosk.widgets.icons import IconView, WaitingDots
from views.kiosk.widgets.page_base import KioskPage, label
from views.kiosk.widgets.theme import ACCENT_PAPER, INK, spaced
from views.words.caller_errors import kiosk_sentence

LINE_CODES = frozenset({"bus_unreachable", "hub_unreachable", "store_unreachable"})
"""While one of these lasts, callers are asked to wait."""

SITE_CODES = frozenset({"bus_refused_identity", "bus_certificate_refused"})
"""While one of these lasts, somebody of the site is needed."""

NOBODY_CODES = LINE_CODES | SITE_CODES
"""While one of these lasts, nobody can be called: they take the whole page when no session runs."""


def trouble_icon(code: str) -> str:
    """An icon for a code: the line, a device, or anything else."""
    if code in LINE_CODES or code in {"call_lost", "peer_gone", "transfer_interrupted"}:
        return "wifi-off"
    if code.startswith("print"):
        return "printer-alert"
    if code.startswith("scan"):
        return "scanner"
    return "alert-circle-outline"


class TroubleBanner(QFrame):
    """One line above the page; the page stays usable."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.code = self.assistance = ""
        self._icon = IconView("alert-circle-outline", 5, colour=INK)
        self._words = label("lead", heavy=True)
        row = spaced(QHBoxLayout(self), (3, 1.4, 3, 1.4), 2)
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        self.hide()

    def show_trouble(self, code: str) -> None:
        """Shows the sentence of an error code; an empty code removes the banner."""
        self.code = code
        self.setVisible(bool(code or self.assistance))
        self.retranslate()

    def show_assistance(self, name: str) -> None:
        """Somebody of the helpdesk looks after this kiosk from afar; "" for nobody."""
        self.assistance = name
        self.show_trouble(self.code)

    def retranslate(self) -> None:
        """Says the text again."""
        if self.assistance and not self.code:
            self._icon.show_icon("hand-heart", INK)
            words = _(
                "The helpdesk ({name}) looks after this kiosk from afar. Nobody sees or hears you."
            )
            self._words.setText(words.format(name=self.assistance))
            self.setAccessibleName(self._words.text())
        if self.code:
            self._icon.show_icon(trouble_icon(self.code), INK)
            self._words.setText(kiosk_sentence(self.code))
            self.setAccessibleName(self._words.text())


class TroublePage(KioskPage):
    """The kiosk cannot call anybody now."""

    def __init__(self) -> None:
        super().__init__()
        self._code = "bus_unreachable"
        self._icon = IconView("wifi-off", 24, colour=INK, disc=ACCENT_PAPER)
        self._dots = WaitingDots(2.4)
        self._title = label("title", centred=True)
        self._words = label("large", centred=True)
        self._help = label("lead", tone="grey", centred=True)
        box = spaced(QVBoxLayout(self), (10, 6, 10, 6), 3)
        box.addStretch(1)
        box.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignCenter)
        for words in (self._title, self._words, self._help):
            box.addWidget(words)
        box.addWidget(self._dots, 0, Qt.AlignmentFlag.AlignCenter)
        box.addStretch(1)
        self.retranslate()

    def show_trouble(self, code: str) -> None:
        """Shows the sentence of an error code."""
        self._code = code
        self.retranslate()

    def step(self, step: int) -> None:
        """A moment has passed: something moves, the kiosk is not dead."""
        self._dots.step(step)

    def retranslate(self) -> None:
        """Says every text again."""
        self._icon.show_icon(trouble_icon(self._code), INK)
        self._title.setText(_("Sorry, please wait"))
        self._words.setText(kiosk_sentence(self._code))
        self._help.setText(_("Need help? Ask at the reception."))
        for promise in (self._title, self._help, self._dots):
            promise.setVisible(self._code not in SITE_CODES)
