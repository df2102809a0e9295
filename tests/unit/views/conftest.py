# SPDX-License-Identifier: GPL-3.0-only
"""The desk's look for tests that ask for it, taken off again afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QEvent
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QApplication

from tests.support.screens.devices_scene import devices, three
from views.widgets.theme import apply_theme

__all__ = ["devices", "three"]


@pytest.fixture
def desk_theme(qapp: QApplication) -> Iterator[QApplication]:
    """The application in the desk's light theme."""
    font = qapp.font()
    apply_theme(qapp, dark=False)
    yield qapp
    # or taking the theme off would undress dead windows
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    qapp.setStyleSheet("")
    qapp.setFont(font)
    qapp.setPalette(QPalette())
