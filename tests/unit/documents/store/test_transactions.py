# SPDX-License-Identifier: GPL-3.0-only
"""A fault of disk or database is one error that says what the system calls it, and no value."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from sqlalchemy import text

from documents.store.tables import open_engine
from documents.store.transactions import Transactions, reached
from session.core.errors import StoreUnreachable

SECRET = "Lefèvre"


def _fill(transactions: Transactions) -> None:
    with transactions.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=4")
        for _ in range(10):
            connection.execute(text("INSERT INTO person VALUES (:name)"), {"name": SECRET * 1000})


def test_a_full_database_is_said_by_its_name_and_nothing_is_half_written(tmp_path: Path) -> None:
    engine = open_engine(tmp_path, None)
    transactions = Transactions(engine)
    with transactions.writing() as connection:
        connection.execute(text("CREATE TABLE person (name TEXT)"))
    with pytest.raises(StoreUnreachable) as caught:
        _fill(transactions)
    assert caught.value.detail == {"why": "SQLITE_FULL"}
    assert SECRET not in str(caught.value)
    with transactions.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar() == 0
    engine.dispose()


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(errno.ENOSPC, "No space left on device", f"/{SECRET}"), "ENOSPC"),
        (OSError(errno.EROFS, "Read-only file system"), "EROFS"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_a_fault_of_the_disk_is_said_by_its_name(error: OSError, why: str) -> None:
    with pytest.raises(StoreUnreachable) as caught, reached():
        raise error
    assert caught.value.detail == {"why": why}
