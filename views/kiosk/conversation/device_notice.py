# SPDX-License-Identifier: GPL-3.0-only
"""The strip that says what scanner and printer want of the caller. Used by the face's column."""

from __future__ import annotations

from enum import StrEnum

from PyQt6.QtWidgets import QFrame, QHBoxLayout

from resources.texts import N_, _
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import label
from views.kiosk.widgets.theme import BLUE, INK, spaced
from views.widgets.announcer import announce
from views.words.caller_errors import kiosk_sentence


class DeviceNotice(StrEnum):
    """The thing that scanner and printer want of the caller now."""

    PLACE_DOCUMENT = "place_document"
    SCANNING = "scanning"
    PREVIEWED = "previewed"
    SCANNED = "scanned"
    GIVEN = "given"
    PRINTING = "printing"
    TAKE_SHEET = "take_sheet"


_NOTICES: dict[DeviceNotice, tuple[str, str]] = {
    DeviceNotice.PLACE_DOCUMENT: (
        "file-download-outline",
        N_("Put your document on the glass, printed side down."),
    ),
    DeviceNotice.SCANNING: ("scanner", N_("Your document is being scanned. Do not touch it.")),
    DeviceNotice.PREVIEWED: (
        "scanner",
        N_("Your adviser is looking at your document. Leave it on the glass."),
    ),
    DeviceNotice.GIVEN: (
        "check-circle",
        N_("Your adviser has your document. You can take your stick back."),
    ),
    DeviceNotice.SCANNED: (
        "check-circle",
        N_("Your document is scanned. You can turn the page or take it back."),
    ),
    DeviceNotice.PRINTING: ("printer", N_("A sheet is being printed for you. Please wait.")),
    DeviceNotice.TAKE_SHEET: (
        "printer-check",
        N_("Your sheet is printed. Take it from the printer."),
    ),
}


class NoticeStrip(QFrame):
    """One sentence about a device, with its sign; hidden while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._code = ""
        self._icon = IconView("printer", 4, colour=BLUE)
        self._words = label("body", heavy=True)
        row = spaced(QHBoxLayout(self), (1, 1, 1, 1), 1)
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        self.hide()

    def show_notice(self, code: str) -> None:
        """A word of `DeviceNotice` or an error code; empty removes it."""
        self._code = code
        self.retranslate()
        if code:
            announce(self, self._words.text())

    def words(self) -> list[str]:
        """Return the sentence, if there is one, for the voice that reads the page."""
        if self._code:
            return [self._words.text()]
        return []

    def retranslate(self) -> None:
        """Says its sentence again."""
        self.setVisible(bool(self._code))
        if not self._code:
            return
        if self._code in list(DeviceNotice):
            icon, words = _NOTICES[DeviceNotice(self._code)]
            self._icon.show_icon(icon, BLUE)
            self._words.setText(_(words))
        else:
            self._icon.show_icon("alert-circle-outline", INK)
            self._words.setText(kiosk_sentence(self._code))
