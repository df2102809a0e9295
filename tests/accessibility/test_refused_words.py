# SPDX-License-Identifier: GPL-3.0-only
"""What was refused is replaced by what a person types next, in every window where something typed
can be refused.
"""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLineEdit, QWidget

from tests.accessibility.layout import settle
from tests.support.screens.every import EVERY
from tests.support.screens.fingers import key, write
from tests.support.screens.site_gallery import busy_network
from views.board.act_panel import ActPanel
from views.helpdesk.list_page import ListPage
from views.site.network_view import NetworkView
from views.widgets.field import Field


def line_of(window: QWidget, name: str) -> QLineEdit:
    line = window.findChild(QLineEdit, name)
    assert line is not None, name
    return line


def helpdesks_reason(window: QWidget) -> QLineEdit:
    window.findChildren(ListPage)[0].table.selectRow(0)
    return line_of(window, "list_reason")


def helpdesks_search(window: QWidget) -> QLineEdit:
    line = line_of(window, "list_filter")
    line.setCompleter(None)  # takes keys when it proposes something
    return line


def boards_reason(window: QWidget) -> QLineEdit:
    panel = window.findChildren(ActPanel)[0]
    assert panel.isVisible()
    return next(one for one in panel.findChildren(QLineEdit) if one.objectName() != "act_text")


def operators_reason(window: QWidget) -> QLineEdit:
    network = window.findChildren(NetworkView)[0]
    network.show_network(busy_network())
    network.sites.table.choose("valdore/library")
    return network.sites.reason


PLACES = {
    "helpdesk": ("helpdesk/list", helpdesks_reason, "ok"),
    "helpdesk's search": ("helpdesk/list", helpdesks_search, "avant:jamais"),
    "board": ("board/board_act", boards_reason, "ok"),
    "operator": ("site/network", operators_reason, "ok"),
}


@pytest.mark.parametrize("place", PLACES)
def test_what_is_typed_after_a_refusal_replaces_it(place: str, desk_theme: QApplication) -> None:
    scene, find, refused = PLACES[place]
    window = EVERY[scene]()
    window.show()
    settle()
    line = find(window)
    line.clear()
    line.setFocus()
    write(line, refused)
    assert line.text() == refused
    key(line, Qt.Key.Key_Return)
    settle()
    write(line, "panne")
    assert line.text() == "panne"
    window.hide()
    window.deleteLater()


@pytest.mark.parametrize("name", ["family_name", "given_names", "born_on", "caller_number"])
def test_so_it_is_in_the_desks_fields(name: str, desk_theme: QApplication) -> None:
    field = Field(name, "Nom", longest=40)
    field.show()
    write(field.line, "30/02")
    field.show_wrong("Ce jour n'existe pas.")
    write(field.line, "28")
    assert field.text() == "28"
    field.hide()
    field.deleteLater()


def test_what_is_said_while_a_person_types_takes_nothing_away(desk_theme: QApplication) -> None:
    field = Field("born_on", "Né le", longest=40)
    field.edited.connect(lambda: field.show_wrong("Pas encore une date."))
    field.show()
    write(field.line, "2802")
    assert field.text() == "2802"
    field.hide()
    field.deleteLater()
