# SPDX-License-Identifier: GPL-3.0-only
"""An organisation's own log keeper: all its sessions' records in one SQLite file.
Used by the vault.

The rules are those of `session.hub.dossier.log_keeper`:
each writer numbers its records, repeats are left out, the keeper's order counts. A batch is one
transaction that is on the disk when `append` returns.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from session.core.errors import NotAllowed, StoreUnreachable, TicketUnknown
from session.hub.storage.erasures import Erasure, Hold, all_marks, mark_of
from session.hub.storage.format import check_format
from session.hub.storage.store_space import NO_LIMITS, StoreLimits, check_log_open
from session.protocol.hub.log import LogPart
from session.protocol.wire.version import MAX_CONTROL_BYTES

WAIT_S = 5.0
PART_BYTES = MAX_CONTROL_BYTES // 2
"""Of records in one answer, without the message around them."""

FORMAT = 2
"""Number of this layout (docs/releasing.md)."""

TICKETS_KEPT = timedelta(days=2)
"""How long something is kept of a ticket beside its log; a ticket lives hours."""

_TABLES = """
CREATE TABLE IF NOT EXISTS session (
  id TEXT PRIMARY KEY, ends TEXT NOT NULL, touched_utc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS record (
  session TEXT NOT NULL, place INTEGER NOT NULL, writer TEXT NOT NULL, number INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (session, place)) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS record_of_writer ON record (session, writer, number);
CREATE TABLE IF NOT EXISTS note (ticket TEXT PRIMARY KEY, text TEXT NOT NULL, at_utc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS bound (
  ticket TEXT PRIMARY KEY, dossier TEXT NOT NULL, at_utc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS begun (session TEXT PRIMARY KEY, at_utc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS held (session TEXT PRIMARY KEY, hold TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS erasure (number INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS erased (mark TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS log_note (
  session TEXT PRIMARY KEY, revision INTEGER NOT NULL, notes BLOB NOT NULL);
"""

_NAMES = ("session", "record", "note", "bound", "held", "erasure")


def _check_format(base: sqlite3.Connection) -> None:
    stored_format = int(base.execute("PRAGMA user_version").fetchone()[0])
    check_format("log", stored_format, ours=FORMAT, oldest=FORMAT)


def _begin(base: sqlite3.Connection, session_id: str, now: datetime) -> datetime:
    """Note that a log begins now, unless it has begun; return when it did."""
    base.execute("INSERT OR IGNORE INTO begun VALUES (?, ?)", (session_id, now.isoformat()))
    query = "SELECT at_utc FROM begun WHERE session = ?"
    return datetime.fromisoformat(base.execute(query, (session_id,)).fetchone()[0])


class VaultLog:
    """The file. Every method opens and closes it; call it in a worker thread.

    Args:
        path: readable by the vault's account only (0600).
        limits: bound each conversation's log.

    Raises:
        StoreUnreachable: also from every method: the file cannot be used now; nothing was done.
        StoredFormatUnknown: a version has written it whose form is not known.
    """

    def __init__(self, path: Path, limits: StoreLimits = NO_LIMITS) -> None:
        self._path = path
        self._limits = limits
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._prepare()

    def _prepare(self) -> None:
        with self._open() as base:
            if base.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
                base.execute(f"PRAGMA user_version = {FORMAT}")
            _check_format(base)
            base.executescript(_TABLES)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=WAIT_S, isolation_level=None)) as base:
                base.execute("PRAGMA synchronous = FULL")
                # what retention takes is not left in free pages
                base.execute("PRAGMA secure_delete = ON")
                yield base
        except sqlite3.Error as error:
            raise StoreUnreachable(why=str(error)[:100]) from error

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._open() as base:
            base.execute("BEGIN IMMEDIATE")
            try:
                yield base
                base.execute("COMMIT")
            except BaseException:
                if base.in_transaction:  # SQLite itself takes back what a full disk refused
                    base.execute("ROLLBACK")
                raise

    def knows(self, session_id: str) -> bool:
        """True if this session's log was opened."""
        with self._open() as base:
            return (
                base.execute("SELECT 1 FROM session WHERE id = ?", (session_id,)).fetchone()
                is not None
            )

    def count(self) -> int:
        """Return how many sessions there are."""
        with self._open() as base:
            return int(base.execute("SELECT count(*) FROM session").fetchone()[0])

    def copy(self) -> bytes:
        """Return the whole file as of one moment, whoever writes meanwhile."""
        with self._open() as base, closing(sqlite3.connect(":memory:")) as copy:
            base.backup(copy)
            return copy.serialize()

    @property
    def is_empty(self) -> bool:
        """Nothing was ever kept here, or all of it is gone."""
        with self._open() as base:
            return not any(
                base.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in _NAMES
            )

    def restore(self, data: bytes) -> None:
        """Takes what `copy` gave, instead of what is here; on the disk when it returns.

        Raises:
            StoredFormatUnknown: see above; nothing was changed.
        """
        with closing(sqlite3.connect(":memory:")) as copy:
            copy.deserialize(data)
            _check_format(copy)
            with self._open() as base:
                copy.backup(base)
        self._prepare()

    def sessions(self) -> list[str]:
        """All conversations of which there is a log."""
        with self._open() as base:
            return [str(row[0]) for row in base.execute("SELECT id FROM session ORDER BY id")]

    def open(self, session_id: str, ends: Sequence[str], now: datetime) -> None:
        """Begins a session's log; `ends` may write it. Again is no harm."""
        row = (session_id, " ".join(ends), now.isoformat())
        with self._change() as base:
            base.execute("INSERT OR IGNORE INTO session VALUES (?, ?, ?)", row)
            _begin(base, session_id, now)

    def append(
        self, session_id: str, writer: str, first: int, *, records: Sequence[bytes], now: datetime
    ) -> int:
        """Adds records of one writer, numbered from `first`; returns the writer's next number.

        Raises:
            TicketUnknown: no such session. NotAllowed: not one of its ends. LogFull. LogClosed:
                it began too long ago.
        """
        with self._change() as base:
            self._check_end(base, session_id, writer)
            query = "SELECT count(*) FROM record WHERE session = ? AND writer = ?"
            next_number = int(base.execute(query, (session_id, writer)).fetchone()[0])
            if first <= next_number:
                fresh = list(records[next_number - first :])
            else:
                fresh = []
            if not fresh:
                return next_number
            check_log_open(_begin(base, session_id, now), now)
            query = "SELECT count(*), coalesce(sum(length(data)), 0) FROM record WHERE session = ?"
            place, size_bytes = base.execute(query, (session_id,)).fetchone()
            self._limits.check_log(size_bytes + sum(map(len, fresh)), fresh)
            rows = [
                (session_id, place + at, writer, next_number + at, data)
                for at, data in enumerate(fresh)
            ]
            base.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?)", rows)
            base.execute(
                "UPDATE session SET touched_utc = ? WHERE id = ?", (now.isoformat(), session_id)
            )
        return next_number + len(fresh)

    def _check_end(self, base: sqlite3.Connection, session_id: str, end: str) -> None:
        row = base.execute("SELECT ends FROM session WHERE id = ?", (session_id,)).fetchone()
        if row is None:
            raise TicketUnknown
        if end not in str(row[0]).split():
            raise NotAllowed(why="not an end of this session")

    def read(self, session_id: str, after: int) -> LogPart:
        """Return records from the `after`-th on, as many as fit in one answer. Raises
        `TicketUnknown`.
        """
        records: list[msgspec.Raw] = []
        size_bytes = 0
        with self._open() as base:
            if base.execute("SELECT 1 FROM session WHERE id = ?", (session_id,)).fetchone() is None:
                raise TicketUnknown
            query = "SELECT data FROM record WHERE session = ? AND place >= ? ORDER BY place"
            for (data,) in base.execute(query, (session_id, after)):
                size_bytes += len(data) + 1
                if records and size_bytes > PART_BYTES:
                    return LogPart(records=records, next=after + len(records), end=False)
                records.append(msgspec.Raw(bytes(data)))
        return LogPart(records=records, next=after + len(records), end=True)

    def forget_older(self, now: datetime, log_days: int) -> int:
        """Removes sessions that nobody has written to for `log_days`; returns how many."""
        before = (now - timedelta(days=log_days)).isoformat()
        with self._change() as base:
            query = (
                "SELECT id FROM session WHERE touched_utc < ? "
                "AND id NOT IN (SELECT session FROM held)"
            )
            old = base.execute(query, (before,)).fetchall()
            base.executemany("DELETE FROM record WHERE session = ?", old)
            base.executemany("DELETE FROM session WHERE id = ?", old)
            base.executemany("DELETE FROM begun WHERE session = ?", old)
            base.executemany("DELETE FROM log_note WHERE session = ?", old)
            for table in ("bound", "note"):
                base.execute(
                    f"DELETE FROM {table} WHERE at_utc < ?", ((now - TICKETS_KEPT).isoformat(),)
                )
        return len(old)

    # ---- held and erased by hand

    def hold(self, hold: Hold) -> int:
        """Neither age nor hand erases this log until `lift`; how many records it has. Raises
        `TicketUnknown`.
        """
        with self._change() as base:
            row = base.execute("SELECT 1 FROM session WHERE id = ?", (hold.session,)).fetchone()
            if row is None:
                raise TicketUnknown
            line = msgspec.json.encode(hold).decode()
            base.execute("INSERT OR IGNORE INTO held VALUES (?, ?)", (hold.session, line))
            query = "SELECT count(*) FROM record WHERE session = ?"
            return int(base.execute(query, (hold.session,)).fetchone()[0])

    def lift(self, session_id: str) -> bool:
        """Ends a hold; False when there was none."""
        with self._change() as base:
            return base.execute("DELETE FROM held WHERE session = ?", (session_id,)).rowcount > 0

    def holds(self) -> list[Hold]:
        """Return what is held, in the order of their ids."""
        with self._open() as base:
            rows = base.execute("SELECT hold FROM held ORDER BY session").fetchall()
        return [msgspec.json.decode(row[0], type=Hold) for row in rows]

    def between(self, since: datetime, until: datetime) -> list[str]:
        """Conversations that were written to last in this time."""
        query = "SELECT id FROM session WHERE touched_utc >= ? AND touched_utc < ? ORDER BY id"
        times = (since.astimezone(UTC).isoformat(), until.astimezone(UTC).isoformat())
        with self._open() as base:
            return [str(row[0]) for row in base.execute(query, times)]

    def touched(self, session_id: str) -> datetime | None:
        """Return when somebody wrote to it last; None when it is not known."""
        query = "SELECT touched_utc FROM session WHERE id = ?"
        with self._open() as base:
            row = base.execute(query, (session_id,)).fetchone()
        if row is not None:
            return datetime.fromisoformat(row[0])
        return None

    def erase(self, organisation: str, session_id: str) -> int:
        """Removes a log, and opens none of this id again; how many records there were."""
        with self._change() as base:
            count = base.execute("DELETE FROM record WHERE session = ?", (session_id,)).rowcount
            base.execute("DELETE FROM session WHERE id = ?", (session_id,))
            base.execute("DELETE FROM begun WHERE session = ?", (session_id,))
            base.execute("DELETE FROM log_note WHERE session = ?", (session_id,))
            mark = mark_of(organisation, session_id)
            base.execute("INSERT OR IGNORE INTO erased VALUES (?)", (mark,))
        return count

    def is_erased(self, organisation: str, session_id: str) -> bool:
        """True if this log was erased by hand."""
        query = "SELECT 1 FROM erased WHERE mark = ?"
        with self._open() as base:
            row = base.execute(query, (mark_of(organisation, session_id),)).fetchone()
        return row is not None

    def note_erasure(self, erasure: Erasure) -> None:
        """A line of the register of erasures."""
        line = msgspec.json.encode(erasure).decode()
        with self._change() as base:
            base.execute("INSERT INTO erasure (line) VALUES (?)", (line,))

    def erasures(self) -> list[Erasure]:
        """The register, the oldest first."""
        with self._open() as base:
            rows = base.execute("SELECT line FROM erasure ORDER BY number").fetchall()
        return [msgspec.json.decode(row[0], type=Erasure) for row in rows]

    def erase_again(self, organisation: str, erasures: Sequence[Erasure]) -> int:
        """After a restore: what these lines have erased before goes again, and the lines are kept;
        how many conversations.
        """
        marks, noted = all_marks(erasures), self.erasures()
        with self._open() as base:
            ids = [str(row[0]) for row in base.execute("SELECT id FROM session").fetchall()]
        gone = [candidate for candidate in ids if mark_of(organisation, candidate) in marks]
        for session_id in gone:
            self.lift(session_id)
            self.erase(organisation, session_id)
        for line in erasures:
            if line not in noted:
                self.note_erasure(line)
        return len(gone)

    # ---- the helpdesk's bookmarks and notes

    def log_notes(self, session_id: str) -> tuple[bytes, int]:
        """(what was written, its revision); nothing has revision 0."""
        query = "SELECT notes, revision FROM log_note WHERE session = ?"
        with self._open() as base:
            row = base.execute(query, (session_id,)).fetchone()
        if row is not None:
            return (bytes(row[0]), int(row[1]))
        return (b"[]", 0)

    def write_log_notes(self, session_id: str, notes: bytes, expected: int) -> bool:
        """Puts these in place of those of a revision; False when there is another one."""
        with self._change() as base:
            query = "SELECT revision FROM log_note WHERE session = ?"
            row = base.execute(query, (session_id,)).fetchone()
            if (row[0] if row is not None else 0) != expected:
                return False
            base.execute(
                "INSERT OR REPLACE INTO log_note VALUES (?, ?, ?)",
                (session_id, expected + 1, notes),
            )
            return True

    # ---- which dossier an agent has named for a caller without a number

    def bind(self, ticket: str, dossier: str, now: datetime) -> None:
        """This ticket's caller has this dossier; the hub need not know."""
        with self._change() as base:
            base.execute(
                "INSERT OR REPLACE INTO bound VALUES (?, ?, ?)", (ticket, dossier, now.isoformat())
            )

    def bound(self, ticket: str) -> str:
        """The dossier of this ticket's caller, "" when none was named."""
        with self._open() as base:
            row = base.execute("SELECT dossier FROM bound WHERE ticket = ?", (ticket,)).fetchone()
        if row is None:
            return ""
        return str(row[0])

    # ---- what an agent who passes a caller on wants the next one to know

    def leave_note(self, ticket: str, text: str, now: datetime) -> None:
        """Keeps the note with this ticket, instead of an earlier one."""
        with self._change() as base:
            base.execute(
                "INSERT OR REPLACE INTO note VALUES (?, ?, ?)", (ticket, text, now.isoformat())
            )

    def note(self, ticket: str) -> str:
        """The note left with this ticket, "" for none."""
        with self._open() as base:
            row = base.execute("SELECT text FROM note WHERE ticket = ?", (ticket,)).fetchone()
        if row is None:
            return ""
        return str(row[0])
