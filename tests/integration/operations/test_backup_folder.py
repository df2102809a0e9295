# SPDX-License-Identifier: GPL-3.0-only
"""What the backup's timer starts, exactly as its unit says it; and what is told of a backup."""

from __future__ import annotations

import asyncio
import configparser
import shutil
import sqlite3
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents.hashes import sha256_of
from documents.store.dossier_store import DossierStore
from session.core.dossier_model import Dossier, NewDocument
from tests.support.programs import HubFolder, one_session, people
from tests.support.waiting import until
from tests.unit.documents.store.filled_store import NINE, PDF

UNITS = Path(__file__).parents[3] / "installers" / "units"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")


CALLER = Dossier(number="D-1", caller_name="Éloïse Garance", caller_number="1234567")


def _unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNITS / name, encoding="utf-8")
    return parser


def _settings(place: HubFolder, backups: Path, more: str = "") -> Path:
    path = place.folder / "hub.toml"
    path.write_text(
        f'catalogue = "{place.catalogue}"\nlisten_port = {place.port}\n'
        f'[metrics]\nlisten = ""\n[backup]\nfolder = "{backups}"\nkeep = 2\n{more}',
        encoding="utf-8",
    )
    return path


def _finished(place: HubFolder) -> int:
    """How many requests the hub's history knows."""
    with closing(sqlite3.connect(place.history)) as base:
        (count,) = base.execute("SELECT count(*) FROM history_ticket").fetchone()
        return int(count)


async def _start_unit(place: HubFolder, settings: Path) -> tuple[int, str]:
    """Runs what the unit starts, with this place's folders."""
    line = _unit("poste-expert-backup.service")["Service"]["ExecStart"]
    places = {
        "/opt/poste-expert/bin/expert-app": f"{sys.executable} -m expert_app",
        "/etc/poste-expert/hub.toml": str(settings),
        "/var/lib/poste-expert": str(place.folder),
    }
    for named, here in places.items():
        assert named in line
        line = line.replace(named, here)
    process = await asyncio.create_subprocess_exec(
        *line.split(), "--language", "en", stdin=DEVNULL, stdout=PIPE
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_the_timer_keeps_the_newest_that_were_read_back(tmp_path: Path) -> None:
    place, backups = HubFolder(tmp_path / "hub"), tmp_path / "backups"
    settings = _settings(place, backups, "with_dossiers = true")
    backups.mkdir()
    old = [backups / f"hub-2026030{day}T023000Z.backup" for day in (1, 2, 3)]
    for path in old:
        path.touch()
    async with place.hub(), people(place) as them:
        await one_session(await them.kiosk(), await them.desk(), "r1")
        with DossierStore(place.data / "dossiers") as store:
            store.create_dossier("valdore", CALLER)
            store.file(
                "valdore",
                CALLER.number,
                NewDocument(
                    piece_id="", name="Carte", pages=2, sha256=sha256_of(PDF), upload_id="u"
                ),
                PDF,
                filed_at_utc=NINE,
            )
        code, said = await _start_unit(place, settings)  # the hub works on
        assert code == 0, said
    assert "is whole: a hub" in said
    assert "valdore: requests in the history 1" in said
    assert "1 dossier with 1 document" in said
    [new] = [path for path in backups.iterdir() if path not in old]
    assert sorted(backups.iterdir()) == sorted([old[2], new])
    assert new.stat().st_mode & 0o777 == 0o600
    assert new.name.startswith(f"hub-{datetime.now(UTC):%Y%m%d}T")


async def test_a_check_tells_what_is_in_it_writes_nothing_and_names_damage(
    tmp_path: Path,
) -> None:
    place, file = HubFolder(tmp_path / "hub"), tmp_path / "hub.backup"
    async with place.hub(), people(place) as them:
        await one_session(await them.kiosk(), await them.desk(), "r1")
        await until(lambda: _finished(place) == 1)
        assert (await place.run_here("backup", str(file)))[0] == 0
    elsewhere = HubFolder(tmp_path / "elsewhere")
    before = sorted(elsewhere.folder.rglob("*"))
    code, said = await elsewhere.run_here("restore", "--check", str(file))
    assert code == 0, said
    assert "valdore: requests in the history 1" in said
    assert "dossiers (0, with 0 documents) are not in it" in said
    made = {path.name for path in elsewhere.folder.rglob("*") if path not in before}
    assert made <= {"hub", "runtime"}
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    code, said = await elsewhere.run_here("restore", "--check", str(file))
    assert (code, "not a whole backup" in said) == (1, True)
    code, said = await elsewhere.run_here("restore", "--check", str(tmp_path / "none"))
    assert (code, "cannot be used" in said) == (1, True)


async def test_a_backup_without_a_place_says_what_is_missing(tmp_path: Path) -> None:
    place = HubFolder(tmp_path / "hub")
    code, said = await place.run_here("backup")
    assert (code, "backup.folder" in said) == (2, True)
    settings = _settings(place, tmp_path / "hub" / "catalogue.toml")  # a file in its place
    code, said = await _start_unit(place, settings)
    assert (code, "cannot be used" in said or "exists already" in said) == (1, True), said


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in UNITS.iterdir():
        text = unit.read_text(encoding="utf-8")
        # the program is not installed here
        text = text.replace("/opt/poste-expert/bin/expert-app", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    names = [str(tmp_path / unit.name) for unit in UNITS.iterdir()]
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names],
        check=False,
        capture_output=True,
        text=True,
    )
    ours = [line for line in said.stderr.splitlines() if str(tmp_path) in line]
    assert ours == []
