# SPDX-License-Identifier: GPL-3.0-only
"""Settings: defaults, what is read back, and what is refused in words."""

from __future__ import annotations

import errno
from pathlib import Path
from unittest.mock import Mock

import pytest

from expert_app.runtime.config import (
    DeskSettings,
    HubSettings,
    KioskSettings,
    MediaSettings,
    SettingsWrong,
    load,
    load_fixed,
    save,
)


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(DeskSettings, tmp_path / "none.toml") == DeskSettings()


def test_what_was_saved_is_read_back(tmp_path: Path) -> None:
    settings = KioskSettings(
        user="k7", scanner="escl://10.0.0.9/eSCL", media=MediaSettings(camera="simulated")
    )
    path = tmp_path / "deep" / "kiosk.toml"
    save(settings, path)
    assert load(KioskSettings, path) == settings


def test_a_folder_that_is_closed_to_a_desk_fixes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the hub's own machine /etc/poste-expert is the hub's."""
    monkeypatch.setattr("os.stat", Mock(side_effect=PermissionError(errno.EACCES, "closed")))
    assert not load_fixed(tmp_path / "desk.toml").names


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour = 'red'", "colour"),
        ("language = 'de'", "language"),
        ("user = 'a b'", "user"),
        ("[media]\nstart_kbps = 1", "start_kbps"),
        ("user = ", ""),
        ("\xff", ""),
    ],
)
def test_a_wrong_file_is_refused_with_its_place_and_reason(
    tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "desk.toml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(SettingsWrong) as refused:
        load(DeskSettings, path)
    assert refused.value.path == path
    assert says in refused.value.why


def test_what_the_organisation_has_fixed_lies_over_what_a_person_has_chosen(
    tmp_path: Path,
) -> None:
    file = tmp_path / "desk.toml"
    file.write_text('theme = "dark"\n[media]\nrelay_only = true\n')
    fixed = load_fixed(file)
    own = DeskSettings(user="a7", media=MediaSettings(camera="none"))
    assert fixed.names == {"theme", "media/relay_only"}
    settings = fixed.over(own)
    assert (settings.theme, settings.user) == ("dark", "a7")
    assert settings.media == MediaSettings(camera="none", relay_only=True)


def test_where_nothing_is_fixed_all_stays(tmp_path: Path) -> None:
    fixed = load_fixed(tmp_path / "none.toml")
    assert fixed.names == frozenset()
    assert fixed.over(DeskSettings(user="a7")) == DeskSettings(user="a7")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour = 'red'", "colour"),
        ("language = 'de'", "language"),
        ("[media]\nstart_kbps = 1", "start_kbps"),
        ("role = 'supervisor'", "sign-in"),
        ("theme = ", "desk.toml"),
    ],
)
def test_a_wrong_file_of_the_organisation_is_named(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "desk.toml"
    file.write_text(text)
    with pytest.raises(SettingsWrong, match=says) as wrong:
        load_fixed(file).over(DeskSettings())
    assert wrong.value.path == file


def test_a_line_put_at_the_end_of_a_file_is_told_its_place(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text('[store]\nquota_mb = 0\nprocedures = "/etc/demarches"\n', encoding="utf-8")
    with pytest.raises(SettingsWrong, match="Put “procedures” at the top of the file"):
        load(HubSettings, path)
    path.write_text("[store]\nquota = 0\n", encoding="utf-8")
    with pytest.raises(SettingsWrong) as refused:
        load(HubSettings, path)
    assert "top of the file" not in refused.value.why


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("portt = 1", "There is no setting “portt”."),
        ("[store]\nquota = 0", "There is no setting “quota” in “store”."),
        ("store = 3", "“store” must be a table; it is a whole number."),
        ("[store]\nquota_mb = 'all'", "“store.quota_mb” must be a whole number"),
        ("[sso]\nid = 'a'", "“sso” must be a list in brackets; it is a table."),
    ],
)
def test_a_mistake_in_the_file_is_told_in_words(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsWrong) as refused:
        load(HubSettings, path)
    assert says in refused.value.why


def test_a_value_out_of_range_or_of_none_we_know_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "desk.toml"
    path.write_text("theme = 'pink'", encoding="utf-8")
    with pytest.raises(SettingsWrong, match="“theme” cannot be 'pink'"):
        load(DeskSettings, path)
    path.write_text("[media]\nstart_kbps = 1", encoding="utf-8")
    with pytest.raises(SettingsWrong, match=r"“media\.start_kbps” must be >= 16"):
        load(DeskSettings, path)
