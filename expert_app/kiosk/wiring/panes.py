# SPDX-License-Identifier: GPL-3.0-only
"""Builds the kiosk's window with the call and the browser in it, and its voice.
Part of `expert_app.kiosk.wiring.program`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from expert_app.kiosk.running_session import RunningSession
from expert_app.kiosk.signs import signs_in
from expert_app.kiosk.wiring.choices import CallerChoices
from expert_app.kiosk.wiring.page_program import page_command
from expert_app.kiosk.wiring.reading import PageReader
from expert_app.kiosk.wiring.visit import KioskVisit
from expert_app.runtime.config import KioskSettings
from expert_app.runtime.ice_settings import trust_relays_in_browser
from expert_app.runtime.paths import Paths
from session.core.clock import Clock
from views.kiosk.browser.page_process import PageProcesses
from views.kiosk.browser.pane import KioskBrowser
from views.kiosk.call_pane import KioskCallPane
from views.kiosk.conversation.sheet_picture import Signs
from views.kiosk.widgets.hold_off import FingerWatch
from views.kiosk.widgets.key_walk import TwoSwitches
from views.kiosk.window import KioskWindow
from views.media.voice import Voice, open_voice

WINDOW_SIZE = (1280, 800)


@dataclass(frozen=True)
class KioskPanes:
    """The panes that the caller sees and hears.

    Attributes:
        visit: decides which page of the window is shown.
        pages: the processes of the browser.
        voice: reads the screen aloud; None when nothing can.
        signs: the questions in sign language.
    """

    window: KioskWindow
    visit: KioskVisit
    call: KioskCallPane
    browser: KioskBrowser
    pages: PageProcesses
    voice: Voice | None
    signs: Signs

    def show(self, *, fullscreen: bool) -> None:
        """Puts the window on the screen."""
        self.window.resize(*WINDOW_SIZE)
        if fullscreen:
            self.window.showFullScreen()
        else:
            self.window.show()

    def hide(self) -> None:
        """Ends voice, window and call page; the browser has to be wiped apart from that."""
        if self.voice is not None:
            self.voice.stop()
        self.visit.timer.stop()
        self.window.hide()
        self.call.close_page()


def build_panes(
    settings: KioskSettings, paths: Paths, *, running: RunningSession, clock: Clock
) -> KioskPanes:
    """The window and what is in it, not shown yet."""
    trust_relays_in_browser(settings.ca_file, Path.home())
    is_drawn_here = settings.media.camera == "simulated"
    call = KioskCallPane(only_drawn=lambda: running.has_only_drawn_faces(is_drawn_here))
    command = partial(page_command, texts=settings.texts, intranet=settings.intranet)
    pages = PageProcesses(command, paths.runtime, clock=clock)
    fingers = FingerWatch(clock)
    browser = KioskBrowser(pages, fingers=fingers, clock=clock)
    languages = tuple(dict.fromkeys((settings.language, *settings.languages)))
    window = KioskWindow(call, browser, languages=languages, clock=clock, fingers=fingers)
    window.session_page.stage.asking_changed.connect(call.show_asking)
    if settings.two_switches:
        TwoSwitches(window)
    voice = None
    if settings.speak != "off":
        voice = open_voice(settings.volume, window, earphone=settings.earphone)
    reader = PageReader(window.bar, voice, is_auto=settings.speak == "auto")
    choices = CallerChoices(window, reader)
    return KioskPanes(
        window=window,
        visit=KioskVisit(window, clock, reader=reader, choices=choices),
        call=call,
        browser=browser,
        pages=pages,
        voice=voice,
        signs=signs_in(settings.signs),
    )
