# SPDX-License-Identifier: GPL-3.0-only
"""The register of those who have read logs: a line for each reading, and a limit for one hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from documents.store.accesses import MOST_LOGS, READING, WITHIN, AccessFilter
from documents.store.dossier_store import DossierStore
from session.core.clock import ManualClock
from session.core.dossier_model import Access, AccessKind, AccessLine, ActingUser
from session.core.errors import TooManyLogs

HELP = ActingUser(user="help", name="Denis W.", computer="pc7")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[DossierStore]:
    made = DossierStore(tmp_path, now=clock.utc_now)
    yield made
    made.close()


def _reading(session: str, reason: str = "picture stood still") -> Access:
    return Access(by=HELP, session_id=session, reason=reason)


def _lines(store: DossierStore, session: str = "") -> list[AccessLine]:
    return store.accesses.listed("valdore", AccessFilter(of_logs=True, session=session))


def test_the_parts_of_one_reading_are_one_line_and_another_reason_is_another(
    store: DossierStore, clock: ManualClock
) -> None:
    for _ in range(3):
        store.accesses.note_reading("valdore", _reading("s1"))
    store.accesses.note_reading("valdore", _reading("s1", "no sound"))
    clock.advance(READING.total_seconds() + 1)
    store.accesses.note_reading("valdore", _reading("s1"))
    assert [line.reason for line in _lines(store)] == [
        "picture stood still",
        "no sound",
        "picture stood still",
    ]
    assert {line.computer for line in _lines(store)} == {"pc7"}
    assert store.accesses.listed("valdore", AccessFilter()) == []
    assert store.accesses.listed("marais", AccessFilter(of_logs=True)) == []


def test_more_logs_than_anybody_needs_are_refused_and_the_refusal_is_a_line(
    store: DossierStore, clock: ManualClock
) -> None:
    for number in range(MOST_LOGS):
        store.accesses.note_reading("valdore", _reading(f"s{number}"))
    with pytest.raises(TooManyLogs):
        store.accesses.note_reading("valdore", _reading("one_more"))
    store.accesses.note_reading("valdore", _reading("s3", "again"))
    (refused,) = _lines(store, session="one_more")
    assert refused.kind is AccessKind.LOG_REFUSED
    assert store.accesses.refused_lately("valdore", of_logs=True) == 1
    assert store.accesses.refused_lately("valdore") == 0
    clock.advance((WITHIN + timedelta(minutes=1)).total_seconds())
    store.accesses.note_reading("valdore", _reading("one_more"))
