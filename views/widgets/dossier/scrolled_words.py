# SPDX-License-Identifier: GPL-3.0-only
"""A text of several lines that is as high as it needs, up to so many pixels; then it scrolls.
Used by desk and board.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QScrollArea

from views.widgets.parts import label
from views.widgets.theme import text_scale


class ScrolledWords(QScrollArea):
    """Plain words, hidden while there are none; they can be selected and copied.

    Args:
        name: of the label.
        most_px: the greatest height with usual letters.
    """

    def __init__(self, name: str, spoken: str, *, most_px: int) -> None:
        super().__init__()
        self._most_px = most_px
        self._label = label(role="small", name=name, wrap=True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setProperty("scroll_body", True)
        self.setAccessibleName(spoken)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # the arrows scroll
        self.setWidget(self._label)
        self.hide()

    def show_words(self, words: str) -> None:
        """Show these from their beginning; nothing is seen of none."""
        self._label.setText(words)
        self.setVisible(bool(words))
        self._fit()
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Fit the height to the width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        view = self.viewport()
        if view is None:
            return
        needed = self._label.heightForWidth(view.width()) + 2 * self.frameWidth()
        height = max(0, min(needed, round(self._most_px * text_scale())))
        if height != self.height():
            self.setFixedHeight(height)
