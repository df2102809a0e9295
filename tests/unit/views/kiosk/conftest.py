# SPDX-License-Identifier: GPL-3.0-only
"""A kiosk's window in English, with its clock, and somebody who touches it."""

from __future__ import annotations

import gettext
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from resources import texts
from session.core.clock import ManualClock
from tests.support.screens.kiosk_fingers import CallerTouches
from tests.support.screens.kiosk_gallery import (
    kiosk_window,
)
from views.kiosk.window import KioskWindow


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_active", [gettext.NullTranslations()])


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def window(qtbot: QtBot, clock: ManualClock) -> KioskWindow:
    window = kiosk_window(clock)
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    window.resize(1280, 800)
    window.show()
    return window


@pytest.fixture
def fingers(qtbot: QtBot) -> Any:
    """Mouse and keys of pytest-qt, which have no types."""
    return qtbot


@pytest.fixture
def touches(window: KioskWindow) -> CallerTouches:
    return CallerTouches(window)
