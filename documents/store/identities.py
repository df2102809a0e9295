# SPDX-License-Identifier: GPL-3.0-only
"""The owners of dossiers: dossiers found by name and birth date, opened, made, numbered,
corrected. Each with its line in the register of accesses. Used by the hub through the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    func,
    insert,
    or_,
    select,
    update,
)

from documents.store import tables
from documents.store.accesses import (
    MOST_DOSSIERS,
    MOST_SEARCHES,
    check_one_dossier,
    dossiers_left,
    is_written,
    last_opened,
    one_at_a_time,
    opened_in,
    opened_since,
    refuse,
    searches_left,
    write_line,
)
from documents.store.acts import DossierAct, DossierActKind, write_act
from documents.store.names import likeness, search_key
from documents.store.rows import find_row, kept_row, read_dossier, replaced_in
from documents.store.transactions import Transactions
from session.core.dossier_model import (
    Access,
    AccessKind,
    CallerIdentity,
    Dossier,
    DossierHit,
    HitReason,
    ProvisionalDossier,
    TalkCaller,
    TalkSpan,
)
from session.core.errors import (
    DossierOfRegister,
    DossierUnknown,
    DossierWasMerged,
    NumberTaken,
    SessionError,
    TooManyDossiers,
)

MOST_HITS = 5
ANNOTATED_FOR = timedelta(days=1)
"""How long after it was opened a dossier takes the note that its agent owes to it."""


class FoundHits(msgspec.Struct, frozen=True):
    """The likeliest dossiers; `more`: there are others."""

    hits: list[DossierHit]
    more: bool = False


class NewDossier(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier to be made.

    Attributes:
        request_id: the same one makes the same dossier.
        number: its number; "" for the next of our own.
        bound: the dossier that the session has already, "" for none.
        confirmed: likely doubles were looked at.
        provisional: the organisation's register does not answer now.
        others: what the organisation's register has of this person.
    """

    request_id: str
    caller: CallerIdentity
    number: str = ""
    bound: str = ""
    confirmed: bool = False
    provisional: bool = False
    others: Sequence[DossierHit] = ()


class MadeDossier(msgspec.Struct, frozen=True):
    """The dossier that was made or corrected; or None, and its likely doubles."""

    dossier: Dossier | None
    likely: list[DossierHit] = msgspec.field(default_factory=list)


