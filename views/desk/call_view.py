# SPDX-License-Identifier: GPL-3.0-only
"""The conversation: the caller's picture, and under or beside it the controls, never over it.
Middle of the desk.
"""

from __future__ import annotations

from PyQt6.QtCore import QPoint, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QWidget

from resources.texts import _
from session.core.clock import Clock
from session.media.engine import MediaState
from views.desk.call_controls import CallControls, CallForm
from views.media.video_pane import OwnPlace, VideoPane
from views.widgets.parts import restyle
from views.widgets.theme import SPACE

_LEAST = {CallForm.LARGE: (320, 160), CallForm.COLUMN: (180, 90), CallForm.CARD: (80, 60)}
"""The smallest picture, in pixels."""


class CallView(QWidget):
    """Holds the widget that paints the caller, and the controls of the call.

    Attributes:
        controls: the bar, with what is known about the call.
        third_pane: shows a third person.

    Signals:
        acted(object): what the agent does, a `CallAct`.
        moved_by(QPoint): the card is dragged, or pushed with the arrow keys, so many pixels.
    """

    acted = pyqtSignal(object)
    moved_by = pyqtSignal(QPoint)

    def __init__(self, video: QWidget, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("call_view")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(_("Picture and voice of the caller"))
        self._video = video
        self._form = CallForm.LARGE
        self._dragged_from: QPoint | None = None
        self.third_pane = VideoPane()
        self.third_pane.setObjectName("call_third_pane")
        self.third_pane.set_own_place(OwnPlace.HIDDEN)
        self.third_pane.hide()
        self.controls = CallControls(clock, self.acted.emit)
        self.controls.move_handle.moved_by.connect(self.moved_by)
        self._arrange()

    # ---- facts ----

    def show_third(self, name: str, *, is_shown: bool) -> None:
        """A third person's picture beside the caller's, or the caller alone."""
        self.third_pane.setVisible(is_shown)
        self.third_pane.setAccessibleName(_("Picture of {name}").format(name=name))
        self.third_pane.show_name(name)
        self.third_pane.show_state(MediaState.CONNECTING if is_shown else MediaState.CLOSED)

    def show_private(self, on: bool, *, mine: bool) -> None:
        """Show whether a privacy pause goes on: no picture at all.
        `mine`: one of mine, which the button ends.
        """
        self.controls.show_private(on, mine=mine)
        self.third_pane.show_private(on)

    def set_form(self, form: CallForm) -> None:
        """Large with the controls below, a narrow column, or a small card over the page."""
        self._form = form
        self._video.setMinimumSize(*_LEAST[form])
        self.third_pane.setMinimumSize(*_LEAST[form])
        if isinstance(self._video, VideoPane):  # our own picture would hide much of a small one
            own_place = OwnPlace.CORNER if form is CallForm.LARGE else OwnPlace.HIDDEN
            self._video.set_own_place(own_place)
        restyle(self, form=form.value)
        self.controls.set_form(form, self.width())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """In a narrow view the state stands above the buttons."""
        super().resizeEvent(event)
        self.controls.fit(self.width())

    # ---- a card is moved ----

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Takes the card in hand; the picture itself is its handle."""
        if event is not None and self._form is CallForm.CARD:
            self._dragged_from = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """The card goes along."""
        if event is not None and self._dragged_from is not None:
            at = event.globalPosition().toPoint()
            self.moved_by.emit(at - self._dragged_from)
            self._dragged_from = at

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """The card stays where it is."""
        self._dragged_from = None

    # ---- building ----

    def _arrange(self) -> None:
        box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        box.setSpacing(0)
        box.setContentsMargins(0, 0, 0, 0)
        stage = QWidget()
        stage.setObjectName("call_stage")
        stage.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = QBoxLayout(QBoxLayout.Direction.LeftToRight, stage)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(SPACE[0])
        inside.addWidget(self._video, 1)
        inside.addWidget(self.third_pane, 1)
        box.addWidget(stage, 1)
        box.addWidget(self.controls)
        self.set_form(CallForm.LARGE)
