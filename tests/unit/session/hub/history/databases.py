# SPDX-License-Identifier: GPL-3.0-only
"""The history's tests run on SQLite and, where it is installed, on PostgreSQL:
our own instance on a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from session.hub.history.database import History
from tests.support.postgres import new_database, programs, server

OpenHistory = Callable[[], History]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a fresh server, without a database's name;
    the tests that ask are skipped when there is none.
    """
    home = programs()
    if home is None:
        pytest.skip("no PostgreSQL server on this machine")
    with server(home) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def open_history(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenHistory]:
    """Opens the same new history, as often as it is called; each is closed at the end."""
    url = ""
    if request.param == "postgresql":
        address: str = request.getfixturevalue("postgres")
        url = new_database(address, f"t{abs(hash(request.node.nodeid)):x}")
    opened: list[History] = []

    def open_it() -> History:
        opened.append(History(tmp_path, database_url=url))
        return opened[-1]

    yield open_it
    for history in opened:
        history.close()


@pytest.fixture
def history(open_history: OpenHistory) -> History:
    """A new history."""
    return open_history()
