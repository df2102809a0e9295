# SPDX-License-Identifier: GPL-3.0-only
"""The shared page's view: what it says in each state, and what mouse and keyboard ask for."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PyQt6 import sip
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.protocol.conversation.messages import AddressRefused, Grant, PageShown, PointerShown
from session.protocol.dossier.library import LibraryItem, LibraryKind
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import key
from tests.support.screens.mirrored import picture, text_of
from views.desk.shared_page import acts
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.view import SharedPageView
from views.widgets.parts import Chip

PAGE = PageShown(
    epoch=1,
    address="https://caisse.example/espace",
    title="Mes droits",
    width_px=800,
    height_px=600,
)
HOME = msgspec.structs.replace(PAGE, address="https://caisse.example/", title="Accueil")
BOTH = {Grant.SEE_PAGE: True, Grant.POINT: True}


@pytest.fixture
def view(qapp: QApplication) -> Iterator[SharedPageView]:
    made = SharedPageView(MirrorPane(), ManualClock())
    made.resize(700, 500)
    made.set_addresses(["https://caisse.example/espace/", "http://127.0.0.1:8080/site/"])
    made.show()
    yield made
    made.close()
    sip.delete(made)  # at once: at the interpreter's end, page and profile would go in any order


def button(view: SharedPageView, name: str) -> QAbstractButton:
    found = view.findChild(QAbstractButton, name)
    assert found is not None
    return found


def address(view: SharedPageView) -> QComboBox:
    found = view.findChild(QComboBox, "cobrowse_address")
    assert found is not None
    return found


def state(view: SharedPageView) -> str:
    chip = view.findChild(Chip, "cobrowse_state")
    assert chip is not None
    return chip.text()


def test_the_view_leads_from_asking_to_seeing(view: SharedPageView, qtbot: QtBot) -> None:
    ask = button(view, "cobrowse_ask")
    assert ask.isVisible()
    assert not view.mirror.isVisible()
    done = acts_of(view, acts.PagePress)
    ask.click()
    assert done
    view.show_asked()
    assert not ask.isVisible()
    assert "Asking" in state(view)
    view.show_grants(BOTH)
    view.show_sharing(True)
    assert not view.mirror.isVisible()
    view.show_page(PAGE)
    assert view.mirror.isVisible()
    assert state(view) == "You see the caller's page"


def test_what_the_agent_opens_is_said_to_be_seen_by_the_caller(view: SharedPageView) -> None:
    unseen = view.findChild(QLabel, "cobrowse_unseen")
    opened = view.findChild(QLabel, "cobrowse_opened")
    assert unseen is not None
    assert opened is not None
    assert not unseen.isVisible()
    view.show_page(PAGE)  # opened at the kiosk, and the caller does not share it yet
    assert unseen.isVisible()
    assert unseen.text() == "The caller sees “Mes droits”"
    view.show_grants(BOTH)
    assert not unseen.isVisible(), "the agent sees it, too"
    assert not opened.isVisible()
    address(view).setEditText("caisse.example/espace/")
    button(view, "cobrowse_open").click()
    view.show_page(PAGE)
    assert opened.isVisible()
    assert opened.text() == "The caller sees “Mes droits”"
    view.show_sharing(False)
    assert not any("Mes droits" in label.text() for label in (unseen, opened))


def test_a_page_that_comes_takes_no_keyboard_from_the_library_that_the_agent_opened(
    view: SharedPageView, qtbot: QtBot
) -> None:
    form = LibraryItem(id="f", title="Formulaire", kind=LibraryKind.FORM, address="https://c.fr/")
    view.library.show_items([form])
    view.activateWindow()
    view.open_library()
    qtbot.waitUntil(view.library.search.hasFocus)
    view.show_grants(BOTH)
    view.show_sharing(True)
    view.show_page(PAGE)
    assert view.mirror.isVisible()
    assert view.library.search.hasFocus(), "the next Enter chooses, and goes into no page"
    with qtbot.waitSignal(view.library.push_requested):
        key(view.library.search, Qt.Key.Key_Return)
    assert not view.library.isVisible()


def test_where_one_begins_the_library_stays_with_the_keyboard_until_something_is_chosen(
    view: SharedPageView, qtbot: QtBot
) -> None:
    begun_at_home(view, qtbot)
    assert view.mirror.isVisible()
    assert view.library.isVisible()
    assert view.library.search.hasFocus(), "the next Enter chooses what is filled in together"
    view.toggle_library()
    assert view.library.search.hasFocus(), "who asks for it by its key gets it"
    with qtbot.waitSignal(view.library.push_requested):
        key(view.library.search, Qt.Key.Key_Return)
    assert not view.library.isVisible()
    assert view.mirror.overlay.hasFocus()
    view.show_page(HOME)
    assert not view.library.isVisible(), "it does not come back by itself"


def test_the_library_gives_way_to_any_other_page(view: SharedPageView, qtbot: QtBot) -> None:
    begun_at_home(view, qtbot)
    view.show_page(PAGE)
    assert not view.library.isVisible(), "somebody has followed a link"
    assert view.mirror.overlay.hasFocus()


def test_a_page_that_is_shared_already_has_the_keyboard(view: SharedPageView, qtbot: QtBot) -> None:
    begun_at_home(view, qtbot, PAGE)
    assert not view.library.isVisible()
    assert view.mirror.overlay.hasFocus()


def test_what_was_chosen_while_the_caller_was_asked_comes_without_the_library(
    view: SharedPageView, qtbot: QtBot
) -> None:
    begun_at_home(view, qtbot, PAGE, chosen=True)
    assert not view.library.isVisible()
    assert view.mirror.overlay.hasFocus()


def begun_at_home(
    view: SharedPageView, qtbot: QtBot, page: PageShown = HOME, *, chosen: bool = False
) -> None:
    """The caller says yes, and this page comes: by itself, or after what the agent chose."""
    form = LibraryItem(id="f", title="Formulaire", kind=LibraryKind.FORM, address=PAGE.address)
    view.library.show_items([form])
    view.set_addresses(["https://caisse.example/"], home="https://caisse.example")
    view.activateWindow()
    view.show_asked()
    view.take_keyboard()
    qtbot.waitUntil(view.library.search.hasFocus)
    if chosen:
        key(view.library.search, Qt.Key.Key_Return)
    view.show_grants(BOTH)
    view.show_sharing(True)
    if chosen:
        view.show_page(HOME)  # it was on its way
        assert not view.library.isVisible()
    view.show_page(page)


def test_a_refusal_leads_back_to_asking(view: SharedPageView) -> None:
    view.show_asked()
    view.show_grants({Grant.SEE_PAGE: False, Grant.POINT: False})
    assert button(view, "cobrowse_ask").isVisible()


def test_when_the_caller_stops_nothing_of_the_page_stays(view: SharedPageView) -> None:
    view.show_grants(BOTH)
    view.show_sharing(True)
    view.show_page(PAGE)
    view.mirror.feed(text_of(*picture("Bonjour")))
    view.show_sharing(False)
    assert view.mirror.placement.viewport.isEmpty()
    assert not view.mirror.isVisible()
    assert not any("Mes droits" in label.text() for label in view.findChildren(QLabel))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("caisse.example/espace", "https://caisse.example/espace/"),
        ("127.0.0.1:8080/site/droits.html", "http://127.0.0.1:8080/site/droits.html"),
        ("caisse.example/espace/aide", "https://caisse.example/espace/aide"),
        ("http://autre.example/", "http://autre.example/"),
        ("autre.example", "https://autre.example"),
    ],
)
def test_an_address_typed_or_chosen_is_asked_for_whole(
    view: SharedPageView, text: str, wanted: str
) -> None:
    box = address(view)
    box.setEditText(text)
    asked = acts_of(view, acts.OpenAddress)
    key(box, Qt.Key.Key_Return)
    assert asked == [acts.OpenAddress(wanted)]


def test_choosing_an_address_opens_it_once(view: SharedPageView, qtbot: QtBot) -> None:
    asked = acts_of(view, acts.OpenAddress)
    address(view).setCurrentIndex(1)
    assert asked == []
    button(view, "cobrowse_open").click()
    assert asked == [acts.OpenAddress("http://127.0.0.1:8080/site/")]


def test_a_page_that_opens_by_itself_takes_no_written_address_away(view: SharedPageView) -> None:
    view.show_grants(BOTH)
    button(view, "cobrowse_library").setFocus()  # the keyboard is not in the field
    view.show_page(PAGE)
    shown = address(view).currentText()
    assert shown
    address(view).setEditText("caisse.example/espace/droits")
    view.show_page(PAGE)
    assert address(view).currentText() == "caisse.example/espace/droits"
    button(view, "cobrowse_open").click()
    view.show_page(PAGE)
    assert address(view).currentText() == shown


def test_an_empty_address_asks_for_nothing(view: SharedPageView) -> None:
    asked = acts_of(view, acts.OpenAddress)
    view.set_addresses([])
    button(view, "cobrowse_open").click()
    assert asked == []


def test_a_refused_address_is_said_until_the_next_page(view: SharedPageView) -> None:
    refusal = view.findChild(QLabel, "cobrowse_refusal")
    assert refusal is not None
    view.show_refused(
        AddressRefused(address="https://ailleurs.example/x", code="address_not_allowed")
    )
    assert refusal.isVisible()
    assert "ailleurs.example/x" in refusal.text()
    assert "list" in refusal.text()
    view.show_refused(AddressRefused(address="https://caisse.example/x", code="unexpected"))
    assert "does not answer" in refusal.text()
    view.show_page(PAGE)
    assert not refusal.isVisible()


def test_the_laser_needs_a_page_and_the_power_to_point(view: SharedPageView, qtbot: QtBot) -> None:
    laser = view.findChild(QToolButton, "cobrowse_laser")
    assert laser is not None
    view.show_grants({Grant.SEE_PAGE: True, Grant.POINT: False})
    view.show_page(PAGE)
    laser.click()
    assert not laser.isChecked()
    view.show_grants({Grant.POINT: True})
    laser.click()
    assert laser.isChecked()
    view.show_pointer(PointerShown(epoch=1, x_px=3, y_px=4))
    assert state(view) == "The caller sees your pointer"
    qtbot.waitUntil(lambda: state(view) == "You see the caller's page")
    done = acts_of(view, acts.PagePress)
    view.show_grants({Grant.POINT: False})
    assert done
    assert not laser.isChecked()


def test_the_end_of_a_session_clears_everything(view: SharedPageView) -> None:
    view.show_grants(BOTH)
    view.show_page(PAGE)
    view.clear()
    assert address(view).count() == 0
    assert state(view) == "Page not shared"
    assert not view.mirror.isVisible()


def test_every_button_has_a_name_for_screen_readers(view: SharedPageView) -> None:
    named = [
        found
        for found in view.findChildren(QAbstractButton)
        if found.objectName().startswith("cobrowse")
    ]
    assert len(named) == 6
    assert all(found.accessibleName() for found in named)
