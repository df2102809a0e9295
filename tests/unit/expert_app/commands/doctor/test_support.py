# SPDX-License-Identifier: GPL-3.0-only
"""One file for the help desk, which anybody may read."""

from __future__ import annotations

import tomllib
import zipfile
from pathlib import Path

import pytest

from expert_app.__main__ import main
from expert_app.commands.doctor.findings import CheckResult
from expert_app.commands.doctor.support import (
    our_versions,
    support_words,
    without_secrets,
    write_support,
)
from expert_app.runtime.paths import LOG_FOLDER, paths_for
from session.protocol.wire.version import PROTOCOL_VERSION

SETTINGS = """
organisation = "valdore"
bus = ["tls://hub.example:4222", "wss://me:hunter2@hub.example"]
key_file = "/etc/poste-expert/kiosk.key"
[media]
turn_username = "poste"
turn_password = "hunter2"
"""


def test_the_file_has_settings_logs_and_findings_and_no_secret(tmp_path: Path) -> None:
    desk, kiosk = paths_for("desk", tmp_path), paths_for("kiosk", tmp_path)
    desk.config.write_text(SETTINGS, "utf-8")
    logs = desk.folder(LOG_FOLDER)
    (logs / "desk.log").write_text("the newest line\n", "utf-8")
    (logs / "desk.log.1").write_text("older\n", "utf-8")
    (logs / "crash-20260101T000000000000Z.txt").write_text("ValueError\n", "utf-8")
    (desk.data / "window.ini").write_text("theme=dark\n[window]\ngeometry=AAAA\n", "utf-8")
    (desk.data / "outbox").mkdir()
    (desk.data / "outbox" / "page").write_text("a caller's page", "utf-8")
    findings = [CheckResult("bus", "wrong", "No bus answers.")]
    file = write_support(tmp_path / "for.zip", {"desk": desk, "kiosk": kiosk}, findings)
    assert file is not None
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as kept:
        names = set(kept.namelist())
        texts = {name: kept.read(name).decode() for name in names}
    assert names == {
        "versions.txt",
        "doctor.json",
        "desk/settings.toml",
        "desk/window.ini",
        "desk/desk.log",
        "desk/crash-20260101T000000000000Z.txt",
    }
    assert "hunter2" not in "".join(texts.values())
    settings = tomllib.loads(texts["desk/settings.toml"])
    assert settings["bus"] == ["tls://hub.example:4222", "wss://***@hub.example"]
    assert settings["key_file"] == "/etc/poste-expert/kiosk.key"
    assert "theme=dark" in texts["desk/window.ini"]
    assert "geometry" not in texts["desk/window.ini"]
    assert "msgspec " in texts["versions.txt"]
    assert "No bus answers." in texts["doctor.json"]
    assert str(file) in support_words(file, file)


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    taken = tmp_path / "taken.zip"
    taken.write_text("mine", "utf-8")
    assert write_support(taken, {}, []) is None
    assert taken.read_text("utf-8") == "mine"
    assert str(taken) in support_words(None, taken)
    named = write_support(tmp_path, {}, [])
    assert named is not None
    assert named.name.startswith("poste-expert-")


def test_secrets_of_every_depth_are_hidden() -> None:
    found = without_secrets({"a": [{"secret": "s", "secret_file": "/f"}], "n": 3})
    assert found == {"a": [{"secret": "***", "secret_file": "/f"}], "n": 3}


def test_versions_are_those_of_the_program_the_protocol_and_each_store() -> None:
    said = our_versions()
    assert said[0].startswith("expert-app ")
    assert f"protocol {PROTOCOL_VERSION}" in said
    assert any(one.startswith("dossiers ") for one in said)
    assert all(one.rsplit(" ", 1)[1] for one in said)
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