class Identities:
    """The owners of the dossiers of all organisations. Thread-safe; several hubs may ask at
    once. Each method may raise `StoreUnreachable`.
    """

    def __init__(self, transactions: Transactions, now: Callable[[], datetime]) -> None:
        self._transactions = transactions
        self._now = now

    def check_search(self, organisation: str, access: Access) -> None:
        """Before others are asked, e.g. the organisation's register.
        Raises `TooManyDossiers`: this person has searched too often within the hour.
        """
        now, user = self._now(), access.by.user
        with self._transactions.reading() as connection:
            if searches_left(connection, organisation, user=user, now=now):
                return
        with self._transactions.writing() as connection:
            refuse(connection, organisation, "", access=access, now=now)
        raise TooManyDossiers(limit=MOST_SEARCHES)

    def find(
        self,
        organisation: str,
        caller: CallerIdentity,
        access: Access,
        *,
        others: Sequence[DossierHit] = (),
    ) -> FoundHits:
        """Dossiers of this name and birth date, the likeliest first.

        Args:
            others: those that the organisation's register has, found here or not.

        Raises:
            TooManyDossiers: this person has searched too often within the hour.
        """
        now = self._now()
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, access.by.user)
            if searches_left(connection, organisation, user=access.by.user, now=now):
                hits = _with_others(
                    connection, organisation, _alike(connection, organisation, caller), others
                )
                write_line(
                    connection,
                    organisation,
                    AccessKind.SEARCHED,
                    "",
                    access=access,
                    now=now,
                    hits=min(len(hits), MOST_HITS),
                )
                return FoundHits(hits[:MOST_HITS], more=len(hits) > MOST_HITS)
            refuse(connection, organisation, "", access=access, now=now)
        raise TooManyDossiers(limit=MOST_SEARCHES)

    def open(
        self, organisation: str, number: str, access: Access, *, bound: str = "", named: bool
    ) -> Dossier:
        """A dossier for a session, which has this one from then on.

        Args:
            bound: the dossier that the session has by other means, "" for none.
            named: an agent has said this number; one that the caller's own number leads to is
                never refused for how many there were.

        Raises:
            DossierUnknown: there is none of this number.
            ReasonNeeded: the session has another one.
            TooManyDossiers: this person has opened too many within the hour.
        """
        with self._transactions.reading() as connection:
            row = kept_row(connection, organisation, number)
            if row is not None and is_written(connection, organisation, row.number, access):
                return self._read(connection, organisation, row.number)
        now = self._now()
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, access.by.user)
            row = kept_row(connection, organisation, number)
            if row is None:
                dossier_number = number
            else:
                dossier_number = row.number
            if is_written(connection, organisation, dossier_number, access):
                return self._read(connection, organisation, dossier_number)
            # before it is said whether there is one: the register is asked for those that are not
            other = check_one_dossier(
                connection, organisation, dossier_number, access=access, bound=bound
            )
            if not named or dossiers_left(
                connection, organisation, dossier_number, user=access.by.user, now=now
            ):
                dossier = self._read(connection, organisation, dossier_number)
                if other:
                    kind = AccessKind.OPENED_OTHER
                else:
                    kind = AccessKind.OPENED
                write_line(connection, organisation, kind, dossier_number, access=access, now=now)
                return dossier
            refuse(connection, organisation, dossier_number, access=access, now=now)
        raise TooManyDossiers(limit=MOST_DOSSIERS)

    def was_opened(self, organisation: str, number: str, *, session_id: str, user: str) -> bool:
        """Return True if this person has opened or made the dossier in this session, under this
        number or one that leads to the same.
        """
        with self._transactions.reading() as connection:
            row = kept_row(connection, organisation, number)
            numbers = opened_in(connection, organisation, session_id, user)
            kept_rows = (
                kept_row(connection, organisation, opened_number) for opened_number in numbers
            )
            return row is not None and row.id in {
                opened_row.id for opened_row in kept_rows if opened_row is not None
            }

    def to_annotate(
        self, organisation: str, session_id: str, user: str, *, alone: bool = False
    ) -> tuple[str, str] | None:
        """The dossier in which this person may still write a note on a session that is over, and
        the person's name; None when it was opened more than `ANNOTATED_FOR` ago, or by nobody.
        With `alone`, also when the session opened several.
        """
        since = (self._now() - ANNOTATED_FOR).astimezone(UTC).replace(tzinfo=None)
        with self._transactions.reading() as connection:
            if alone and len(opened_in(connection, organisation, session_id, user)) > 1:
                return None
            line = opened_since(connection, organisation, session_id, user=user, since=since)
            if line is not None:
                row = kept_row(connection, organisation, line.dossier)
            else:
                row = None
            if line is None or row is None:
                return None
            return (str(row.number), str(line.by_name))

    def callers_of(
        self, organisation: str, user: str, talks: Sequence[TalkSpan]
    ) -> list[TalkCaller]:
        """Callers of these conversations, whose dossiers this person opened in them; in their
        order. It tells no more than the person has seen then, so it is no new line.
        """
        with self._transactions.reading() as connection:
            return [_caller_of(connection, organisation, user, talk) for talk in talks]

    def view(
        self,
        organisation: str,
        number: str,
        access: Access,
        kind: AccessKind = AccessKind.OPENED,
    ) -> Dossier:
        """A dossier for somebody who looks at it outside of any session; each look is a line.
        Raises `DossierUnknown`.
        """
        with self._transactions.writing() as connection:
            row = _kept(connection, organisation, number)
            now = self._now()
            write_line(connection, organisation, kind, row.number, access=access, now=now)
            return self._read(connection, organisation, row.number)

    def create(self, organisation: str, new: NewDossier, access: Access) -> MadeDossier:
        """Makes a dossier for a session, which has it from then on; without `confirmed` only when
        it has no likely double.

        Raises:
            NumberTaken: another dossier has the caller's number, or this number.
            ReasonNeeded, TooManyDossiers: as `open`.
        """
        now, holder = self._now(), ""
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, "numbers")
            earlier_row = _made_before(connection, organisation, new.request_id)
            if earlier_row is not None:
                return MadeDossier(self._read(connection, organisation, earlier_row.number))
            check_one_dossier(connection, organisation, "", access=access, bound=new.bound)
            likely = _with_others(
                connection,
                organisation,
                _doubles(connection, organisation, new.caller),
                new.others,
            )[:MOST_HITS]
            one_at_a_time(connection, organisation, access.by.user)
            shows_doubles = bool(likely) and not new.confirmed
            if shows_doubles and searches_left(
                connection, organisation, user=access.by.user, now=now
            ):
                kind, hits = AccessKind.SEARCHED, len(likely)
                write_line(connection, organisation, kind, "", access=access, now=now, hits=hits)
                return MadeDossier(None, likely)
            may_open = dossiers_left(connection, organisation, "", user=access.by.user, now=now)
            if may_open and not shows_doubles:
                holder = _holder(connection, organisation, new.caller.caller_number)
            if holder:
                may_name_holder = self._tells_holder(connection, organisation, access)
            elif may_open and not shows_doubles:
                number = self._insert(connection, organisation, new, access=access)
                write_line(
                    connection, organisation, AccessKind.CREATED, number, access=access, now=now
                )
                return MadeDossier(self._read(connection, organisation, number))
            else:
                refuse(connection, organisation, "", access=access, now=now)
        if holder:
            raise _number_taken(holder, may_name_holder=may_name_holder)
        raise TooManyDossiers(limit=MOST_SEARCHES if shows_doubles else MOST_DOSSIERS)

    def _tells_holder(self, connection: Connection, organisation: str, access: Access) -> bool:
        """Return True if this person may hear which dossier has a number, which is as much as a
        search says: it counts as one, and stands in the register.
        """
        now = self._now()
        may_search = searches_left(connection, organisation, user=access.by.user, now=now)
        if may_search:
            kind = AccessKind.SEARCHED
            write_line(connection, organisation, kind, "", access=access, now=now, hits=1)
        else:
            refuse(connection, organisation, "", access=access, now=now)
        return may_search

    def made(self, organisation: str, request_id: str) -> Dossier | None:
        """The dossier that this request has made, None before it has."""
        with self._transactions.reading() as connection:
            row = _made_before(connection, organisation, request_id)
            if row is None:
                return None
            return self._read(connection, organisation, row.number)

    def _insert(
        self, connection: Connection, organisation: str, new: NewDossier, *, access: Access
    ) -> str:
        caller, now = new.caller, self._now()
        year = now.astimezone().year
        number = new.number or next_number(connection, organisation, year)
        if find_row(connection, organisation, number) is not None:
            raise NumberTaken(dossier=number)
        values = {
            "number": number,
            "procedure": "",
            "provisional": int(new.provisional),
            "merged_into": "",
            "made_request": new.request_id,
            "made_at_utc": now.astimezone(UTC).replace(tzinfo=None),
            "made_by": access.by.name[:500],
        }
        columns = {**values, **identity_columns(caller)}
        connection.execute(insert(tables.dossiers).values(organisation=organisation, **columns))
        return number

    def give_number(
        self, organisation: str, number: str, caller_number: str, access: Access
    ) -> Dossier:
        """The caller of this dossier has this number, checked by whoever calls.

        Raises:
            NumberTaken: another dossier has it.
            TooManyDossiers: this person has heard of so many others within the hour.
            DossierUnknown: there is none of this number.
        """
        may_name_holder = True
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, "numbers")
            row = _kept(connection, organisation, number)
            is_new = row.caller_number != caller_number
            if is_new:
                holder = _holder(connection, organisation, caller_number, but=row.number)
            else:
                holder = ""
            if holder:
                may_name_holder = self._tells_holder(connection, organisation, access)
            elif is_new:
                table = tables.dossiers
                connection.execute(
                    update(table).where(table.c.id == row.id).values(caller_number=caller_number)
                )
                if row.caller_number:
                    kind = AccessKind.CORRECTED
                else:
                    kind = AccessKind.NUMBERED
                write_line(
                    connection, organisation, kind, row.number, access=access, now=self._now()
                )
            if not holder:
                return self._read(connection, organisation, row.number)
        raise _number_taken(holder, may_name_holder=may_name_holder)

    def correct_person(
        self,
        organisation: str,
        number: str,
        caller: CallerIdentity,
        access: Access,
        *,
        confirmed: bool,
        of_register: bool = False,
        others: Sequence[DossierHit] = (),
    ) -> MadeDossier:
        """The names and the birth date of whom this dossier is about were written down wrongly.
        Without `confirmed` nothing changes while another dossier is likely this person's.

        Args:
            of_register: the organisation's register says whom dossiers are about; one that is
                provisional is not the register's yet.
            others: what the organisation's register has of this person.

        Raises:
            DossierUnknown, DossierOfRegister,
            DossierWasMerged: it is part of another one.
            TooManyDossiers: this person has searched too often within the hour.
        """
        now = self._now()
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, "numbers")
            row = _not_merged(connection, organisation, number)
            if of_register and not row.provisional:
                raise DossierOfRegister
            columns = person_columns(caller)
            if all(getattr(row, name) == value for name, value in columns.items()):
                if not access.session_id:  # whoever has no session is shown it only now
                    kind = AccessKind.OPENED
                    write_line(connection, organisation, kind, number, access=access, now=now)
                return MadeDossier(self._read(connection, organisation, number))
            alike = _alike(connection, organisation, caller)
            likely = _with_others(connection, organisation, alike, others)
            likely = [hit for hit in likely if hit.number != number][:MOST_HITS]
            if confirmed or not likely:
                table = tables.dossiers
                connection.execute(update(table).where(table.c.id == row.id).values(**columns))
                act = DossierAct(
                    kind=DossierActKind.PERSON,
                    about=_corrected_words(row, columns),
                    reason=access.reason,
                    by=access.by,
                    at_utc=now,
                )
                write_act(connection, organisation, row.id, act)
                kind = AccessKind.CORRECTED
                write_line(connection, organisation, kind, number, access=access, now=now)
                return MadeDossier(self._read(connection, organisation, number))
            one_at_a_time(connection, organisation, access.by.user)
            if searches_left(connection, organisation, user=access.by.user, now=now):
                kind, hits = AccessKind.SEARCHED, len(likely)
                write_line(connection, organisation, kind, "", access=access, now=now, hits=hits)
                return MadeDossier(None, likely)
            refuse(connection, organisation, number, access=access, now=now)
        raise TooManyDossiers(limit=MOST_SEARCHES)

    def provisional(self, organisation: str, user: str = "") -> list[ProvisionalDossier]:
        """Dossiers made while the register was away and not matched yet, the oldest first; of all,
        or those that this person has made.
        """
        table = tables.dossiers
        query: Select[Any] = (
            select(table)
            .where(table.c.organisation == organisation, table.c.provisional == 1)
            .where(table.c.merged_into == "")
            .order_by(table.c.id)
        )
        if user:
            lines = tables.accesses
            own_numbers = (
                select(lines.c.dossier)
                .where(lines.c.organisation == organisation, lines.c.by_user == user)
                .where(lines.c.kind == AccessKind.CREATED.value)
            )
            query = query.where(table.c.number.in_(own_numbers))
        with self._transactions.reading() as connection:
            return [
                ProvisionalDossier(
                    number=row.number,
                    caller_name=row.caller_name,
                    born_on=row.born_on,
                    made_at_utc=row.made_at_utc.replace(tzinfo=UTC),
                    by_name=row.made_by,
                )
                for row in connection.execute(query)
            ]

    def _read(self, connection: Connection, organisation: str, number: str) -> Dossier:
        return read_dossier(connection, organisation, number, self._today())

    def _today(self) -> date:
        return self._now().astimezone().date()


