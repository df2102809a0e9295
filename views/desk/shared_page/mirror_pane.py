# SPDX-License-Identifier: GPL-3.0-only
"""The mirror of a kiosk's web page:
a browser pane that can run no page script and make no request of its own.

Used by `views.desk.shared_page.view` (live) and `views.replay.view` (recorded). It is fed rrweb
events as JSON text. Whatever the kiosk or the page behind it sends, this pane only draws.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import msgspec
from PyQt6 import sip
from PyQt6.QtCore import QEvent, QPointF, QSize, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QWidget

from session.core.field_types import NOT_DECODED
from views.desk.shared_page.marks import Focus, FocusRing, MirrorMarks
from views.desk.shared_page.mirror_engine import MirrorEngine
from views.desk.shared_page.mirror_watch import MirrorTrouble
from views.desk.shared_page.overlay import MirrorOverlay, Tool
from views.desk.shared_page.placement import Placement

log = logging.getLogger(__name__)

_MOST_PX = 20_000
"""Of a viewport: a kiosk says its size, and may lie."""
_META, _INCREMENTAL, _CUSTOM, _RESIZE_SOURCE = 4, 3, 5, 4


class _Size(msgspec.Struct):
    width: int | float = 0
    height: int | float = 0
    source: int = -1


class _Event(msgspec.Struct):
    type: int
    data: msgspec.Raw


class _Told(msgspec.Struct):
    tag: str = ""
    payload: msgspec.Raw = msgspec.Raw(b"{}")


_events = msgspec.json.Decoder(list[_Event])


def _facts_in(text: str) -> tuple[QSize | None, Focus | None]:
    """The last viewport size in the events, in pixels of the kiosk's page, and the last field that
    has the keyboard there; None for what they do not tell.
    """
    size, focus = None, None
    try:
        for event in _events.decode(text):
            if event.type == _CUSTOM:
                custom_event = msgspec.json.decode(event.data, type=_Told)
                if custom_event.tag == "focus":
                    focus = msgspec.json.decode(custom_event.payload, type=Focus)
                continue
            if event.type not in (_META, _INCREMENTAL):
                continue
            facts = msgspec.json.decode(event.data, type=_Size)
            is_size = event.type == _META or facts.source == _RESIZE_SOURCE
            if is_size and 0 < facts.width <= _MOST_PX and 0 < facts.height <= _MOST_PX:
                size = QSize(round(facts.width), round(facts.height))
    except NOT_DECODED:
        log.info("the events to mirror are of a shape we do not know")
    return size, focus


class FieldChoice(msgspec.Struct, frozen=True):
    """One of a list of choices."""

    text: str
    chosen: bool = False
    off: bool = False


class Pick(msgspec.Struct, frozen=True):
    """The node under a point of the mirror; see `resources/pages/pick.js`.

    Attributes:
        x, y: fraction (0..1) of the node's box.
        field: the node of the field that a click there would reach, 0 if none.
        kind: "text", "value" (a date and the like), "choice", "private", or "" for no field.
        type: of an <input>.
        value: what the field shows, masked.
    """

    epoch: int
    node: int
    x: float
    y: float
    kind: str = ""
    field: int = 0
    label: str = ""
    type: str = ""
    value: str = ""
    multiple: bool = False
    options: list[FieldChoice] = msgspec.field(default_factory=list)


_pick = msgspec.json.Decoder(Pick)


class MirrorPane(QWidget):
    """Draws the mirror: whole and never enlarged in the middle of the pane, or as wide as the pane.

    Args:
        fits_width: the page is as wide as the pane and is scrolled here; its scale then changes
            with the pane's width only, never by itself.
        begins_later: the engine begins with the first events, or by `engine.begin`: where it is
            not needed at once, a window is there earlier without it.

    Attributes:
        engine: draws; says when a picture, a font or the whole page is needed.
        overlay: the agent's mouse and keyboard, and what is typed while controlling the page.
        placement: where the kiosk's viewport is in this pane.
        marks: the agent's frame and arrow.
        focus: the field that has the keyboard at the kiosk.

    Signals:
        pointed(x, y): the laser is at this fraction (0..1) of the kiosk's viewport.
        pointer_left(): the laser left the page.
        picked(Pick): with a tool that means something in the page, this was clicked.
        scrolled(Pick, right_px, down_px): the wheel turned over it while the agent controls the
            page.
        arrow_drawn(start, end): fractions of the viewport, as tuples.
    """

    pointed = pyqtSignal(float, float)
    pointer_left = pyqtSignal()
    picked = pyqtSignal(object)
    scrolled = pyqtSignal(object, float, float)
    arrow_drawn = pyqtSignal(object, object)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        fits_width: bool = False,
        begins_later: bool = False,
    ) -> None:
        super().__init__(parent)
        self.engine = engine = MirrorEngine(self)
        self.overlay = overlay = MirrorOverlay(self, takes_keys=fits_width)
        self._trouble = MirrorTrouble(self)
        self.placement = Placement(self, engine, overlay=overlay, fits_width=fits_width)
        self.marks = MirrorMarks(engine, self.placement, overlay=overlay)
        self.focus = FocusRing(engine, self.placement, overlay=overlay)
        self.setFocusProxy(overlay)
        engine.watch.silent_changed.connect(self._on_silent)
        engine.ready.connect(self._on_ready)
        engine.ended.connect(self._on_ended)
        overlay.moved.connect(self._on_moved)
        overlay.left.connect(self.pointer_left)
        overlay.pressed.connect(lambda at: self._pick(at, self.picked.emit))
        overlay.turned.connect(self._on_turned)
        overlay.drawn.connect(self._on_drawn)
        if not begins_later:
            engine.begin()

    # ---- what the program gives ----

    def feed(self, text: str, epoch: int = 0, sheets: Mapping[str, str] | None = None) -> None:
        """Shows rrweb events: a JSON array, in order, the first ones ever being a full picture.

        Args:
            epoch: number of the web document; `picked` returns it.
            sheets: the style sheets that the events name.
        """
        viewport, focus = _facts_in(text)
        self.engine.feed(text, epoch, sheets or {})
        if viewport is not None:
            self.placement.show_viewport(viewport)
        if focus is not None:
            self.focus.follow(focus)

    def clear(self) -> None:
        """Shows nothing and forgets everything."""
        self.marks.remove()
        self.focus.follow(Focus())
        self.placement.clear()
        self.engine.clear()

    # ---- mouse ----

    def pick_at(self, x: float, y: float, on_picked: Callable[[Pick], None]) -> None:
        """Look up what lies at a fraction (0..1) of the kiosk's viewport;
        not called back where no page is.
        """

        self._ask_pick(f"pick({x}, {y})", on_picked)

    def pick_node(self, node: int) -> None:
        """Do with a node what a click in its middle does."""
        self._ask_pick(f"pickNode({node})", self.picked.emit)

    def _ask_pick(self, code: str, on_picked: Callable[[Pick], None]) -> None:
        def on_answer(answer: object) -> None:
            if isinstance(answer, str) and answer and not sip.isdeleted(self):
                on_picked(_pick.decode(answer))

        self.engine.page.runJavaScript(code, on_answer)

    def _pick(self, at: QPointF, on_picked: Callable[[Pick], None]) -> None:
        fraction = self.placement.pick(at)
        if fraction is not None:
            self.pick_at(*fraction, on_picked)

    def _on_turned(self, at: QPointF, right_px: float, down_px: float) -> None:
        """First what this pane does not show of the kiosk's screen, then the kiosk's page."""
        if self.placement.scroll_here(down_px) or self.overlay.tool is Tool.LOOK:
            return
        self._pick(at, lambda pick: self.scrolled.emit(pick, right_px, down_px))

    def _on_drawn(self, start: QPointF, end: QPointF) -> None:
        ends = self.placement.pick(start), self.placement.pick(end)
        if None not in ends:
            self.arrow_drawn.emit(*ends)

    def _on_moved(self, point: QPointF) -> None:
        fraction = self.placement.pick(point)
        if fraction is None:
            self.pointer_left.emit()
        else:
            self.pointed.emit(*fraction)

    # ---- the engine ----

    def _on_ready(self) -> None:
        self._trouble.hide()
        self.placement.draw()

    def _on_ended(self) -> None:
        if not self.placement.viewport.isEmpty():
            self._trouble.show_lost()

    def _on_silent(self, silent: bool) -> None:
        if silent:
            self._trouble.show_silent()
        else:
            self._trouble.hide()

    # ---- Qt ----

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Fills the pane; the shell page fits the mirror into it."""
        self.engine.view.setGeometry(self.rect())
        self.overlay.setGeometry(self.rect())
        self.overlay.raise_()
        if not self._trouble.isHidden():
            self._trouble.place()
            self._trouble.raise_()
        is_wider = event is None or event.size().width() != event.oldSize().width()
        self.placement.fit(anew=is_wider)

    def changeEvent(self, event: QEvent | None) -> None:
        """Beside the page is the window's colour."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.engine.page.setBackgroundColor(self.palette().window().color())

    def sizeHint(self) -> QSize:
        """Room for a page, as high as it is drawn."""
        return QSize(800, self.placement.filled_px or 600)
