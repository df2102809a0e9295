# SPDX-License-Identifier: GPL-3.0-only
"""What a script does and reads at the kiosk: clicks, and what a field of the web page holds.

"look:#name" reads the field of this CSS selector in the page itself and notes the observation
`page_value`; "file:0" touches the first file that a caller may give.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from PyQt6.QtCore import QPoint
from PyQt6.QtGui import QPainter, QPixmap
from PyQt6.QtWidgets import QWidget

from expert_app.driven.window_driver import WindowDriver
from views.kiosk.browser.pane import KioskBrowser
from views.kiosk.conversation.give_file_panel import GiveFileSheet

LOOK, PAGE, FILE = "look", "page", "file"


class KioskDriver(WindowDriver):
    """Acts on the kiosk's window.

    Args:
        note: where observed facts go.
    """

    def __init__(
        self,
        window: QWidget,
        names: Mapping[str, QWidget],
        *,
        browser: KioskBrowser,
        note: Callable[..., None],
    ) -> None:
        super().__init__(window, names)
        self._browser = browser
        self._note = note

    def click(self, name: str) -> None:
        """As a person; "look:SELECTOR" reads a field of the page instead."""
        how, _colon, selector = name.partition(":")
        if how == LOOK and selector:
            self._read_field(selector)
        elif how == FILE:
            self._touch_file(selector)
        else:
            super().click(name)

    def _touch_file(self, file_id: str) -> None:
        sheet = self._window.findChild(GiveFileSheet)
        if sheet is not None and sheet.isVisible():
            button = sheet.buttons.get(file_id)
        else:
            button = None
        if button is None:
            raise LookupError(f"file {file_id} is not on screen")
        self.click_at(button)

    def type_text(self, name: str, text: str) -> None:
        """As a person; "page:SELECTOR" types into a field of the page, as the caller does."""
        how, _colon, selector = name.partition(":")
        if how == PAGE and selector:
            self._browser.controlled.type_in_field(selector, text)
        else:
            super().type_text(name, text)

    def page(self, path: str) -> asyncio.Future[list[int]]:
        """Saves the web page as its own process paints it, also while a question hides it: then it
        has no place.
        """
        page, place = self._browser.page_widget, []
        if page.isVisible():
            corner = page.mapTo(self._window, QPoint(0, 0))
            place = [corner.x(), corner.y(), page.width(), page.height()]
        saved: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()

        def on_taken(data: bytes, _media_type: str) -> None:
            Path(path).write_bytes(data)
            if not saved.done():
                saved.set_result(place)

        self._browser.controlled.take_picture(on_taken)
        return saved

    def _read_field(self, selector: str) -> None:
        def on_answer(text: str) -> None:
            if text:
                self._note("page_value", selector=selector, **json.loads(text))

        self._browser.controlled.read_field(selector, on_answer)

    def shot(self, path: str) -> asyncio.Future[bool] | None:
        """Saves what the window shows; the web page's part comes from the process that paints it,
        which the returned future waits for.
        """
        page = self._browser.page_widget
        if not page.isVisible():
            return super().shot(path)
        window, place = self.grabbed(), page.mapTo(self._window, QPoint(0, 0))
        saved: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def on_taken(data: bytes, _media_type: str) -> None:
            picture = QPixmap()
            picture.loadFromData(data)
            painter = QPainter(window)
            painter.drawPixmap(place, picture)
            painter.end()
            if not saved.done():
                saved.set_result(window.save(path, "PNG"))

        self._browser.controlled.take_picture(on_taken)
        return saved
