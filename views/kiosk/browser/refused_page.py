# SPDX-License-Identifier: GPL-3.0-only
"""The plain page that the caller sees instead of a page that does not open here.
Used by `views.kiosk.browser.page_view`.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from resources.texts import N_, _
from session.kiosk.cobrowse.web_rules import WebRefusal
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import BLUE, WHITE, spaced

WHY: dict[WebRefusal, str] = {
    WebRefusal.NOT_LISTED: N_(
        "This kiosk opens only the sites chosen by the organisation. It sent nothing."
    ),
    WebRefusal.NOT_PROTECTED: N_(
        "The connection is not protected: others could read it. The kiosk sent nothing."
    ),
    WebRefusal.OTHER_PROGRAM: N_(
        "This link opens an e-mail or telephone program. This kiosk has none."
    ),
}


class RefusedPage(QFrame):
    """Covers the page that led to the refused one, until the caller goes back to it.

    Signals:
        closed(): the caller goes back.
    """

    closed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("refusal")
        self._host = ""
        self._refusal = WebRefusal.NOT_LISTED
        self._has_page = True
        self._title = label("title", heavy=True, centred=True)
        self._address = label("lead", tone="grey", centred=True)
        self._why = label("lead", centred=True)
        self._advice = label("body", centred=True)
        self.back = BigButton("primary", "mdi6.arrow-left", colour=WHITE, icon_u=3.6, size="lead")
        self.back.setObjectName("refusal_back")
        self.back.setMinimumSize(64, 64)
        self.back.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.back.clicked.connect(self.leave)
        column = spaced(QVBoxLayout(self), (3,), 2)
        column.addStretch(1)
        column.addWidget(
            IconView("mdi6.shield-lock-outline", 10, colour=BLUE), 0, Qt.AlignmentFlag.AlignCenter
        )
        for words in (self._title, self._address, self._why, self._advice):
            column.addWidget(words)
        row = spaced(QHBoxLayout(), (0,), 0)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        self._focus = QTimer(self)
        self._focus.setSingleShot(True)
        self._focus.setInterval(0)
        self._focus.timeout.connect(self._take_focus)
        self.hide()

    def refuse(self, host: str, refusal: WebRefusal, *, has_page: bool) -> None:
        """Says what is refused and why.

        Args:
            host: of the refused address, "" when it has none.
            has_page: there is a page beneath to go back to.
        """
        self._host = host
        self._refusal = refusal
        self._has_page = has_page
        self.retranslate()
        self.show()
        self.raise_()
        # not now: the engine is in the middle of asking whether it may go there
        self._focus.start()

    def _take_focus(self) -> None:
        if not self.isHidden():
            self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """The caller goes back."""
        if not self.isHidden():
            self.end()
            self.closed.emit()

    def end(self) -> None:
        """Nothing is refused any more, and nothing of it stays."""
        self._host = ""
        self._address.clear()
        self.hide()

    def retranslate(self) -> None:
        """Says every text again, in the language in use."""
        self._title.setText(_("This page does not open here"))
        self._address.setText(self._host)
        self._address.setVisible(bool(self._host))
        self._why.setText(_(WHY[self._refusal]))
        self._advice.setText(_("If you need this page, tell your adviser."))
        self.back.set_words(_("Back to the page") if self._has_page else _("Close"))
        self.setAccessibleName(f"{self._title.text()}. {self._why.text()}")

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter goes back as well."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.leave()
        else:
            super().keyPressEvent(event)
