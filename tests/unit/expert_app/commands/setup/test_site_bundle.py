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

import msgspec
import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents.printed.site_guide import (
    AcceptedKiosk,
    SiteAcceptance,
    SiteGuide,
    acceptance_sheet,
    site_guide,
)
from expert_app.__main__ import main
from expert_app.commands.setup.site_bundle import GUIDE, KEYS, SCRIPT, SOURCES
from expert_app.runtime.paths import paths_for
from expert_app.stores.identities import open_book
from resources.plain_text import plain_text
from session.bus.transport.nkeys import new_seed, public_key
from session.protocol.helpdesk.self_test import CheckedPart, SelfCheck
from session.protocol.hub.invitation import read_invitation
from views.words.self_tests import check_words

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a stick is for Debian")

INSTALLED = ("apt-get", "poste-expert-kiosk-enrol")
HOME = "var/lib/poste-expert-kiosk/.config/poste-expert"
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


def run(
    out: Path, tmp_path: Path, typed: str = "", **other: str
) -> subprocess.CompletedProcess[str]:
    """Start the stick's script on a machine whose programs only write down their calls."""
    programs, root = tmp_path / "programs", tmp_path / "root"
    programs.mkdir(exist_ok=True)
    for place in ("etc/apt/sources.list.d", "usr/share/keyrings", "opt/poste-expert/bin", HOME):
        (root / place).mkdir(parents=True, exist_ok=True)
    (root / "etc/os-release").write_text("ID=debian\nVERSION_ID=13\n")
    (root / HOME / "kiosk.toml").touch()
    machine = {programs / name: does for name, does in {**MACHINE, **other}.items()}
    if not (ours := root / "opt/poste-expert/bin/expert-app").exists():
        machine[ours] = ""
    for file, does in machine.items():
        words = f"{file.name} %s\\n' \"$*\" >>'{tmp_path / 'called'}'"
        file.write_text(f"#!/bin/sh\nprintf '{words}\n{does}\n")
        file.chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", str(out / SCRIPT)],
        env={**os.environ, "PATH": path, "POSTE_EXPERT_ROOT": str(root)},
        cwd=tmp_path,
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
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


@pytest.mark.skipif(sys.platform != "linux", reason="the script is for Debian")
def test_the_script_makes_a_kiosk_with_the_only_scanner_and_no_chosen_printer(
    hub: Path, apt: Path, tmp_path: Path
) -> None:
    out, root = tmp_path / "stick", tmp_path / "root"
    address = "https://depot.example/apt?a=1&b=2|3"
    assert bundle(hub, out, "--apt", str(apt), "--repository", address) == 0
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
    answer = run(out, tmp_path, cp='case $1 in -r) exit 1 ;; *) exec /bin/cp "$@" ;; esac')
    assert answer.returncode == 1
    assert not changed(tmp_path)


PIECES = (
    *("'", '"', "\\", "$", "`", "%", "%s", "\n", "\r", "\t", "\x00", "\x1b]0;", "!", "*", "~", "#"),
    *(";", "&", "|", "é", "Œ", "\u202e", "😀", "$(touch pwned)", "`touch pwned`"),
    *("'; touch pwned; '", '"; touch pwned; "', "\ntouch pwned\n", "${IFS}", "$SITE", "EOF\n"),
)
NAMES = st.lists(st.sampled_from(PIECES) | st.text(max_size=20), min_size=1, max_size=8)


def toml(name: str) -> str:
    return '"' + "".join(f"\\U{ord(letter):08x}" for letter in name) + '"'


