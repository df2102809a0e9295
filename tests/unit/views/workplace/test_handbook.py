# SPDX-License-Identifier: GPL-3.0-only
"""The handbook's page of the role opens outside the program, and its file is named; a kiosk has no
way there.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PyQt6.QtCore import QObject, QUrl, pyqtSlot
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from resources.handbook import handbook_page
from views.widgets.parts import column
from views.workplace.handbook import HandbookLink
from views.workplace.help_page import HelpPage
from views.workplace.role_help import ROLE_HELP

ROOT = Path(__file__).parents[4]
OF_KIOSKS = ("views/kiosk", "expert_app/kiosk", "session/kiosk")


def child[Kind: QWidget](window: QWidget, kind: type[Kind], name: str) -> Kind:
    found = window.findChild(kind, name)
    assert found is not None
    return found


class Browser(QObject):
    """Receives what Qt would give to the system's browser."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[Path] = []

    @pyqtSlot(QUrl)
    def show(self, address: QUrl) -> None:
        self.files.append(Path(address.toLocalFile()))


@pytest.mark.parametrize("role", ROLE_HELP)
def test_each_roles_help_opens_its_page_of_the_handbook(qtbot: QtBot, role: str) -> None:
    browser = Browser()
    QDesktopServices.setUrlHandler("file", browser, "show")
    try:
        of_role = ROLE_HELP[role]
        page = HelpPage(of_role, handbook_page(of_role.page))
        qtbot.addWidget(page)
        child(page, QPushButton, "settings_handbook").click()
        assert [file.stem for file in browser.files] == [of_role.page]
        assert browser.files[0].is_file()
        assert str(browser.files[0]) in child(page, QLabel, "settings_handbook_said").text()
    finally:
        QDesktopServices.unsetUrlHandler("file")


def test_without_a_browser_the_file_is_named(qtbot: QtBot, tmp_path: Path) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    link = HandbookLink("handbook", page, show_address=lambda _address: False)
    column(page, link.button, link.said)
    page.show()
    assert not link.button.isVisible()
    link.show_page(tmp_path / "Mes guides" / "agent.html")
    link.button.click()
    assert link.said.isVisible()
    assert link.said.text().endswith(str(tmp_path / "Mes guides" / "agent.html"))


def test_a_machine_without_a_handbook_offers_none(qtbot: QtBot) -> None:
    page = HelpPage(ROLE_HELP["supervisor"], None)
    qtbot.addWidget(page)
    assert page.findChild(QPushButton, "settings_handbook") is None


def test_a_kiosk_has_no_way_to_the_handbook_or_another_browser() -> None:
    files = [file for folder in OF_KIOSKS for file in (ROOT / folder).rglob("*.py")]
    ways = re.compile(r"handbook|QDesktopServices|webbrowser|xdg-open")
    assert len(files) > 100
    assert [file.name for file in files if ways.search(file.read_text("utf-8"))] == []
