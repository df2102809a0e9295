# SPDX-License-Identifier: GPL-3.0-only
"""Reads the kiosk's pages aloud. Part of `expert_app.kiosk.wiring.visit`."""

from __future__ import annotations

from resources.texts import _
from views.kiosk.access_bar import AccessBar
from views.kiosk.widgets.page_base import KioskPage
from views.media.voice import Voice


def _sentence(words: str) -> str:
    """End words so that a voice takes a breath after them."""
    if words[-1:] in ".?!:…":
        return words
    return f"{words}."


class PageReader:
    """Reads at a touch, or by itself; the same button makes it quiet.

    Args:
        voice: None when nothing can speak: then nothing is offered.
        is_auto: a page that waits for nobody's touch is read when its words change.
    """

    def __init__(self, bar: AccessBar, voice: Voice | None, *, is_auto: bool = False) -> None:
        self._bar = bar
        self._voice = voice
        self._is_auto = is_auto
        self._page: KioskPage | None = None
        self._spoken = ""
        self._is_introduced = False
        bar.listen.setVisible(voice is not None)
        if voice is not None:
            voice.when_quiet(lambda: bar.show_speaking(False))

    def turn_to(self, page: KioskPage) -> None:
        """Says no more of another page."""
        if page is not self._page:
            self._page = page
            self._spoken = ""
            self._be_quiet()

    def listen(self) -> None:
        """The caller wants to hear the page, or nothing any more."""
        if self._bar.is_speaking:
            self._be_quiet()
        else:
            self._read()

    def read_change(self) -> None:
        """Says what is new on the page, if it does so by itself."""
        if self._is_auto and self._words() != self._spoken:
            self._read()

    def change_volume(self, step: int) -> None:
        """Speak less loud (-1) or louder (1)."""
        if self._voice is not None:
            self._voice.change_volume(step)

    def forget(self) -> None:
        """The next caller hears again what kind of voice this is."""
        self._is_introduced = False

    def _words(self) -> str:
        if self._page is None:
            return ""
        return " ".join(_sentence(words) for words in self._page.words())

    def _read(self) -> None:
        self._spoken = self._words()
        words = self._spoken
        if not self._is_introduced:
            words = f"{_('This is a synthetic voice.')} {words}"
        self._is_introduced = True
        if self._voice is not None:
            self._voice.speak(words)
            self._bar.show_speaking(True)

    def _be_quiet(self) -> None:
        if self._voice is not None:
            self._voice.stop()
        self._bar.show_speaking(False)
