# SPDX-License-Identifier: GPL-3.0-only
"""The shared page in a window of its own, on a second screen when there is one.
Used by the stage.
"""

from __future__ import annotations

from PyQt6.QtCore import QRect, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QGuiApplication, QScreen
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from resources.texts import _
from views.widgets.parts import column
from views.widgets.window_settings import WindowSettings, packed, unpacked

_GEOMETRY = "layout/page_window"


class PageWindow(QWidget):
    """Holds the page and its tools while it is shown. The keys of the desk's window work here, too:
    it is a tool window of it.

    Signals:
        closed(): the agent closes it.
    """

    closed = pyqtSignal()

    def __init__(self, desk: QWidget, settings: WindowSettings) -> None:
        super().__init__(desk, Qt.WindowType.Tool)
        self.setObjectName("page_window")
        self.setWindowTitle(_("The caller's page"))
        self.setMinimumSize(480, 320)
        self._desk = desk
        self._settings = settings
        self._box: QVBoxLayout = column(self, space=0)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenRemoved.connect(self._on_screen_gone)

    def open_with(self, bar: QWidget | None, page: QWidget) -> None:
        """Takes bar and page, and opens on the other screen, or where it was last."""
        for part in (bar, page):
            if part is not None:
                self._box.addWidget(part, int(part is page))
                part.show()
        remembered = self._settings.read(_GEOMETRY)
        if not remembered or not self.restoreGeometry(unpacked(remembered)):
            self.setGeometry(_place(self._desk))
        self.show()
        self.raise_()

    def _on_screen_gone(self, _screen: QScreen | None) -> None:
        """The screen that it was on was unplugged: it comes back to where it can be seen."""
        self._stay_in_sight()

    def _stay_in_sight(self) -> None:
        middle = self.geometry().center()
        screen_areas = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        if self.isVisible() and not any(area.contains(middle) for area in screen_areas):
            self.setGeometry(_place(self._desk))
            self.raise_()

    def close_now(self) -> None:
        """Remembers where it was, and goes."""
        if self.isVisible():
            self._settings.write(_GEOMETRY, packed(self.saveGeometry()))
            self.hide()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """The page goes back into the desk's window."""
        if event is not None:
            event.ignore()
        self.closed.emit()


def _place(desk: QWidget) -> QRect:
    """The whole of another screen, else the left two thirds of this one."""
    desk_screen: QScreen | None = desk.screen()
    others = [screen for screen in QGuiApplication.screens() if screen is not desk_screen]
    if others:
        return others[0].availableGeometry().adjusted(0, 32, 0, 0)
    if desk_screen is None:
        return QRect(0, 0, 960, 640)
    room = desk_screen.availableGeometry()
    return QRect(room.left(), room.top() + 32, room.width() * 2 // 3, room.height() - 64)
