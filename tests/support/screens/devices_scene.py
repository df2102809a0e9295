# SPDX-License-Identifier: GPL-3.0-only
"""The desk's panel of devices, and what a test reads and presses in it."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QBuffer, QIODevice, Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.support.screens.fingers import click, key
from tests.support.screens.invented import DEVICES, DOSSIER, drawn_page
from views.desk.devices.view import DevicesView
from views.widgets.parts import Chip


@pytest.fixture
def devices(qtbot: QtBot, desk_theme: QApplication) -> DevicesView:
    view = DevicesView()
    qtbot.addWidget(view)
    view.resize(410, 900)
    view.show_devices(DEVICES)
    view.set_pieces(DOSSIER.pieces, dossier_open=True)
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    return view


@pytest.fixture
def three(devices: DevicesView) -> DevicesView:
    """Three pages have come."""
    for number in range(3):
        devices.pages.show_page_image(f"p{number}", drawn_page(width=100))
        devices.pages.show_page_cleaned(f"p{number}", drawn_page(width=90))
    return devices


def button(view: QWidget, name: str) -> QPushButton:
    found = view.findChild(QPushButton, name)
    assert found is not None
    return found


def press(view: QWidget, qtbot: QtBot, name: str) -> None:
    found = view.findChild(QWidget, name)
    assert found is not None
    click(found)


def words(view: QWidget, name: str) -> str:
    found = view.findChild(QLabel, name)
    assert found is not None
    return found.text()


def choose_in_menu(view: QWidget, place: int) -> None:
    """Presses the digit of an entry of the menu that is open."""
    menu = next(menu for menu in view.findChildren(QMenu) if menu.isVisible())
    key(menu, Qt.Key(Qt.Key.Key_0 + place))


def chip(view: QWidget, name: str) -> str:
    found = view.findChild(Chip, name)
    assert found is not None
    return found.text()


def png(image: QImage) -> bytes:
    store = QBuffer()
    store.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(store, "PNG")
    return store.data().data()
