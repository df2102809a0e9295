# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app desk` opens the window of the role, also right after a sign-in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PyQt6.QtWidgets import QApplication

from expert_app.commands import desk
from expert_app.runtime.config import DeskSettings, save
from expert_app.runtime.credentials import KeyringUnusable
from expert_app.runtime.paths import paths_for
from expert_app.runtime.window_program import Program
from expert_app.workplace.role_parts import RoleParts
from session.bus.transport.nkeys import new_seed

WINDOWS = {
    "agent": "expert_app.desk.wiring.program.build_desk",
    "supervisor": "expert_app.board.wiring.program.BoardProgram",
    "helpdesk": "expert_app.helpdesk.wiring.program.HelpdeskProgram",
    "facilitator": "expert_app.board.wiring.site.HostProgram",
    "operator": "expert_app.helpdesk.wiring.program.HelpdeskProgram",
}


class _Window:
    """Is over at once."""

    elsewhere = None

    def __init__(self, opened: Callable[[], None]) -> None:
        self._opened = opened

    async def run(self) -> None:
        self._opened()


@pytest.mark.parametrize("role", WINDOWS)
async def test_whoever_signs_in_gets_the_window_of_the_codes_role(
    role: str, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    signed_in = msgspec.convert({"user": "camille", "role": role}, DeskSettings)

    async def sign_in(*_given: Any) -> tuple[DeskSettings, bytes]:
        return signed_in, new_seed()

    monkeypatch.setattr("expert_app.desk.wiring.sign_in.sign_in", sign_in)
    for name in set(WINDOWS.values()):

        def build(parts: RoleParts, _address: None = None, *, name: str = name) -> _Window:
            assert parts.settings is signed_in
            return _Window(partial(opened.append, name))

        monkeypatch.setattr(name, build)
    paths = paths_for("desk", tmp_path)
    await desk._main(DeskSettings(), paths, Program())
    assert opened == [WINDOWS[role]]


def test_who_has_a_key_in_a_keyring_that_is_locked_needs_no_new_invitation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(name: str) -> bytes:
        raise KeyringUnusable(name, "locked")

    told: list[str] = []

    async def sign_in(*given: Any) -> None:
        told.append(given[-1])

    def run(
        main: Callable[[Program], Coroutine[Any, Any, None]], _language: str, *, watch: object
    ) -> int:
        assert watch is None
        asyncio.run(main(Program()))
        return 0

    monkeypatch.setattr(desk, "load_seed", locked)
    monkeypatch.setattr(desk, "has_screen", lambda: True)
    monkeypatch.setattr(desk, "run_application", run)
    monkeypatch.setattr("expert_app.desk.wiring.sign_in.sign_in", sign_in)
    paths = paths_for("desk", tmp_path)
    assert desk.run_desk(DeskSettings(), paths) == 0
    assert told.pop() == "", "who was never enrolled reads how to begin"
    settings = DeskSettings(organisation="caf", user="camille")
    save(settings, paths.config)
    assert desk.run_desk(settings, paths) == 0
    assert "known as camille, but its keyring does not answer" in told.pop()
