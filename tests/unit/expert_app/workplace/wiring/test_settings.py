# SPDX-License-Identifier: GPL-3.0-only
"""Each choice in the settings holds at once and is kept in the person's own file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from expert_app.runtime.config import DeskSettings
from expert_app.runtime.crash import reports, write_report
from expert_app.runtime.paths import LOG_FOLDER, Paths, paths_for
from expert_app.runtime.window_program import Program
from expert_app.workplace import key_file
from expert_app.workplace.choices import LANGUAGE, choices_of
from expert_app.workplace.role_parts import build_role_parts
from expert_app.workplace.wiring.settings import SettingsConnections
from session.bus.transport.nkeys import new_seed


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_for("desk", tmp_path)


@pytest.fixture(autouse=True)
def own_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(key_file, "COST", 2**4)
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


class _Support:
    """Makes no file."""

    def write_file(self) -> None:
        return None


def _settings(window: QWidget, paths: Paths) -> SettingsConnections:
    support: Any = _Support()
    parts = build_role_parts(DeskSettings(user="alice"), paths, seed=new_seed(), program=Program())
    return SettingsConnections(parts, window, support=support)


def test_the_look_is_kept(window: QWidget, paths: Paths) -> None:
    settings = _settings(window, paths)
    settings.open()
    settings.appearance_page.theme.button("dark").click()
    settings.appearance_page.text_size.button(1.25).click()
    kept = choices_of(paths)
    assert (kept.read("theme"), kept.read("text_size")) == ("dark", "1.25")
    settings.appearance_page.text_size.button(1.0).click()


def test_another_language_is_kept_and_told(window: QWidget, paths: Paths) -> None:
    settings, told = _settings(window, paths), list[str]()
    settings.language_chosen.connect(told.append)
    settings.open()
    settings.appearance_page.language.button("fr").click()
    settings.appearance_page.language.button("en").click()
    assert told == ["en"]
    assert choices_of(paths).read(LANGUAGE) == "en"


def test_what_the_organisation_has_fixed_cannot_be_chosen(window: QWidget, paths: Paths) -> None:
    paths.organisation_file.parent.mkdir(parents=True, exist_ok=True)
    paths.organisation_file.write_text('theme = "light"\n', "utf-8")
    settings = _settings(window, paths)
    settings.open()
    assert not settings.appearance_page.theme.isEnabled()
    assert settings.appearance_page.text_size.isEnabled()


def test_reports_of_crashes_are_deleted(window: QWidget, paths: Paths) -> None:
    folder = paths.folder(LOG_FOLDER)
    write_report(folder, "ValueError")
    settings = _settings(window, paths)
    settings.privacy_page.reports_requested.emit()
    assert reports(folder) == []


def test_the_passphrase_is_changed_by_whoever_knows_it(window: QWidget, paths: Paths) -> None:
    key_file.new_key_file(paths.data, "quatre mots faciles")

    async def change() -> None:
        settings = _settings(window, paths)
        settings.open()
        assert not settings.privacy_page._secret.isHidden()
        await settings._change("un tout autre", "cinq mots plus faciles")
        await settings._change("quatre mots faciles", "cinq mots plus faciles")

    asyncio.run(change())
    key_file.open_key_file(paths.data / key_file.NAME, "cinq mots plus faciles")
