# SPDX-License-Identifier: GPL-3.0-only
"""The caller's picture at the desk, painted as an image, and our own, small, where no face is.
Used by desk, board and kiosk.

Without a graphics card a QImage drawn by QPainter costs 1.4 ms for 720p; every OpenGL or multimedia
widget costs ten times that. Where the engine is a browser, its page paints the picture itself: it
lies in this pane like a picture, and names, warnings and our own picture are painted over it as
over any other.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PyQt6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from resources.texts import _
from session.media.engine import MediaState
from session.media.frames import VideoFrame
from views.media.stage_painting import StagePainting, as_image
from views.widgets.life_size import life_size_rect, under_camera
from views.widgets.theme import SPACE

FRAMES_PER_S = 25
OWN_SHARE = 0.2
"""Width of our own picture, of the pane's."""

OWN_WIDTHS_PX = (88, 240)

_TALKING = (MediaState.CONNECTING, MediaState.CONNECTED, MediaState.UNSTABLE)

FrameGiver = Callable[[], VideoFrame | None]
SizeGiver = Callable[[], tuple[int, int] | None]


class OwnPlace(Enum):
    """The place of our own picture: in the lower right corner, under the caller's picture,
    or nowhere.
    """

    CORNER = "corner"
    BELOW = "below"
    HIDDEN = "hidden"


def absent_words(camera: bool, microphone: bool) -> str:
    """Return what a kiosk without camera or microphone means for the talk;
    "" when it has both.
    """
    if camera and microphone:
        return ""
    if camera:
        return _(
            "This kiosk has no microphone that works: you do not hear the caller, who can write "
            "to you."
        )
    if microphone:
        return _("This kiosk has no camera that works: you hear the caller without seeing them.")
    return _(
        "This kiosk has neither camera nor microphone that works: you neither see nor hear the "
        "caller, who can write to you."
    )


def own_absent_words(camera: bool, microphone: bool) -> str:
    """Return what a desk without camera or microphone means for the talk;
    "" when it has both.
    """
    if camera and microphone:
        return ""
    if microphone:
        return _(
            "Your camera gives no picture: the caller does not see you. Choose a camera in the "
            "settings, or connect one."
        )
    if camera:
        return _(
            "No microphone works at this desk: the caller does not hear you. Write to them, or "
            "connect a microphone and choose it in the settings."
        )
    return _(
        "Neither camera nor microphone works at this desk: the caller neither sees nor hears you. "
        "Write to them, or connect both and choose them in the settings."
    )


def _no_frame() -> VideoFrame | None:
    return None


