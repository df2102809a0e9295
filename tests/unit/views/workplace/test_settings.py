# SPDX-License-Identifier: GPL-3.0-only
"""The settings: pages by keyboard, each change a signal at once, what is fixed shown as fixed."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
)
from pytestqt.qtbot import QtBot

from session.core.program_version import program_version
from tests.support.screens.fingers import key
from views.workplace.about import AboutWindow
from views.workplace.pages import (
    AppearancePage,
    LayoutPage,
    NotificationsPage,
    PrivacyPage,
    agent_notifications,
)
from views.workplace.settings import NamedPage, SettingsWindow


def test_arrow_keys_change_the_page(qtbot: QtBot) -> None:
    pages = [
        NamedPage("Look", "colour", AppearancePage()),
        NamedPage("Own", "privacy", PrivacyPage()),
    ]
    window = SettingsWindow(pages)
    qtbot.addWidget(window)
    window.show()
    names, stack = window.findChild(QListWidget), window.findChild(QStackedWidget)
    assert names is not None
    assert stack is not None
    key(names, Qt.Key.Key_Down)
    assert stack.currentIndex() == 1
    window.show_page(pages[0].page)
    assert stack.currentIndex() == 0


def test_each_change_of_the_look_leaves_at_once(qtbot: QtBot) -> None:
    page = AppearancePage()
    qtbot.addWidget(page)
    page.show_appearance("fr", dark=False, text_size=1.0)
    for signal, part, choice, value in (
        (page.language_chosen, page.language, "en", "en"),
        (page.dark_chosen, page.theme, "dark", True),
        (page.text_size_chosen, page.text_size, 1.5, 1.5),
    ):
        with qtbot.waitSignal(signal) as left:
            part.button(choice).click()
        assert left.args == [value]


def test_what_the_organisation_has_fixed_is_shown_and_cannot_be_changed(qtbot: QtBot) -> None:
    page = AppearancePage()
    qtbot.addWidget(page)
    page.show()
    page.fix(page.theme)
    assert not page.theme.isEnabled()
    assert page.theme.toolTip()
    assert page.language.isEnabled()


def test_layouts_and_notifications_leave_at_once(qtbot: QtBot) -> None:
    layout = LayoutPage({"page": "Page", "side": "Both"})
    qtbot.addWidget(layout)
    layout.show_layout("side", "folded")
    assert layout.layouts.currentText() == "Both"
    with qtbot.waitSignal(layout.layout_chosen) as chosen:
        layout.layouts.activated.emit(1)
    assert chosen.args == ["side"]
    told = NotificationsPage(agent_notifications())
    qtbot.addWidget(told)
    told.show_choices(ring=True, volume="", notify=True)
    assert told.volume.currentData() == "60"
    with qtbot.waitSignal(told.chosen) as no:
        told.ring.click()
    assert no.args == ["ring", "no"]


def test_the_passphrase_is_changed_only_when_both_are_typed(qtbot: QtBot) -> None:
    page = PrivacyPage()
    qtbot.addWidget(page)
    page.offer_passphrase(offered=True)
    page.show()
    change = page.findChild(QPushButton, "settings_passphrase_change")
    assert change is not None
    assert not change.isEnabled()
    lines = {one.objectName(): one for one in page.findChildren(QLineEdit)}
    lines["settings_passphrase_now"].setText("celle d'avant")
    lines["settings_passphrase_first"].setText("quatre mots faciles")
    lines["settings_passphrase_again"].setText("quatre mots faciles")
    with qtbot.waitSignal(page.passphrase_requested) as asked:
        change.click()
    assert asked.args == ["celle d'avant", "quatre mots faciles"]
    page.show_done("ok")
    assert lines["settings_passphrase_now"].text() == ""


def test_about_says_version_others_work_and_accessibility(qtbot: QtBot) -> None:
    window = AboutWindow()
    qtbot.addWidget(window)
    window.show()
    notices = window.findChild(QPlainTextEdit, "about_notices")
    assert notices is not None
    qtbot.waitUntil(lambda: "nats-server" in notices.toPlainText())
    assert "msgspec" in notices.toPlainText()
    version = window.findChild(QLabel, "about_version")
    assert version is not None
    assert program_version() in version.text()


@pytest.mark.parametrize("name", ["settings_layout", "settings_side"])
def test_each_choice_has_a_name_for_screen_readers(qtbot: QtBot, name: str) -> None:
    page = LayoutPage({"page": "Page"})
    qtbot.addWidget(page)
    combo = page.findChild(QComboBox, name)
    assert combo is not None
    assert combo.accessibleName()
