# SPDX-License-Identifier: GPL-3.0-only
"""A kiosk's window in English, with its clock, and somebody who touches it."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from tests.support.screens.kiosk_fingers import CallerTouches
from tests.support.screens.kiosk_gallery import (
    SilentVoice,
    kiosk_visit,
)
from views.kiosk.window import KioskWindow


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def shown(visit: KioskVisit, qtbot: QtBot) -> KioskVisit:
    qtbot.addWidget(visit.window, before_close_func=lambda widget: widget.hide())
    visit.window.resize(1280, 800)
    visit.window.show()
    return visit


@pytest.fixture
def visit(qtbot: QtBot, clock: ManualClock) -> KioskVisit:
    return shown(kiosk_visit(clock), qtbot)


@pytest.fixture
def voice() -> SilentVoice:
    return SilentVoice()


@pytest.fixture
def talking(qtbot: QtBot, clock: ManualClock, voice: SilentVoice) -> KioskVisit:
    """A kiosk that reads its pages aloud at a touch."""
    return shown(kiosk_visit(clock, voice), qtbot)


@pytest.fixture
def window(visit: KioskVisit) -> KioskWindow:
    return visit.window


@pytest.fixture
def fingers(qtbot: QtBot) -> Any:
    """Mouse and keys of pytest-qt, which have no types."""
    return qtbot


@pytest.fixture
def touches(visit: KioskVisit) -> CallerTouches:
    return CallerTouches(visit)
