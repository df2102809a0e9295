# SPDX-License-Identifier: GPL-3.0-only
"""The bar of help from afar: who of the helpdesk wants to do what at this desk, yes or no; and what
is done while it lasts. Under the header of the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame

from resources.texts import N_, _
from session.protocol.hub.requests import RemoteAct
from views.widgets.announcer import announce
from views.widgets.parts import Chip, label, push_button, row
from views.widgets.theme import SPACE

_QUESTIONS: dict[RemoteAct, str] = {
    RemoteAct.STATE: N_(
        "{name}, of the helpdesk, would like to see which devices and versions are here."
    ),
    RemoteAct.DOCTOR: N_("{name}, of the helpdesk, would like to have this computer checked."),
    RemoteAct.LINE: N_(
        "{name}, of the helpdesk, would like to measure your line for some seconds."
    ),
    RemoteAct.LOG: N_(
        "{name}, of the helpdesk, would like to read the program's last technical lines. They name "
        "no caller."
    ),
    RemoteAct.RESTART: N_("{name}, of the helpdesk, would like to start this program again."),
}
_DOING: dict[RemoteAct, str] = {
    RemoteAct.STATE: N_("Helpdesk, {name}: looks at devices and versions…"),
    RemoteAct.DOCTOR: N_("Helpdesk, {name}: this computer is being checked…"),
    RemoteAct.LINE: N_("Helpdesk, {name}: your line is being measured…"),
    RemoteAct.LOG: N_("Helpdesk, {name}: reads the program's last technical lines…"),
    RemoteAct.RESTART: N_("Helpdesk, {name}: the program starts again…"),
}


class RemoteHelpBar(QFrame):
    """Hidden until the helpdesk wants something. It never takes the keyboard: what is being typed
    answers no question.

    Signals:
        answered(bool): the person agrees, or does not.
    """

    answered = pyqtSignal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("remote_help_bar")
        self.setProperty("card", True)
        badge = Chip("remote_help_badge", _("Helpdesk"), icon_name="info", tone="solid")
        self._words = label(role="strong", name="remote_help_words", wrap=True)
        self._yes = push_button(_("Agree"), "kept", "primary", name="remote_help_yes")
        self._no = push_button(_("Refuse"), "close", name="remote_help_no")
        for button, yes in ((self._yes, True), (self._no, False)):
            button.clicked.connect(lambda _checked, yes=yes: self.answered.emit(yes))
        box = row(self, badge, space=SPACE[1], margins=(SPACE[2], SPACE[1], SPACE[2], SPACE[1]))
        box.addWidget(self._words, 1)
        box.addWidget(self._yes)
        box.addWidget(self._no)
        self.hide()

    def ask(self, name: str, act: RemoteAct) -> None:
        """Asks whether this person of the helpdesk may do this."""
        self._show(_(_QUESTIONS[act]).format(name=name), question=True)

    def show_act(self, name: str, act: RemoteAct) -> None:
        """Says what is done just now."""
        self._show(_(_DOING[act]).format(name=name), question=False)

    def hide_help(self) -> None:
        """Nothing is asked or done."""
        self.hide()

    def _show(self, words: str, *, question: bool) -> None:
        self._words.setText(words)
        self.setAccessibleName(words)
        self._yes.setVisible(question)
        self._no.setVisible(question)
        self.show()
        announce(self, words)