class _Overlay(QWidget):
    """The words over a picture that somebody else paints."""

    def __init__(self, pane: VideoPane) -> None:
        super().__init__(pane)
        self._pane = pane
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The words, our own picture, or all of an empty pane."""
        painter = QPainter(self)
        self._pane.paint_over(painter)
        painter.end()


class VideoPane(QWidget):
    """Paints the newest picture 25 times a second while it can be seen;
    keeps its shape, cuts nothing away.

    Give it the engine's own methods: `pane.set_source(engine.latest_frame, engine.own_frame)`.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("video_pane")
        self.setAccessibleName(_("Picture of the caller"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._painting = StagePainting(self)
        self._sources: tuple[FrameGiver, FrameGiver] = (_no_frame, _no_frame)
        self._frames: tuple[VideoFrame | None, VideoFrame | None] = (None, None)
        self._state = MediaState.NEW
        self._simulated = (False, False)
        self._peer_camera_on = True
        self._peer_devices = (True, True)
        self._own_camera_there = True
        self._name = ""
        self._own_place = OwnPlace.CORNER
        self._private = False
        self._picture: tuple[QWidget, SizeGiver] | None = None
        self._size: tuple[int, int] | None = None
        self._overlay = _Overlay(self)
        self._overlay.hide()
        self._life_size: float | None = None
        self._camera_x: float | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(1000 // FRAMES_PER_S)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    # ---- what is shown

    def set_source(self, latest_frame: FrameGiver, own_frame: FrameGiver | None = None) -> None:
        """Set where the caller's picture and our own come from;
        asked in the window's thread, must not wait.
        """
        self._sources = (latest_frame, own_frame or _no_frame)
        self._tick()

    def set_picture(self, picture: QWidget | None, size: SizeGiver | None = None) -> None:
        """A widget that paints the caller's picture itself, or None: frames are painted.

        It moves into this pane when the pane is seen; with None it is nobody's again.
        `size`: of the picture in pixels, None while there is none.
        """
        if self._picture is not None and self._picture[0].parent() is self:
            self._picture[0].hide()
            self._picture[0].setParent(None)
        if picture is None or size is None:
            self._picture = None
        else:
            self._picture = (picture, size)
        self._size = None
        self._overlay.setVisible(self._picture is not None)
        self._take_picture()

    def show_state(self, state: MediaState) -> None:
        """Show how the call is: unstable or lost pictures are marked as frozen,
        a closed call shows none.
        """
        self._state = state
        if state in (MediaState.CLOSED, MediaState.HELD):
            self._frames = (None, None)
            self._size = None
        self._update()

    def show_name(self, name: str) -> None:
        """Show whose picture it is, written on it; "" for none."""
        self._name = name
        self._update()

    def show_simulated(self, caller: bool, own_simulated: bool) -> None:
        """Which of the two pictures is drawn, not filmed: it is labelled."""
        self._simulated = (caller, own_simulated)
        self._update()

    def show_peer_camera(self, on: bool) -> None:
        """Show whether the caller's camera is on."""
        self._peer_camera_on = on
        self._update()

    def show_peer_devices(self, camera: bool, microphone: bool) -> None:
        """Show whether the caller's kiosk has a camera and a microphone that work."""
        self._peer_devices = camera, microphone
        self._update()

    def show_own_camera(self, is_there: bool) -> None:
        """Show whether our own camera gives a picture: the caller sees none else."""
        self._own_camera_there = is_there
        self._update()

    def show_private(self, on: bool) -> None:
        """A privacy pause: no picture at all, neither the caller's nor our own."""
        self._private = on
        self._update()

    def set_life_size(self, width: float | None, camera_x: float | None = None) -> None:
        """Set how wide the whole picture would be in the room, in this pane's pixels;
        None fits it into the pane.

        Args:
            camera_x: where our camera is, in pixels of the screen from its left edge;
                None when nobody said so.
        """
        self._life_size = width
        self._camera_x = camera_x
        self._place_picture()
        self._update()

    def set_own_place(self, place: OwnPlace) -> None:
        """Set where our own picture is."""
        self._own_place = place
        self._update()

    @property
    def shows_person(self) -> bool:
        """True if a filmed face is here, the caller's or our own; a drawn one is nobody's."""
        caller, own_frame = self._frames
        has_caller = caller is not None or self._size is not None
        return (has_caller and not self._simulated[0]) or (
            own_frame is not None and not self._simulated[1]
        )

    # ---- Qt

    def sizeHint(self) -> QSize:
        """A wide picture of a conversation."""
        return QSize(640, 360)

    def minimumSizeHint(self) -> QSize:
        """The smallest a face can be read at."""
        return QSize(200, 120)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Asks for pictures while it is seen."""
        self._timer.start()
        self._take_picture()
        self._tick()

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Costs nothing while nobody can see it."""
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The picture keeps its shape."""
        super().resizeEvent(event)
        self._place_picture()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The stage, and unless somebody else paints it, all that is on it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._painting.colour("stage"))
        if self._picture is None:
            self.paint_over(painter)
        painter.end()

    def paint_over(self, painter: QPainter) -> None:
        """The caller, or what to expect; then what lies over the edges."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        caller, own_frame = self._frames
        room = self._caller_space()
        if (caller is None and self._size is None) or not self._peer_camera_on or self._private:
            painter.fillRect(self.rect(), self._painting.colour("stage"))
            self._painting.paint_empty(painter, room, self._empty_text())
        else:
            self._paint_caller(painter, caller, room)
        if self._name:
            above = self._painting.caption_height + SPACE[1]
            self._painting.paint_label(
                painter, room.bottomLeft() + QPointF(SPACE[1], -above), self._name, "on_stage"
            )
        if own_frame is not None and self._own_place != OwnPlace.HIDDEN and not self._private:
            room = self._own_space(own_frame)
            self._painting.paint_own(painter, own_frame, room, self.own_words())

    # ---- painting

    def _tick(self) -> None:
        """Paints again only when one of the pictures is a new one."""
        if self._state in (MediaState.CLOSED, MediaState.HELD):
            return
        if self._picture is None:
            caller = self._sources[0]()
        else:
            caller = None
        latest = (caller, self._sources[1]() if self._own_place != OwnPlace.HIDDEN else None)
        if any(new is not old for new, old in zip(latest, self._frames, strict=True)):
            self._frames = latest
            self._update()
        if self._picture is not None and (size := self._picture[1]() or self._size) != self._size:
            self._size = size
            self._place_picture()
            self._update()

    def _update(self) -> None:
        (self if self._picture is None else self._overlay).update()

    def _take_picture(self) -> None:
        """The picture lies where it is seen: two panes may share one."""
        if self._picture is not None and self.isVisible():
            picture = self._picture[0]
            picture.setParent(self)
            picture.lower()
            picture.show()
            self._place_picture()

    def _place_picture(self) -> None:
        self._overlay.setGeometry(self.rect())
        if self._picture is not None and self._picture[0].parent() is self:
            room = self._caller_space()
            picture_rect = room
            if self._size is not None:
                picture_rect = self._shown_at(self._size, room)
            self._picture[0].setGeometry(picture_rect.toAlignedRect())

    def _shown_at(self, size_px: tuple[int, int], room: QRectF) -> QRectF:
        """Return the picture's place: as large as in the room when that is known and wanted,
        else as large as the pane; under the camera.
        """
        if self._camera_x is None:
            camera_x = None
        else:
            camera_x = self._camera_x - self.mapToGlobal(self.rect().topLeft()).x()
        if self._life_size is not None:
            true = life_size_rect(size_px, room, self._life_size, camera_x)
            if true is not None:
                return true
        picture_rect = fitted(*size_px, room)
        if camera_x is None:
            return picture_rect
        return under_camera(picture_rect, room, camera_x)

    def _caller_space(self) -> QRectF:
        room = QRectF(self.rect())
        if self._own_place == OwnPlace.BELOW and self._frames[1] is not None:
            room.setBottom(self._own_space(self._frames[1]).top() - SPACE[1])
        return room

    def _own_space(self, own_frame: VideoFrame) -> QRectF:
        """Our picture and the words under it."""
        width = min(max(self.width() * OWN_SHARE, OWN_WIDTHS_PX[0]), OWN_WIDTHS_PX[1])
        height = width * own_frame.height_px / own_frame.width_px + self._painting.caption_height
        left_px = self.width() - width - SPACE[1]
        if self._own_place == OwnPlace.BELOW:
            left_px = (self.width() - width) / 2
        return QRectF(left_px, self.height() - height - SPACE[1], width, height)

    def _paint_caller(self, painter: QPainter, frame: VideoFrame | None, room: QRectF) -> None:
        picture_rect = room
        if frame is not None:
            picture_rect = self._shown_at((frame.width_px, frame.height_px), room)
            painter.setClipRect(room)
            painter.drawImage(picture_rect, as_image(frame))
            painter.setClipping(False)
        elif self._size is not None:
            picture_rect = self._shown_at(self._size, room)
        picture_rect = picture_rect.intersected(room)
        frozen = self._state in (MediaState.UNSTABLE, MediaState.LOST)
        if frozen:
            veil = self._painting.colour("stage")
            veil.setAlphaF(0.35)
            painter.fillRect(picture_rect, veil)
        corner = picture_rect.topLeft() + QPointF(SPACE[1], SPACE[1])
        if frozen:
            below = self._painting.paint_label(painter, corner, _("Frozen picture"), "warn")
            corner.setY(below + SPACE[0])
        if self._simulated[0]:
            self._painting.paint_label(painter, corner, _("Simulated picture"), "on_stage")

    def own_words(self) -> str:
        """Return what stands under our own picture."""
        if not self._own_camera_there:
            return _("You, without a camera")
        if self._simulated[1]:
            return _("You, simulated")
        return _("You")

    def _empty_text(self) -> str:
        if self._private:
            return _("Privacy pause: neither you nor the caller sees anything. The sound goes on.")
        if self._state in _TALKING and not self._peer_devices[0]:
            return absent_words(*self._peer_devices)
        if self._frames[0] is not None and not self._peer_camera_on:
            return _("The caller's camera is off")
        if self._state == MediaState.HELD:
            return _("On hold: nothing is seen or heard in either direction")
        if self._state == MediaState.LOST:
            return _("Call lost, calling again…")
        if self._state == MediaState.CLOSED:
            return _("No call at the moment")
        if self._state == MediaState.NEW:
            return _("The call begins…")
        return _("Waiting for the picture…")


def fitted(width_px: int, height_px: int, room: QRectF) -> QRectF:
    """The largest rectangle of a picture's shape in the middle of `room`."""
    scale = min(room.width() / width_px, room.height() / height_px)
    width, height = width_px * scale, height_px * scale
    return QRectF(room.center().x() - width / 2, room.center().y() - height / 2, width, height)