def identity_columns(caller: CallerIdentity) -> dict[str, str]:
    """Whom a dossier is about and how the caller is reached, as columns of its row."""
    reached = {"caller_number": caller.caller_number, "contact": caller.contact}
    return {**person_columns(caller), **reached}


def person_columns(caller: CallerIdentity) -> dict[str, str]:
    """The names and the birth date of whom a dossier is about, as columns of its row."""
    name = " ".join(
        part for part in (caller.given_names.strip(), caller.family_name.strip()) if part
    )
    return {
        "caller_name": name,
        "family_name": caller.family_name.strip(),
        "given_names": caller.given_names.strip(),
        "search_key": search_key(caller.family_name, caller.given_names),
        "born_on": caller.born_on,
    }


def _corrected_words(row: Row[Any], columns: dict[str, str]) -> str:
    """Return the name and birth date as they were written before and as they are now: only what
    differs.
    """
    pairs = ((getattr(row, name), columns[name]) for name in ("caller_name", "born_on"))
    return " · ".join(f"{was or '–'} → {now}" for was, now in pairs if was != now)


def _not_merged(connection: Connection, organisation: str, number: str) -> Row[Any]:
    row = find_row(connection, organisation, number)
    kept_dossier = _kept(connection, organisation, number)
    if row is None or row.id != kept_dossier.id:
        raise DossierWasMerged(dossier=kept_dossier.number)
    return kept_dossier


