# SPDX-License-Identifier: GPL-3.0-only
"""The picture in a question: the page as it stood when it was asked, or the sentence in sign
language. Used by the question sheets; nothing of it leaves the kiosk.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PyQt6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize, Qt
from PyQt6.QtGui import (
    QHideEvent,
    QImage,
    QImageReader,
    QMovie,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from session.kiosk.call.consent import Question
from views.kiosk.widgets.icons import drawn
from views.kiosk.widgets.theme import LINE

MOST_SIDE_PX = 4096
"""A picture of a page is no larger than a large screen."""

Signs = Mapping[Question, Path]
"""Pictures or moving pictures of the questions' sentences in sign language."""


def page_picture(data: bytes) -> QImage | None:
    """The picture of a page; None for anything but a PNG of a believable size. It comes from the
    process of the caller's page.
    """
    buffer = QBuffer()
    buffer.setData(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"png"))
    reader.setAutoDetectImageFormat(False)
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > MOST_SIDE_PX:
        return None
    image = reader.read()
    if image.isNull():
        return None
    return image


class SheetPicture(QWidget):
    """One picture, whole, in the middle of what room there is; it gives way to words.

    A sentence in sign language goes before the page, and moves only while it is seen.
    """

    def __init__(self) -> None:
        super().__init__()
        self._page: QImage | None = None
        self._sign: QMovie | None = None
        self._file: Path | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.hide()

    @property
    def is_empty(self) -> bool:
        """True while there is nothing to show."""
        return self._image().isNull()

    @property
    def is_signed(self) -> bool:
        """True while the sentence is shown in sign language."""
        return self._sign is not None

    def show_page(self, image: QImage | None) -> None:
        """The page as it stood; None: none."""
        self._page = image
        self.update()

    def show_sign(self, file: Path | None) -> None:
        """The sentence in sign language; None: none. A file that cannot be read is none."""
        if file == self._file:
            return
        self._file = file
        if self._sign is not None:
            self._sign.stop()
            self._sign.deleteLater()
            self._sign = None
        if file is not None:
            self._play(file)
        self.update()

    def _play(self, file: Path) -> None:
        sign = QMovie(str(file), QByteArray(), self)
        if not sign.jumpToFrame(0):
            sign.deleteLater()
            return
        self._sign = sign
        sign.frameChanged.connect(lambda _number: self.update())
        if self.isVisible():
            sign.start()

    def clear(self) -> None:
        """Nothing is asked: no picture of a page stays."""
        self.show_page(None)
        self.show_sign(None)

    def _image(self) -> QImage:
        if self._sign is not None:
            return self._sign.currentImage()
        return self._page or QImage()

    def showEvent(self, a0: QShowEvent | None) -> None:
        """The hands move."""
        super().showEvent(a0)
        if self._sign is not None:
            self._sign.start()

    def hideEvent(self, a0: QHideEvent | None) -> None:
        """The hands rest."""
        super().hideEvent(a0)
        if self._sign is not None:
            self._sign.stop()

    def place(self) -> QRect:
        """Where the picture is painted."""
        size = self._image().size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        room = self.size() - size
        return QRect(room.width() // 2, room.height() // 2, size.width(), size.height())

    def minimumSizeHint(self) -> QSize:
        """As little as words leave."""
        return QSize(1, 1)

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """The picture in a thin frame."""
        if self.is_empty:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = self.place()
        painter.drawImage(place, self._image())
        painter.setPen(QPen(drawn(LINE, self), 1))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
