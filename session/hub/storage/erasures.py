# SPDX-License-Identifier: GPL-3.0-only
"""The lines that are written when a conversation's log or a dossier is erased by hand,
or a log kept from being erased. Used by hub, vault and their commands.

The register of erasures has no personal data: how much was erased, when, on whose demand and by
which account. Each conversation leaves a mark, from which nobody can tell which one it was; a
backup that still has it is put right by these marks when it is restored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec

MARKS_A_LINE = 2000
"""So many marks stand on one line of the register: it stays a message of the bus."""


class ErasureDemand(StrEnum):
    """The party that wants it erased."""

    CALLER = "caller"
    ORGANISATION = "organisation"
    AUTHORITY = "authority"


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the register.

    Attributes:
        by: account of the computer on which the command was typed.
        what: how they were chosen: "session", "ticket" or "period"; or "dossier".
        sessions, records, rows: conversations, records of their logs, rows of the history.
        dossiers, documents: of a dossier, with what was merged into it.
        marks: of the conversations, or of the dossiers' random tokens.
    """

    at_utc: datetime
    organisation: str
    demand: ErasureDemand
    by: str
    what: str
    sessions: int
    records: int
    rows: int = 0
    dossiers: int = 0
    documents: int = 0
    marks: list[str] = []


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation whose log is kept until the hold is lifted. `reason`: in words, without
    names.
    """

    session: str
    at_utc: datetime
    by: str
    reason: str


def mark_of(organisation: str, session_id: str) -> str:
    """Tells an erased conversation again; the id is random, so nobody finds it from the mark."""
    text = f"{organisation}.{session_id}".encode()
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def all_marks(erasures: Iterable[Erasure]) -> frozenset[str]:
    """The marks of all lines."""
    return frozenset(mark for erasure in erasures for mark in erasure.marks)


def in_lines(erasure: Erasure) -> list[Erasure]:
    """The same as several lines, where one would be too long; the figures stand on the first."""
    marks = erasure.marks
    first = msgspec.structs.replace(erasure, marks=marks[:MARKS_A_LINE])
    more = [
        msgspec.structs.replace(
            erasure, sessions=0, records=0, rows=0, marks=marks[start : start + MARKS_A_LINE]
        )
        for start in range(MARKS_A_LINE, len(marks), MARKS_A_LINE)
    ]
    return [first, *more]
