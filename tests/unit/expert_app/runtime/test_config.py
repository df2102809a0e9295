# SPDX-License-Identifier: GPL-3.0-only
"""Settings: defaults, what is read back, and what is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.runtime.config import (
    DeskSettings,
    KioskSettings,
    MediaSettings,
    SettingsWrong,
    load,
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
