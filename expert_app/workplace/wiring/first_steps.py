# SPDX-License-Identifier: GPL-3.0-only
"""The frame around the first page of a computer that is not known yet: its look, its language,
and the demonstration. Used by the desk's sign-in and by the page that asks for a passphrase.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import msgspec
from PyQt6.QtWidgets import QWidget

from expert_app.runtime.config import DeskSettings
from expert_app.runtime.paths import Paths
from expert_app.runtime.window_program import Program, own_application
from expert_app.workplace.choices import LANGUAGE, choices_of
from resources.handbook import handbook_page
from resources.texts import _, use_language
from session.core.child_process import NO_WINDOW, own_python
from views.widgets.appearance import Appearance
from views.widgets.plain_window import PlainWindow
from views.workplace.first_bar import FirstPage

WINDOW_SIZE = (760, 620)


class FirstSteps:
    """The look of the first page at once, and what its bar asks for.

    Attributes:
        language: done with another language once the person chose it; the page is made anew then.
    """

    def __init__(self, settings: DeskSettings, paths: Paths, *, program: Program) -> None:
        self.language: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._settings = settings
        self._choices = choices_of(paths)
        self._program = program
        self._appearance = Appearance(own_application(), self._choices, theme=settings.theme)
        self._appearance.apply()
        self._page: FirstPage | None = None

    def put_around(self, page: QWidget, *, demo: bool = True) -> PlainWindow:
        """Builds the window around the page, with language, text size, help, version and, unless
        `demo` is False, the demonstration.
        """
        self._page = first_page = FirstPage(
            page, language=self._settings.language, text_size=self._appearance.text_size, demo=demo
        )
        first_page.language_chosen.connect(self._on_language)
        first_page.text_size_chosen.connect(self._appearance.set_text_size)
        first_page.handbook.show_page(handbook_page("agent"))
        first_page.demo_requested.connect(self._on_demo)
        window = PlainWindow(first_page, _("Expert desk"))
        window.resize(*WINDOW_SIZE)
        window.close_requested.connect(self._program.stop.set)
        return window

    def _on_language(self, language: str) -> None:
        if language == self._settings.language or self.language.done():
            return
        self._choices.write(LANGUAGE, language)
        use_language(language)
        self.language.set_result(language)

    def _on_demo(self) -> None:
        self._program.tasks.start(self._demo(), name="the demonstration")

    async def _demo(self) -> None:
        """The whole system in processes of its own; it keeps nothing on this computer."""
        page = self._page
        if page is None:
            return
        page.show_demo_starting()
        process = await asyncio.create_subprocess_exec(
            *(*own_python(), "-m", "expert_app", "demo"),
            *("--language", self._settings.language),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            creationflags=NO_WINDOW,
        )
        try:
            code = await process.wait()
        finally:  # the window may be closed meanwhile
            if process.returncode is None:
                process.terminate()
                await process.wait()
        page.show_demo_over(code)


class FirstWindow[Result](Protocol):
    """A window with a first page; `done` once the person has given what it asks for."""

    first: FirstSteps
    window: PlainWindow
    done: asyncio.Future[Result]


async def show_first[Result](
    build: Callable[[DeskSettings], FirstWindow[Result]],
    settings: DeskSettings,
    program: Program,
) -> asyncio.Future[Result] | None:
    """Shows the window, anew after each choice of a language, until it is done; None when the
    person closed it.
    """
    while True:
        first_window = build(settings)
        first_window.window.show()
        program.shown.emit(first_window)
        stop = program.tasks.start(program.stop.wait(), name="the first page is given up")
        ends = [stop, first_window.done, first_window.first.language]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        first_window.window.hide()
        if first_window.done.done():
            return first_window.done
        if not first_window.first.language.done():
            return None
        settings = msgspec.structs.replace(settings, language=first_window.first.language.result())
