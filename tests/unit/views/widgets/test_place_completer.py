# SPDX-License-Identifier: GPL-3.0-only
"""A line that takes an id, and the kiosks and desks to choose from."""

from __future__ import annotations

from datetime import UTC, datetime

from PyQt6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from session.protocol.helpdesk.remote_help import HelpPlace
from views.widgets.place_completer import PlaceCompleter, place_words

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
THERE = HelpPlace(
    organisation="valdore",
    id="borne1",
    name="Borne du hall",
    site="Mairie de Saint-Oyen",
    there=True,
    seen_at_utc=AT,
)
SILENT = HelpPlace(organisation="valdore", id="borne2", site="Médiathèque", seen_at_utc=AT)
DESK = HelpPlace(organisation="valdore", id="alice", name="Alice M.", desk=True)


def test_a_place_is_told_by_site_name_and_when_it_was_seen() -> None:
    assert place_words(THERE) == "Mairie de Saint-Oyen  ·  Borne du hall (borne1)  ·  there now"
    at = AT.astimezone().strftime("%d/%m %H:%M")
    assert place_words(SILENT) == f"Médiathèque  ·  borne2  ·  last seen {at}"
    assert place_words(DESK) == "Alice M. (alice)  ·  not there"


def test_a_part_of_the_sites_name_finds_the_kiosk_and_the_line_gets_its_id(qtbot: QtBot) -> None:
    line = QLineEdit()
    qtbot.addWidget(line)
    places = PlaceCompleter(line)
    places.show_all()  # nothing to choose from: nothing opens
    places.show_places([THERE, SILENT])
    places.setCompletionPrefix("saint-oyen")
    assert places.completionCount() == 1
    assert places.pathFromIndex(places.currentIndex()) == "borne1"
    places.show_places([THERE], of_all=True)
    places.setCompletionPrefix("hall")
    assert places.pathFromIndex(places.currentIndex()) == "valdore/borne1"
    places.show_all()
    popup = places.popup()
    assert popup is not None
    assert popup.isVisible()
    popup.hide()
