# SPDX-License-Identifier: GPL-3.0-only
"""A data folder has one owner, who is named to whoever comes second."""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from expert_app.__main__ import main
from expert_app.runtime import folder_owner
from expert_app.runtime.config import SettingsWrong
from expert_app.runtime.folder_owner import FILE, FolderInUse, own_folder, owner_of
from resources.texts import use_language

HOLDS = """
import os, sys
from pathlib import Path
from expert_app.runtime.folder_owner import own_folder
with own_folder(Path(sys.argv[1]), "hub"):
    print("mine", flush=True)
    sys.stdin.read()
"""


def test_the_second_is_told_who_is_first(tmp_path: Path) -> None:
    with own_folder(tmp_path, "hub"):
        with pytest.raises(FolderInUse) as taken, own_folder(tmp_path, "hub"):
            pass
        owner = taken.value.owner
        assert owner is not None
        assert (owner.program, owner.pid) == ("expert-app hub", os.getpid())
        for word in (str(tmp_path), "expert-app hub", str(os.getpid()), owner.host, owner.user):
            assert word in taken.value.words
        assert owner_of(tmp_path) is not None
    assert owner_of(tmp_path) is None
    with own_folder(tmp_path, "hub"):
        pass


def test_an_owner_that_was_killed_keeps_nobody_out(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"mine"
        taken = owner_of(tmp_path)
        assert taken is not None
        assert taken.owner is not None
        assert taken.owner.pid == other.pid
        other.kill()
        other.wait()
    assert (tmp_path / FILE).stat().st_size  # it had no time to tidy up
    assert owner_of(tmp_path) is None
    with own_folder(tmp_path, "desk"):
        pass


def test_looking_makes_nothing(tmp_path: Path) -> None:
    assert owner_of(tmp_path / "none") is None
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_locks_is_used_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(folder_owner, "_lock", refuse)
    with caplog.at_level(logging.WARNING), own_folder(tmp_path, "kiosk"):
        pass
    assert "a disk without locks (No locks available)" in caplog.text


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong) as wrong, own_folder(tmp_path / "away", "hub"):
        pass
    assert wrong.value.path == tmp_path / "away"


def test_a_full_disk_is_named_where_the_system_names_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space") as full, own_folder(tmp_path, "hub"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert full.value.filename == str(tmp_path)


def test_a_disk_is_told_in_french_before_any_settings_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_words: object, **_named: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", "/srv/kiosk")

    monkeypatch.setattr(Path, "mkdir", refuse)
    use_language("en")
    assert main(["kiosk", "--folder", str(tmp_path)]) == 2
    assert "/srv/kiosk ne peut pas être utilisé" in capsys.readouterr().err


@pytest.mark.parametrize("program", ["desk", "kiosk", "display", "hub"])
def test_every_program_that_keeps_something_refuses_a_folder_in_use(
    program: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / program).mkdir()
    words = ["--catalogue", "none.toml"] if program == "hub" else []
    with own_folder(tmp_path / program, program):
        assert main([program, "--folder", str(tmp_path), *words]) == 2
    assert f"`expert-app {program}`" in capsys.readouterr().err
