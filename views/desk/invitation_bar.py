# SPDX-License-Identifier: GPL-3.0-only
"""The bar of a colleague's call: join or decline. Under the header of the desk's window."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame

from resources.texts import _
from views.widgets.parts import Chip, ElidedLabel, push_button, row, shortcut
from views.widgets.theme import SPACE


class InvitationBar(QFrame):
    """Hidden until a colleague calls.

    Signals:
        answered(bool): we come, or we do not.
    """

    answered = pyqtSignal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("invitation_bar")
        self.setProperty("card", True)
        badge = Chip("invitation_badge", _("Call"), icon_name="bell", tone="solid")
        self._words = ElidedLabel(role="strong", name="invitation_words")
        self._come = push_button(_("Join"), "accept", "primary", name="invitation_come", keys="F10")
        self._not_now = push_button(_("Not now"), "close", name="invitation_decline", keys="F11")
        for button, accept, keys in ((self._come, True, "F10"), (self._not_now, False, "F11")):
            button.clicked.connect(lambda _checked, accept=accept: self.answered.emit(accept))
            shortcut(keys, button, self)
        box = row(self, badge, space=SPACE[1], margins=(SPACE[2], SPACE[1], SPACE[2], SPACE[1]))
        box.addWidget(self._words, 1)
        box.addWidget(self._come)
        box.addWidget(self._not_now)
        self.hide()

    def show_call(self, name: str, ticket: str, service: str, is_held: bool) -> None:
        """Show who calls, and about which caller."""
        if is_held:
            words = _("{name} asks you about {ticket}, {service}. The caller waits.")
        else:
            words = _("{name} asks you to join the conversation with {ticket}, {service}.")
        self._words.setText(words.format(name=name, ticket=ticket, service=service))
        self.setAccessibleName(self._words.text())
        self.show()
        self._come.setFocus()
