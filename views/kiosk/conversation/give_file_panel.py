# SPDX-License-Identifier: GPL-3.0-only
"""The caller chooses a file to give to the adviser.

Used by the session page. A touch chooses, a second one gives: no document leaves by a slip of the
finger.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QScrollArea,
    QScroller,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from resources.texts import _
from session.core.clock import Clock
from session.kiosk.caller_acts import GiveFile
from session.kiosk.devices.given_files import OfferedFile
from views.kiosk.conversation.question_sheet import QuestionSheet
from views.kiosk.widgets.hold_off import FingerWatch
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import INK, WHITE, spaced

_KILOBYTE, _MEGABYTE = 1000, 1_000_000


class GiveFileSheet(QScrollArea):
    """The files, one large button each; moved by finger.

    Signals:
        chosen(str): id of the file that was touched.
    """

    chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("given_sheet")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(1, 1)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.LeftMouseButtonGesture)
        self.buttons: dict[str, BigButton] = {}
        self.hide()

    def show_files(self, files: Sequence[OfferedFile], chosen_id: str) -> None:
        """All of them; the chosen one is marked."""
        page = QWidget()
        box = spaced(QVBoxLayout(page), (1.6, 1.6, 1.6, 1.6), 1)
        self.buttons = {}
        if not files:
            hint = label("lead", tone="grey")
            hint.setText(_("No document yet. Plug your USB stick in now."))
            hint.setWordWrap(True)
            box.addWidget(hint)
        for offered in files:
            is_chosen = offered.file_id == chosen_id
            name, mark, colour = (
                ("yes", "check-bold", WHITE)
                if is_chosen
                else ("chip", "file-document-outline", INK)
            )
            button = BigButton(
                name, mark, colour=colour, icon_u=4, size="body", wrap=True, margins=(2, 1, 2, 1)
            )
            button.set_words(f"{offered.name}  ({_size(offered.size_bytes)})")
            button.clicked.connect(
                lambda _checked, file_id=offered.file_id: self.chosen.emit(file_id)
            )
            self.buttons[offered.file_id] = button
            box.addWidget(button)
        box.addStretch(1)
        self.setWidget(page)
        self.show()


class GiveFilePanel(QuestionSheet):
    """The question: which file? No answer gives none."""

    def __init__(self, clock: Clock | None = None, fingers: FingerWatch | None = None) -> None:
        super().__init__(clock, fingers, icon="", yes=("yes", "file-send-outline"))
        self.sheet = GiveFileSheet()
        self.sheet.chosen.connect(self._on_chosen)
        self.is_asking = False
        self._files: tuple[OfferedFile, ...] = ()
        self._chosen_id = ""
        self.icon.hide()
        self.note.hide()
        self.countdown.hide()
        self.middle.addWidget(self.sheet, 1)
        self.yes.clicked.connect(lambda: self._answer(self._chosen_id))
        self.no.clicked.connect(lambda: self._answer(""))
        self.hold_back(self.yes)
        self.retranslate()

    def ask(self, files: tuple[OfferedFile, ...]) -> None:
        """Puts the question, or shows other files:
        what was chosen stays chosen while it is there.
        """
        before = next(
            (offered for offered in self._files if offered.file_id == self._chosen_id), None
        )
        self._files = files
        self._chosen_id = next(
            (
                offered.file_id
                for offered in files
                if before is not None and offered[1:] == before[1:]
            ),
            "",
        )
        began, self.is_asking = self.is_asking, True
        self.retranslate()
        if not began:
            self.open()

    def end(self) -> None:
        """The question is over."""
        self.is_asking = False
        self._files = ()
        self._chosen_id = ""
        self.put_away()

    def _on_chosen(self, file_id: str) -> None:
        self._chosen_id = file_id
        self.retranslate()

    def _answer(self, file_id: str) -> None:
        if self.is_asking and (not file_id or self.takes_yes):
            self.end()
            self.acted.emit(GiveFile(file_id))

    def retranslate(self) -> None:
        """Says every text again."""
        chosen = next(
            (offered for offered in self._files if offered.file_id == self._chosen_id), None
        )
        self.yes.set_words(_("Give this document"))
        self.no.set_words(_("No thank you"))
        self.yes.setEnabled(chosen is not None)
        self.title.setText(_("Which document do you want to give to your adviser?"))
        only = _("Only the document that you choose is copied. Your stick does not change.")
        self.detail.setText(
            only if chosen is None else _("Chosen: “{name}”").format(name=chosen.name)
        )
        if self._files or self.is_asking:
            self.sheet.show_files(self._files, self._chosen_id)


def _size(size_bytes: int) -> str:
    if size_bytes >= _MEGABYTE:
        return _("{size} MB").format(size=round(size_bytes / _MEGABYTE))
    return _("{size} kB").format(size=max(1, size_bytes // _KILOBYTE))
