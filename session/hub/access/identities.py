# SPDX-License-Identifier: GPL-3.0-only
"""The identities that were invited, enrolled and revoked, and what the operator did with the hub:
one small SQLite file in the hub's folder. Used by hub and its commands.

Several programs use the file at once: the hub that runs, and `expert-app hub invite` or
`revoke`. A change of keys raises `wanted`; the hub that has taken it to its server raises
`applied`.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from session.core.errors import EnrolmentElsewhere, EnrolmentRefused, SignOnRefused
from session.core.spoken_letters import ALPHABET
from session.hub.storage.format import check_format
from session.protocol.hub.enrolment import CODE_LETTERS, LONG_CODE_LETTERS, SignOnTrouble
from session.protocol.wire.roles import Role

FORMAT = 4
"""Number of this layout, SQLite's `user_version` (docs/releasing.md)."""

_STEPS: dict[int, str] = {}
"""From each older number, the SQL that leads to the next."""

OLDEST = min(_STEPS, default=FORMAT)
"""The oldest number that can be brought to ours."""

MOST_COMPUTERS = 5
"""A person has signed on at so many at once; the one that did so first is left after that."""

CLOCKS_APART = timedelta(minutes=10)
"""A clock that is put right by less ends no sign-on."""

SHORT = timedelta(hours=1)
"""Up to here a short code is long enough."""

WAIT_S = 5.0
"""Longest wait for another program that writes."""

_TABLES = """
CREATE TABLE IF NOT EXISTS invitation (
  code_hash BLOB PRIMARY KEY, organisation TEXT NOT NULL, role TEXT NOT NULL, user TEXT NOT NULL,
  until_utc TEXT NOT NULL, used_by TEXT NOT NULL DEFAULT '', adds INTEGER NOT NULL DEFAULT 0,
  issued_utc TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS enrolled (
  organisation TEXT NOT NULL, role TEXT NOT NULL, user TEXT NOT NULL, key TEXT NOT NULL,
  at_utc TEXT NOT NULL, computer TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (organisation, role, user, key));
CREATE TABLE IF NOT EXISTS signed_on (
  organisation TEXT NOT NULL, role TEXT NOT NULL, user TEXT NOT NULL, key TEXT NOT NULL,
  name TEXT NOT NULL, services TEXT NOT NULL, offer TEXT NOT NULL, until_utc TEXT NOT NULL,
  PRIMARY KEY (organisation, role, user, key));
CREATE TABLE IF NOT EXISTS revoked (key TEXT PRIMARY KEY, at_utc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS act (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at_utc TEXT NOT NULL, by TEXT NOT NULL, what TEXT NOT NULL,
  of TEXT NOT NULL, outcome TEXT NOT NULL DEFAULT '');
CREATE TRIGGER IF NOT EXISTS act_stays BEFORE UPDATE ON act
BEGIN SELECT RAISE(ABORT, 'what was done stays as it was written'); END;
INSERT OR IGNORE INTO state VALUES ('wanted', 0), ('applied', 0);
"""


@dataclass(frozen=True)
class Identity:
    """One name on the bus."""

    organisation: str
    role: Role
    user: str


@dataclass(frozen=True)
class OpenInvitation:
    """Somebody who may enrol until then."""

    identity: Identity
    until_utc: datetime


@dataclass(frozen=True)
class SignedOn:
    """Somebody whom an organisation's provider let in.

    Attributes:
        key: "" once the sign-on has ended: only the name is still known.
        name: as the provider has it; "" for the convention's.
        services: that an agent answers; all when there are none.
        offer: id of the provider.
    """

    identity: Identity
    key: str
    name: str
    services: tuple[str, ...]
    offer: str
    until_utc: datetime


@dataclass(frozen=True)
class NotedAct:
    """Something that was done with the hub.

    Attributes:
        by: account and machine; or organisation/role/id, whoever did it over the bus.
        what: a code, or the name of a command.
        of: whom or what it was about: organisation/role/id, a file, a version; nobody's name.
        outcome: exit code of a command that failed.
    """

    id: int
    at_utc: datetime
    by: str
    what: str
    of: str
    outcome: str


