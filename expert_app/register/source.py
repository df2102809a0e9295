# SPDX-License-Identifier: GPL-3.0-only
"""The questions to a register, and the check of which answers are believed. Used by `lookup`
and by the sources, `rest` and `cmis`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from documents.store.names import likeness, search_key
from expert_app.ged.connector import NotDelivered, Reason
from session.core.birth_date import may_be_same_day, parse_birth_date
from session.hub.dossier.register import RegisterRecord
from session.protocol.hub.number_check import is_same_number, written_number

MOST_BYTES = 1 << 20
"""Of an answer: some dossiers of one person, never more."""

MOST_RECORDS = 200
"""Read of an answer, before those that do not fit are left out."""


class RegisterQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """By a dossier's number, by a caller's, or by a person: the others are ""."""

    number: str = ""
    caller_number: str = ""
    family_name: str = ""
    given_names: str = ""
    born_on: str = ""


class RegisterSource(Protocol):
    """One system. Raises `NotDelivered`: it did not answer, or not as it should."""

    async def ask(self, question: RegisterQuestion) -> list[RegisterRecord]:
        """Return its answer; `fitting` leaves out what was not asked for."""
        ...

    async def close(self) -> None:
        """Ends its connections."""
        ...


def fitting(question: RegisterQuestion, records: Sequence[RegisterRecord]) -> list[RegisterRecord]:
    """The records that are what was asked for, each once: a system that does not know a filter
    lists anybody.
    """
    fits = _fits(question)
    by_number = {record.number: record for record in records if fits(record)}
    return list(by_number.values())


def _fits(question: RegisterQuestion) -> Callable[[RegisterRecord], bool]:
    if question.number:
        asked_number = question.number.strip().casefold()
        return lambda record: record.number.casefold() == asked_number
    if question.caller_number:
        number = written_number("", question.caller_number)
        return lambda record: is_same_number(record.caller_number, number)
    return lambda record: (
        may_be_same_day(record.born_on, question.born_on) and like(question, record) > 0
    )


def like(question: RegisterQuestion, record: RegisterRecord) -> float:
    """Return how much the names are alike, from 0 to 1; see `documents.store.names`."""
    key = search_key(record.family_name, record.given_names)
    return likeness(question.family_name, question.given_names, key)


def record_of(read: Callable[[str], Any]) -> RegisterRecord | None:
    """A record from the values of its fields; None when it can be none.

    Args:
        read: the value of a field, None when it is not there.
    """
    values = {name: _text(read(name)) for name in RegisterRecord.__struct_fields__}
    day = _day(read("born_on"))
    values["born_on"] = day
    values["caller_number"] = written_number("", values["caller_number"])
    try:
        return msgspec.convert(values, RegisterRecord)
    except msgspec.ValidationError:
        return None


def records_of(readers: Sequence[Callable[[str], Any]]) -> list[RegisterRecord]:
    """Records of an answer. Raises `NotDelivered` when none of them can be read."""
    records = [record_of(reader) for reader in readers[:MOST_RECORDS]]
    good = [record for record in records if record is not None]
    if records and not good:
        raise NotDelivered(Reason.NOT_UNDERSTOOD, "fields")
    return good


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        if isinstance(value, list):
            return " ".join(str(part) for part in value)
        return ""
    return str(value).strip()


def _day(value: Any) -> str:
    """ISO 8601, of a day as text or in milliseconds since 1970 (CMIS 1.1, section 5.2.4); or ""."""
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000, UTC).date().isoformat()
        except (OverflowError, OSError, ValueError):
            return ""
    text = _text(value)
    try:
        return parse_birth_date(text[:10] if text[10:11] == "T" else text)
    except ValueError:
        return ""
