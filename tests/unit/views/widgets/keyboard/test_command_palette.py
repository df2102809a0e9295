# SPDX-License-Identifier: GPL-3.0-only
"""The command palette: found by words, done by Enter, and a reason for what cannot be done."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.support.memory.window_settings import MemorySettings
from tests.support.screens.fingers import key, write
from views.widgets.keyboard.command_palette import CommandPalette, PaletteEntry, spoken


class Deeds:
    """Remembers what was done."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.away = ""

    def entries(self) -> list[PaletteEntry]:
        def entry(name: str, words: str, *, keys: str = "", why_not: str = "") -> PaletteEntry:
            return PaletteEntry(
                id=name,
                words=words,
                kind="Action",
                act=lambda: self.done.append(name),
                keys=keys,
                why_not=why_not,
            )

        return [
            entry("scan", "Numériser la page", keys="F7", why_not=self.away),
            entry("hang", "Raccrocher", keys="Ctrl+Shift+H"),
            entry("", "Ouvrir : Bail de Mme Exemple"),
            entry("print", "Imprimer le récépissé"),
        ]


@pytest.fixture
def deeds() -> Deeds:
    return Deeds()


@pytest.fixture
def over(qtbot: QtBot, desk_theme: QApplication) -> QWidget:
    made = QWidget()
    made.resize(900, 600)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def palette(qtbot: QtBot, over: QWidget, deeds: Deeds) -> CommandPalette:
    made = CommandPalette(over, [deeds.entries], settings=MemorySettings())
    made.open_palette()
    qtbot.waitExposed(made)
    return made


def shown(palette: CommandPalette) -> list[str]:
    items = (palette.list.item(place) for place in range(palette.list.count()))
    return [item.text() for item in items if item is not None]


def hint(palette: CommandPalette) -> str:
    found = palette.findChild(QLabel, "palette_hint")
    assert found is not None
    return found.text()


def test_words_find_and_enter_does(palette: CommandPalette, deeds: Deeds) -> None:
    write(palette.field, "numeirser")
    assert shown(palette) == ["Numériser la page"]
    assert palette.field.accessibleDescription() == "Numériser la page. Action. F7"
    key(palette.field, Qt.Key.Key_Return)
    assert deeds.done == ["scan"]
    assert palette.isHidden()


def test_what_cannot_be_done_says_why_and_comes_last(palette: CommandPalette, deeds: Deeds) -> None:
    deeds.away = "There is no conversation now."
    palette.open_palette()
    assert shown(palette)[-1] == "Numériser la page"
    write(palette.field, "num")
    assert hint(palette) == "There is no conversation now."
    key(palette.field, Qt.Key.Key_Return)
    assert deeds.done == []
    assert palette.isVisible()


def test_arrows_move_while_the_keyboard_stays_in_the_field(
    palette: CommandPalette, deeds: Deeds
) -> None:
    key(palette.field, Qt.Key.Key_Down)
    key(palette.field, Qt.Key.Key_Down)
    key(palette.field, Qt.Key.Key_Up)
    key(palette.field, Qt.Key.Key_Enter)
    assert deeds.done == ["hang"]


def test_what_was_used_last_is_first_but_nothing_of_a_caller(
    palette: CommandPalette, deeds: Deeds
) -> None:
    for typed in ("recepisse", "bail"):
        palette.open_palette()
        write(palette.field, typed)
        key(palette.field, Qt.Key.Key_Return)
    assert deeds.done == ["print", ""]
    palette.open_palette()
    assert shown(palette)[0] == "Imprimer le récépissé"


def test_nothing_fits_and_escape_closes(palette: CommandPalette, deeds: Deeds) -> None:
    write(palette.field, "zzzz")
    assert shown(palette) == []
    assert hint(palette) == "Nothing fits. Try other words, or fewer."
    key(palette.field, Qt.Key.Key_Return)
    key(palette.field, Qt.Key.Key_Escape)
    assert palette.isHidden()
    assert deeds.done == []


def test_a_late_answer_keeps_what_is_typed_and_marked(
    palette: CommandPalette, deeds: Deeds
) -> None:
    key(palette.field, Qt.Key.Key_Down)
    palette.add_source(
        lambda: [PaletteEntry(id="", words="Collègue", kind="Colleague", act=lambda: None)]
    )
    palette.refresh()
    assert palette.list.currentRow() == 1
    assert shown(palette)[-1] == "Collègue"


def test_a_screen_reader_hears_words_keys_and_reason() -> None:
    entry = PaletteEntry(
        id="", words="Hang up", kind="Action", act=lambda: None, keys="F2", why_not="Over."
    )
    assert spoken(entry) == "Hang up. Action. F2. Over."
