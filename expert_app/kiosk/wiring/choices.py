# SPDX-License-Identifier: GPL-3.0-only
"""What a caller has chosen in the bar at the foot: language, letters, colours, what the agent has
to know. It holds until the caller has gone. Part of `expert_app.kiosk.wiring.visit`.
"""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

from expert_app.kiosk.wiring.reading import PageReader
from resources.texts import use_language
from session.kiosk.caller_acts import (
    CallerAct,
    ChangeVolume,
    Choice,
    ChooseLanguage,
    ChooseLook,
)
from session.protocol.hub.tickets import SIGN_LANGUAGE, WRITING
from views.kiosk.window import KioskWindow


class CallerChoices(QObject):
    """The first of the kiosk's languages is in use at the start, and again once a caller has gone.

    Signals:
        language_changed(): all texts are in another language now.
        needs_changed(tuple): what the caller needs of the agent now (`Ticket.needs`).
    """

    language_changed = pyqtSignal()
    needs_changed = pyqtSignal(tuple)

    def __init__(self, window: KioskWindow, reader: PageReader) -> None:
        super().__init__(window)
        self._window = window
        self._reader = reader
        self._usual = next(iter(window.language_page.buttons))
        self._language = self._usual
        self.show_language(self._usual)

    @property
    def needs(self) -> tuple[str, ...]:
        """The caller's needs of the agent; a language only if not the kiosk's usual one."""
        bar = self._window.bar
        choices = ((SIGN_LANGUAGE, bar.signs), (WRITING, bar.writes))
        other = self._language not in (self._usual, "fr_easy")
        return (*(need for need, on in choices if on), *((self._language,) if other else ()))

    def show_language(self, language: str) -> None:
        """The language has changed (`resources.texts.use_language` was called):
        says everything again.
        """
        changed, self._language = language != self._language, language
        self._window.retranslate(language)
        self.language_changed.emit()
        if changed:
            self.needs_changed.emit(self.needs)
        self._window.fit(anew=True)

    def on_act(self, act: CallerAct) -> None:
        """Does what the caller chose."""
        match act:
            case ChooseLanguage(language=language):
                use_language(language)
                self.show_language(language)
            case ChooseLook():
                self._window.fit(anew=True)
            case ChangeVolume(step=step):
                self._reader.change_volume(step)
            case Choice.LISTEN:
                self._reader.listen()
            case Choice.NEEDS:
                self._on_needs()

    def _on_needs(self) -> None:
        page = self._window.session_page
        self.needs_changed.emit(self.needs)
        if self._window.current_page is page and self._window.bar.writes:
            page.chat.open_by_caller()

    def forget(self) -> None:
        """The caller has gone: the next one sees and hears the kiosk as everybody does."""
        self._window.bar.forget()
        self._reader.forget()
        if self._language != self._usual:
            use_language(self._usual)
            self.show_language(self._usual)
