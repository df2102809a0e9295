# SPDX-License-Identifier: GPL-3.0-only
"""Measures the screen with a bank card, places the camera, and helps to sit well before it.
Opened from the call.

A bank card is 85.60 mm wide and 53.98 mm high everywhere (ISO/IEC 7810, ID-1):
it is the ruler that everybody has.
"""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent, QPen, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QDoubleSpinBox, QGridLayout, QSlider, QWidget

from resources.texts import _
from views.media.stage_painting import as_image
from views.media.video_pane import FrameGiver
from views.widgets.life_size import ScreenFacts
from views.widgets.parts import column, label, push_button, row
from views.widgets.theme import SPACE, tokens_for

CARD_MM = (85.60, 53.98)
RULER_MM = 120
RULER_MARKS = ((10, 14), (5, 9), (1, 5))
"""(millimetres between marks, length of a mark in pixels)."""

LEAST_PX_PER_MM, MOST_PX_PER_MM = 2.0, 12.0
PER_STEP = 200
EYE_LINE = 0.40
HEAD_SHARE = 0.50
"""Of the picture's height, from the chin to the top of the head, when somebody sits well."""

PICTURE_MS = 100


class CardRuler(QWidget):
    """A card and a ruler in millimetres, as large as the scale says they are."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card_ruler")
        self.setAccessibleName(_("Outline of a bank card"))
        self._px_per_mm = 4.0
        self.setMinimumSize(QSize(560, 300))

    def show_scale(self, px_per_mm: float) -> None:
        """Another scale: card and ruler grow."""
        self._px_per_mm = px_per_mm
        self.setMinimumWidth(round(RULER_MM * px_per_mm) + 2 * SPACE[2])
        self.setFixedHeight(round(CARD_MM[1] * px_per_mm) + 40 + 2 * SPACE[2])
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The card's outline, and a ruler below it."""
        tokens, scale = tokens_for(self.palette()), self._px_per_mm
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(SPACE[2], SPACE[1], CARD_MM[0] * scale, CARD_MM[1] * scale)
        painter.setPen(QPen(QColor(tokens.accent), 2))
        painter.setBrush(QColor(tokens.accent_soft))
        painter.drawRoundedRect(card, 3.2 * scale, 3.2 * scale)
        painter.setPen(QColor(tokens.text))
        painter.drawText(card, int(Qt.AlignmentFlag.AlignCenter), _("Lay a bank card here"))
        self._paint_ruler(painter, card.bottom() + SPACE[2], tokens.text)
        painter.end()

    def _paint_ruler(self, painter: QPainter, top: float, colour: str) -> None:
        painter.setPen(QPen(QColor(colour), 1))
        for millimetre in range(RULER_MM + 1):
            x = SPACE[2] + millimetre * self._px_per_mm
            length = next(length for step, length in RULER_MARKS if millimetre % step == 0)
            painter.drawLine(QPointF(x, top), QPointF(x, top + length))
            if millimetre % 10 == 0:
                place = QRectF(x - 20, top + 15, 40, 18)
                painter.drawText(place, int(Qt.AlignmentFlag.AlignHCenter), str(millimetre // 10))


class FramingAid(QWidget):
    """Our own picture with the line for the eyes and the oval for the head."""

    def __init__(self, own_frame: FrameGiver) -> None:
        super().__init__()
        self.setObjectName("framing_aid")
        self.setAccessibleName(_("Your own picture with a line for the eyes"))
        self.setMinimumSize(QSize(288, 162))
        self._own_frame = own_frame
        self._timer = QTimer(self)
        self._timer.setInterval(PICTURE_MS)
        self._timer.timeout.connect(self.update)
        self._timer.start()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The picture as the caller sees it, and what it is compared with."""
        tokens = tokens_for(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect())
        painter.fillRect(room, QColor(tokens.stage))
        if self.isVisible():
            frame = self._own_frame()
        else:
            frame = None
        height = room.width() * 9 / 16
        picture_rect = QRectF(0, (room.height() - height) / 2, room.width(), height)
        if frame is not None:
            painter.drawImage(picture_rect, as_image(frame))
        painter.setPen(QPen(QColor("#f0bd62"), 2, Qt.PenStyle.DashLine))
        eyes = picture_rect.top() + EYE_LINE * picture_rect.height()
        painter.drawLine(QPointF(picture_rect.left(), eyes), QPointF(picture_rect.right(), eyes))
        head = HEAD_SHARE * picture_rect.height()
        painter.drawEllipse(
            QPointF(picture_rect.center().x(), eyes + head * 0.04), head * 0.37, head / 2
        )
        painter.end()


class CalibrationPage(QWidget):
    """Asks for the facts of the desk's screen, camera and seat.

    Args:
        facts: as known so far.
        guess_px_per_mm: what the system believes of this screen.
        own_frame: our own picture.

    Signals:
        facts_changed(object): a `ScreenFacts`, when the person has confirmed.
    """

    facts_changed = pyqtSignal(object)

    def __init__(
        self,
        facts: ScreenFacts,
        guess_px_per_mm: float,
        *,
        own_frame: FrameGiver,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setObjectName("calibration_page")
        self.setWindowTitle(_("Life-size: measure the screen"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._ruler = CardRuler()
        self._aid = FramingAid(own_frame)
        self._scale = QSlider(Qt.Orientation.Horizontal)
        self._scale.setRange(round(LEAST_PX_PER_MM * PER_STEP), round(MOST_PX_PER_MM * PER_STEP))
        self._scale.setObjectName("calibration_scale")
        self._scale.setAccessibleName(_("Size of the card"))
        self._scale.valueChanged.connect(self._on_scale)
        self._camera = QSlider(Qt.Orientation.Horizontal)
        self._camera.setRange(0, 100)
        self._camera.setObjectName("calibration_camera")
        self._camera.setAccessibleName(_("Place of the camera above the screen"))
        self._fov = _number("calibration_fov", 30, 120, _("°"))
        self._distance = _number("calibration_distance", 20, 200, _(" cm"))
        self._save = push_button(_("Use these"), "mdi6.check", "primary", name="calibration_save")
        self._save.clicked.connect(self._on_save)
        self._build()
        QShortcut(QKeySequence("Esc"), self).activated.connect(self.hide)
        self.show_facts(facts, guess_px_per_mm)

    def show_facts(self, facts: ScreenFacts, guess_px_per_mm: float) -> None:
        """Show what is known; a screen that was never measured
        begins with the system's guess.
        """
        scale = facts.px_per_mm or min(MOST_PX_PER_MM, max(LEAST_PX_PER_MM, guess_px_per_mm))
        self._scale.setValue(round(scale * PER_STEP))
        self._ruler.show_scale(scale)
        self._camera.setValue(round(facts.camera_x * 100))
        self._fov.setValue(facts.camera_fov_deg)
        self._distance.setValue(facts.distance_mm / 10)

    def facts(self) -> ScreenFacts:
        """Return the facts as they stand on the page."""
        return ScreenFacts(
            px_per_mm=self._scale.value() / PER_STEP,
            camera_x=self._camera.value() / 100,
            camera_fov_deg=self._fov.value(),
            distance_mm=self._distance.value() * 10,
        )

    def _on_scale(self, value: int) -> None:
        self._ruler.show_scale(value / PER_STEP)
        self._fit()

    def _fit(self) -> None:
        """Texts that wrap ask for too little:
        the window is made as high as its parts at its width.
        """
        box = self.layout()
        if box is not None:
            width = max(self.width(), box.minimumSize().width())
            self.setMinimumHeight(box.totalHeightForWidth(width))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Another width: other heights."""
        super().resizeEvent(event)
        self._fit()

    def _on_save(self) -> None:
        self.facts_changed.emit(self.facts())
        self.hide()

    def _build(self) -> None:
        first = _(
            "1. Lay a bank card on the screen and move the slider until the outline is as large as "
            "the card."
        )
        second = _(
            "2. Where is your camera above the screen? The caller's face goes under it: you look "
            "at each other."
        )
        third = _("3. Sit so that your eyes are on the line and your head fills the oval.")
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE[2])
        grid.addWidget(label(_("Angle that your camera sees"), "soft"), 0, 0)
        grid.addWidget(self._fov, 0, 1)
        grid.addWidget(label(_("From the camera to you"), "soft"), 1, 0)
        grid.addWidget(self._distance, 1, 1)
        grid.setColumnStretch(2, 1)
        beside = column(None, label(third, wrap=True), self._aid)
        numbers = column(
            None, label(_("So the caller sees you life-size too."), wrap=True), grid, 0
        )
        layout = column(self, space=SPACE[2], margins=(SPACE[3], SPACE[3], SPACE[3], SPACE[3]))
        for part in (
            label(first, wrap=True),
            self._ruler,
            self._scale,
            label(second, wrap=True),
            self._camera,
        ):
            layout.addWidget(part)
        layout.addLayout(row(None, beside, numbers, space=SPACE[3]))
        layout.addLayout(row(None, 0, self._save))


def _number(name: str, least: float, most: float, unit: str) -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setObjectName(name)
    field.setRange(least, most)
    field.setDecimals(0)
    field.setSuffix(unit)
    return field
