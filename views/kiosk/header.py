# SPDX-License-Identifier: GPL-3.0-only
"""The line on top of the kiosk's pages: who answers here, listen, the host, the language.
For the kiosk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from resources.texts import LANGUAGES, _
from session.protocol.hub.tickets import HelpState
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, label, restyle
from views.kiosk.widgets.theme import SKY, WHITE, spaced

LANGUAGE_NAMES = {"fr": "Français", "en": "English"}


def show_help_words(button: BigButton, icon: IconView, state: HelpState, colour: str) -> None:
    """What a button that calls the host says: on it, for screen readers, and by its icon."""
    words = {
        HelpState.NONE: _("Call the host"),
        HelpState.WANTED: _("The host is called"),
        HelpState.COMING: _("The host is coming"),
        HelpState.HERE: _("The host is with you"),
    }
    spoken = {
        HelpState.WANTED: _("The host is called. Touch again to take it back."),
        HelpState.COMING: _("The host is coming. Touch again if you need no help any more."),
    }
    button.set_words(words[state], spoken=spoken.get(state, words[state]))
    icon.show_icon("hand-heart" if state is HelpState.NONE else "check-bold", colour)


class KioskHeader(QFrame):
    """Who answers here, where, and what can be touched on every page before the session.

    Signals:
        language_requested(str), listen_requested(), help_requested(): see `KioskWindow`.
    """

    language_requested = pyqtSignal(str)
    listen_requested = pyqtSignal()
    help_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._help_state = HelpState.NONE
        self.setObjectName("header")
        self._organisation = label("lead", heavy=True)
        self._site = label("small")
        names = spaced(QVBoxLayout(), (0,), 0)
        names.addWidget(self._organisation)
        names.addWidget(self._site)
        row = spaced(QHBoxLayout(self), (4, 1, 4, 1), 1.6)
        row.addWidget(IconView("account-group", 6, colour=WHITE))
        row.addLayout(names, 1)
        self.listen = BigButton(
            "language", "volume-high", colour=SKY, size="small", margins=(1.6, 0.4, 1.6, 0.4)
        )
        self.listen.clicked.connect(self.listen_requested)
        row.addWidget(self.listen)
        self._help_icon = IconView("hand-heart", 3.2, colour=WHITE)
        self.help = BigButton(
            "language", self._help_icon, size="small", wrap=True, margins=(1.6, 0.4, 1.6, 0.4)
        )
        self.help.setObjectName("help")
        self.help.hide()
        self.help.clicked.connect(self.help_requested.emit)
        row.addWidget(self.help)
        row.addWidget(IconView("translate", 3.6, colour=SKY))
        self.languages: dict[str, BigButton] = {}
        for language in LANGUAGES:
            button = BigButton("language", size="small", margins=(1.6, 0.4, 1.6, 0.4))
            button.set_words(LANGUAGE_NAMES[language])
            button.clicked.connect(
                lambda _checked, language=language: self.language_requested.emit(language)
            )
            self.languages[language] = button
            row.addWidget(button)

    def show_names(self, organisation: str, site: str) -> None:
        """The organisation and the site."""
        self._organisation.setText(organisation)
        self._site.setText(site)

    def show_listen(self, offered: bool) -> None:
        """Whether the page can be listened to."""
        self.listen.setVisible(offered)
        self.listen.set_words(_("Listen"))

    def show_help(self, state: HelpState) -> None:
        """What the site's host has answered."""
        self._help_state = state
        show_help_words(self.help, self._help_icon, state, WHITE)

    def retranslate(self) -> None:
        """Says the call for help again."""
        self.show_help(self._help_state)

    def show_language(self, language: str) -> None:
        """Marks the language in use, by colour and for screen readers."""
        for each, button in self.languages.items():
            button.setProperty("look", "language-on" if each == language else "language")
            restyle(button)
            name = LANGUAGE_NAMES[each]
            button.set_words(f"✓ {name}" if each == language else name, spoken=name)
