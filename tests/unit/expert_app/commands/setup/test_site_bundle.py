# SPDX-License-Identifier: GPL-3.0-only
"""The stick for a site: what lies on it, what its script refuses before it changes anything, and
the sheet on which the site is accepted.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest

from documents.printed.site_guide import AcceptedKiosk, SiteAcceptance, acceptance_sheet
from expert_app.__main__ import main
from expert_app.commands.setup.site_bundle import GUIDE, KEYS, SCRIPT, SOURCES
from expert_app.runtime.paths import paths_for
from expert_app.stores.identities import open_book
from session.bus.transport.nkeys import new_seed, public_key
from session.protocol.hub.invitation import read_invitation

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a stick is for Debian")

INSTALLED = ("apt-get", "poste-expert-kiosk-enrol")
MACHINE = {
    "id": "echo 0",
    "dpkg": "echo amd64",
    "timeout": "exit 0",
    **dict.fromkeys(INSTALLED, ""),
}


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    folder = tmp_path / "hub"
    words = ("--organisation", "valdore=Caisse du Val-Doré", "--service", "Logement")
    where = ("--site", "oyen=Mairie d'Oyen", "--address", "hub.example:4222", "--yes")
    assert main(["hub", "init", str(folder), *words, *where]) == 0
    return folder


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    folder = tmp_path / "apt"
    (folder / "dists").mkdir(parents=True)
    (folder / KEYS).write_text("keys")
    (folder / SOURCES).write_text("Types: deb\nURIs: file:/nowhere\n")
    return folder


def bundle(hub: Path, out: Path, *words: str) -> int:
    common = ("--folder", str(hub), "--language", "en")
    return main(["hub", "bundle", *common, "Mairie d'Oyen", str(out), *words])


def run(out: Path, tmp_path: Path, **other: str) -> subprocess.CompletedProcess[str]:
    """Start the stick's script on a machine whose programs only write down their calls."""
    programs, system = tmp_path / "programs", tmp_path / "os-release"
    programs.mkdir(exist_ok=True)
    system.write_text("ID=debian\nVERSION_ID=13\n")
    for name, does in {**MACHINE, **other}.items():
        file = programs / name
        file.write_text(f'#!/bin/sh\necho {name} "$@" >>{tmp_path / "called"}\n{does}\n')
        file.chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "OS_RELEASE": str(system)}
    command = ["sh", str(out / SCRIPT)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=30, check=False
    )


def changed(tmp_path: Path) -> bool:
    called = (tmp_path / "called").read_text()
    return any(name in called for name in INSTALLED)


