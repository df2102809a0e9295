# SPDX-License-Identifier: GPL-3.0-only
"""An agent who does not see the caller's page hears where the keyboard is in it, and reads it as a
list.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6 import sip
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from resources.texts import use_language
from session.core.clock import ManualClock
from session.desk.cobrowse.remote_control import Answer
from session.protocol.conversation.messages import Grant, PageShown
from session.protocol.conversation.remote_control import FieldKind, KeyRequested
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import key, write
from tests.support.screens.mirrored import (
    DECLARATION,
    focus_text,
    ids_in,
    page_text,
    text_of,
    typed,
    wait_mirrored,
)
from views.desk.shared_page import acts
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.overlay import Tool
from views.desk.shared_page.view import SharedPageView
from views.widgets.announcer import announcer_of

EPOCH = 4
PAGE = PageShown(
    epoch=EPOCH,
    address="https://caisse.example/espace",
    title="Mes droits",
    width_px=640,
    height_px=480,
)


class Blind:
    """An agent with the page, and what a screen reader is told."""

    def __init__(self, view: SharedPageView, qtbot: QtBot) -> None:
        self.view, self.qtbot = view, qtbot
        self.said: list[str] = []
        announcer_of(view).said.connect(lambda words, _urgent: self.said.append(plain(words)))
        self.nodes = ids_in(page_text(*DECLARATION))

    def focus(self, id_: str, at: int = -1) -> None:
        """The caller's browser tells which field has the keyboard."""
        self.view.mirror.feed(focus_text(self.nodes.get(id_, 0), at), EPOCH)

    def hears(self, words: str) -> None:
        """Waits until it is said."""
        self.qtbot.waitUntil(lambda: words in self.said)

    def lines(self) -> list[str]:
        contents = self.view.contents.lines
        items = [contents.item(place) for place in range(contents.count())]
        return [plain(item.text()) for item in items if item is not None]


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


@pytest.fixture
def blind(desk_theme: QApplication, qtbot: QtBot) -> Iterator[Blind]:
    use_language("fr")
    view = SharedPageView(MirrorPane(), ManualClock())
    view.resize(900, 700)
    view.set_addresses(["https://caisse.example/"])
    view.show_grants(dict.fromkeys(Grant, True))
    view.show_sharing(True)
    view.show_page(PAGE)
    view.show()
    view.mirror.feed(page_text(*DECLARATION), EPOCH)
    wait_mirrored(qtbot, view.mirror, "document.querySelector('h1') !== null")
    view.tools.choose(Tool.CONTROL)
    qtbot.waitUntil(lambda: view.mirror.overlay.has_keyboard)
    yield Blind(view, qtbot)
    view.hide()
    sip.delete(view)
    use_language("en")


def test_each_field_that_gets_the_keyboard_is_said_with_what_it_holds(blind: Blind) -> None:
    blind.focus("nom", 0)
    blind.hears("Nom, champ, obligatoire, Rostane")
    blind.focus("tel", 2)
    blind.hears("Téléphone, champ, 12. Erreur : Dix chiffres.")
    blind.focus("act")
    blind.hears("Activité, liste de choix, Retraité")
    blind.focus("enfants")
    blind.hears("Enfants, case, non cochée")
    assert len(blind.said) == 4, blind.said


def test_of_a_hidden_field_no_value_is_said(blind: Blind) -> None:
    blind.focus("mdp")
    blind.hears("Mot de passe, champ, rempli, masqué pour vous")
    for number in range(2):  # the kiosk tells no place of a secret field, but answers the key
        blind.focus("")
        answer = Answer(KeyRequested, "", {}, FieldKind.PRIVATE)
        blind.view.pointer.show_answer(answer)
        blind.hears("Ce champ est réservé à l’usager. Laissez l’usager le remplir à la borne.")
        assert len(blind.said) == 2 + number


