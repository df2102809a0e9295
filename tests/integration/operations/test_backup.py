# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub backup` and `hub restore` on real programs:
everything comes back once, and the hub goes on.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
import tarfile
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from documents.hashes import sha256_of
from documents.store.dossier_store import DossierStore
from expert_app.backup.archive import (
    LIST,
    BackupDamaged,
    BackupFormatUnknown,
    reading,
    writing,
)
from expert_app.backup.signing import backup_seed
from expert_app.runtime.paths import paths_for
from session.bus.transport.nkeys import new_seed
from session.core.dossier_model import Dossier, NewDocument, Piece, PieceState
from session.hub.access.identities import Identity, IdentityBook
from session.kiosk.hub.client import KioskClient
from session.protocol.hub.statistics import (
    Solved,
    SolvedAnswered,
    StatisticsBy,
    StatisticsRequest,
)
from session.protocol.hub.tickets import TicketState
from session.protocol.wire.roles import Role
from tests.integration.operations.filled_hub import resigned
from tests.support.programs import HubFolder, People, one_session, people
from tests.support.waiting import until
from tests.unit.documents.store.filled_store import NINE, PDF

CALLER = Dossier(
    number="D-2026-0001",
    caller_name="Éloïse Garance",
    caller_number="1234567",
    born_on="1987-02-14",
    procedure="Aide au logement",
    pieces=(Piece(id="identity", name="Pièce d'identité"),),
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")

ROWS = "SELECT * FROM history_{} ORDER BY 1, 2"


def rows_of(place: HubFolder) -> dict[str, list[Any]]:
    """Everything that the history says, as it is on the disk."""
    with closing(sqlite3.connect(place.history)) as base:
        return {
            name: base.execute(ROWS.format(name)).fetchall()
            for name in ("transition", "act", "ticket", "name", "answer")
        }


async def written(place: HubFolder, finished: int) -> dict[str, list[Any]]:
    """The history's rows, once they name so many finished tickets."""
    await until(lambda: len(rows_of(place)["ticket"]) >= finished)
    await asyncio.sleep(0.5)
    return rows_of(place)


async def statistics(them: People) -> list[Any]:
    boss = await them.client("boss")
    today = date.today()
    request = StatisticsRequest(
        first=today - timedelta(1), last=today + timedelta(1), by=StatisticsBy.SERVICE
    )
    return [msgspec.structs.asdict(row) for row in (await boss.ask_once(request)).rows]


def enrol_bob(place: HubFolder) -> str:
    book = IdentityBook(place.data / "identities" / "identities.sqlite")
    now = datetime.now(UTC)
    code = book.invite(Identity("valdore", Role.AGENT, "bob"), now, timedelta(minutes=15))
    book.enrol(code, "UBOB", now)
    return "UBOB"


async def test_a_restored_hub_knows_exactly_what_it_knew_and_goes_on(tmp_path: Path) -> None:
    old, file = HubFolder(tmp_path / "old"), tmp_path / "hub.backup"
    async with old.hub(), people(old) as them:
        kiosk, desk = await them.kiosk(), await them.desk()
        for number in range(5):
            told = await one_session(kiosk, desk, f"r{number}")
            await kiosk.bus.ask_once(
                SolvedAnswered(ticket_id=told, solved=Solved.PARTLY if number else Solved.YES)
            )
        waiting = (await (await them.kiosk("kiosk2")).call("housing", "7654321", "waits")).ticket
        # the history gathers
        await until(lambda: waiting.id in {row[3] for row in rows_of(old)["transition"]})
        before, counted = await written(old, 5), await statistics(them)
        assert [row["solved"] for row in counted] == [{"partly": 4, "yes": 1}]
        assert len(before["answer"]) == 5
        code, said = await old.run("backup", str(file))  # the hub works on
        assert code == 0, said
        await one_session(kiosk, desk, "after")
    assert file.stat().st_mode & 0o777 == 0o600
    new = HubFolder(tmp_path / "new", old.seeds)
    code, said = await new.run("restore", str(file), "--key", old.backup_signer)
    assert code == 0, said
    assert "is let in again" not in said
    async with new.hub(), people(new) as them:
        kiosk, desk = await them.kiosk(), await them.desk()
        await until(lambda: [ticket.id for ticket in desk.queue] == [waiting.id])
        assert await statistics(them) == counted
        assert rows_of(new) == before
        facts = await desk.accept(waiting.id)
        assert facts.caller_number == "7654321"  # what was waiting is served, with its number
        await desk.hang_up(facts.id)
        await desk.close(facts.id, "done")
        await one_session(kiosk, desk, "again")
        after = await written(new, 7)
    assert [row for row in after["ticket"] if row in before["ticket"]] == before["ticket"]
    assert len(after["ticket"]) == 7
    assert [row for row in after["transition"] if row in before["transition"]] == before[
        "transition"
    ]
    keys = [(row[0], row[1]) for row in after["transition"]]
    assert len(keys) == len(set(keys))
    assert {row[0] for row in after["transition"]} == {1}  # it is the same AUDIT to the history
    finals = [row[3] for row in after["transition"] if row[4] == TicketState.CLOSED]
    assert len(finals) == len(set(finals)) == 7  # nobody is closed twice


async def test_a_backup_under_load_lacks_nothing_and_says_nothing_twice(tmp_path: Path) -> None:
    old, file = HubFolder(tmp_path / "old"), tmp_path / "hub.backup"
    done: list[str] = []

    async def work(them: People, kiosk: KioskClient) -> None:
        desk = await them.desk()
        while True:
            done.append(await one_session(kiosk, desk, f"r{len(done)}"))

    async with old.hub(), people(old) as them:
        working = asyncio.create_task(work(them, await them.kiosk()))
        await until(lambda: len(done) >= 5)
        before = list(done)
        code, said = await old.run_here("backup", str(file))
        assert code == 0, said
        begun = len(done)
        await until(lambda: len(done) > begun)
        working.cancel()
        await asyncio.wait([working])
    new = HubFolder(tmp_path / "new", old.seeds)
    assert (await new.restore(file, old))[0] == 0
    async with new.hub(), people(new) as them:
        desk = await them.desk()
        # the one that was going on is still this agent's
        for facts in (await desk.resume()).sessions:
            await desk.close(facts.id, "done")
        await one_session(await them.kiosk("kiosk2"), desk, "new")
        rows = await written(new, len(before) + 1)
    closed = [row[3] for row in rows["transition"] if row[4] == TicketState.CLOSED]
    assert set(before) <= set(closed)
    assert len(closed) == len(set(closed))
    assert sorted(closed) == sorted(row[1] for row in rows["ticket"])


async def test_identities_and_dossiers_come_back(tmp_path: Path) -> None:
    old, file = HubFolder(tmp_path / "old"), tmp_path / "hub.backup"
    async with old.hub():
        pass
    key = enrol_bob(old)
    with DossierStore(old.data / "dossiers") as store:
        store.create_dossier("valdore", CALLER)
        filed = store.file(
            "valdore",
            CALLER.number,
            NewDocument(
                piece_id="identity", name="Carte", pages=2, sha256=sha256_of(PDF), upload_id="u1"
            ),
            PDF,
            filed_at_utc=NINE,
        )
    code, said = await old.run_here("backup", str(file), "--with-dossiers")  # no hub runs
    assert code == 0, said
    assert "are not in it" not in said
    new = HubFolder(tmp_path / "new", old.seeds)
    code, said = await new.restore(file, old)
    assert (code, "is let in again" in said) == (0, True)  # a key that was revoked after the backup
    book = IdentityBook(new.data / "identities" / "identities.sqlite")
    assert book.keys() == {("valdore", Role.AGENT, "bob"): (key,)}
    with DossierStore(new.data / "dossiers") as store:
        [piece] = store.open_dossier("valdore", CALLER.number).pieces
        assert piece.state is PieceState.FILED
        assert store.read("valdore", filed.id) == PDF
    plain, lacking = tmp_path / "plain.backup", HubFolder(tmp_path / "lacking", old.seeds)
    code, said = await old.run_here("backup", str(plain))
    assert (code, "(1, with 1 document)" in said) == (0, True)
    assert (await lacking.restore(plain, old))[0] == 0
    assert not (lacking.data / "dossiers" / "documents").exists()


async def test_what_is_no_empty_hub_is_left_alone(tmp_path: Path) -> None:
    old, file = HubFolder(tmp_path / "old"), tmp_path / "hub.backup"
    async with old.hub():
        assert (await old.run_here("backup", str(file)))[0] == 0
        code, said = await old.run_here("backup", str(file))
        assert (code, "exists already" in said) == (1, True)
        code, said = await old.run_here("restore", str(file))
        assert (code, "is in use by `expert-app hub` (process" in said) == (2, True)
    code, said = await old.run_here("restore", str(file))
    assert (code, "already (streams)" in said) == (1, True)
    enrolled = HubFolder(tmp_path / "enrolled", old.seeds)
    (enrolled.data / "identities").mkdir(parents=True)
    enrol_bob(enrolled)
    code, said = await enrolled.restore(file, old)
    assert (code, "already (identities)" in said) == (1, True)


async def test_a_damaged_or_newer_backup_changes_nothing(tmp_path: Path) -> None:
    old, file = HubFolder(tmp_path / "old"), tmp_path / "hub.backup"
    async with old.hub():
        assert (await old.run_here("backup", str(file)))[0] == 0
    whole = file.read_bytes()
    damaged = {
        "cut short": whole[: len(whole) // 2],
        "nothing": b"",
        "a byte of a stream": _changed(file, whole, "streams/KV_tk"),
        "a byte of the list": _changed(file, whole, LIST),
    }
    for what, data in damaged.items():
        file.write_bytes(data)
        with pytest.raises(BackupDamaged), reading(file):
            pytest.fail(what)
    new = HubFolder(tmp_path / "new", old.seeds)
    code, said = await new.restore(file, old)
    assert (code, "not a whole backup" in said) == (1, True)
    assert not rows_of(new)["transition"] if new.history.exists() else True
    file.write_bytes(resigned(whole, backup_seed(paths_for("hub", old.folder)), format=99))
    with pytest.raises(BackupFormatUnknown), reading(file):
        pytest.fail("newer")
    code, said = await new.restore(file, old)
    assert (code, "another version" in said) == (1, True)


def _changed(file: Path, whole: bytes, name: str) -> bytes:
    file.write_bytes(whole)
    with tarfile.open(file) as tar:
        at = tar.getmember(name).offset_data
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


async def test_a_backup_is_taken_only_from_the_signer_who_was_written_down(tmp_path: Path) -> None:
    old, file = HubFolder(tmp_path / "old"), tmp_path / "hub.backup"
    code, said = await old.run_here("backup", str(file))
    noted = old.backup_signer
    assert (code, f"Signed by {noted}: write it down" in said) == (0, True)
    assert (old.data / "backup.key").stat().st_mode & 0o777 == 0o600
    assert backup_seed(paths_for("hub", old.folder)) not in file.read_bytes()
    new = HubFolder(tmp_path / "new", old.seeds)
    code, said = await new.run_here("restore", str(file))
    assert (code, f"is signed by {noted}, which is not this folder's own key" in said) == (1, True)
    assert f"hub restore --key {noted} FILE" in said
    whole = file.read_bytes()
    file.write_bytes(resigned(whole, new_seed()))  # who can write to the backups, and no more
    code, said = await new.restore(file, old)
    assert (code, f", not by {noted}: it is of another hub or vault, or forged" in said) == (
        1,
        True,
    )
    code, said = await old.run_here("restore", "--check", "--key", noted, str(file))
    assert (code, "or forged" in said) == (1, True)
    file.write_bytes(resigned(whole, None))
    code, said = await new.restore(file, old)
    assert (code, "is not signed" in said) == (1, True)
    assert not (new.data / "identities" / "identities.sqlite").exists()
    file.write_bytes(whole)
    code, said = await new.run_here("restore", "--check", str(file))
    assert (code, f"Signed by {noted}." in said) == (0, True)
    code, said = await new.run_here("restore", str(file), "--key", noted.lower().replace("-", " "))
    assert code == 0, said


async def test_a_folder_takes_its_own_backup_without_a_word(tmp_path: Path) -> None:
    place, file = HubFolder(tmp_path / "hub"), tmp_path / "hub.backup"
    assert (await place.run_here("backup", str(file)))[0] == 0
    for name in ("bus", "history", "identities"):
        shutil.rmtree(place.data / name, ignore_errors=True)
    code, said = await place.run_here("restore", str(file))
    assert code == 0, said
    (place.data / "backup.key").chmod(0o644)
    code, said = await place.run_here("backup", str(tmp_path / "again.backup"))
    assert (code, "Others can read" in said) == (1, True)


def test_nothing_is_left_of_a_backup_that_broke_off(tmp_path: Path) -> None:
    def break_off() -> None:
        with writing(tmp_path / "x.backup", new_seed()) as backup, backup.part("a") as write:
            write(b"1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert not list(tmp_path.iterdir())
