# SPDX-License-Identifier: GPL-3.0-only
"""The desk's first page on a computer that has no key: address of the network, one-time code.
Built by `expert_app.desk.wiring.sign_in`.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from resources.texts import _
from views.widgets.icons import IconLabel
from views.widgets.parts import Card, column, label, push_button, restyle, row
from views.widgets.theme import SPACE

CARD_WIDTH = 480


class SignInView(QWidget):
    """Asks for what an invitation says, and shows why it did not work.

    Signals: sign_in_requested(str, str, str):
        address of the bus, code, file of the authority's certificate or "".
    """

    sign_in_requested = pyqtSignal(str, str, str)

    def __init__(self, address: str = "", ca_file: str = "") -> None:
        super().__init__()
        self.setObjectName("sign_in")
        self._busy = False
        self._code = self._line("sign_in_code", _("Code of the invitation"), "")
        self._code.setPlaceholderText("XXXX-XXXX")
        self._address = self._line("sign_in_address", _("Address of the network"), address)
        self._address.setPlaceholderText("tls://hub.example:4222")
        authority = _("Certificate of the authority (only if you were given one)")
        self._ca_file = self._line("sign_in_ca_file", authority, ca_file)
        self._choose = push_button(_("Choose…"), "file", name="sign_in_choose")
        self._choose.clicked.connect(self._on_choose)
        self._enter = push_button(_("Sign in"), "sign_in", "primary", name="sign_in_enter")
        self._enter.clicked.connect(self._on_enter)
        self._words = label(name="sign_in_words", wrap=True)
        self._mark = IconLabel("error", "bad", size_px=20)
        self._build()
        for line in (self._code, self._address):
            line.textChanged.connect(lambda text: self._show())
        for line in (self._code, self._address, self._ca_file):
            line.returnPressed.connect(self._on_enter)
        self._show()
        self._code.setFocus()

    def show_busy(self) -> None:
        """The code is being checked."""
        self._busy = True
        self._show_note(_("Checking the code…"), is_error=False)
        self._show()

    def show_error(self, text: str) -> None:
        """Why it did not work, and what to do; the code may be corrected."""
        self._busy = False
        self._show_note(text, is_error=True)
        self._show()
        self._code.setFocus()

    # ---- parts ----

    def _line(self, name: str, words: str, text: str) -> QLineEdit:
        line = QLineEdit(text)
        line.setObjectName(name)
        line.setAccessibleName(words)
        line.setMaxLength(1000)
        return line

    def _build(self) -> None:
        card = Card("sign_in_card", padding=SPACE[3])
        card.setFixedWidth(CARD_WIDTH)
        title = label(_("Sign in"), "large")
        words = _(
            "This computer is not known yet. Your administrator gives you a code, valid once and "
            "for a few minutes."
        )
        card.body.addWidget(title)
        card.body.addWidget(label(words, "soft", wrap=True))
        for line in (self._code, self._address):
            card.body.addLayout(self._named(line, line))
        card.body.addLayout(self._named(self._ca_file, row(None, self._ca_file, self._choose)))
        card.body.addSpacing(SPACE[0])
        card.body.addWidget(self._enter)
        self._says = QWidget()
        said = row(self._says, self._mark)
        said.addWidget(self._words, 1)
        self._says.hide()
        card.body.addWidget(self._says)
        box = column(self, space=0, margins=(SPACE[3], SPACE[3], SPACE[3], SPACE[3]))
        box.addStretch(1)
        box.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(2)

    def _named(self, line: QLineEdit, shown: QWidget | QHBoxLayout) -> QVBoxLayout:
        name = label(line.accessibleName(), "caption")
        name.setBuddy(line)
        return column(None, name, shown, space=2)

    def _show_note(self, text: str, *, is_error: bool) -> None:
        self._words.setText(text)
        self._words.setAccessibleName(text)
        self._mark.setVisible(is_error)
        restyle(self._words, tone="bad" if is_error else "soft")
        self._says.show()

    def _show(self) -> None:
        for part in (self._code, self._address, self._ca_file, self._choose):
            part.setEnabled(not self._busy)
        self._enter.setEnabled(
            not self._busy and bool(self._code.text().strip() and self._address.text().strip())
        )

    # ---- what the person does ----

    def _on_enter(self) -> None:
        if self._enter.isEnabled():
            texts = (line.text().strip() for line in (self._address, self._code, self._ca_file))
            self.sign_in_requested.emit(*texts)

    def _on_choose(self) -> None:
        dialog = QFileDialog(self, _("Certificate of the authority"), "", "PEM (*.pem *.crt *.cer)")
        dialog.setObjectName("sign_in_file")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._ca_file.setText)
        dialog.open()