Keys = Mapping[tuple[str, Role, str], tuple[str, ...]]
"""Public keys by (organisation, role, user), one for each computer, the newest last."""


class IdentityBook:
    """The file. Every method opens and closes it, and takes a few milliseconds.

    Args:
        path: readable by the hub's account only (0600).
        by: who invites and revokes here: account and machine.

    Raises:
        StoredFormatUnknown: a version has written the file whose form is not known.
    """

    def __init__(self, path: Path, by: str = "") -> None:
        self._path = path
        self._by = by
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with self._open() as base:
            number = int(base.execute("PRAGMA user_version").fetchone()[0])
            query = "SELECT 1 FROM sqlite_master WHERE name = 'enrolled'"
            if base.execute(query).fetchone() is None:
                number = FORMAT
                base.execute(f"PRAGMA user_version = {FORMAT}")
            check_format("identities", number, ours=FORMAT, oldest=OLDEST)
            base.executescript(_TABLES)
            while number < FORMAT:
                base.executescript(
                    f"BEGIN IMMEDIATE; {_STEPS[number]} PRAGMA user_version = {number + 1}; COMMIT;"
                )
                number += 1

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection whose block is one transaction."""
        with closing(sqlite3.connect(self._path, timeout=WAIT_S, isolation_level=None)) as base:
            base.execute("PRAGMA synchronous = FULL")
            yield base

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._open() as base:
            base.execute("BEGIN IMMEDIATE")
            try:
                yield base
                base.execute("COMMIT")
            except BaseException as error:
                if base.in_transaction:  # SQLite itself takes back what a full disk refused
                    base.execute("ROLLBACK")
                if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                    full = errno.ENOSPC
                    raise OSError(full, os.strerror(full), str(self._path)) from error
                raise

    # ---- invitations

    def invite(
        self, identity: Identity, now: datetime, valid_for: timedelta, *, adds: bool = False
    ) -> str:
        """A fresh code for `identity`, a longer one when it is good for long; an earlier one for
        the same identity is worth nothing from now on.

        Args:
            adds: the computer that uses it comes beside those of this identity, instead of taking
                their place.
        """
        if valid_for <= SHORT:
            letters = CODE_LETTERS
        else:
            letters = LONG_CODE_LETTERS
        code = "".join(secrets.choice(ALPHABET) for _ in range(letters))
        until = (now + valid_for).isoformat()
        with self._change() as base:
            base.execute("DELETE FROM invitation WHERE until_utc < ?", (now.isoformat(),))
            base.execute(
                "DELETE FROM invitation WHERE (organisation, role, user) = (?, ?, ?)",
                _row(identity),
            )
            base.execute(
                "INSERT INTO invitation "
                "(code_hash, organisation, role, user, until_utc, adds, issued_utc) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (_hash(code), *_row(identity), until, adds, now.isoformat()),
            )
            _note(base, now, self._by, "invite", _text(identity))
        return code

    def invitations(self, now: datetime) -> list[OpenInvitation]:
        """Return the invitations that may still be used, without their codes."""
        with self._open() as base:
            rows = base.execute(
                "SELECT organisation, role, user, issued_utc, until_utc FROM invitation "
                "WHERE used_by = ''"
            ).fetchall()
        return [
            OpenInvitation(Identity(organisation, Role(role), user), datetime.fromisoformat(until))
            for organisation, role, user, issued, until in rows
            if _counts(issued, until, now)
        ]

    def is_anybody_invited(self, now: datetime) -> bool:
        """True if any code may still be used. Quick: asked several times a second."""
        query = "SELECT issued_utc, until_utc FROM invitation WHERE used_by = ''"
        with self._open() as base:
            return any(_counts(issued, until, now) for issued, until in base.execute(query))

    def enrol(
        self,
        code: str,
        key: str,
        now: datetime,
        roles: AbstractSet[Role] = frozenset(),
        *,
        computer: str = "",
    ) -> Identity:
        """Takes `key` as that of the invited identity; once per code, but again for the same key.

        Args:
            roles: that are possible where the key is; all when there are none.
            computer: what it calls itself.

        Raises:
            EnrolmentRefused: no open invitation has this code, or the key was revoked.
            EnrolmentElsewhere: it is for another role; the code is still good.
        """
        with self._change() as base:
            identity, used_by, adds = self._invited(base, code, now)
            if used_by == key:
                return identity
            if roles and identity.role not in roles and not used_by:
                raise EnrolmentElsewhere(role=identity.role.name.lower())
            if used_by or base.execute("SELECT 1 FROM revoked WHERE key = ?", (key,)).fetchone():
                raise EnrolmentRefused
            base.execute(
                "UPDATE invitation SET used_by = ? WHERE code_hash = ?", (key, _hash(code))
            )
            if not adds:
                _leave_all(base, identity)
            _enrol(base, identity, key, now, computer=computer)
            _note(base, now, _text(identity), "enrol", _text(identity))
        return identity

    def _invited(
        self, base: sqlite3.Connection, code: str, now: datetime
    ) -> tuple[Identity, str, bool]:
        """Compares with every invitation to the end:
        the time taken tells nothing about any code.
        """
        wanted_hash, invitation = _hash(code), None
        rows = base.execute(
            "SELECT code_hash, organisation, role, user, used_by, adds, issued_utc, until_utc "
            "FROM invitation"
        )
        for code_hash, organisation, role, user, used_by, adds, issued, until in rows:
            if hmac.compare_digest(bytes(code_hash), wanted_hash) and _counts(issued, until, now):
                invitation = Identity(organisation, Role(role), user), str(used_by), bool(adds)
        if invitation is None:
            raise EnrolmentRefused
        return invitation

    def admit(self, identity: Identity, key: str, now: datetime) -> None:
        """Takes `key` as that of `identity` without a code:
        for a vault, which does not let anybody into the bus.
        """
        with self._change() as base:
            _leave_all(base, identity)
            _enrol(base, identity, key, now)
            _note(base, now, self._by, "admit", _text(identity))

    # ---- sign-on with an organisation's provider

    def sign_on(self, person: SignedOn, now: datetime, *, computer: str = "") -> None:
        """Lets the person's key in until then, beside those of other computers; again for the same
        key: for longer.

        Raises:
            EnrolmentRefused: the key was revoked.
            SignOnRefused: it is somebody else's.
        """
        with self._change() as base:
            if base.execute("SELECT 1 FROM revoked WHERE key = ?", (person.key,)).fetchone():
                raise EnrolmentRefused
            if any(holder != _row(person.identity) for holder in _holders(base, person.key)):
                raise SignOnRefused(why=SignOnTrouble.PERSON)
            base.execute(
                "DELETE FROM signed_on WHERE key = '' AND (organisation, role, user) = (?, ?, ?)",
                _row(person.identity),
            )
            base.execute(
                "INSERT OR REPLACE INTO signed_on VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *_row(person.identity),
                    person.key,
                    person.name,
                    " ".join(person.services),
                    person.offer,
                    person.until_utc.isoformat(),
                ),
            )
            _enrol(base, person.identity, person.key, now, computer=computer)
            query = (
                "SELECT key FROM signed_on WHERE (organisation, role, user) = (?, ?, ?) "
                "ORDER BY until_utc DESC LIMIT -1 OFFSET ?"
            )
            surplus = base.execute(query, (*_row(person.identity), MOST_COMPUTERS)).fetchall()
            for (key,) in surplus:
                _leave(base, key)

    def signed_on(self) -> list[SignedOn]:
        """Everybody who has ever signed on, once for each computer, the newest last: those with a
        key are let in now.
        """
        with self._open() as base:
            rows = base.execute(
                "SELECT organisation, role, user, key, name, services, offer, until_utc "
                "FROM signed_on ORDER BY organisation, user, role, until_utc"
            ).fetchall()
        return [
            SignedOn(
                Identity(organisation, Role(role), user),
                key,
                name,
                tuple(services.split()),
                offer,
                datetime.fromisoformat(until),
            )
            for organisation, role, user, key, name, services, offer, until in rows
        ]

    def sign_off(self, key: str) -> bool:
        """The key counts no more; False when nobody has signed on with it."""
        if not key:
            return False
        with self._change() as base:
            query = "SELECT 1 FROM signed_on WHERE key = ?"
            is_signed_on = base.execute(query, (key,)).fetchone() is not None
            if is_signed_on:
                _leave(base, key)
                _want(base)
        return is_signed_on

    def ended_sign_ons(self, now: datetime) -> list[SignedOn]:
        """Those with a key whose hours are over, or have not begun: a clock that is set back gives
        nobody more hours than the provider did. Quick: asked several times a second.
        """
        with self._open() as base:
            query = (
                "SELECT key, until_utc, at_utc FROM signed_on JOIN enrolled USING (key) "
                "WHERE key <> ''"
            )
            rows = base.execute(query).fetchall()
        early = now + CLOCKS_APART
        ended = {
            key
            for key, until, at in rows
            if datetime.fromisoformat(until) <= now or datetime.fromisoformat(at) > early
        }
        if ended:
            return [one for one in self.signed_on() if one.key in ended]
        return []

    # ---- keys

    def revoke(self, identity: Identity, listed_key: str, now: datetime) -> bool:
        """Revokes every key of `identity`, and `listed_key` of the catalogue;
        False when it had none.
        """
        with self._change() as base:
            query = "SELECT key FROM enrolled WHERE (organisation, role, user) = (?, ?, ?)"
            keys = {str(key) for (key,) in base.execute(query, _row(identity))} | (
                {listed_key} - {""}
            )
            base.execute(
                "DELETE FROM invitation WHERE (organisation, role, user) = (?, ?, ?)",
                _row(identity),
            )
            _leave_all(base, identity)
            base.executemany(
                "INSERT OR IGNORE INTO revoked VALUES (?, ?)",
                [(key, now.isoformat()) for key in keys],
            )
            _want(base)
            _note(base, now, self._by, "revoke", _text(identity))
        return bool(keys)

    # ---- what was done

    def note(self, what: str, of: str, now: datetime, *, by: str = "", outcome: str = "") -> None:
        """Write down what was done, by `by` or whoever has opened the book."""
        with self._change() as base:
            _note(base, now, by or self._by, what, of, outcome)

    def acts(self, most: int, before: int = 0) -> list[NotedAct]:
        """Return what was done, the newest first; `before`: the id of an act, 0 for the newest."""
        query = (
            "SELECT id, at_utc, by, what, of, outcome FROM act WHERE ? = 0 OR id < ? "
            "ORDER BY id DESC LIMIT ?"
        )
        with self._open() as base:
            rows = base.execute(query, (before, before, most)).fetchall()
        return [NotedAct(row[0], datetime.fromisoformat(row[1]), *row[2:]) for row in rows]

    def forget_acts(self, before: datetime) -> None:
        """Remove what was done earlier."""
        with self._change() as base:
            base.execute("DELETE FROM act WHERE at_utc < ?", (before.isoformat(),))

    def keys(self) -> Keys:
        """Enrolled keys by (organisation, role, user): they win over the catalogue's."""
        keys: dict[tuple[str, Role, str], tuple[str, ...]] = {}
        query = "SELECT organisation, role, user, key FROM enrolled ORDER BY at_utc, rowid"
        with self._open() as base:
            for organisation, role, user, key in base.execute(query):
                who = organisation, Role(role), user
                keys[who] = (*keys.get(who, ()), key)
        return keys

    def computers(self) -> dict[str, str]:
        """Return what the computer of each key calls itself, "" for one that did not say."""
        with self._open() as base:
            return dict(base.execute("SELECT key, computer FROM enrolled").fetchall())

    def enrolled_at(self) -> dict[Identity, datetime]:
        """Return the time at which each of them has enrolled, the last one."""
        query = "SELECT organisation, role, user, at_utc FROM enrolled ORDER BY at_utc"
        with self._open() as base:
            rows = base.execute(query).fetchall()
        return {
            Identity(organisation, Role(role), user): datetime.fromisoformat(at)
            for organisation, role, user, at in rows
        }

    def revoked(self) -> frozenset[str]:
        """Public keys that no server may know, wherever they are listed."""
        with self._open() as base:
            return frozenset(key for (key,) in base.execute("SELECT key FROM revoked"))

    @property
    def is_empty(self) -> bool:
        """True when nobody was ever invited, enrolled or revoked."""
        with self._open() as base:
            return not any(
                base.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
                for table in ("invitation", "enrolled", "revoked")
            )

    # ---- what the running server knows

    def wanted(self) -> int:
        """Number of the latest change."""
        return self._state("wanted")

    def applied(self) -> int:
        """Number of the latest change that a running server has taken."""
        return self._state("applied")

    def set_applied(self, number: int) -> None:
        """Notes that the server has taken every change up to `number`."""
        with self._change() as base:
            base.execute("UPDATE state SET value = max(value, ?) WHERE name = 'applied'", (number,))

    def _state(self, name: str) -> int:
        with self._open() as base:
            (value,) = base.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return int(value)