def next_number(connection: Connection, organisation: str, year: int) -> str:
    """The next number of our own, e.g. "D-2026-000123", never one that was erased; the caller holds
    `one_at_a_time`.
    """
    table, start = tables.dossiers, f"D-{year}-"
    query = select(func.max(table.c.number)).where(
        table.c.organisation == organisation,
        table.c.number.like(start + "_" * 6),
        table.c.made_request.is_not(None),
    )
    last = (connection.execute(query).scalar() or "").removeprefix(start)
    erased = tables.erased_numbers
    gone = select(erased.c.last).where(
        erased.c.organisation == organisation, erased.c.start == start
    )
    count = max(int(last) if last.isdecimal() else 0, connection.execute(gone).scalar() or 0) + 1
    while find_row(connection, organisation, f"{start}{count:06}") is not None:
        count += 1  # the organisation's own numbers look like ours
    return f"{start}{count:06}"


def _kept(connection: Connection, organisation: str, number: str) -> Row[Any]:
    row = kept_row(connection, organisation, number)
    if row is None:
        raise DossierUnknown(what="dossier")
    return row


def _made_before(connection: Connection, organisation: str, request_id: str) -> Row[Any] | None:
    table = tables.dossiers
    query: Select[Any] = select(table).where(
        table.c.organisation == organisation, table.c.made_request == request_id
    )
    return connection.execute(query).first()


