# SPDX-License-Identifier: GPL-3.0-only
"""What a window says of the last crash and of a newer release."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from expert_app.runtime.crash import reports, write_report
from expert_app.runtime.paths import LOG_FOLDER, Paths, paths_for
from expert_app.workplace.wiring.support import SupportConnections
from session.core.clock import ManualClock
from session.core.errors import NotAllowed
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.hub.requests import ReleaseAnswer
from tests.support.screens.invented import NOW
from views.widgets.message_bar import MessageBar


class _Hub:
    """Answers the one question of a window; an older hub refuses it."""

    def __init__(self, answer: ReleaseAnswer | None = None) -> None:
        self.connected: Signal[bool] = Signal()
        self.answer = answer

    async def ask(self, _request: object) -> ReleaseAnswer:
        if self.answer is None:
            raise NotAllowed(why="no such verb")
        return self.answer


@pytest.fixture
def bar(qtbot: QtBot) -> MessageBar:
    made = MessageBar()
    qtbot.addWidget(made)
    return made


def _support(bar: MessageBar, paths: Paths, hub: Any = None) -> SupportConnections:
    program: Any = SimpleNamespace(tasks=Tasks(), clock=ManualClock(NOW))
    bus: Any = hub or _Hub()
    return SupportConnections(bar, paths, language="fr", program=program, bus=bus)


def _press(bar: MessageBar, name: str) -> None:
    button = bar.findChild(QPushButton, name)
    assert button is not None
    button.click()


def test_a_crash_is_told_once_and_its_report_copied(bar: MessageBar, tmp_path: Path) -> None:
    paths = paths_for("desk", tmp_path)
    write_report(paths.folder(LOG_FOLDER), "ValueError: somewhere")
    support = _support(bar, paths)
    support.report_crash()
    assert len(bar.texts()) == 1
    _press(bar, "message_action")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert "ValueError: somewhere" in clipboard.text()
    bar.clear("crash_report")
    support.report_crash()
    assert bar.texts() == []


def test_a_report_can_be_deleted(bar: MessageBar, tmp_path: Path) -> None:
    paths = paths_for("desk", tmp_path)
    write_report(paths.folder(LOG_FOLDER), "ValueError: somewhere")
    _support(bar, paths).report_crash()
    _press(bar, "message_action2")
    assert reports(paths.folder(LOG_FOLDER)) == []


def _told(bar: MessageBar, tmp_path: Path, *answers: ReleaseAnswer | None) -> list[str]:
    """What the bar says after the hub has answered each of these in turn."""

    async def connect() -> None:
        hub = _Hub()
        support = _support(bar, paths_for("desk", tmp_path), hub)
        for hub.answer in answers:
            hub.connected.emit(True)
            await asyncio.sleep(0.01)
        hub.connected.emit(False)
        del support

    asyncio.run(connect())
    return bar.texts()


def test_a_newer_release_is_said_and_taken_back(bar: MessageBar, tmp_path: Path) -> None:
    newer = ReleaseAnswer(newest="99.0.0", by=date(2099, 1, 31), where="intranet.example")
    (words,) = _told(bar, tmp_path, newer)
    assert "99.0.0" in words
    assert "intranet.example" in words
    assert _told(bar, tmp_path, newer, ReleaseAnswer()) == []


def test_an_older_hub_and_no_wish_say_nothing(bar: MessageBar, tmp_path: Path) -> None:
    assert _told(bar, tmp_path, None, ReleaseAnswer()) == []


def test_a_package_that_an_upgrade_left_behind_is_named(
    bar: MessageBar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    support = _support(bar, paths_for("desk", tmp_path))
    support.report_packages()
    assert bar.texts() == []
    left = {"poste-expert-hub": "0.2.0"}
    monkeypatch.setattr("expert_app.workplace.wiring.support.other_packages", lambda: left)
    support.report_packages()
    assert "apt install poste-expert poste-expert-hub" in bar.texts()[0]
