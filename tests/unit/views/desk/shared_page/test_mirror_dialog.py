# SPDX-License-Identifier: GPL-3.0-only
"""The card over the mirror: what the kiosk shows beside the page, said as what it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from session.protocol.conversation.mirror_messages import DialogKind, DialogShown
from views.desk.shared_page.mirror_dialog import NOTE_STAYS_MS, MirrorDialog


@pytest.fixture
def card(qtbot: QtBot) -> Iterator[MirrorDialog]:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(900, 600)
    made = MirrorDialog(over)
    over.show()
    yield made
    over.close()


def words(card: MirrorDialog, part: str) -> str:
    found = card.findChild(QLabel, f"mirror_dialog_{part}")
    assert found is not None
    return found.text()


def shown(kind: DialogKind, text: str = "", dialog_id: str = "d1") -> DialogShown:
    waits = kind in (DialogKind.ALERT, DialogKind.CONFIRM, DialogKind.PROMPT)
    return DialogShown(dialog_id=dialog_id, kind=kind, text=text, waits=waits)


@pytest.mark.parametrize("kind", list(DialogKind))
def test_every_kind_says_what_it_is_and_what_happens(card: MirrorDialog, kind: DialogKind) -> None:
    card.show_dialog(shown(kind, "avis.pdf"))
    assert card.isVisible()
    assert words(card, "title")
    assert words(card, "advice")
    assert words(card, "text") == "“avis.pdf”"
    assert card.accessibleName().endswith("avis.pdf")


def test_a_question_stays_until_the_caller_answered_that_one(card: MirrorDialog) -> None:
    card.show_dialog(shown(DialogKind.CONFIRM, "Supprimer ?"))
    close = card.findChild(QToolButton, "mirror_dialog_close")
    assert close is not None
    assert not close.isVisible()
    card.end_dialog("another")
    card.show_dialog(shown(DialogKind.PRINT, "Demande", "d2"))
    assert words(card, "text") == "“Supprimer ?”"
    card.end_dialog("d1")
    assert not card.isVisible()
    assert words(card, "text") == ""


def test_a_thing_not_done_can_be_closed_and_goes_by_itself(card: MirrorDialog) -> None:
    card.show_dialog(shown(DialogKind.PRINT))
    close = card.findChild(QToolButton, "mirror_dialog_close")
    assert close is not None
    assert close.isVisible()
    assert close.accessibleName()
    close.click()
    assert not card.isVisible()
    card.show_dialog(shown(DialogKind.PDF, "avis.pdf"))
    (timer,) = card.findChildren(QTimer)
    assert timer.isActive()
    assert timer.interval() == NOTE_STAYS_MS
    timer.timeout.emit()
    assert not card.isVisible()


def test_it_stays_inside_a_pane_of_any_size(card: MirrorDialog) -> None:
    card.show_dialog(shown(DialogKind.ALERT, "Une phrase assez longue pour deux lignes. " * 8))
    over = card.parentWidget()
    assert over is not None
    for width, height in ((900, 600), (500, 320), (1600, 900)):
        over.resize(width, height)
        assert over.rect().contains(card.geometry())
        assert abs(card.geometry().center().x() - over.rect().center().x()) <= 1