def _holder(connection: Connection, organisation: str, caller_number: str, *, but: str = "") -> str:
    """The dossier that has a caller's number, "" for none or for `but`."""
    numbers = [row.number for row in _numbered(connection, organisation, caller_number)]
    return next((number for number in numbers if number != but), "")


def _number_taken(holder: str, *, may_name_holder: bool) -> SessionError:
    if may_name_holder:
        return NumberTaken(dossier=holder)
    return TooManyDossiers(limit=MOST_SEARCHES)


def _numbered(connection: Connection, organisation: str, caller_number: str) -> list[Row[Any]]:
    """The dossiers that a caller's number leads to."""
    if not caller_number:
        return []
    table = tables.dossiers
    query: Select[Any] = select(table).where(
        table.c.organisation == organisation, table.c.caller_number == caller_number
    )
    rows = [kept_row(connection, organisation, row.number) for row in connection.execute(query)]
    return list({row.id: row for row in rows if row is not None}.values())


def _alike(connection: Connection, organisation: str, caller: CallerIdentity) -> list[DossierHit]:
    """Return all of this birth date and a like name, the likeliest first; where one of two dates is
    incomplete, those that may be the same.
    """
    table = tables.dossiers
    query: Select[Any] = select(table).where(
        table.c.organisation == organisation,
        _born(table.c.born_on, caller.born_on),
        table.c.merged_into == "",
    )
    scored = [
        (likeness(caller.family_name, caller.given_names, row.search_key), row)
        for row in connection.execute(query.order_by(table.c.id))
    ]
    alike = [(like, row.born_on == caller.born_on, row) for like, row in scored if like > 0]
    alike.sort(key=lambda scored: (-scored[0], not scored[1], scored[2].id))
    return [
        _hit(
            row,
            HitReason.SAME_NAME_AND_BIRTH
            if like == 1.0 and same_day
            else HitReason.SIMILAR_NAME_AND_BIRTH,
        )
        for like, same_day, row in alike
    ]


