# SPDX-License-Identifier: GPL-3.0-only
"""The sign-in page: what it asks, what it emits, and that an error can be read and corrected."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from session.protocol.hub.invitation import InvitationLine, fingerprint_of, read_invitation
from tests.support.screens.fingers import key, write
from views.desk.sign_in_view import SignInView


@pytest.fixture
def page(qtbot: QtBot, desk_theme: QApplication) -> SignInView:
    view = SignInView("", "/etc/ssl/valdore.pem")
    qtbot.addWidget(view)
    view.show()
    qtbot.waitExposed(view)
    return view


def _parts(view: SignInView) -> tuple[QLineEdit, QLineEdit, QPushButton]:
    code = view.findChild(QLineEdit, "sign_in_code")
    address = view.findChild(QLineEdit, "sign_in_address")
    button = view.findChild(QPushButton, "sign_in_enter")
    assert code is not None
    assert address is not None
    assert button is not None
    return code, address, button


def test_code_and_address_are_needed_and_given_on_without_spaces(
    page: SignInView, qtbot: QtBot
) -> None:
    code, address, button = _parts(page)
    assert not button.isEnabled()
    write(code, " 7jfy-7yns ")
    assert not button.isEnabled()
    write(address, "tls://hub.valdore.example:4222")
    with qtbot.waitSignal(page.sign_in_requested) as asked:
        key(address, Qt.Key.Key_Return)
    assert asked.args == ["tls://hub.valdore.example:4222#7jfy-7yns", "/etc/ssl/valdore.pem"]


def test_while_it_is_checked_nothing_can_be_pressed_and_an_error_can_be_corrected(
    page: SignInView, qtbot: QtBot
) -> None:
    code, address, button = _parts(page)
    write(address, "tls://hub.valdore.example:4222")
    write(code, "7jfy7yns")
    page.show_busy()
    assert not any(part.isEnabled() for part in (code, address, button))
    page.show_error("This code is not valid.")
    words = page.findChild(QLabel, "sign_in_words")
    assert words is not None
    assert words.isVisible()
    assert words.text() == words.accessibleName() == "This code is not valid."
    assert code.isEnabled()
    with qtbot.waitSignal(page.sign_in_requested) as asked:
        button.click()
    assert asked.args[1] == "/etc/ssl/valdore.pem"


def test_a_whole_line_is_all_that_is_typed(page: SignInView, qtbot: QtBot) -> None:
    code, address, button = _parts(page)
    certificate = fingerprint_of(b"certificate")
    line = InvitationLine(("tls://hub.valdore.example:4222",), "7JFY7YNS", certificate).text
    write(code, line.removeprefix("tls://").lower())
    assert button.isEnabled()
    assert not address.isVisible()
    read = page.findChild(QLabel, "sign_in_read")
    assert read is not None
    assert read.isVisible()
    assert "tls://hub.valdore.example:4222" in read.text()
    with qtbot.waitSignal(page.sign_in_requested) as asked:
        key(code, Qt.Key.Key_Return)
    assert read_invitation(asked.args[0]).text == line
    assert asked.args[1] == ""
    write(code, "x")
    assert not button.isEnabled()
    code.clear()
    assert address.isVisible()


def test_every_field_has_a_name_that_is_read_out(page: SignInView) -> None:
    assert all(line.accessibleName() for line in page.findChildren(QLineEdit))


def _organisation(view: SignInView) -> QPushButton:
    button = view.findChild(QPushButton, "sign_in_organisation")
    assert button is not None
    return button


def test_the_organisation_is_asked_where_an_address_is_known_and_no_code(
    page: SignInView, qtbot: QtBot
) -> None:
    code, address, enter = _parts(page)
    button = _organisation(page)
    assert not button.isVisible()
    write(address, "tls://hub.valdore.example:4222")
    assert button.isVisible()
    with qtbot.waitSignal(page.organisation_requested) as asked:
        button.click()
    assert asked.args == ["tls://hub.valdore.example:4222", "/etc/ssl/valdore.pem"]
    assert not button.isEnabled()
    page.show_error("No.")
    write(code, "7jfy-7yns")
    assert not button.isVisible()
    # a line of the hub's operator has no code, but the authority
    write(code, f"hub.valdore.example:4222#{fingerprint_of(b'authority')}")
    assert button.isVisible()
    assert not enter.isEnabled()
    with qtbot.waitSignal(page.organisation_requested) as asked:
        button.click()
    assert asked.args == [code.text(), ""]


def test_one_of_several_organisations_is_chosen_and_the_browser_can_be_given_up(
    page: SignInView, qtbot: QtBot
) -> None:
    page.show_offers([("caisse", "Caisse du Val-Doré"), ("marais", "Mutuelle du Marais")])
    chosen = page.findChild(QPushButton, "sign_in_offer_marais")
    assert chosen is not None
    with qtbot.waitSignal(page.offer_chosen) as asked:
        chosen.click()
    assert asked.args == ["marais"]
    page.show_browser()
    cancel = page.findChild(QPushButton, "sign_in_cancel")
    assert cancel is not None
    assert not chosen.isVisible()
    with qtbot.waitSignal(page.cancel_requested):
        cancel.click()
    page.show_error("Not signed in.")
    assert not cancel.isVisible()
    page.show_offers([("caisse", "Caisse du Val-Doré")])  # asked again: no button twice
    assert page.findChildren(QPushButton, "sign_in_offer_marais") == []
