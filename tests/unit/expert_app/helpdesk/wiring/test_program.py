# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's program: each of its parts is there once."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from PyQt6.QtWidgets import QApplication

from expert_app.helpdesk.app import OpenedConversation
from expert_app.helpdesk.wiring.program import HelpdeskProgram
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.paths import Paths, paths_for
from expert_app.runtime.window_program import Program
from expert_app.workplace.role_parts import RoleParts, build_role_parts
from session.bus.transport.nkeys import new_seed
from session.core.errors import HubUnreachable
from session.log.playback.opening import open_records
from session.log.summary import summarise
from session.protocol.helpdesk.log_list import LogFilter, LogsFound
from tests.support.log_story import whole_session
from tests.support.object_graph import classes_that_exist_twice
from tests.support.waiting import until
from views.words.errors import sentence


def _parts(settings: DeskSettings, paths: Paths) -> RoleParts:
    return build_role_parts(settings, paths, seed=new_seed(), program=Program())


@pytest.mark.parametrize("role", ["helpdesk", "operator"])
def test_no_part_of_the_helpdesk_is_built_twice(
    role: Literal["helpdesk", "operator"], qapp: QApplication, tmp_path: Path
) -> None:
    settings = DeskSettings(organisation="valdore", user="help", role=role)
    paths = paths_for("desk", tmp_path)
    made = HelpdeskProgram(_parts(settings, paths))
    twice = classes_that_exist_twice(made)
    assert {name for name in twice if name.startswith(("expert_app.", "session."))} == set()
    made.window.deleteLater()


async def test_a_helpdesk_that_is_let_in_no_more_keeps_no_conversation_open(
    qapp: QApplication, tmp_path: Path
) -> None:
    settings = DeskSettings(organisation="valdore", user="help", role="helpdesk")
    made = HelpdeskProgram(_parts(settings, paths_for("desk", tmp_path)))
    log = open_records("s1", whole_session())
    for is_lent in (True, False):  # a file of one's own stays
        made.app.opened = OpenedConversation(
            session_id="s1", log=log, summary=summarise(log), is_lent=is_lent
        )
        made.view.show_conversation("Conversation", log, made.app.opened.summary)
        made.parts.bus.refused.emit(None)
        assert made.view.shows_conversation is not is_lent
        assert (made.app.opened is None) is is_lent
        assert made.view.messages.texts()
    made.window.deleteLater()


async def test_the_red_line_of_a_lost_moment_leaves_with_the_next_answer(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = DeskSettings(organisation="valdore", user="help", role="helpdesk")
    made = HelpdeskProgram(_parts(settings, paths_for("desk", tmp_path)))
    answers = [True, False, True]

    async def find(log_filter: LogFilter, before: str = "") -> LogsFound:
        if not answers.pop(0):
            raise HubUnreachable
        return LogsFound(rows=())

    monkeypatch.setattr(made.app, "find", find)
    shown = made.view.messages.texts
    red = sentence(HubUnreachable.code, {}).sentence
    for left, is_red in ((2, False), (1, True), (0, False)):
        made.view.list.ask()
        await until(lambda left=left: len(answers) == left)  # type: ignore[misc]
        await until(lambda is_red=is_red: (red in shown()) is is_red)  # type: ignore[misc]
    made.window.deleteLater()
