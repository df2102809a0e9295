# SPDX-License-Identifier: GPL-3.0-only
"""Which settings file counts, and what is said when there is none."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from expert_app.__main__ import main
from expert_app.commands.setup import settings_file
from expert_app.commands.setup.settings_file import VARIABLE, find_settings
from expert_app.hub.example_convention import EXAMPLE
from expert_app.runtime.config import SettingsWrong


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """A folder to stand in, an account's own and the system's, all empty."""
    here, system, home = (tmp_path / name for name in ("here", "etc", "home"))
    for folder in (here, system, home):
        folder.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setattr(settings_file, "SYSTEM_FOLDER", system)
    return {"here": here, "own": home / "poste-expert", "system": system}


def test_the_nearest_file_counts(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    assert not find_settings("hub", None, None).is_found
    for name in ("system", "own", "here"):
        places[name].mkdir(exist_ok=True)
        (places[name] / "hub.toml").touch()
        assert find_settings("hub", None, None).path == places[name] / "hub.toml"
    named = places["here"] / "other.toml"
    named.touch()
    monkeypatch.setenv(VARIABLE, str(named))
    assert find_settings("hub", None, None).path == named
    own = places["own"] / "hub.toml"
    assert find_settings("hub", own, None).path == own


def test_the_file_of_a_named_folder_counts(tmp_path: Path, places: dict[str, Path]) -> None:
    (places["here"] / "hub.toml").touch()
    old = tmp_path / "hub" / "settings.toml"
    old.parent.mkdir()
    old.touch()
    assert find_settings("hub", None, tmp_path).path == old
    (tmp_path / "hub.toml").touch()
    assert find_settings("hub", None, tmp_path).path == tmp_path / "hub.toml"


def test_a_file_of_somebody_else_in_this_folder_does_not_count(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (places["here"] / "hub.toml").touch()
    monkeypatch.setattr("os.getuid", lambda: 12345)
    trusted = (places["here"] / "hub.toml").stat().st_uid == 0
    assert find_settings("hub", None, None).is_found == trusted


def test_a_named_file_that_is_not_there_is_refused(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsWrong):
        find_settings("hub", places["here"] / "none.toml", None)
    monkeypatch.setenv(VARIABLE, "none.toml")
    with pytest.raises(SettingsWrong):
        find_settings("hub", None, None)
    assert main(["desk", "--settings", "none.toml"]) == 2


def test_without_settings_every_place_is_named(
    places: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for words in ([], ["check"], ["invite", "--role", "agent", "--org", "valdore"]):
        assert main(["hub", *words, "--language", "en"]) == 2
        said = capsys.readouterr().out
        assert all(f"{folder / 'hub.toml'}\n" in said for folder in places.values())
        assert "hub init" in said


def test_commands_find_the_settings_of_the_folder_they_are_called_in(
    places: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    convention = places["here"] / "convention.toml"
    convention.write_text(EXAMPLE, encoding="utf-8")
    text = f'catalogue = "{convention.as_posix()}"\nfolder = "{places["here"].as_posix()}"\n'
    (places["here"] / "hub.toml").write_text(text, encoding="utf-8")
    assert main(["hub", "check", "--language", "en"]) == 0
    assert main(["hub", "invite", "--role", "agent", "--org", "valdore", "--language", "en"]) == 0
    assert "valdore/agent/agent1" in capsys.readouterr().out
    assert (places["here"] / "hub" / "identities").is_dir()


def test_looking_for_a_file_makes_no_folder(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A service's account has no home, or may not write there."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nobody" / "data"))
    (places["system"] / "hub.toml").touch()
    assert find_settings("hub", None, None).path == places["system"] / "hub.toml"
    assert not (tmp_path / "nobody").exists()


def test_a_folder_that_is_closed_to_the_account_is_passed_over(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """root at home runs a command as the hub's account."""
    (places["system"] / "hub.toml").touch()
    real = os.stat

    def stat(path: str | Path, **more: Any) -> os.stat_result:
        if Path(path).parent == places["here"]:
            raise PermissionError(errno.EACCES, "closed", str(path))
        return real(path, **more)

    monkeypatch.setattr("os.stat", stat)
    assert find_settings("hub", None, None).path == places["system"] / "hub.toml"
