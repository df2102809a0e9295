# SPDX-License-Identifier: GPL-3.0-only
"""Acts of a script in place of the caller: a field read or filled.
Used by `views.kiosk.browser.page_view`; in programs only with `--driven`.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtGui import QInputMethodEvent
from PyQt6.QtWebEngineCore import QWebEnginePage
from PyQt6.QtWidgets import QWidget

from session.kiosk.cobrowse import browser_messages as messages


def page_answered(number: int, text: str) -> messages.PageAnswered:
    """Return a page's answer; nothing of one that is too long."""
    return messages.PageAnswered(number, text if len(text) <= messages.MAX_ANSWER else "")


class CallerScript:
    """Obeys a script.

    Args:
        view: shows the page.
        page: the page of the moment.
        report: takes what happened, and the bytes that belong to it.
    """

    def __init__(
        self,
        view: QWidget,
        page: Callable[[], QWebEnginePage],
        *,
        report: Callable[[messages.BrowserFact, bytes], None],
    ) -> None:
        self._view = view
        self._page = page
        self._report = report

    def obey(self, command: messages.BrowserCommand) -> None:
        """Does it; other commands are nothing."""
        match command:
            case messages.ReadField(number=number, selector=selector):
                code = (
                    f"(() => {{ const field = document.querySelector({json.dumps(selector)}); "
                    "return JSON.stringify(field ? {found: true, value: String(field.value), "
                    "checked: Boolean(field.checked)} : {found: false}); })()"
                )
                self._page().runJavaScript(
                    code, lambda answer: self._report(page_answered(number, str(answer or "")), b"")
                )
            case messages.TypeInField(selector=selector, text=text):
                self._type_in_field(selector, text)

    def _type_in_field(self, selector: str, text: str) -> None:
        """Types into a field of the page, as the caller does."""
        self._view.setFocus()

        def on_focused(_answer: object) -> None:
            event = QInputMethodEvent()
            event.setCommitString(text)
            QCoreApplication.sendEvent(self._view.focusProxy() or self._view, event)

        code = f"document.querySelector({json.dumps(selector)}).focus()"
        self._page().runJavaScript(code, on_focused)
