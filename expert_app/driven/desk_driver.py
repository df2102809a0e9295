# SPDX-License-Identifier: GPL-3.0-only
"""What a script does at the desk: clicks, what is done over the mirrored page, and the choice
of a file.

In the mirror a thing is named by a CSS selector: "mirror:#name" clicks it with the
tool in hand, "forced:#name" sends the click whatever the window allows, as a desk would that has
gone wrong. "library:words" searches the open library and clicks what it finds first.
"""

from __future__ import annotations

import json

from PyQt6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, QTimer
from PyQt6.QtGui import QAction, QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QAbstractButton, QMenu, QWidget

from expert_app.driven.window_driver import WindowDriver
from session.desk.cobrowse.remote_control import Spot
from views.desk.shared_page.acts import ClickPage
from views.desk.shared_page.mirror_pane import MirrorPane, Pick
from views.desk.shared_page.page_bar import PageBar
from views.desk.shared_page.view import SharedPageView
from views.desk.window import DeskWindow

RETRY_MS, TRIES, STILL = 200, 50, 0.002
"""A thing of the mirror is looked for again and again: its page may just be drawn anew, or scroll.
"""
MIRROR_MIDDLE = "mirror_middle"
IN_MIRROR = "mirror"
FORCED = "forced"
IN_LIBRARY = "library"
OPEN_ADDRESS = "cobrowse_open"
ONE_GRANT = "grant_"
"""Begins the names of the permissions, which stand behind one button."""


