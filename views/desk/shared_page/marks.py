# SPDX-License-Identifier: GPL-3.0-only
"""What lies over the mirror, as the caller sees it: the agent's frame or arrow, and the field that
has the keyboard at the kiosk. Used by the mirror's pane and by the agent's tools.
"""

from __future__ import annotations

import json

import msgspec
from PyQt6 import sip
from PyQt6.QtCore import QLineF, QObject, QRect, QRectF, QTimer, pyqtSignal

from views.desk.shared_page.mirror_engine import MirrorEngine
from views.desk.shared_page.overlay import MirrorOverlay
from views.desk.shared_page.placement import Placement

MARK_LOOK_MS = 120


class Focus(msgspec.Struct, frozen=True):
    """The node that has the keyboard in the caller's page, 0 for none or one that is not told, and
    the letters before its caret, -1 where that is not told.
    """

    id: int = 0
    at: int = -1


class _FocusBox(msgspec.Struct, frozen=True):
    """The place of a drawn field, and its caret (x, y, height), as fractions
    of the viewport.
    """

    x: float
    y: float
    width: float
    height: float
    label: str = ""
    caret: tuple[float, float, float] | None = None


_focus_box = msgspec.json.Decoder(_FocusBox)


class MirrorMarks(QObject):
    """A frame around a node, which follows the page, or an arrow."""

    def __init__(
        self, engine: MirrorEngine, placement: Placement, *, overlay: MirrorOverlay
    ) -> None:
        super().__init__(overlay)
        self._page = engine.page
        self._placement = placement
        self._overlay = overlay
        self._marked = 0
        self._timer = QTimer(self)
        self._timer.setInterval(MARK_LOOK_MS)
        self._timer.timeout.connect(self._place_mark)

    def show_frame(self, node: int) -> None:
        """A frame around a node, as the caller sees it."""
        self._marked = node
        self._overlay.show_arrow(None)
        self._timer.start()
        self._place_mark()

    def show_arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """An arrow between fractions of the viewport, as the caller sees it."""
        self._forget_frame()
        self._overlay.show_arrow((self._placement.place(*start), self._placement.place(*end)))

    def remove(self) -> None:
        """No frame and no arrow."""
        self._forget_frame()
        self._overlay.show_arrow(None)

    def _forget_frame(self) -> None:
        self._marked = 0
        self._timer.stop()
        self._overlay.show_frame(None)

    def _place_mark(self) -> None:
        self._page.runJavaScript(f"rect({self._marked})", self._on_mark)

    def _on_mark(self, answer: object) -> None:
        if sip.isdeleted(self) or not self._marked:
            return
        if not isinstance(answer, str):
            self._forget_frame()
            return
        box = json.loads(answer)
        start = self._placement.place(box["x"], box["y"])
        end = self._placement.place(box["x"] + box["width"], box["y"] + box["height"])
        self._overlay.show_frame(QRectF(start, end))


class FocusRing(QObject):
    """The field that has the keyboard at the kiosk.

    Signals:
        moved(QRect, str): the field is here in the pane, and what it is called; empty for none.
        told(Focus): the kiosk told it.
    """

    moved = pyqtSignal(QRect, str)
    told = pyqtSignal(object)

    def __init__(
        self, engine: MirrorEngine, placement: Placement, *, overlay: MirrorOverlay
    ) -> None:
        super().__init__(overlay)
        self._engine = engine
        self._placement = placement
        self._overlay = overlay
        self._focus = Focus()
        self._is_new = False
        self._timer = QTimer(self)
        self._timer.setInterval(MARK_LOOK_MS)
        self._timer.timeout.connect(self._place_focus)

    def follow(self, focus: Focus) -> None:
        """Its place is looked for as long as it has the keyboard: the page may move."""
        self._is_new = focus.id != self._focus.id
        self._focus = focus
        if focus.id > 0:
            self._timer.start()
            self._place_focus()
        else:
            self._timer.stop()
            self._show(QRectF(), None, "")
        self.told.emit(focus)

    def _place_focus(self) -> None:
        self._engine.run(f"focusBox({self._focus.id}, {self._focus.at})", self._on_focus_box)

    def _on_focus_box(self, answer: object) -> None:
        # an answer may come after the window is gone
        if sip.isdeleted(self) or self._focus.id <= 0:
            return
        if not isinstance(answer, str):
            self._show(QRectF(), None, "")
            return
        focus_box = _focus_box.decode(answer)
        place = self._placement.place
        start = place(focus_box.x, focus_box.y)
        end = place(focus_box.x + focus_box.width, focus_box.y + focus_box.height)
        caret = None
        if focus_box.caret:
            caret_left, top, height = focus_box.caret
            caret = QLineF(place(caret_left, top), place(caret_left, top + height))
        self._show(QRectF(start, end), caret, focus_box.label)

    def _show(self, box: QRectF, caret: QLineF | None, label: str) -> None:
        if self._is_new and not box.isEmpty():
            self._is_new = False
            self._placement.bring_into_view(box)
            self._place_focus()  # where it is now
            return
        if self._overlay.show_focus(box, caret):
            self.moved.emit(box.toAlignedRect(), label)
