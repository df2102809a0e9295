# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's first page when several organisations share the kiosk."""

from __future__ import annotations

import msgspec
from PyQt6.QtWidgets import QFrame, QLabel
from pytestqt.qtbot import QtBot

from session.kiosk.caller_acts import CallService
from tests.support.screens.fingers import click
from tests.support.screens.kiosk_gallery import (
    OWNERS,
    kiosk_visit,
    services_answer,
    session_facts,
    shared_answer,
)
from views.kiosk.pages.start import ServiceCard


def _texts(card: ServiceCard) -> list[str]:
    return [label.text() for label in card.findChildren(QLabel)]


def test_each_button_says_whose_service_it_is_and_those_of_one_organisation_stand_together(
    qtbot: QtBot,
) -> None:
    visit = kiosk_visit()
    window = visit.window
    qtbot.addWidget(window)
    window.show()
    visit.show_services(shared_answer(0, 1, 0, 2, 1))
    cards = window.start_page.cards
    assert [card.service.organisation for card in cards] == [
        "entraide",
        "entraide",
        "marais",
        "marais",
        "emploi",
    ]
    for card in cards:
        name = dict(OWNERS)[card.service.organisation]
        assert name in _texts(card)
        assert name in card.accessibleName()
    asked: list[object] = []
    window.start_page.acted.connect(asked.append)
    click(cards[2])
    assert asked == [CallService("marais/housing")]


def test_a_kiosk_of_one_organisation_does_not_repeat_its_name(qtbot: QtBot) -> None:
    visit = kiosk_visit()
    window = visit.window
    qtbot.addWidget(window)
    visit.show_services(shared_answer(1, 1, 1))
    assert all(OWNERS[1][1] not in _texts(card) for card in window.start_page.cards)


def test_during_a_session_the_header_names_who_answers(qtbot: QtBot) -> None:
    visit = kiosk_visit()
    window = visit.window
    qtbot.addWidget(window)
    visit.show_services(shared_answer(0, 1))
    facts = msgspec.structs.replace(
        session_facts(), organisation="marais", organisation_name=OWNERS[1][1]
    )

    def headed(name: str) -> bool:
        header = window.findChild(QFrame, "header")
        assert header is not None
        return name in [label.text() for label in header.findChildren(QLabel)]

    assert headed("Bornes du Val")
    visit.show_session(facts)
    assert headed(OWNERS[1][1])
    visit.show_start()
    assert headed("Bornes du Val")
    visit.show_services(services_answer(2))
    assert headed("Caisse d'entraide du Val-Doré")