def two_kiosks(site: str, organisation: str) -> str:
    """Return a convention in which ids that are put together with a hyphen are the same."""
    services = 'services = [{ id = "s", name = "S", letter = "S" }]'
    return "\n".join(
        f'[[organisations]]\nid = "{owner}"\nname = {toml(organisation)}\n{services}\n'
        f'sites = [{{ id = "oyen", name = {toml(site)}, services = ["s"] }}]\n'
        f'kiosks = [{{ id = "{kiosk}", site = "oyen", name = {toml(organisation)} }}]\n'
        for owner, kiosk in (("a", "b-c"), ("a-b", "c"))
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the script is for Debian")
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(site=NAMES.map("".join), organisation=NAMES.map("".join))
def test_no_name_is_ever_a_command(
    hub: Path, apt: Path, tmp_path_factory: pytest.TempPathFactory, site: str, organisation: str
) -> None:
    here = tmp_path_factory.mktemp("stick")
    out = here / "a stick's $(touch pwned) folder"
    (hub / "convention.toml").write_text(two_kiosks(site, organisation), encoding="utf-8")
    words = ("--folder", str(hub), "--language", "en")
    assert main(["hub", "bundle", *words, "oyen", str(out), "--apt", str(apt)]) == 0
    for file in out.glob("*.sh"):
        subprocess.run(["sh", "-n", str(file)], check=True)
    lines = {file.read_text().strip() for file in (out / "kiosks").iterdir()}
    assert len(lines) == 2

    answer = run(out, here, "2\n")

    assert answer.returncode == 0, answer.stderr
    assert f"The screen shows the kiosk of {plain_text(site)}. Touch" in answer.stdout
    (enrolled,) = [
        line.removeprefix("poste-expert-kiosk-enrol ")
        for line in (here / "called").read_text(encoding="utf-8").splitlines()
        if line.startswith("poste-expert-kiosk-enrol ")
    ]
    assert enrolled in lines
    (used,) = (out / "kiosks").glob("*.used")
    assert used.name.startswith("0002.")
    sources = here / "root/etc/apt/sources.list.d" / SOURCES
    uris = f"URIs: file:{here / 'root/var/lib/poste-expert-stick'}"
    assert sorted(sources.read_text().splitlines()) == ["Types: deb", uris]
    assert not list(here.rglob("pwned"))


@pytest.mark.skipif(sys.platform != "linux", reason="the script is for Debian")
def test_each_of_many_kiosks_keeps_its_number(hub: Path, apt: Path, tmp_path: Path) -> None:
    entry = '[[organisations.kiosks]]\nid = "borne{number}"\nsite = "oyen"\n'
    convention = hub / "convention.toml"
    kiosks = "\n".join(entry.format(number=number) for number in range(1, 13))
    convention.write_text(convention.read_text().replace(entry.format(number=1), kiosks))
    out = tmp_path / "stick"
    assert bundle(hub, out, "--apt", str(apt)) == 0
    for typed, kiosk in (("3", "borne3"), ("09", "borne9"), ("12", "borne12")):
        answer = run(out, tmp_path, f"{typed}\n")
        assert answer.returncode == 0, answer.stderr
        assert f"  {int(typed)}  valdore.{kiosk}\n" in answer.stdout
        assert list((out / "kiosks").glob(f"*.{kiosk}.used"))
    for typed in ("3", "0", "13", "x", "", "99999999999999999999"):
        answer = run(out, tmp_path, f"{typed}\n")
        assert answer.returncode == 2, answer.stdout
        assert "no such number" in answer.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the script is for Debian")
def test_an_address_is_never_a_command(hub: Path, apt: Path, tmp_path: Path) -> None:
    out = tmp_path / "stick"
    assert bundle(hub, out, "--apt", str(apt), "--repository", "https://depot.example/a|b&c") == 0
    variables = out / "bundle.sh"
    text = variables.read_text().replace("hub.example:4222", "'$(touch${IFS}pwned):4222'")
    variables.write_text(text)
    answer = run(out, tmp_path, timeout='shift; exec "$@" </dev/null')
    assert answer.returncode == 2
    assert not (tmp_path / "pwned").exists()
    answer = run(out, tmp_path)
    assert answer.returncode == 0, answer.stderr
    sources = tmp_path / "root/etc/apt/sources.list.d" / SOURCES
    assert "URIs: https://depot.example/a|b&c" in sources.read_text()


def test_a_site_is_accepted_when_each_kiosk_tried_itself_and_called(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.pdf"
    command = ["hub", "acceptance", "--folder", str(hub), "--language", "en"]
    assert main([*command, "oyen", str(sheet)]) == 1
    said = capsys.readouterr().out
    assert "0 of 1 kiosk is good" in said
    assert "  valdore/borne1: Not set up yet" in said
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
    gone = SelfCheck(part=CheckedPart.SCANNER, code="scanner_gone")
    fresh = AcceptedKiosk(
        name="valdore/kiosk1", enrolled_at=now, parts=((check_words(gone), False),)
    )
    assert [words.split()[0] for words in fresh.missing()] == ["Nobody", "It", "Scanner:"]
    acceptance = SiteAcceptance(
        site="Mairie d'Oyen", organisations="Caisse", kiosks=(good,), printed_at=now
    )
    (alone,) = pages_of(acceptance_sheet(acceptance))
    assert "1 of 1 kiosk is good." in alone
    assert "Page 1" not in alone


def test_what_lacks_at_a_site_with_a_gate_is_said(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    convention = hub / "convention.toml"
    text = convention.read_text()
    record = """gate = true
record.address = "2 rue du Lavoir, Oyen"
record.insured_until = 2040-05-01
record.signatures = [{ organisation = "valdore", on = 2026-02-01, by = "Mme Roux" }]
record.refusals = [{ organisation = "gone", why = "trop loin" }]
"""
    assert "gate = false" in text  # who begins a network has none, and reads that there may be one
    convention.write_text(re.sub(r"gate = false.*\n", record, text, count=1))
    sheet = tmp_path / "sheet.pdf"
    command = ["hub", "acceptance", "--folder", str(hub), "--language", "en"]
    assert main([*command, "oyen", str(sheet)]) == 1
    said = capsys.readouterr().out
    assert "It is not said that its room can be closed." in said
    assert "has not tried itself this week" in said
    assert "Its address" not in said
    words = " ".join("".join(pages_of(sheet.read_bytes())).split())
    assert "Address: 2 rue du Lavoir, Oyen" in words
    assert "Insured until 1 May 2040" in words
    assert "has signed on 1 February 2026 (Mme Roux)" in words
    assert "gone does not come: trop loin" in words


def pages_of(pdf: bytes) -> list[str]:
    """Return the words of each page."""
    with pypdfium2.PdfDocument(pdf) as document:  # type: ignore[no-untyped-call]
        return [page.get_textpage().get_text_bounded() for page in document]


def test_each_sheet_of_a_site_with_a_hundred_kiosks_says_of_what_it_is_a_part() -> None:
    kiosks = tuple(AcceptedKiosk(name=f"valdore/kiosk{number}") for number in range(1, 101))
    acceptance = SiteAcceptance(
        site="Mairie d'Oyen", organisations="Caisse", kiosks=kiosks, printed_at=datetime.now(UTC)
    )
    pages = pages_of(acceptance_sheet(acceptance))
    assert 5 < len(pages) < 12
    assert "0 of 100 kiosks are good." in pages[0]
    for number, words in enumerate(pages, 1):
        assert f"Mairie d'Oyen · Page {number} of {len(pages)}" in words


def test_the_page_of_a_stick_for_several_kiosks_says_that_the_machine_asks() -> None:
    guide = SiteGuide(site="S", command="c", kiosks=2, addresses=(), until=datetime.now(UTC))
    asked = "type the number before its name"
    assert asked in " ".join(" ".join(pages_of(site_guide(guide))).split())
    alone = msgspec.structs.replace(guide, kiosks=1)
    assert asked not in " ".join(" ".join(pages_of(site_guide(alone))).split())