def test_an_arrow_says_the_letter_at_the_caret_and_typing_does_not(blind: Blind) -> None:
    blind.focus("nom", 0)
    blind.hears("Nom, champ, obligatoire, Rostane")
    key(blind.view.mirror.overlay, Qt.Key.Key_Right)
    blind.focus("nom", 1)
    blind.hears("o")
    key(blind.view.mirror.overlay, Qt.Key.Key_End)
    blind.focus("nom", 7)
    blind.hears("fin du champ")
    count = len(blind.said)
    write(blind.view.mirror.overlay, "t")
    blind.focus("nom", 8)
    blind.focus("act")
    blind.hears("Activité, liste de choix, Retraité")
    assert len(blind.said) == count + 1, blind.said


def test_what_a_key_changes_is_said(blind: Blind) -> None:
    blind.focus("enfants")
    blind.hears("Enfants, case, non cochée")
    event = typed("on", 12)
    event["data"] |= {"id": blind.nodes["enfants"], "isChecked": True}
    blind.view.mirror.feed(text_of(event), EPOCH)
    blind.hears("Enfants, case, cochée")


def test_nothing_is_said_while_the_keyboard_is_elsewhere(blind: Blind) -> None:
    blind.view.bar.library_button.setFocus()
    blind.focus("nom", 0)
    blind.view.mirror.setFocus()
    blind.hears("Nom, champ, obligatoire, Rostane")
    assert len(blind.said) == 1, "said once, when the keyboard comes back"


def test_the_page_is_read_as_a_list(blind: Blind) -> None:
    blind.view.toggle_contents()
    blind.qtbot.waitUntil(lambda: len(blind.lines()) > 5)
    assert blind.lines() == [
        "Titre 1, Déclaration",
        "Navigation, Rubriques",
        "Lien, Accueil",
        "Champ, Nom, obligatoire, Rostane",
        "Champ, Mot de passe, rempli, masqué pour vous",
        "Dix chiffres.",
        "Champ, Téléphone, 12. Erreur : Dix chiffres.",
        "Liste de choix, Activité, Retraité",
        "Case, Enfants, non cochée",
        "Tableau, Pièces, 2 lignes, 2 colonnes",
        "Nom, ligne 1, colonne 1",
        "État, ligne 1, colonne 2",
        "Nom, Bail, ligne 2, colonne 1",
        "État, Reçu, ligne 2, colonne 2",
        "Bouton, Valider, indisponible",
    ]


def test_the_list_begins_at_the_field_that_has_the_keyboard_and_enter_clicks_there(
    blind: Blind,
) -> None:
    blind.focus("tel", 2)
    blind.hears("Téléphone, champ, 12. Erreur : Dix chiffres.")
    contents = blind.view.contents.lines
    blind.view.toggle_contents()
    blind.qtbot.waitUntil(contents.hasFocus)
    here = contents.currentItem()
    assert here is not None
    assert plain(here.text()).startswith("Champ, Téléphone")
    key(contents, Qt.Key.Key_Home)
    write(contents, "case")
    told = acts_of(blind.view.pointer, acts.ClickPage)
    key(contents, Qt.Key.Key_Return)
    blind.qtbot.waitUntil(lambda: bool(told))
    (act,) = told
    assert act.spot.node == blind.nodes["enfants"]
    assert blind.view.mirror.overlay.has_keyboard, "what is typed next goes to the page"


def test_without_a_tool_in_hand_the_list_says_what_to_do(blind: Blind) -> None:
    blind.view.tools.choose(Tool.LOOK)
    blind.view.toggle_contents()
    blind.qtbot.waitUntil(blind.view.contents.lines.hasFocus)
    key(blind.view.contents.lines, Qt.Key.Key_Return)
    blind.hears("Choisissez d’abord un outil : F10 agit dans la page.")


def test_escape_gives_the_keyboard_back_to_the_page(blind: Blind) -> None:
    pressed = acts_of(blind.view.pointer, acts.PressPageKey)
    blind.view.toggle_contents()
    blind.qtbot.waitUntil(blind.view.contents.lines.hasFocus)
    key(blind.view.contents.lines, Qt.Key.Key_Escape)
    assert blind.view.contents.isHidden()
    assert blind.view.mirror.overlay.has_keyboard
    assert not pressed, "the page heard no Escape"
