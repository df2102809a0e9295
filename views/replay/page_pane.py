# SPDX-License-Identifier: GPL-3.0-only
"""The page of the moment, at a scale of its own: as large as fits, or a share of its size with
scroll bars; or in words why there is none. Used by the replay window.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from resources.texts import _
from session.log.playback.opened import OpenedLog
from views.desk.shared_page.mirror_pane import MirrorPane
from views.widgets.parts import ElidedLabel, EmptyState, Segments, column, row, tool_button
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE

FIT = 0
SCALES = (FIT, 50, 75, 100, 150)
"""Per cent of the page's own size."""

LEAST_LETTERS = 24
"""Of the sentence about the page."""


class PagePane(QFrame):
    """A mirror in a card, with its scale and a button for the full screen."""

    def __init__(self, mirror: MirrorPane) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._mirror = mirror
        self._scale = FIT
        self._empty = EmptyState("shared_page", "", advice="", name="replay_empty")
        self._area = QScrollArea()
        self._area.setObjectName("replay_page_area")
        self._area.setWidgetResizable(True)
        self._area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidget(mirror)
        self._scales = Segments(
            "replay_scale",
            _("Scale of the page"),
            choices=[(scale, f"{scale} %" if scale else _("Fit"), "") for scale in SCALES],
        )
        self._scales.chosen.connect(lambda scale: self.set_scale(int(str(scale))))
        self.full_screen = tool_button(
            _("The page alone on the screen"),
            "mdi6.fullscreen",
            "replay_full_screen",
            keys="F11",
            checkable=True,
        )
        self._stage = QStackedWidget()
        self._stage.addWidget(self._empty)
        self._stage.addWidget(self._build_page())
        column(self, self._stage)

    def _build_page(self) -> QWidget:
        page, pad = QWidget(), SPACE[1]
        words = _("Of the page its structure is kept: bars stand for words, boxes for pictures.")
        self._says = ElidedLabel(words, "soft", name="replay_structure")
        self._area.setToolTip(tip_words(words))
        below = row(None, self._says, 0, self._scales, self.full_screen)
        below.setStretch(0, 100)  # the empty place takes the rest only where it is hidden
        column(page, self._area, below, margins=(pad, pad, pad, pad)).setStretch(0, 1)
        return page

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """A word or two of the sentence would say nothing; it stays in the tool tip."""
        super().resizeEvent(event)
        beside = self._scales.sizeHint().width() + self.full_screen.sizeHint().width()
        self._says.setVisible(
            self.width() - beside > LEAST_LETTERS * self.fontMetrics().averageCharWidth()
        )

    def set_scale(self, scale: int) -> None:
        """One of `SCALES`."""
        self._scale = scale
        self._scales.choose(scale)
        self._fit()

    def show_page(self, is_shown: bool) -> None:
        """The page, or the words in its place."""
        self._stage.setCurrentIndex(1 if is_shown else 0)
        if is_shown:
            self._fit()

    def show_words(self, title: str, advice: str) -> None:
        """Why there is no page."""
        self._empty.show_words(title, advice)

    def show_moment(self, log: OpenedLog, *, has_page: bool) -> None:
        """The page of a moment of a log, or why it has none."""
        self.show_page(has_page)
        is_without_pages = bool(log.stretches) and not any(
            stretch.is_snapshot for stretch in log.stretches
        )
        if not len(log):
            self.show_words(_("No log is open"), _("Open a session's log to replay it here."))
        elif is_without_pages:  # left out: for a vendor, or for the network's operator
            self.show_words(
                _("This log has no pages"),
                _("It tells what happened; what was on the shared page was left out."),
            )
        else:
            self.show_words(
                _("The page is not shared at this moment"),
                _("Play on, or jump to a place where the row of the page is coloured."),
            )

    def _fit(self) -> None:
        """The mirror fits itself into the room it has, and enlarges nothing of its own."""
        self._mirror.engine.view.setZoomFactor(max(1.0, self._scale / 100))
        size = self._mirror.placement.viewport
        if self._scale == FIT or size.isEmpty():
            self._area.setWidgetResizable(True)
            self._mirror.setMinimumSize(0, 0)
        else:
            self._area.setWidgetResizable(False)
            self._mirror.resize(size * self._scale / 100)
