# SPDX-License-Identifier: GPL-3.0-only
"""What a script does and reads at the kiosk: clicks, and what a field of the web page holds.

"look:#name" reads the field of this CSS selector in the page itself and notes the observation
`page_value`; "file:0" touches the first file that a caller may give.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtGui import QInputMethodEvent
from PyQt6.QtWidgets import QWidget

from views.automation.window_driver import WindowDriver
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
        self._browser, self._note = browser, note

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
        button = sheet.buttons.get(file_id) if sheet is not None and sheet.isVisible() else None
        if button is None:
            raise LookupError(f"file {file_id} is not on screen")
        self.click_at(button)

    def type_text(self, name: str, text: str) -> None:
        """As a person; "page:SELECTOR" types into a field of the page, as the caller does."""
        how, _colon, selector = name.partition(":")
        if how == PAGE and selector:
            self._type_in_page(selector, text)
        else:
            super().type_text(name, text)

    def _type_in_page(self, selector: str, text: str) -> None:
        view = self._browser.view
        page, target = view.page(), view.focusProxy()
        assert page is not None
        assert target is not None
        view.setFocus()

        def on_focused(_answer: object) -> None:
            event = QInputMethodEvent()
            event.setCommitString(text)
            QCoreApplication.sendEvent(target, event)

        page.runJavaScript(f"document.querySelector({json.dumps(selector)}).focus()", on_focused)

    def _read_field(self, selector: str) -> None:
        page = self._browser.view.page()
        assert page is not None

        def on_answer(answer: object) -> None:
            if isinstance(answer, str):
                self._note("page_value", selector=selector, **json.loads(answer))

        code = (
            f"(() => {{ const field = document.querySelector({json.dumps(selector)}); return "
            f"JSON.stringify("
            "field ? {found: true, value: String(field.value), checked: Boolean(field.checked)} : "
            "{found: false}); })()"
        )
        page.runJavaScript(code, on_answer)
