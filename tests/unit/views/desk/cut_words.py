# SPDX-License-Identifier: GPL-3.0-only
"""Words that have no room in a window, for tests."""

from __future__ import annotations

from PyQt6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QWidget,
)

from views.widgets.parts import ElidedLabel


def cut_off(window: QWidget) -> list[str]:
    cut = []
    parts: list[QAbstractButton | QLabel] = [
        *window.findChildren(QAbstractButton),
        *window.findChildren(QLabel),
    ]
    for part in parts:
        if part.isVisible() and part.text() and not isinstance(part, ElidedLabel):
            wraps = isinstance(part, QLabel) and part.wordWrap()
            needed = part.minimumSizeHint() if wraps else part.sizeHint()
            height = part.heightForWidth(part.width()) if wraps else needed.height()
            if part.width() < needed.width() - 1 or part.height() < height - 1:
                cut.append(f"{part.objectName()} {part.text()!r} {part.size()} < {needed}")
    return cut
