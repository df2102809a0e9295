# SPDX-License-Identifier: GPL-3.0-only
"""Transactions on the store's database; its faults in our own words.
Used by the store and its deliveries.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from session.core.database_users import DatabaseUsers
from session.core.errors import StoreUnreachable


class Transactions:
    """Each is whole or not at all; on return of `writing` it is on the disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._users = DatabaseUsers()

    def close(self) -> None:
        """Ends all connections, after what is being read and written; later ones raise."""
        self._users.end()
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One moment's view. Raises `StoreUnreachable`."""
        with self._users.one_more(), reached(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Takes the writer's place at once. Raises `StoreUnreachable`."""
        engine = self._engine.execution_options(write=True)
        with self._users.one_more(), reached(), engine.begin() as connection:
            yield connection

    def checkpoint(self) -> None:
        """SQLite's log of writes goes into the database and is emptied, if nobody reads just now:
        what was deleted is then nowhere on the disk. Raises `StoreUnreachable`.
        """
        if self._engine.dialect.name != "sqlite":
            return
        with (
            self._users.one_more(),
            reached(),
            closing(self._engine.raw_connection()) as connection,
        ):
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


@contextmanager
def reached() -> Iterator[None]:
    """Faults of disk and database in our own words."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise StoreUnreachable(why=_why(error)) from error


def _why(error: Exception) -> str:
    """Return the name that SQLite or the system gives it, e.g. "SQLITE_FULL", "ENOSPC"; else
    the error's class. A message might hold a value.
    """
    if isinstance(error, DBAPIError):
        driver_error = error.orig
    else:
        driver_error = None
    if isinstance(driver_error, sqlite3.Error):
        return getattr(driver_error, "sqlite_errorname", type(error).__name__)
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno, type(error).__name__)
    return type(error).__name__