def _born(column: Column[str], born_on: str) -> ColumnElement[bool]:
    """Return the condition `may_be_same_day`; for an empty birth date, an empty one."""
    less_precise = [born_on[:4], born_on[:7], born_on]
    if born_on:
        return or_(column.in_(less_precise), column.like(f"{born_on}-%"))
    return column == ""


def _doubles(connection: Connection, organisation: str, caller: CallerIdentity) -> list[DossierHit]:
    """Dossiers that are likely this person's, each once; at most `MOST_HITS`."""
    numbered = [
        _hit(row, HitReason.SAME_NUMBER)
        for row in _numbered(connection, organisation, caller.caller_number)
    ]
    return _each_once([*numbered, *_alike(connection, organisation, caller)])[:MOST_HITS]


def _with_others(
    connection: Connection,
    organisation: str,
    local_hits: Sequence[DossierHit],
    others: Sequence[DossierHit],
) -> list[DossierHit]:
    """And those of the register: one that is here is told as it is here, the likeliest first."""
    hits = list(local_hits)
    for other in others:
        row = kept_row(connection, organisation, other.number)
        hits.append(other if row is None else _hit(row, other.why))
    order = (HitReason.SAME_NUMBER, HitReason.SAME_NAME_AND_BIRTH, HitReason.SIMILAR_NAME_AND_BIRTH)
    return sorted(_each_once(hits), key=lambda hit: order.index(hit.why))


def _each_once(hits: Iterable[DossierHit]) -> list[DossierHit]:
    by_number: dict[str, DossierHit] = {}
    for hit in hits:
        by_number.setdefault(hit.number, hit)
    return list(by_number.values())


def _hit(row: Row[Any], why: HitReason) -> DossierHit:
    return DossierHit(
        number=row.number,
        caller_name=row.caller_name,
        born_on=row.born_on,
        has_caller_number=bool(row.caller_number),
        procedure=row.procedure,
        provisional=bool(row.provisional),
        why=why,
    )


def _caller_of(connection: Connection, organisation: str, user: str, talk: TalkSpan) -> TalkCaller:
    line = last_opened(connection, organisation, talk.session_id)
    if line is None or line.by_user != user:
        return TalkCaller()
    row = kept_row(connection, organisation, line.dossier)
    if row is None:
        return TalkCaller()
    table = tables.documents
    query = select(table.c.document_id).where(
        table.c.dossier_id == row.id,
        table.c.session_id == talk.session_id,
        table.c.withdrawn_at_utc.is_(None),
    )
    filed = set(connection.execute(query).scalars()) - replaced_in(connection, row.id).keys()
    return TalkCaller(str(row.caller_name), len(filed))
