# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub erase`, `hold` and `register` on a real hub, and a backup that does not bring
back what was erased since.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from documents.store.dossier_store import DossierStore
from expert_app.backup.erasing import REGISTER
from expert_app.runtime.config import HubSettings, save
from expert_app.runtime.store_settings import BackupSettings
from session.core.dossier_model import Access, ActingUser, Dossier
from session.core.errors import TicketUnknown
from session.desk.hub.client import DeskClient
from session.hub.history.database import History
from session.hub.history.erasing import is_running
from session.kiosk.hub.client import KioskClient
from tests.support.programs import HubFolder, People, people
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")

WHY = "the picture stood still"
ORG, DOSSIER, OTHER = "valdore", "2026-0042", "2026-0043"


def _words(session: str) -> bytes:
    return f"words of {session}".encode()


async def _spoken(kiosk: KioskClient, desk: DeskClient, request: str) -> str:
    """A conversation whose log holds words; its id."""
    facts = await desk.accept((await kiosk.call("housing", "", request)).ticket.id)
    record = json.dumps({"said": _words(facts.id).decode()}).encode()
    await kiosk.append_log(facts.id, 0, [record])
    await desk.hang_up(facts.id)
    await desk.close(facts.id, "done")
    return facts.id


def _on_disk(folder: Path, words: bytes) -> int:
    files = [one for one in folder.rglob("*") if one.is_file()]
    return sum(one.read_bytes().count(words) for one in files)


def _numbers(place: HubFolder) -> dict[str, str]:
    """The session of each finished ticket, and its number."""
    with closing(sqlite3.connect(place.history)) as base:
        query = "SELECT session, number FROM history_ticket WHERE session IS NOT NULL"
        return dict(base.execute(query).fetchall())


def _listed(place: HubFolder) -> dict[str, int]:
    """Conversations in the helpdesk's list, and whether it says that they are erased."""
    with closing(sqlite3.connect(place.history)) as base:
        if not base.execute("SELECT 1 FROM sqlite_master WHERE name = 'log_row'").fetchone():
            return {}
        return dict(base.execute("SELECT session, is_erased FROM log_row").fetchall())


def _erased_rows(place: HubFolder) -> list[str]:
    return [one for one in _listed(place) if one.startswith("erased_")]


def _day(place: HubFolder) -> str:
    """Of the tickets, in the hub's time zone."""
    with closing(sqlite3.connect(place.history)) as base:
        return str(base.execute("SELECT min(day) FROM history_ticket").fetchone()[0])


async def _read(them: People, session: str) -> list[bytes]:
    link = DeskClient(await them.client("boss"), them.clock, tasks=them.tasks)
    return await link.read_log(session, WHY)


async def test_erased_conversations_are_gone_also_after_a_restore_and_held_ones_stay(
    tmp_path: Path,
) -> None:
    old, backups = HubFolder(tmp_path / "old"), tmp_path / "backups"
    backups.mkdir()
    settings = HubSettings(backup=BackupSettings(folder=str(backups)))
    save(settings, old.folder / "hub.toml")
    file = backups / "hub.backup"
    async with old.hub(), people(old) as them:
        kiosk, desk = await them.kiosk(), await them.desk()
        by_id, by_number, kept = [await _spoken(kiosk, desk, f"r{n}") for n in range(3)]
        await until(lambda: len(_numbers(old)) == 3)
        await until(lambda: set(_listed(old)) == {by_id, by_number, kept})
        number = _numbers(old)[by_number]
        _make_dossiers(old, by_id)
        code, said = await old.run_here("backup", str(file), "--with-dossiers")
        assert code == 0, said
        assert _on_disk(old.data, _words(by_id)) >= 1

        await _erase_dossier(old, kiosk, desk)
        await _erase_all(old, by_id, number, kept)
        for gone in (by_id, by_number):
            with pytest.raises(TicketUnknown):
                await _read(them, gone)
            with pytest.raises(TicketUnknown):
                await kiosk.append_log(gone, 1, [b"{}"])
            assert _on_disk(old.data, _words(gone)) == 0
        assert kept in _numbers(old)
        assert _listed(old) == {kept: 0, **dict.fromkeys(_erased_rows(old), 1)}
        code, said = await old.run("logs", "rebuild")
        assert (code, "1 conv" in said) == (0, True), said
        assert len(_listed(old)) == 4
        assert len(await _read(them, kept)) == 1
        code, said = await old.run("readings", "--session", kept)
        assert (code, WHY in said, "boss" in said or "Chantal V." in said) == (0, True, True), said
        code, said = await old.run_here("readings", "--csv")
        assert kept in said
        await _check_register(old, (by_id, by_number, kept, number))
    assert (backups / REGISTER).stat().st_mode & 0o777 == 0o600
    new = HubFolder(tmp_path / "new", old.seeds)
    code, said = await new.restore(file, old)
    assert code == 0, said
    await _check_restored(new, (by_id, by_number), kept)