def test_the_folder_holds_a_line_that_works_and_says_what_to_do(
    hub: Path, apt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "stick"
    assert bundle(hub, out, "--apt", str(apt)) == 0
    assert "ready for 1 kiosk:" in capsys.readouterr().out
    (file,) = (out / "kiosks").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    line = read_invitation(file.read_text().strip())
    assert line.addresses == ("tls://hub.example:4222",)
    assert (out / "apt" / "dists").is_dir()
    with pikepdf.open(out / GUIDE) as pdf:
        assert len(pdf.pages) == 1
    who = open_book(paths_for("hub", hub)).enrol(
        line.code, public_key(new_seed()), datetime.now(UTC)
    )
    assert who.organisation == "valdore"
    assert bundle(hub, tmp_path / "more", "--apt", str(apt)) == 2
    assert "--again" in capsys.readouterr().out
    assert bundle(hub, tmp_path / "more", "--apt", str(apt), "--again") == 0


def test_a_folder_without_signed_packages_invites_nobody(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bundle(hub, tmp_path / "stick", "--apt", str(tmp_path)) == 2
    assert "signed folder" in capsys.readouterr().out
    assert open_book(paths_for("hub", hub)).invitations(datetime.now(UTC)) == []
    assert not (tmp_path / "stick").exists()


def test_a_folder_that_is_not_finished_is_taken_away(
    hub: Path, apt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, broken = tmp_path / "stick", apt / "dists" / "broken"
    broken.symlink_to("nowhere")
    assert bundle(hub, out, "--apt", str(apt)) == 2
    assert "No such file" in capsys.readouterr().out
    assert not out.exists()
    broken.unlink()
    assert bundle(hub, out, "--apt", str(apt)) == 0
    assert bundle(hub, out, "--apt", str(apt), "--again") == 2
    assert (out / SCRIPT).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the script is for Debian")
def test_the_script_refuses_before_it_changes_anything(
    hub: Path, apt: Path, tmp_path: Path
) -> None:
    out = tmp_path / "stick"
    assert bundle(hub, out, "--apt", str(apt), "--repository", "https://depot.example/apt") == 0
    assert not (out / "apt").exists()
    year_s = 365 * 86400
    for words, other in (
        ("sudo", {"id": "echo 1000"}),
        ("no Debian 13", {"dpkg": "echo arm64"}),
        ("before the stick was made", {"date": f"echo {int(time.time()) - year_s}"}),
        ("too old", {"date": f"echo {int(time.time()) + year_s}"}),
        ("hub.example:4222", {"timeout": "exit 1"}),
    ):
        answer = run(out, tmp_path, **other)
        assert answer.returncode == 2, answer.stdout
        assert words in answer.stderr
        shutil.rmtree(tmp_path / "programs")
    (file,) = (out / "kiosks").iterdir()
    file.rename(file.with_suffix(".used"))
    answer = run(out, tmp_path)
    assert answer.returncode == 2
    assert "another stick" in answer.stderr
    assert not changed(tmp_path)


def with_system_in(root: Path, out: Path) -> None:
    """Let the stick's script take a folder for the machine's."""
    text = (out / SCRIPT).read_text()
    for place in ("usr/share/keyrings", "etc/apt/sources.list.d", "var/lib", "opt"):
        (root / place).mkdir(parents=True)
        text = re.sub(rf"(?<=[=(])/{place}", str(root / place), text)
    (out / SCRIPT).write_text(text)


@pytest.mark.skipif(sys.platform != "linux", reason="the script is for Debian")
def test_the_script_makes_a_kiosk_with_the_only_scanner_and_no_chosen_printer(
    hub: Path, apt: Path, tmp_path: Path
) -> None:
    out, root = tmp_path / "stick", tmp_path / "machine"
    address = "https://depot.example/apt?a=1&b=2|3"
    assert bundle(hub, out, "--apt", str(apt), "--repository", address) == 0
    with_system_in(root, out)
    settings = root / "var/lib/poste-expert-kiosk/.config/poste-expert/kiosk.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('printer = "chosen"\n')
    settings.chmod(0o640)
    devices = root / "opt/poste-expert/bin/expert-app"
    devices.parent.mkdir(parents=True)
    devices.write_text('#!/bin/sh\nprintf \'scanner = "one"\\nprinter = "two"\\n\'\n')
    devices.chmod(0o755)
    answer = run(out, tmp_path)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert settings.read_text() == 'scanner = "one"\nprinter = "chosen"\n'
    assert settings.stat().st_mode & 0o777 == 0o640
    sources = (root / "etc/apt/sources.list.d/poste-expert.sources").read_text()
    assert sorted(sources.splitlines()) == ["Types: deb", f"URIs: {address}"]
    assert [file.suffix for file in (out / "kiosks").iterdir()] == [".used"]


@pytest.mark.skipif(sys.platform != "linux", reason="the script is for Debian")
def test_the_script_stops_at_a_stick_that_cannot_be_read(
    hub: Path, apt: Path, tmp_path: Path
) -> None:
    out = tmp_path / "stick"
    assert bundle(hub, out, "--apt", str(apt)) == 0
    with_system_in(tmp_path / "machine", out)
    answer = run(out, tmp_path, cp='case $1 in -r) exit 1 ;; *) exec /bin/cp "$@" ;; esac')
    assert answer.returncode == 1
    assert not changed(tmp_path)


def test_a_site_is_accepted_when_each_kiosk_tried_itself_and_called(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.pdf"
    command = ["hub", "acceptance", "--folder", str(hub), "--language", "en"]
    assert main([*command, "oyen", str(sheet)]) == 1
    assert "0 of 1 kiosk is good" in capsys.readouterr().out
    assert sheet.exists()
    assert main([*command, "nowhere", str(sheet)]) == 2
    now = datetime.now(UTC)
    good = AcceptedKiosk(
        name="valdore/kiosk1",
        enrolled_at=now,
        version="0.3.0",
        tested_at=now,
        parts=(("Camera: is well.", True),),
        first_call_at=now - timedelta(hours=1),
        calls=2,
    )
    assert good.is_good
    acceptance = SiteAcceptance(
        site="Mairie d'Oyen", organisations="Caisse", kiosks=(good,), printed_at=now
    )
    (tmp_path / "good.pdf").write_bytes(acceptance_sheet(acceptance))
    with pikepdf.open(tmp_path / "good.pdf") as pdf:
        assert len(pdf.pages) == 1
