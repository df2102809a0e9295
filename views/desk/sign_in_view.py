# SPDX-License-Identifier: GPL-3.0-only
"""The desk's first page on a computer that has no key: the line of an invitation, or its code and
the address of the network. Built by `expert_app.desk.wiring.sign_in`.
"""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from resources.texts import _
from session.core.errors import EnrolmentRefused
from session.core.spoken_letters import in_groups
from session.protocol.hub.invitation import InvitationLine, read_invitation, read_network
from views.widgets.field import type_anew
from views.widgets.icons import IconLabel
from views.widgets.parts import Card, column, label, push_button, restyle, row
from views.widgets.theme import SPACE, text_scale
from views.workplace.passphrase import NewPassphrase

CARD_WIDTH = 480


class SignInView(QWidget):
    """Asks for what an invitation says, and shows why it did not work.

    A whole line says everything; then address and certificate are not asked for.

    Signals: sign_in_requested(str, str):
        line of the invitation, file of the authority's certificate or "".
    organisation_requested(str, str): the same, where there is no code: the person wants to sign on
        with the organisation's provider.
    offer_chosen(str): with this one of several providers.
    cancel_requested(): not to wait for the browser any more.
    """

    sign_in_requested = pyqtSignal(str, str)
    organisation_requested = pyqtSignal(str, str)
    offer_chosen = pyqtSignal(str)
    cancel_requested = pyqtSignal()

    def __init__(self, address: str = "", ca_file: str = "") -> None:
        super().__init__()
        self.setObjectName("sign_in")
        self._busy = False
        self._code = _line("sign_in_code", _("Line of the invitation, or its code alone"), "")
        self._code.setPlaceholderText("hub.example:4222#XXXX-XXXX-…")
        self._address = _line("sign_in_address", _("Address of the network"), address)
        self._address.setPlaceholderText("tls://hub.example:4222")
        authority = _("Certificate of the authority (only if you were given one)")
        self._ca_file = _line("sign_in_ca_file", authority, ca_file)
        self._choose = push_button(_("Choose…"), "file", name="sign_in_choose")
        self._choose.clicked.connect(self._on_choose)
        self._enter = push_button(_("Sign in"), "sign_in", "primary", name="sign_in_enter")
        self._enter.clicked.connect(self._on_enter)
        self._organisation = push_button(
            _("Sign in with my organisation"), "agent", name="sign_in_organisation"
        )
        self._organisation.clicked.connect(self._on_organisation)
        self._cancel = push_button(_("Cancel"), "close", name="sign_in_cancel")
        self._cancel.clicked.connect(self.cancel_requested)
        self._cancel.hide()
        self._offers = QWidget()
        self._words = label(name="sign_in_words", wrap=True)
        self._mark = IconLabel("error", "bad", size_px=20)
        self._read = label("", "soft", name="sign_in_read", wrap=True)
        self._network = QWidget()
        self._authority = QWidget()
        self._secret = QWidget()
        self._chosen = NewPassphrase("passphrase")
        self._plainly = label("", "soft", name="sign_in_no_keyring", wrap=True)
        self._build()
        for line in (self._code, self._address):
            line.textChanged.connect(lambda text: self._show())
        for line in (self._code, self._address, self._ca_file):
            line.returnPressed.connect(self._on_enter)
        self._chosen.changed.connect(self._show)
        self._chosen.last_line().returnPressed.connect(self._on_enter)
        self._show()
        self._code.setFocus()

    def ask_passphrase(self, *, at_once: bool = False) -> None:
        """This computer has no keyring: the key will lie in a file that a passphrase opens.

        Args:
            at_once: nothing was tried yet; the keyboard stays in the invitation's line.
        """
        self._busy = False
        self._cancel.hide()
        self._plainly.setText(
            _(
                "This computer has no keyring (GNOME Keyring, KWallet) that could keep your key. "
                "It is kept in an encrypted file instead: choose its passphrase; it is asked at "
                "each start."
            )
        )
        self._secret.show()
        self._says.hide()
        self._show()
        if not at_once:
            self._chosen.take_keyboard()

    def show_keyring_asks(self) -> None:
        """The system wants the keyring's password in a window of its own; a passphrase is the other
        way.
        """
        self._busy = False
        self._plainly.setText(
            _(
                "Or do without the keyring: your key is kept in an encrypted file instead. Choose "
                "its passphrase; it is asked at each start."
            )
        )
        self._secret.show()
        self._show_note(
            _(
                "This computer's keyring asks for its password in a window of its own, perhaps "
                "behind this one. Answer it there."
            ),
            is_error=False,
        )
        self._show()

    def show_keyring_open(self) -> None:
        """The keyring has answered after all."""
        self._secret.hide()
        self.show_busy()

    def passphrase(self) -> str:
        """The passphrase for the file of keys; "" where the keyring has them."""
        if not self._secret.isHidden():
            return self._chosen.good()
        return ""

    def show_busy(self) -> None:
        """The code is being checked."""
        self._busy = True
        self._show_note(_("Checking the code…"), is_error=False)
        self._show()

    def show_browser(self) -> None:
        """The person is in the browser now."""
        self._busy = True
        self._offers.hide()
        self._show_note(_("Go on in your browser; this page waits for you."), is_error=False)
        self._cancel.show()
        self._show()

    def show_offers(self, offers: list[tuple[str, str]]) -> None:
        """Several organisations sign their people on here: (id, name) of each."""
        self._busy = False
        box = self._offers.layout()
        assert box is not None
        while (old := box.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.setParent(None)
                widget.deleteLater()
        for id_, name in offers:
            button = push_button(name, "agent", name=f"sign_in_offer_{id_}")
            button.clicked.connect(partial(self.offer_chosen.emit, id_))
            box.addWidget(button)
        self._show_note(_("Choose your organisation:"), is_error=False)
        self._offers.show()
        self._show()

    def show_error(self, text: str) -> None:
        """Why it did not work, and what to do; the code may be corrected."""
        self._busy = False
        self._cancel.hide()
        self._show_note(text, is_error=True)
        self._show()
        type_anew(self._code)

    def show_known(self, why: str) -> None:
        """This computer has a key that cannot be read now: why, instead of asking for a code."""
        self._unknown.hide()
        self.show_error(why)

    # ---- parts ----

    def _build(self) -> None:
        card = Card("sign_in_card", padding=SPACE[3])
        card.setMaximumWidth(round(CARD_WIDTH * max(1.0, text_scale())))
        title = label(_("Sign in"), "large")
        column(self._network).addLayout(_named(self._address, self._address))
        file = row(None, self._ca_file, self._choose)
        column(self._authority).addLayout(_named(self._ca_file, file))
        words = _(
            "This computer is not known yet. Your administrator gives you an invitation, valid "
            "once and for a limited time. Paste its line, or type it: dashes and capitals do not "
            "matter."
        )
        column(self._secret, self._plainly, self._chosen)
        self._secret.hide()
        card.body.addWidget(title)
        self._unknown = label(words, "soft", name="sign_in_unknown", wrap=True)
        card.body.addWidget(self._unknown)
        card.body.addLayout(_named(self._code, self._code))
        card.body.addWidget(self._read)
        card.body.addWidget(self._network)
        card.body.addWidget(self._authority)
        card.body.addWidget(self._secret)
        card.body.addSpacing(SPACE[0])
        card.body.addWidget(self._enter)
        card.body.addWidget(self._organisation)
        self._says = QWidget()
        words_row = row(self._says, self._mark)
        words_row.addWidget(self._words, 1)
        self._says.hide()
        card.body.addWidget(self._says)
        column(self._offers, space=SPACE[0])
        self._offers.hide()
        card.body.addWidget(self._offers)
        card.body.addWidget(self._cancel)
        box = column(self, space=0, margins=(SPACE[3], SPACE[3], SPACE[3], SPACE[3]))
        # Beside stretches, not with an alignment: only so is the card as high as its wrapped words.
        middle = row(None)
        middle.addStretch(1)
        middle.addWidget(card, 100)  # as wide as it may be, never wider than the window
        middle.addStretch(1)
        box.addStretch(1)
        box.addLayout(middle)
        box.addStretch(2)

    def _show_note(self, text: str, *, is_error: bool) -> None:
        self._words.setText(text)
        self._words.setAccessibleName(text)
        self._mark.setVisible(is_error)
        restyle(self._words, tone="bad" if is_error else "soft")
        self._says.show()

    def _show(self) -> None:
        for part in (self._code, self._address, self._ca_file, self._choose, self._secret):
            part.setEnabled(not self._busy)
        invitation, is_line = self._whole(), self._is_line
        self._network.setVisible(not is_line)
        self._authority.setVisible(
            not is_line if invitation is None else not invitation.fingerprint
        )
        self._read.setVisible(is_line)
        self._read.setText(_read_words(invitation))
        both = bool(self._code.text().strip() and self._address.text().strip())
        if is_line:
            is_given = bool(invitation is not None and invitation.code)
        else:
            is_given = both
        is_kept = self._secret.isHidden() or bool(self._chosen.good())
        self._enter.setEnabled(is_given and is_kept and not self._busy)
        self._organisation.setVisible(self._network_line() is not None)
        self._organisation.setEnabled(is_kept and not self._busy)

    @property
    def _is_line(self) -> bool:
        """An address has been begun, which no code has in it."""
        return any(mark in self._code.text() for mark in "#:/.")

    def _whole(self) -> InvitationLine | None:
        """Return what the line says, when it says everything."""
        try:
            return read_invitation(self._code.text())
        except EnrolmentRefused:
            return None

    def _network_line(self) -> str | None:
        """A network without a code: that of a line, or the address beside it."""
        text = self._code.text().strip()
        if self._is_line:
            try:
                if read_network(text).code:
                    return None
                return text
            except EnrolmentRefused:
                return None
        address = self._address.text().strip()
        if address and not text:
            return address
        return None

    # ---- what the person does ----

    def _on_organisation(self) -> None:
        line = self._network_line()
        if line is not None:
            invitation = self._whole()
            is_known = invitation is not None and invitation.fingerprint
            self._offers.hide()
            self._show_note(_("Asking the network…"), is_error=False)
            self._busy = True
            self._show()
            if is_known:
                file = ""
            else:
                file = self._ca_file.text().strip()
            self.organisation_requested.emit(line, file)

    def _on_enter(self) -> None:
        if not self._enter.isEnabled():
            return
        code, file = self._code.text().strip(), self._ca_file.text().strip()
        invitation = self._whole()
        if invitation is None:
            self.sign_in_requested.emit(f"{self._address.text().strip()}#{code}", file)
        else:
            self.sign_in_requested.emit(code, "" if invitation.fingerprint else file)

    def _on_choose(self) -> None:
        dialog = QFileDialog(self, _("Certificate of the authority"), "", "PEM (*.pem *.crt *.cer)")
        dialog.setObjectName("sign_in_file")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._ca_file.setText)
        dialog.open()


def _read_words(line: InvitationLine | None) -> str:
    """Return what was understood of a line; None: it is not whole yet."""
    if line is None:
        return _("The line is not complete yet.")
    address = ", ".join(line.addresses)
    if line.fingerprint:
        words = _("Network {address}; its authority is checked by the fingerprint {fingerprint}.")
        return words.format(address=address, fingerprint=in_groups(line.fingerprint))
    return _("Network {address}.").format(address=address)


def _line(name: str, words: str, text: str) -> QLineEdit:
    line = QLineEdit(text)
    line.setObjectName(name)
    line.setAccessibleName(words)
    line.setMaxLength(1000)
    return line


def _named(line: QLineEdit, field: QWidget | QHBoxLayout) -> QVBoxLayout:
    name = label(line.accessibleName(), "caption", wrap=True)
    name.setBuddy(line)
    return column(None, name, field, space=2)
