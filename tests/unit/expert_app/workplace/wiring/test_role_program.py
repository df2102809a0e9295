# SPDX-License-Identifier: GPL-3.0-only
"""The life of a role's window: shown at once, closed in order, and what its bus tells it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication

from expert_app.runtime import enrolment
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.window_program import Program
from expert_app.workplace.role_parts import build_role_parts
from expert_app.workplace.wiring.role_program import RoleProgram
from session.bus.transport.nkeys import new_seed
from session.core.errors import HubUnreachable, SignOnEnded
from tests.support.waiting import until
from views.widgets.message_bar import MessageBar
from views.widgets.plain_window import PlainWindow
from views.words.errors import sentence

LONGEST_S = 10.0


class _Role(RoleProgram[PlainWindow]):
    """A window with messages and nothing else."""

    def __init__(self, folder: Path, *, signed_on_until: str = "") -> None:
        settings = DeskSettings(user="alice", signed_on_until=signed_on_until)
        paths = paths_for("desk", folder)
        self.messages = MessageBar()
        self.waits_for = list[str]()
        parts = build_role_parts(settings, paths, seed=new_seed(), program=Program())
        super().__init__(parts, PlainWindow(self.messages, "A role"), messages=self.messages)

    def show_not_connected(self, words: str) -> None:
        self.waits_for.append(words)


async def test_the_window_is_there_before_the_network_and_closes_with_the_program(
    qapp: QApplication, tmp_path: Path
) -> None:
    role = _Role(tmp_path)
    told = list[object]()
    program = role.parts.program
    program.built.connect(lambda built: told.append((built, role.window.isVisible())))
    program.shown.connect(lambda shown: told.append((shown, role.window.isVisible())))
    life = asyncio.ensure_future(role.run())
    await until(lambda: len(told) == 2)
    assert told == [(role, False), (role, True)]
    assert role.waits_for
    assert not role.parts.bus.is_connected
    program.stop.set()
    await asyncio.wait_for(life, LONGEST_S)
    assert not role.window.isVisible()
    await program.tasks.close()
    role.window.deleteLater()


async def test_another_network_is_connected_to_at_once(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = _Role(tmp_path)
    again = list[str]()
    monkeypatch.setattr(role.parts.bus, "reconnect", lambda: again.append("reconnect"))
    role.on_network_changed()
    assert again == ["reconnect"]
    role.window.deleteLater()


async def test_who_has_to_sign_on_reads_it_and_the_bus_is_left_alone(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until_utc = datetime(2099, 1, 1, tzinfo=UTC).isoformat()
    forgotten, closed = list[str](), list[str]()
    monkeypatch.setattr(enrolment, "forget_seed", forgotten.append)
    role = _Role(tmp_path, signed_on_until=until_utc)

    async def close() -> None:
        closed.append("bus")

    monkeypatch.setattr(role.parts.bus, "close", close)
    role.parts.bus.refused.emit(None)
    assert sentence(SignOnEnded.code).sentence in role.messages.texts()
    assert len(forgotten) == 1
    await until(lambda: closed == ["bus"])
    await role.parts.tasks.close()
    role.window.deleteLater()


async def test_a_hub_that_is_away_is_said_until_it_answers(
    qapp: QApplication, tmp_path: Path
) -> None:
    role = _Role(tmp_path)
    words = sentence(HubUnreachable.code).sentence
    role.show_connection(False)
    assert words in role.messages.texts()
    role.show_connection(True)
    assert words not in role.messages.texts()

    async def refused() -> None:
        raise HubUnreachable

    role.begin(refused(), "try")
    await until(lambda: words in role.messages.texts())
    role.window.deleteLater()
