# SPDX-License-Identifier: GPL-3.0-only
"""What kiosks found of themselves, and help from afar: for a reason, one act at a time."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from session.protocol.helpdesk.remote_help import (
    DESK_ACTS,
    IN_CONVERSATION,
    NOT_ANSWERED,
    NOT_WANTED,
    HelpPlace,
    RemoteFact,
    RemoteHelp,
    RemoteResult,
    RemoteState,
)
from session.protocol.helpdesk.self_test import CheckedPart, SelfCheck, SelfTestRow
from session.protocol.hub.requests import RemoteAct
from tests.unit.views.helpdesk.invented_rows import NOW
from views.helpdesk.page_acts import HelpFromAfar
from views.helpdesk.remote_help_page import DESK, RemoteHelpPage
from views.words.self_tests import check_words, help_words

DARK = SelfCheck(part=CheckedPart.CAMERA, code="dark", value=2)
WELL = SelfCheck(part=CheckedPart.DISK)
WHY = "the caller says that nothing prints"


@pytest.fixture
def page(qtbot: QtBot) -> RemoteHelpPage:
    made = RemoteHelpPage(lambda: NOW.astimezone())
    qtbot.addWidget(made)
    made.show()
    made.show_connection(True)
    return made


def _line(page: RemoteHelpPage, name: str) -> QLineEdit:
    found = page.findChild(QLineEdit, name)
    assert found is not None
    return found


def _button(page: RemoteHelpPage, act: RemoteAct) -> QPushButton:
    found = page.findChild(QPushButton, f"kiosk_{act.value}")
    assert found is not None
    return found


def _row(kiosk: str, *checks: SelfCheck) -> SelfTestRow:
    return SelfTestRow(
        organisation="caf", kiosk=kiosk, site="Mairie de Valdoré", at_utc=NOW, checks=checks
    )


def test_a_kiosk_of_the_list_is_helped_for_a_reason_one_act_at_a_time(page: RemoteHelpPage) -> None:
    wanted: list[object] = []
    page.acted.connect(wanted.append)
    page.show_tests([_row("borne-1", DARK), _row("borne-2", WELL)])
    first, second = page.kiosks.item(0), page.kiosks.item(1)
    assert first is not None
    assert second is not None
    assert "sees no light" in first.text()
    assert "all is well" in second.text()
    page.kiosks.setCurrentRow(0)
    assert not _button(page, RemoteAct.SCAN).isEnabled()
    _line(page, "kiosk_reason").setText(WHY)
    _button(page, RemoteAct.SCAN).click()
    assert wanted == [HelpFromAfar("borne-1", False, RemoteAct.SCAN, WHY)]
    page.show_busy(True)
    assert not _button(page, RemoteAct.SCAN).isEnabled()
    page.show_busy(False)
    page.show_connection(False)
    assert not _button(page, RemoteAct.SCAN).isEnabled()


def test_kiosks_are_offered_for_a_kiosk_and_agents_for_a_desk(page: RemoteHelpPage) -> None:
    kiosk = HelpPlace(organisation="valdore", id="borne1", site="Mairie", there=True)
    desk = HelpPlace(organisation="valdore", id="alice", name="Alice M.", desk=True, there=True)
    page.show_places([kiosk, desk])
    assert [words.partition("  ·  ")[0] for words in page.places.words()] == ["Mairie"]
    page._on_where(DESK)
    assert page.places.words() == ["Alice M. (alice)  ·  there now"]


def test_a_desk_is_helped_by_the_agents_id_and_only_in_what_a_desk_may(
    page: RemoteHelpPage,
) -> None:
    wanted: list[object] = []
    page.acted.connect(wanted.append)
    desk = page.findChild(QToolButton, "help_where_desk")
    assert desk is not None
    desk.click()
    shown = {act for act in RemoteAct if _button(page, act).isVisible()}
    assert shown == DESK_ACTS
    _line(page, "kiosk_id").setText("alice")
    _line(page, "kiosk_reason").setText(WHY)
    _button(page, RemoteAct.LOG).click()
    assert wanted == [HelpFromAfar("alice", True, RemoteAct.LOG, WHY)]
    page.show_tests([_row("borne-1", DARK)])
    page.kiosks.setCurrentRow(0)
    assert _button(page, RemoteAct.SCAN).isVisible()


@pytest.mark.parametrize("code", [NOT_WANTED, NOT_ANSWERED, IN_CONVERSATION])
def test_why_nothing_was_done_at_a_desk_is_said(page: RemoteHelpPage, code: str) -> None:
    result = RemoteResult(code=code, facts=(RemoteFact(name="camera", code="absent"),))
    page.show_help(
        RemoteHelp(
            help_id="h1",
            organisation="caf",
            kiosk="alice",
            act=RemoteAct.STATE,
            state=RemoteState.FAILED,
            by="h.help",
            by_name="Denis W.",
            reason=WHY,
            asked_at_utc=NOW,
            result=result,
            desk=True,
        )
    )
    assert "at the desk" in page.result()
    assert "Camera: there is none here." in page.result()
    assert "unexpected" not in page.result()


@pytest.mark.parametrize("state", RemoteState)
def test_what_came_of_an_act_is_said(page: RemoteHelpPage, state: RemoteState) -> None:
    result = RemoteResult(
        facts=(RemoteFact(name="version", value="0.2.0"),), checks=(DARK,), lines=("a line",)
    )
    page.show_help(
        RemoteHelp(
            help_id="h1",
            organisation="caf",
            kiosk="borne-1",
            act=RemoteAct.STATE,
            state=state,
            by="h.help",
            by_name="Denis W.",
            reason=WHY,
            asked_at_utc=NOW,
            result=result if state in (RemoteState.DONE, RemoteState.FAILED) else None,
        )
    )
    assert "borne-1" in page.result()
    assert ("0.2.0" in page.result()) is (state in (RemoteState.DONE, RemoteState.FAILED))


@pytest.mark.parametrize("part", CheckedPart)
def test_each_part_that_is_tried_has_a_name(part: CheckedPart) -> None:
    for code in ("", "absent", "dark", "printer_jammed"):
        assert check_words(SelfCheck(part=part, code=code)).endswith(".")


def test_what_was_asked_stands_there_with_who_and_why(page: RemoteHelpPage) -> None:
    told = RemoteHelp(
        help_id="h1",
        organisation="caf",
        kiosk="k1",
        act=RemoteAct.SCAN,
        state=RemoteState.DONE,
        by="h.aide1",
        by_name="Assistance",
        reason=WHY,
        asked_at_utc=NOW,
    )
    page.show_helps([told])
    item = page.asked.item(0)
    assert item is not None
    for words in ("k1", "Test scan", "Assistance", WHY, "done"):
        assert words in item.text()
    assert help_words(told, of_all=True).startswith("caf/k1")


def test_an_operator_says_whose_kiosk_it_is(qtbot: QtBot) -> None:
    page = RemoteHelpPage(lambda: NOW.astimezone(), of_all=True)
    qtbot.addWidget(page)
    page.show()
    page.show_connection(True)
    page.show_tests([_row("k1", DARK)])
    _line(page, "kiosk_reason").setText(WHY)
    page.kiosks.setCurrentRow(0)
    assert _line(page, "kiosk_id").text() == "caf/k1"
    assert _button(page, RemoteAct.STATE).isEnabled()
    for typed in ("k1", "caf/", "caf/k1/x"):
        _line(page, "kiosk_id").setText(typed)
        assert not _button(page, RemoteAct.STATE).isEnabled()
