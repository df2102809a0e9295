# SPDX-License-Identifier: GPL-3.0-only
"""What the desk's palette finds before, in and after a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from expert_app.desk.wiring.palette import PaletteConnections
from session.core.clock import ManualClock
from session.core.signals import Signal
from session.protocol.dossier.guides import Phrase
from session.protocol.dossier.library import LibraryItem, LibraryKind
from session.protocol.hub.board import AgentState
from session.protocol.hub.routing import ServiceWork
from session.protocol.hub.third_parties import TargetAgent, TargetsAnswer
from tests.support.memory.window_settings import MemorySettings
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import key, write
from tests.support.screens.invented import DOSSIER, NOW, SERVICES, SESSION, TICKETS, desk
from views.desk.acts import AcceptCaller, ChooseOwnState, TalkPress
from views.desk.devices.acts import ScanPiece
from views.desk.window import DeskWindow
from views.widgets.keyboard.command_palette import CommandPalette, PaletteEntry

FORM = LibraryItem(id="form", title="Demande d’aide", kind=LibraryKind.FORM, address="https://x.fr")


class Stage:
    """A real window and its palette; the jobs only remember."""

    def __init__(self, window: DeskWindow) -> None:
        self.window = window
        self.did: list[str] = []
        self.app = SimpleNamespace(session=None, dossier=None, session_closed=Signal())
        self.jobs: Any = SimpleNamespace(
            app=self.app,
            guide=SimpleNamespace(progress=None),
            shown_documents=SimpleNamespace(
                library_changed=Signal(), push=lambda name: self.did.append(f"show {name}")
            ),
            pieces=SimpleNamespace(procedures_changed=Signal(), start_procedure=self.did.append),
            third_parties=SimpleNamespace(targets_found=Signal(), find_targets=self.find),
        )
        link: Any = SimpleNamespace(queue=TICKETS)
        self.connections = PaletteConnections(
            window, cast(Any, self.jobs), link=cast(Any, link), settings=MemorySettings()
        )
        window.chat.show_phrases([Phrase(id="wait", say={"fr": "Un instant, je regarde."})])
        self.jobs.shown_documents.library_changed.emit([FORM])

    def find(self) -> None:
        agents = [TargetAgent(id="a2", name="Noé P.", state=AgentState.AVAILABLE)]
        answer = TargetsAnswer(agents=agents, services=[], elsewhere=[])
        self.jobs.third_parties.targets_found.emit(answer)

    def talk(self) -> None:
        self.app.session, self.app.dossier = SimpleNamespace(facts=SESSION), DOSSIER
        self.window.show_session(SESSION)
        self.window.dossier.show_dossier(DOSSIER)
        self.window.chat.set_in_session(True)

    @property
    def palette(self) -> CommandPalette:
        return self.connections.palette

    def first(self, typed: str) -> PaletteEntry:
        self.palette.open_palette()
        write(self.palette.field, typed)
        item = self.palette.list.item(0)
        assert item is not None, typed
        entry: PaletteEntry = item.data(Qt.ItemDataRole.UserRole)
        return entry

    def do(self, typed: str) -> None:
        self.first(typed)
        key(self.palette.field, Qt.Key.Key_Return)


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    window = desk(ManualClock(NOW))
    window.status.show_connection(True)
    window.queue.set_tickets(TICKETS, SERVICES)
    window.queue.set_work([ServiceWork(id=one, after_s=0) for one in SERVICES])
    window.resize(1280, 720)
    window.show()
    made = Stage(window)
    yield made
    made.palette.hide()
    window.close_now()
    window.deleteLater()


def test_between_callers_one_is_accepted_and_a_state_is_chosen(stage: Stage, qtbot: QtBot) -> None:
    accepted = acts_of(stage.window.queue, AcceptCaller)
    stage.do("accept A031")
    assert accepted == [AcceptCaller("t-a031")]
    chosen = acts_of(stage.window.queue, ChooseOwnState)
    stage.do("pause traning")
    assert chosen == [ChooseOwnState(False, "training")]
    for typed in ("demande d'aide", "un instant", "scan page", "hang up"):
        assert stage.first(typed).why_not == "There is no conversation now.", typed
    assert stage.first("decline").why_not == "No caller is offered to you now."


def test_in_a_conversation_it_shows_writes_scans_and_calls_a_colleague(
    stage: Stage, qtbot: QtBot
) -> None:
    stage.talk()
    stage.do("demnade aide")
    assert stage.did == ["show form"]
    with qtbot.waitSignal(stage.window.chat.send_requested) as sent:
        stage.do("un instant")
    assert sent.args == ["Un instant, je regarde."]
    piece = DOSSIER.pieces[-1]
    chosen = acts_of(stage.window.dossier, ScanPiece)
    stage.do(f"scan for {piece.name}")
    assert chosen == [ScanPiece(piece.id)]
    pressed = acts_of(stage.window.conversation.talk_bar, TalkPress)
    stage.do("noe")
    assert pressed == [TalkPress.PASS_ON]
    assert stage.first("accept next").why_not == "You have a caller already."


def test_after_the_conversation_its_acts_say_that_it_is_over(stage: Stage) -> None:
    stage.talk()
    stage.window.show_wrap_up()
    for typed in ("hold talk again", "demande d'aide", "hang up"):
        assert stage.first(typed).why_not == "The conversation is over.", typed
    assert not stage.first("settled").why_not


def test_its_keys_open_it(stage: Stage) -> None:
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    key(stage.window, Qt.Key.Key_P, held)
    assert stage.palette.isVisible()
