# SPDX-License-Identifier: GPL-3.0-only
"""The real window connected with the queue:
what the agent must know is said, whichever came first.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from expert_app.desk.wiring.window import WindowConnections
from session.protocol.hub.tickets import HelpState, TicketState
from tests.support.screens.invented import SERVICES, TICKETS, desk
from tests.unit.expert_app.desk.wiring.telling import Telling
from views.media.ring import Ring
from views.widgets.message_bar import MessageLine


@pytest.mark.parametrize("queue_first", [True, False])
def test_the_agent_is_told_that_the_host_hears_whether_the_queue_or_the_conversation_came_first(
    qtbot: QtBot, queue_first: bool
) -> None:
    window = desk()
    qtbot.addWidget(window)
    taken = msgspec.structs.replace(TICKETS[0], state=TicketState.IN_SESSION, with_host=True)
    app, link = Telling(session=None), Telling(queue=[taken], services=list(SERVICES.values()))
    WindowConnections(
        window,
        Ring(window),
        app=cast(Any, app),
        filing=cast(Any, Telling()),
        link=cast(Any, link),
    )
    assert window.findChild(QWidget, "message_host") is None
    if queue_first:
        link.queue_changed.emit([taken])
    session = SimpleNamespace(facts=SimpleNamespace(ticket_id=taken.id))
    vars(app).update(session=session)
    app.session_opened.emit(session)
    if not queue_first:
        link.queue_changed.emit([taken])
    assert window.findChild(QWidget, "message_host") is not None


def test_the_agent_reads_that_the_host_was_called_and_comes_until_the_talk_is_over(
    qtbot: QtBot,
) -> None:
    window = desk()
    qtbot.addWidget(window)
    talking = msgspec.structs.replace(TICKETS[0], state=TicketState.IN_SESSION)
    session = SimpleNamespace(facts=SimpleNamespace(ticket_id=talking.id))
    app, link = Telling(session=session), Telling(queue=[], services=list(SERVICES.values()))
    WindowConnections(
        window,
        Ring(window),
        app=cast(Any, app),
        filing=cast(Any, Telling()),
        link=cast(Any, link),
    )

    def reads() -> bool:
        return any(not line.isHidden() for line in window.findChildren(QWidget, "message_host"))

    for state, told in (
        (HelpState.WANTED, True),
        (HelpState.COMING, True),
        (HelpState.NONE, False),
        (HelpState.WANTED, True),
    ):
        link.queue_changed.emit([msgspec.structs.replace(talking, help=state)])
        assert reads() is told
    over = msgspec.structs.replace(talking, state=TicketState.WRAP_UP, help=HelpState.WANTED)
    link.queue_changed.emit([over])
    assert not reads()


def test_the_agent_reads_once_who_sends_too_much(qtbot: QtBot) -> None:
    window = desk()
    qtbot.addWidget(window)
    app, link = Telling(session=None), Telling(queue=[], services=list(SERVICES.values()))
    WindowConnections(
        window,
        Ring(window),
        app=cast(Any, app),
        filing=cast(Any, Telling()),
        link=cast(Any, link),
    )

    def lines() -> list[MessageLine]:
        every = window.findChildren(MessageLine, "message_flooded")
        return [line for line in every if not line.isHidden()]

    for topic in ("beside", "device", "mirror"):
        app.flooded.emit(topic)
    assert [line.text()[:34] for line in lines()] == ["The kiosk sends too many messages:"]
    app.flooded.emit("aside")
    assert [line.text()[:34] for line in lines()] == ["The third person's desk sends too "]
