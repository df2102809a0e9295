# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub init`: complete files from a few words, and nothing written over."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from expert_app.__main__ import main
from expert_app.commands.setup.new_hub import WHY, NewHubRequest, init_hub
from expert_app.runtime.config import HubSettings, load
from expert_app.runtime.paths import paths_for
from resources.texts import use_language
from resources.this_machine import COMMAND_VARIABLE
from session.hub.convention.loading import load as load_convention
from session.protocol.wire.roles import Role

WORDS = (
    *("--organisation", "valdore=Caisse du Val-Doré", "--service", "Aide au logement"),
    *("--site", "Mairie de Saint-Oyen", "--site", "Maison de l'Être"),
    *("--organisation", "Agence des Métiers", "--service", "Emploi"),
    *("--address", "hub.example:4333", "--yes"),
)


def init(folder: Path, *words: str, language: str = "fr") -> int:
    return main(["hub", "init", str(folder), *(words or WORDS), "--language", language])


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_packaged_hub_names_the_commands_of_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(COMMAND_VARIABLE, "poste-expert-hub")
    data = tmp_path / "data"
    assert init(tmp_path / "hub", *WORDS, "--data", str(data)) == 0
    said = capsys.readouterr().out
    assert "poste-expert-hub check" in said
    assert f"--sheets {data}/invitations.pdf" in said
    assert "systemctl status poste-expert-hub" in said
    assert "poste-expert-kiosk-enrol" in said
    assert "expert-app " not in said
    convention = (tmp_path / "hub/convention.toml").read_text("utf-8")
    assert "# poste-expert-hub check dit" in convention
    assert "expert-app hub" not in convention


def test_a_new_hub_has_everything_and_its_convention_is_complete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "hub"
    assert init(folder) == 0
    said = capsys.readouterr().out
    assert "expert-app hub check" in said
    settings = load(HubSettings, folder / "hub.toml")
    assert settings.addresses == ["tls://hub.example:4333"]
    assert (settings.listen_host, settings.listen_port) == ("0.0.0.0", 4333)
    assert settings.folder == str(folder)
    catalogue = load_convention(Path(settings.catalogue), "")
    assert not catalogue.advice
    roles = {role for organisation, role, _user in catalogue.identities()}
    assert roles == set(Role) - {Role.VAULT}
    assert catalogue.site_of("valdore", "borne2").services == [
        "aide-au-logement",
        "agence-des-metiers/emploi",
    ]
    assert main(["hub", "--folder", str(folder), "check", "--language", "en"]) == 0
    assert "The convention is complete" in capsys.readouterr().out


def test_key_and_authority_are_private_and_belong_together(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    assert init(folder) == 0
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "hub.pem", folder / "hub.key")
    assert (folder / "hub.pem").read_bytes().endswith((folder / "ca" / "ca.pem").read_bytes())
    if os.name == "posix":
        assert (folder / "hub.key").stat().st_mode & 0o077 == 0
        assert (folder / "ca" / "ca.key").stat().st_mode & 0o077 == 0
        assert folder.stat().st_mode & 0o077 == 0


def test_what_exists_is_named_and_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "hub"
    assert init(folder) == 0
    before = files_of(folder)
    capsys.readouterr()
    assert init(folder) == 2
    said = capsys.readouterr().out
    assert all(f"{folder / name}\n" in said for name in ("hub.toml", "convention.toml", "ca"))
    assert files_of(folder) == before
    other = tmp_path / "other"
    other.mkdir()
    (other / "hub.key").write_text("mine")
    assert init(other) == 2
    assert files_of(other) == {"hub.key": b"mine"}


def test_a_plan_that_is_wrong_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(tmp_path / "hub", "--organisation", "O", "--yes", language="en") == 2
    assert "has no service" in capsys.readouterr().out
    assert not (tmp_path / "hub").exists()


def test_what_is_not_said_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_language("en")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers = iter(["valdore=Val-Doré", "Logement; Famille", "Mairie", "", "10.1.2.3:4300"])
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return next(answers)

    monkeypatch.setattr("builtins.input", ask)
    assert init_hub(NewHubRequest(tmp_path / "hub")) == 0
    assert len(asked) == 5
    settings = load(HubSettings, tmp_path / "hub" / "hub.toml")
    assert settings.addresses == ["tls://10.1.2.3:4300"]
    catalogue = load_convention(Path(settings.catalogue), "")
    assert [service.name for service in catalogue.services("valdore")] == ["Logement", "Famille"]


def test_a_disk_that_is_full_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device", "convention.toml")

    monkeypatch.setattr("expert_app.commands.setup.new_hub.os.fsync", full)
    assert init(tmp_path / "hub", language="en") == 1
    assert "No space left" in capsys.readouterr().out
    assert files_of(tmp_path / "hub") == {}


def test_every_reason_has_its_sentence() -> None:
    source = Path(str(sys.modules["expert_app.commands.setup.plan"].__file__)).read_text("utf-8")
    assert set(re.findall(r'PlanWrong\(\s*"(\w+)"', source)) == set(WHY)


def test_the_hub_keeps_everything_under_the_folder_of_its_settings(tmp_path: Path) -> None:
    folder, data = tmp_path / "etc", tmp_path / "var"
    assert init(folder, *WORDS, "--data", str(data)) == 0
    settings = str(folder / "hub.toml")
    words = ("--settings", settings, "--role", "agent", "--org", "valdore", "--name", "agent1")
    assert main(["hub", "invite", *words]) == 0
    assert (data / "hub" / "identities" / "identities.sqlite").is_file()
    assert paths_for("hub", data).data == data / "hub"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are POSIX")
def test_a_reader_who_goes_away_gets_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "expert_app", "hub", "example"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141
