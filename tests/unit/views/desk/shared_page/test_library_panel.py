# SPDX-License-Identifier: GPL-3.0-only
"""The library at the desk: words find items whatever their accents; a click or Enter pushes one."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.protocol.dossier.library import LibraryItem, LibraryKind
from tests.support.screens.fingers import drag, key, write
from views.desk.shared_page.library_panel import LibraryPanel, found

ITEMS = [
    LibraryItem(
        id="sim",
        title="Simuler mes droits",
        kind=LibraryKind.PAGE,
        address="https://www.caisse.example/s",
    ),
    LibraryItem(
        id="lease",
        title="Attestation de loyer",
        kind=LibraryKind.FORM,
        words="bail pièce",
        size_bytes=9,
    ),
    LibraryItem(id="papers", title="Pièces à fournir", kind=LibraryKind.DOCUMENT, size_bytes=9),
    LibraryItem(id="heart", title="Œuvres sociales d’été", kind=LibraryKind.DOCUMENT, size_bytes=9),
]


@pytest.fixture
def panel(qtbot: QtBot) -> LibraryPanel:
    made = LibraryPanel(ManualClock())
    qtbot.addWidget(made)
    made.show_items(ITEMS)
    made.open_panel()
    return made


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ("", ["sim", "lease", "papers", "heart"]),
        ("PIECE", ["papers", "lease"]),
        ("pièce à fournir", ["papers"]),
        ("oeuvres d'ete", ["heart"]),
        ("caisse.example", ["sim"]),
        ("loyer bail", ["lease"]),
        ("nothing", []),
    ],
)
def test_every_word_counts_and_accents_do_not(wanted: str, ids: list[str]) -> None:
    assert [item.id for item in found(ITEMS, wanted)] == ids


def test_enter_in_the_field_puts_the_first_hit_before_the_caller(
    qtbot: QtBot, panel: LibraryPanel
) -> None:
    write(panel.search, "loyer")
    with qtbot.waitSignal(panel.push_requested) as pushed:
        key(panel.search, Qt.Key.Key_Return)
    assert pushed.args == ["lease"]
    assert panel.isHidden()


def test_arrows_move_from_the_field(qtbot: QtBot, panel: LibraryPanel) -> None:
    for pressed in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        key(panel.search, pressed)
    with qtbot.waitSignal(panel.push_requested) as pushed:
        key(panel.search, Qt.Key.Key_Enter)
    assert pushed.args == ["papers"]


def test_one_click_is_enough(qtbot: QtBot, panel: LibraryPanel) -> None:
    item = panel.list.item(2)
    assert item is not None
    viewport = panel.list.viewport()
    assert viewport is not None
    with qtbot.waitSignal(panel.push_requested) as pushed:
        place = panel.list.visualItemRect(item).center()
        drag(viewport, place, place)
    assert pushed.args == ["papers"]


def test_escape_closes_and_pushes_nothing(qtbot: QtBot, panel: LibraryPanel) -> None:
    with qtbot.assertNotEmitted(panel.push_requested), qtbot.waitSignal(panel.closed):
        key(panel.search, Qt.Key.Key_Escape)
    assert panel.isHidden()


def test_nothing_found_and_nothing_there_are_said(panel: LibraryPanel) -> None:
    write(panel.search, "introuvable")
    assert not panel.list.isVisibleTo(panel)
    assert panel._none.text()
    empty = panel._none.text()
    panel.show_items([])
    assert panel._none.text() not in ("", empty)


def test_what_is_being_made_ready_can_be_cancelled(qtbot: QtBot, panel: LibraryPanel) -> None:
    panel.show_fetching("Plan", 40)
    assert not panel.progress.isHidden()
    with qtbot.waitSignal(panel.cancel_requested):
        panel.progress.findChild(type(panel._close), "library_cancel").click()
    panel.progress.hide()
    assert panel.progress.isHidden()


def test_who_searches_is_not_interrupted_by_a_page_that_comes(
    qtbot: QtBot, panel: LibraryPanel
) -> None:
    panel.show_whole(True)
    write(panel.search, "loyer")
    panel.show_whole(False)
    assert not panel.isHidden()
    assert panel.search.text() == "loyer"
    key(panel.search, Qt.Key.Key_Return)
    assert panel.isHidden()
    panel.show_whole(True)
    panel.show_whole(False)
    assert panel.isHidden(), "nobody has opened it since"