async def _erase_all(old: HubFolder, by_id: str, number: str, kept: str) -> None:
    """By hand: one by its id, one by its ticket's number, and of the day all but the held one."""
    day = _day(old)
    code, said = await old.run("hold", "set", kept, "--reason", "inquiry 12")
    assert code == 0, said
    words = ("erase", "--demand", "caller", "--session", by_id)
    code, said = await old.run_here(*words, "--dry-run")
    assert (code, by_id in said) == (0, True), said
    code, said = await old.run(*words)  # nobody answers the question
    assert (code, "Nothing was erased" in said) == (2, True), said
    code, said = await old.run_here(*words, "--yes")
    assert code == 0, said
    ticket = ("--ticket", number, "--day", day)
    code, said = await old.run_here("erase", "--demand", "authority", *ticket, "--yes")
    assert code == 0, said
    period = ("--from", day, "--to", day, "--yes", "--json")
    code, said = await old.run_here("erase", "--demand", "organisation", *period)
    assert json.loads(said)["held"] == [kept], said


def _make_dossiers(place: HubFolder, session: str) -> None:
    access = Access(by=ActingUser(user="alice", name="Alice M."), session_id=session)
    with DossierStore(place.data / "dossiers") as store:
        for number in (DOSSIER, OTHER):
            dossier = Dossier(number=number, caller_name="Éloïse Garance", caller_number="")
            store.create_dossier(ORG, dossier)
        store.identities.open(ORG, DOSSIER, access, named=True)


async def _erase_dossier(old: HubFolder, kiosk: KioskClient, desk: DeskClient) -> None:
    """Not while somebody talks about it."""
    talk = await desk.accept((await kiosk.call("housing", "", "r9")).ticket.id)
    await until(lambda: _is_running(old, talk.id))
    access = Access(by=ActingUser(user="alice", name="Alice M."), session_id=talk.id)
    with DossierStore(old.data / "dossiers") as store:
        store.identities.open(ORG, DOSSIER, access, named=True)
    words = ("dossiers", "erase", DOSSIER, "--demand", "caller", "--yes")
    code, said = await old.run_here(*words)
    assert (code, talk.id in said) == (2, True), said
    await desk.hang_up(talk.id)
    await desk.close(talk.id, "done")
    await until(lambda: not _is_running(old, talk.id))
    code, said = await old.run_here(*words)
    assert (code, "1 dossier," in said) == (0, True), said
    assert _dossiers(old) == [OTHER]


def _is_running(place: HubFolder, session: str) -> bool:
    with closing(History(place.data / "history", time_zone="Europe/Paris")) as history:
        return is_running(history, ORG, session)


def _dossiers(place: HubFolder) -> list[str]:
    with closing(sqlite3.connect(place.data / "dossiers" / "dossiers.sqlite")) as base:
        return [row[0] for row in base.execute("SELECT number FROM dossier ORDER BY number")]


async def _check_register(old: HubFolder, secret: tuple[str, ...]) -> None:
    _, said = await old.run("register", "--json")
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["demand"] for line in lines] == ["caller", "caller", "authority", "organisation"]
    assert [line["sessions"] for line in lines] == [0, 1, 1, 1]
    assert not any(one in said for one in secret)


async def _check_restored(new: HubFolder, gone: tuple[str, ...], kept: str) -> None:
    assert _dossiers(new) == [OTHER]
    async with new.hub(), people(new) as them:
        for session in gone:
            with pytest.raises(TicketUnknown):
                await _read(them, session)
        assert len(await _read(them, kept)) == 1
        assert list(_numbers(new)) == [kept]
        await until(lambda: list(_listed(new)) == [kept])
        code, said = await new.run_here("register")
        assert (code, "4 erasures" in said) == (0, True), said
