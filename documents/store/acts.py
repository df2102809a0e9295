# SPDX-License-Identifier: GPL-3.0-only
"""Acts of people on dossiers beyond their pieces: copies tried again or given up, exports,
names and birth dates corrected.
Append-only.

Written in the transaction of the act itself, so there is none without its line.
Used by the store and its deliveries.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, insert, select

from documents.store import tables
from session.core.dossier_model import ActingUser


class DossierActKind(StrEnum):
    """The kind of an act."""

    RETRIED = "delivery_retried"
    GIVEN_UP = "delivery_given_up"
    EXPORTED = "exported"
    VERSION = "version"
    MERGED = "merged"
    UNMERGED = "unmerged"
    PERSON = "person"
    DOCUMENT_WITHDRAWN = "document_withdrawn"
    DOCUMENT_MOVED = "document_moved"
    NOTE_WITHDRAWN = "note_withdrawn"
    NOTE_CORRECTED = "note_corrected"


class DossierAct(msgspec.Struct, frozen=True, kw_only=True):
    """One act. `about`: which document or file, or what was corrected; `reason`: in words."""

    kind: DossierActKind
    about: str
    reason: str
    by: ActingUser
    at_utc: datetime


def write_act(
    connection: Connection, organisation: str, dossier_key: int | None, act: DossierAct
) -> None:
    """Adds it."""
    connection.execute(
        insert(tables.acts).values(
            organisation=organisation,
            dossier_id=dossier_key,
            kind=act.kind.value,
            about=act.about[:500],
            reason=act.reason[:500],
            by_user=act.by.user,
            by_name=act.by.name,
            at_utc=act.at_utc.astimezone(UTC).replace(tzinfo=None),
        )
    )


def acts_of(connection: Connection, dossier_key: int) -> list[DossierAct]:
    """All acts on a dossier, oldest first."""
    table = tables.acts
    query = select(table).where(table.c.dossier_id == dossier_key).order_by(table.c.id)
    return [
        DossierAct(
            kind=DossierActKind(row.kind),
            about=row.about,
            reason=row.reason,
            by=ActingUser(user=row.by_user, name=row.by_name),
            at_utc=row.at_utc.replace(tzinfo=UTC),
        )
        for row in connection.execute(query)
    ]
