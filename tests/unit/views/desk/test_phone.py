# SPDX-License-Identifier: GPL-3.0-only
"""A caller to be called by telephone: the number is large, and gone with the request."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import click
from tests.support.screens.invented import NOW, SERVICES, SESSION, TICKETS, desk
from views.desk.acts import CallLater, PhonePress
from views.desk.window import DeskWindow


@pytest.fixture
def window(qtbot: QtBot, desk_theme: QApplication) -> DeskWindow:
    made = desk(ManualClock(NOW))
    made.status.show_connection(True)
    made.queue.set_tickets(TICKETS, SERVICES)
    made.resize(1280, 720)
    made.show()
    qtbot.addWidget(made, before_close_func=lambda _widget: made.close_now())
    return made


def child[Kind: QWidget](window: QWidget, kind: type[Kind], name: str) -> Kind:
    found = window.findChild(kind, name)
    assert found is not None, name
    return found


def test_the_number_is_shown_in_pairs_and_leaves_with_the_request(window: DeskWindow) -> None:
    window.show_session(msgspec.structs.replace(SESSION, phone="0612345678"))
    number = child(window, QLabel, "phone_number")
    assert (number.isVisible(), number.text()) == (True, "06 12 34 56 78")
    assert not window.call.isVisible()
    window.show_wrap_up()
    assert not number.isVisible()
    window.show_idle()
    assert number.text() == ""
    window.show_session(SESSION)
    assert window.call.isVisible()


def test_each_of_the_three_ends_is_one_wish(window: DeskWindow) -> None:
    heard = acts_of(window.phone, object)
    window.show_session(msgspec.structs.replace(SESSION, phone="0612345678"))
    for name in ("phone_reached", "phone_not_reached", "phone_later_15"):
        click(child(window, QPushButton, name))
    assert heard == [PhonePress.REACHED, PhonePress.NOT_REACHED, CallLater(15)]


def test_who_comes_back_later_cannot_be_accepted_and_who_is_called_by_telephone_can(
    window: DeskWindow,
) -> None:
    first, second, *rest = TICKETS
    away = [
        msgspec.structs.replace(first, away="back"),
        msgspec.structs.replace(second, away="phone"),
    ]
    window.queue.set_tickets([*away, *rest], SERVICES)
    assert not child(window, QPushButton, f"accept_{first.id}").isEnabled()
    assert child(window, QPushButton, f"accept_{second.id}").isEnabled()