class DeskDriver(WindowDriver):
    """Acts on the desk's window."""

    def __init__(self, window: DeskWindow, mirror: MirrorPane) -> None:
        super().__init__(window)
        self._desk = window
        self._mirror = mirror

    def click(self, name: str) -> None:
        """As a person; "mirror_middle" moves the mouse to the middle of the mirrored page."""
        how, _colon, selector = name.partition(":")
        if how == IN_LIBRARY and selector:
            self._click_in_library(selector)
            return
        if name.startswith(ONE_GRANT):
            super().click("grants")
        address = self._desk.findChild(QWidget, "cobrowse_address")
        if name == OPEN_ADDRESS and address is not None and address.isVisible():
            address.setFocus()
            self.press("Return")  # there is no room for the button everywhere
            return
        if how in (IN_MIRROR, FORCED) and selector:
            self._click_in_mirror(selector, forced=how == FORCED)
            return
        if name != MIRROR_MIDDLE:
            if not self._click_in_more(name):
                super().click(name)
            return
        if not self._mirror.isVisible():
            raise LookupError("the mirror is not on screen")
        self._show_place(0.5, 0.5)
        place = self._mirror.placement.place(0.5, 0.5)
        target = self._mirror.childAt(place.toPoint()) or self._mirror
        local = QPointF(target.mapFrom(self._mirror, place.toPoint()))
        none = Qt.MouseButton.NoButton
        away = QPointF(self._mirror.mapToGlobal(place.toPoint()))
        event = QMouseEvent(
            QEvent.Type.MouseMove, local, away, none, none, Qt.KeyboardModifier.NoModifier
        )
        QCoreApplication.sendEvent(target, event)

    def _click_in_more(self, name: str) -> bool:
        """Takes a tool of the page from the menu of those that have no room in the bar."""
        bar = self._desk.findChild(PageBar)
        button = bar.findChild(QAbstractButton, name) if bar is not None else None
        if bar is None or not bar.isVisible() or button is None or not button.isHidden():
            return False
        super().click("page_more")
        menu = bar.findChild(QMenu, "page_more_menu")
        action = menu.findChild(QAction, name) if menu is not None else None
        if menu is None or action is None or not action.isEnabled():
            raise LookupError(f"{name} is not in the menu of the page")
        action.trigger()
        menu.close()
        return True

    def _click_in_library(self, words: str) -> None:
        """Searches the open library for words, then clicks what is found first."""
        assert isinstance(self._desk.cobrowse, SharedPageView)
        library = self._desk.cobrowse.library
        self.type_text("library_search", words)
        found, viewport = library.list.item(0), library.list.viewport()
        if found is None or viewport is None or not library.isVisible():
            raise LookupError(f"the library shows nothing for {words}")
        self.click_at(viewport, library.list.visualItemRect(found).center())

    def _click_in_mirror(
        self, selector: str, *, forced: bool, seen_at: float = -1, tries: int = TRIES
    ) -> None:
        """Looks where the thing is drawn, scrolls to it, then clicks;
        whoever drives waits for what comes of it.
        """
        code = (
            "(() => { const picture = mirror.visible(); const found = picture &&"
            f" picture.replayer.iframe.contentDocument.querySelector({json.dumps(selector)});"
            " return found && rect(picture.replayer.getMirror().getId(found)); })()"
        )

        def again(y: float = -1) -> None:
            if tries:
                QTimer.singleShot(
                    RETRY_MS,
                    lambda: self._click_in_mirror(
                        selector, forced=forced, seen_at=y, tries=tries - 1
                    ),
                )

        def on_place(answer: object) -> None:
            if not isinstance(answer, str):
                again()
                return
            place = json.loads(answer)
            x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
            if abs(y - seen_at) > STILL:  # it moves, or this is the first look
                again(y)
            elif forced:
                self._mirror.pick_at(x, y, self._force)
            elif 0 < y < 1:
                target, at = self._under(x, y)
                self.click_at(target, at)
            else:
                self._turn_wheel((y - 0.5) * self._mirror.placement.viewport.height())
                again()

        self._mirror.engine.page.runJavaScript(code, on_place)

    def _under(self, x: float, y: float) -> tuple[QWidget, QPoint]:
        """What a mouse meets at a fraction of the mirrored page, and where in it."""
        self._show_place(x, y)
        at = self._mirror.placement.place(x, y).toPoint()
        target = self._mirror.childAt(at) or self._mirror
        return target, target.mapFrom(self._mirror, at)

    def _show_place(self, x: float, y: float) -> None:
        """As a person: scrolls at this desk to what the pane does not show."""
        at = self._mirror.placement.place(x, y)
        self._mirror.placement.bring_into_view(QRectF(at, QSizeF(1, 1)))

    def _turn_wheel(self, down_px: float) -> None:
        middle = self._mirror.rect().center()
        target = self._mirror.childAt(middle) or self._mirror
        at = target.mapFrom(self._mirror, middle)
        none, turn = Qt.KeyboardModifier.NoModifier, QPoint(0, -round(down_px))
        wheel = QWheelEvent(
            QPointF(at),
            QPointF(target.mapToGlobal(at)),
            turn,
            turn,
            Qt.MouseButton.NoButton,
            none,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QCoreApplication.sendEvent(target, wheel)

    def _force(self, pick: Pick) -> None:
        view = self._desk.cobrowse
        assert isinstance(view, SharedPageView)
        view.pointer.acted.emit(ClickPage(Spot(pick.epoch, pick.node, pick.x, pick.y)))

    def type_text(self, name: str, text: str) -> None:
        """As a person; into an open list over the mirror: chooses the entry."""
        menus = [menu for menu in self._mirror.findChildren(QMenu, name) if menu.isVisible()]
        for action in menus[0].actions() if menus else ():
            if action.text() == text:
                action.trigger()
                menus[0].close()
                return
        super().type_text(name, text)

    def page(self, path: str) -> list[int]:
        """Saves the page as the mirror draws it: the face that lies over it is no part of it."""
        place = self._mirror.placement.place
        drawn = QRectF(place(0, 0), place(1, 1)).toRect()
        if not self._mirror.grab(drawn).save(path, "PNG"):
            raise OSError(f"{path} cannot be written")
        corner = self._mirror.mapTo(self._window, drawn.topLeft())
        return [corner.x(), corner.y(), drawn.width(), drawn.height()]

    def visible(self) -> list[str]:
        """Names of what can be clicked, and of open dialogs."""
        dialogs = [
            w.objectName()
            for w in self._desk.findChildren(QWidget)
            if w.isWindow() and w.isVisible()
        ]
        return super().visible() + [name for name in dialogs if name]
