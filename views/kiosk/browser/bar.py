# SPDX-License-Identifier: GPL-3.0-only
"""The bar over the caller's web page: its big buttons, whose page it is, and an eye while the
adviser sees it; and the line under it for what the page says. Used by the browser pane.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from resources.texts import _
from session.kiosk.cobrowse.browser_messages import ViewChanged
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import BLUE, spaced
from views.widgets.parts import ElidedLabel

NOTICE_STAYS_MS = 8_000


class BrowserBar(QFrame):
    """Back, up, down, and the name of the page.

    Signals:
        back_pressed(): one page back.
        scrolled(int): so many screens down, or up below 0.
    """

    back_pressed = pyqtSignal()
    scrolled = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("browser_bar")
        self.may_go_back = False
        self._back = BigButton(
            "plain", "mdi6.arrow-left", icon_u=3.2, size="body", margins=(1.2, 0.3, 1.6, 0.3)
        )
        self._up = BigButton(
            "plain", "mdi6.chevron-up", icon_u=3.6, size="body", margins=(0.6, 0.3, 0.6, 0.3)
        )
        self._down = BigButton(
            "plain", "mdi6.chevron-down", icon_u=3.6, size="body", margins=(0.6, 0.3, 0.6, 0.3)
        )
        for button, name in (
            (self._back, "back"),
            (self._up, "up"),
            (self._down, "down"),
        ):
            button.setObjectName(f"browser_{name}")
            button.setMinimumSize(64, 64)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._back.clicked.connect(self.back_pressed)
        self._up.clicked.connect(lambda: self.scrolled.emit(-1))
        self._down.clicked.connect(lambda: self.scrolled.emit(1))
        self.seen = IconView("eye", 3.2, colour=BLUE)
        self.seen.setObjectName("browser_seen")
        self.seen.hide()
        self._title = ElidedLabel()
        self._host = ElidedLabel()
        self._title.setProperty("look", "body")
        self._title.setProperty("heavy", True)
        self._host.setProperty("look", "small")
        self._host.setProperty("tone", "grey")
        words = spaced(QVBoxLayout(), spacing=0.2)
        words.addStretch(1)
        words.addWidget(self._title)
        words.addWidget(self._host)
        words.addStretch(1)
        row = spaced(QHBoxLayout(self), (1,), 1)
        row.setContentsMargins(8, 3, 8, 3)
        row.setSpacing(8)
        row.addWidget(self._back)
        row.addWidget(self.seen)
        row.addLayout(words, 1)
        for button in (self._up, self._down):
            row.addWidget(button)

    def show_view(self, changed: ViewChanged) -> None:
        """Another page, or one that may be left by "Back" now."""
        self._title.setText(changed.title)
        self._host.setText(changed.host)
        self.may_go_back = changed.may_go_back

    def show_buttons(self, *, has_page: bool, is_shared: bool) -> None:
        """Show which buttons do something, and whether the adviser sees the page."""
        self._back.setEnabled(has_page and self.may_go_back)
        self._up.setEnabled(has_page)
        self._down.setEnabled(has_page)
        self.seen.setVisible(is_shared)

    def retranslate(self) -> None:
        """Says every text again."""
        self._back.set_words(_("Back"))
        self._up.set_words("", _("Scroll up"))
        self._down.set_words("", _("Scroll down"))
        self.seen.setAccessibleName(_("Your adviser sees this page."))


class NoticeLine:
    """A sentence that goes away by itself."""

    def __init__(self) -> None:
        self.label: QLabel = label("body")
        self.label.setObjectName("browser_notice")
        self.label.hide()
        self._timer = QTimer(self.label)
        self._timer.setSingleShot(True)
        self._timer.setInterval(NOTICE_STAYS_MS)
        self._timer.timeout.connect(self.hide)

    def show(self, text: str) -> None:
        """Says it for a while."""
        self.label.setText(text)
        self.label.setVisible(bool(text))
        self._timer.start()

    def hide(self) -> None:
        """Says nothing more."""
        self._timer.stop()
        self.label.hide()
