# SPDX-License-Identifier: GPL-3.0-only
"""The host's program: each of its parts is there once; its settings and notifications."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QListWidget, QToolButton
from pytestqt.qtbot import QtBot

from expert_app.board.wiring.site import HostProgram
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.paths import Paths, paths_for
from expert_app.runtime.window_program import Program
from expert_app.workplace.choices import choices_of
from expert_app.workplace.role_parts import RoleParts, build_role_parts
from session.bus.transport.nkeys import new_seed
from session.protocol.hub.site import SiteAnswer
from session.protocol.hub.tickets import HelpState
from tests.support.object_graph import classes_that_exist_twice
from tests.support.screens.fingers import key
from tests.unit.views.site.host_facts import kiosk
from views.workplace.help_page import HelpPage
from views.workplace.pages import AppearancePage, NotificationsPage
from views.workplace.role_tools import RoleAct
from views.workplace.settings import SettingsWindow


def _parts(settings: DeskSettings, paths: Paths) -> RoleParts:
    return build_role_parts(settings, paths, seed=new_seed(), program=Program())


def test_no_part_of_the_host_s_program_is_built_twice(qapp: QApplication, tmp_path: Path) -> None:
    settings = DeskSettings(organisation="town", user="host", role="facilitator")
    made = HostProgram(_parts(settings, paths_for("desk", tmp_path)))
    twice = classes_that_exist_twice(made)
    assert {name for name in twice if name.startswith(("expert_app.", "session."))} == set()
    made.window.deleteLater()


@pytest.fixture
def host(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[HostProgram]:
    gc.collect()  # windows of earlier tests, or each change of the look would dress them all
    settings = DeskSettings(organisation="town", user="host", role="facilitator", language="fr")
    made = HostProgram(_parts(settings, paths_for("desk", tmp_path)))
    made.window.show()
    qtbot.waitExposed(made.window)
    made.window.activateWindow()
    yield made
    made.window.close()
    made.window.deleteLater()


def test_the_settings_open_by_their_key_before_any_hub_answers(host: HostProgram) -> None:
    host.view.show_not_connected("No hub answers.")
    key(host.view, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    shown = host.window.findChild(SettingsWindow)
    assert shown is not None
    assert shown.isVisible()
    names = shown.findChild(QListWidget)
    assert names is not None
    assert names.count() == 4


def test_each_choice_of_the_host_holds_at_once_and_is_kept(
    host: HostProgram, tmp_path: Path
) -> None:
    host.view.tools.acted.emit(RoleAct.SETTINGS)
    look = host.window.findChild(AppearancePage)
    told = host.window.findChild(NotificationsPage)
    assert look is not None
    assert told is not None
    look.theme.button("dark").click()
    look.text_size.button(1.25).click()
    told.ring.click()
    assert not told.ring.isChecked()
    assert not host._ring._wanted
    kept = choices_of(paths_for("desk", tmp_path))
    assert [kept.read(name) for name in ("theme", "text_size", "ring")] == ["dark", "1.25", "no"]
    look.text_size.button(1.0).click()
    look.theme.button("light").click()


def test_another_language_begins_the_program_anew(host: HostProgram) -> None:
    host.view.tools.acted.emit(RoleAct.SETTINGS)
    look = host.window.findChild(AppearancePage)
    assert look is not None
    look.language.button("en").click()
    assert host.parts.program.starts_again


def test_f1_shows_what_the_window_is_for(host: HostProgram) -> None:
    key(host.view, Qt.Key.Key_F1)
    page = host.window.findChild(HelpPage)
    assert page is not None
    assert page.isVisible()


def test_a_theme_that_the_organisation_fixed_is_not_offered(
    qapp: QApplication, tmp_path: Path
) -> None:
    paths = paths_for("desk", tmp_path)
    paths.organisation_file.parent.mkdir(parents=True, exist_ok=True)
    paths.organisation_file.write_text('theme = "light"\n', "utf-8")
    settings = DeskSettings(organisation="town", user="host", role="facilitator")
    made = HostProgram(_parts(settings, paths))
    button = made.view.findChild(QToolButton, "site_theme")
    assert button is not None
    assert button.isHidden()
    made.window.deleteLater()


def test_the_desktop_is_told_once_for_each_kiosk_that_calls(
    host: HostProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[str]()
    monkeypatch.setattr(host._notification, "show", lambda _title, text, _button: told.append(text))
    monkeypatch.setattr(host.window, "isActiveWindow", lambda: False)
    calls = kiosk("hall", help=HelpState.WANTED)
    for kiosks in ([kiosk("hall")], [calls], [calls], [kiosk("hall")], [calls]):
        host._on_changed(SiteAnswer(your_name="Inès B.", kiosks=kiosks))
    assert told == ["Borne hall · Médiathèque d'Arvenne"] * 2
