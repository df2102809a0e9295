# SPDX-License-Identifier: GPL-3.0-only
"""Real clicks and keys in the kiosk's page, for the tests of this folder."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QInputMethodEvent, QMouseEvent

from tests.support.cobrowse_stage import Stage


def type_text(stage: Stage, text: str) -> None:
    """The caller types, as Qt brings it: a trusted input event in the page."""
    target = stage.page.view.focusProxy()
    assert target is not None
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(target, event)


def click(stage: Stage, at: QPoint) -> None:
    """The caller touches the page at a point of the viewport."""
    target = stage.page.view.focusProxy()
    assert target is not None
    left = Qt.MouseButton.LeftButton
    none = Qt.MouseButton.NoButton
    keys = Qt.KeyboardModifier.NoModifier
    for kind, held in (
        (QEvent.Type.MouseButtonPress, left),
        (QEvent.Type.MouseButtonRelease, none),
    ):
        place = QPointF(at)
        QCoreApplication.postEvent(target, QMouseEvent(kind, place, place, left, held, keys))
