# SPDX-License-Identifier: GPL-3.0-only
"""A notification of the desktop with one button, for an agent who looks at another window.
Used by the desk's wiring; nothing happens where the desktop shows none.

Desktop Notifications Specification 1.2: `org.freedesktop.Notifications` on the session's bus, as
GNOME, KDE, Xfce and others have it.
"""

from __future__ import annotations

import logging
from html import escape
from typing import cast

from PyQt6.QtCore import QMetaType, QObject, pyqtSignal, pyqtSlot
from PyQt6.QtDBus import (
    QDBusArgument,
    QDBusConnection,
    QDBusMessage,
    QDBusPendingCallWatcher,
    QDBusPendingReply,
)

log = logging.getLogger(__name__)

SERVICE, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
_UNSIGNED = cast("int", QMetaType.Type.UInt.value)
_STRINGS = cast("int", QMetaType.Type.QStringList.value)

ACT, OPEN = "act", "default"
"""Keys of the button, and of the notification itself."""


class DesktopNotification(QObject):
    """At most one is shown; the next one takes its place.

    Signals:
        acted(): its button was pressed.
        opened(): it was clicked elsewhere.
    """

    acted = pyqtSignal()
    opened = pyqtSignal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._bus = QDBusConnection.sessionBus()
        self._shown = 0
        self._wanted = False
        self._chosen = True
        self._bus.connect("", PATH, SERVICE, "ActionInvoked", self._on_action)

    def choose(self, *, is_shown: bool) -> None:
        """Set whether this person wants any."""
        self._chosen = is_shown
        if not is_shown:
            self.close()

    def show(self, title: str, text: str, button: str) -> None:
        """Shows it; who or what it is about must not be a caller's name."""
        if not self._chosen or not self._bus.isConnected():
            return
        call = QDBusMessage.createMethodCall(SERVICE, PATH, SERVICE, "Notify")
        call.setArguments(
            [
                "Poste Expert",
                QDBusArgument(self._shown, _UNSIGNED),
                "poste-expert",
                title,
                escape(text, quote=False),  # section “Markup”: a body is markup, a summary is not
                QDBusArgument([OPEN, button, ACT, button], _STRINGS),
                {},
                -1,
            ]
        )
        self._wanted = True
        waiting = QDBusPendingCallWatcher(self._bus.asyncCall(call), self)
        waiting.finished.connect(self._on_answer)

    def close(self) -> None:
        """Takes it back."""
        self._wanted = False
        if self._shown:
            call = QDBusMessage.createMethodCall(SERVICE, PATH, SERVICE, "CloseNotification")
            call.setArguments([QDBusArgument(self._shown, _UNSIGNED)])
            self._bus.asyncCall(call)
            self._shown = 0

    def _on_answer(self, answered: QDBusPendingCallWatcher) -> None:
        reply = QDBusPendingReply(answered)
        if reply.isError():
            log.info("the desktop shows no notifications: %s", reply.error().name())
        else:
            self._shown = int(reply.value())
            if not self._wanted:
                self.close()
        answered.deleteLater()

    @pyqtSlot(QDBusMessage)
    def _on_action(self, message: QDBusMessage) -> None:
        number, key = message.arguments()[:2]
        if self._wanted and number == self._shown:
            self.close()
            (self.acted if key == ACT else self.opened).emit()