def _note(
    base: sqlite3.Connection, now: datetime, by: str, what: str, of: str, outcome: str = ""
) -> None:
    base.execute(
        "INSERT INTO act (at_utc, by, what, of, outcome) VALUES (?, ?, ?, ?, ?)",
        (now.astimezone(UTC).isoformat(), by, what, of, outcome),
    )


def _text(identity: Identity) -> str:
    return "/".join((identity.organisation, identity.role.name.lower(), identity.user))


def _row(identity: Identity) -> tuple[str, str, str]:
    return identity.organisation, identity.role.value, identity.user


def _enrol(
    base: sqlite3.Connection, identity: Identity, key: str, now: datetime, *, computer: str = ""
) -> None:
    """A key is of one identity: the server would refuse to start with it twice."""
    base.execute("DELETE FROM enrolled WHERE key = ?", (key,))
    row = (*_row(identity), key, now.isoformat(), computer)
    base.execute("INSERT INTO enrolled VALUES (?, ?, ?, ?, ?, ?)", row)
    _want(base)


def _holders(base: sqlite3.Connection, key: str) -> list[tuple[str, str, str]]:
    query = "SELECT organisation, role, user FROM enrolled WHERE key = ?"
    return base.execute(query, (key,)).fetchall()


def _leave(base: sqlite3.Connection, key: str) -> None:
    """One computer counts no more. The name stays: what the person has done is told by it."""
    base.execute("DELETE FROM enrolled WHERE key = ?", (key,))
    base.execute("UPDATE OR REPLACE signed_on SET key = '' WHERE key = ?", (key,))


def _leave_all(base: sqlite3.Connection, identity: Identity) -> None:
    query = "SELECT key FROM enrolled WHERE (organisation, role, user) = (?, ?, ?)"
    for (key,) in base.execute(query, _row(identity)).fetchall():
        _leave(base, key)


def _counts(issued: str, until: str, now: datetime) -> bool:
    """True from when an invitation was made to its end: a clock that is set back opens none that
    has ended.
    """
    return datetime.fromisoformat(issued) <= now <= datetime.fromisoformat(until)


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def _want(base: sqlite3.Connection) -> None:
    base.execute("UPDATE state SET value = value + 1 WHERE name = 'wanted'")
