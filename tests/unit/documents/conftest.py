# SPDX-License-Identifier: GPL-3.0-only
"""The dossier store on both databases, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from documents.store.dossier_store import DossierStore
from tests.support.postgres import new_database, programs, server


@dataclass
class Day:
    """The store's clock."""

    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def pass_days(self, days: int) -> None:
        """Later."""
        self.now += timedelta(days=days)


OpenStore = Callable[[], DossierStore]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a fresh server; skipped when there is none."""
    home = programs()
    if home is None:
        pytest.skip("no PostgreSQL server on this machine")
    with server(home) as url:
        yield url


@pytest.fixture
def day() -> Day:
    """Monday, nine o'clock."""
    return Day()


@pytest.fixture(params=["sqlite", "postgresql"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path, day: Day) -> Iterator[OpenStore]:
    """Opens the same store, as often as it is called."""
    url = None
    if request.param == "postgresql":
        address: str = request.getfixturevalue("postgres")
        url = new_database(address, f"t{abs(hash(request.node.nodeid)):x}")
    opened: list[DossierStore] = []

    def open_it() -> DossierStore:
        opened.append(DossierStore(tmp_path / "store", url, now=lambda: day.now))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()
