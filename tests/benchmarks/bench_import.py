# SPDX-License-Identifier: GPL-3.0-only
"""`make bench-import`: 100,000 dossiers of a file taken into a store, then the same file again.

The peer loads the same file into a table of its own with Python's csv and sqlite3, one transaction,
no checks: the least that any import costs.
"""

from __future__ import annotations

import csv
import sqlite3
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from documents.store.dossier_store import DossierStore
from expert_app.register.csv_file import read_csv
from expert_app.register.importing import ImportResult, import_dossiers
from session.core.dossier_model import Access, ActingUser
from tests.benchmarks.table import Row, publish

LINES = 100_000
GOAL_S = 60.0
FAMILIES = ("Lefèvre", "Ménard", "Brun", "N’Diaye", "Œuvrard", "de La Tour", "Garcia-Lopez")
GIVEN = ("Odile Marie", "Paul", "Zoé", "Jean-Pierre", "Inès", "Marc")


def write_file(path: Path) -> None:
    """Invented people, each with a number."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(("number", "family_name", "given_names", "born_on", "caller_number"))
        for n in range(LINES):
            born_on = date.fromordinal(date(1930, 1, 1).toordinal() + n * 7919 % 30_000)
            family, given = FAMILIES[n % len(FAMILIES)], GIVEN[n % len(GIVEN)]
            table.writerow((f"REF-{n:06}", family, given, born_on.isoformat(), f"{n:07}"))


def imported(path: Path, store: DossierStore) -> tuple[ImportResult, float]:
    """What an import did, and its seconds, from the file on the disk to rows on the disk."""
    began_s = time.perf_counter()
    found = read_csv(path, number_kinds=("allocataire",), today=date(2026, 11, 28))
    access = Access(by=ActingUser(user="bench"))
    result = import_dossiers(store, "caf31", found, access=access)
    return result, time.perf_counter() - began_s


def peer_s(path: Path, folder: Path) -> float:
    """Seconds of the least import."""
    began_s = time.perf_counter()
    with sqlite3.connect(folder / "peer.sqlite") as connection, path.open(encoding="utf-8") as file:
        connection.execute("CREATE TABLE dossier (number PRIMARY KEY, family, given, born, own)")
        rows = csv.reader(file, delimiter=";")
        next(rows)
        connection.executemany("INSERT INTO dossier VALUES (?, ?, ?, ?, ?)", rows)
    return time.perf_counter() - began_s


def main() -> int:
    """Measures; the exit code says whether the goal was reached."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "dossiers.csv"
        write_file(file)
        least_s = peer_s(file, folder)
        with DossierStore(folder / "store") as store:
            first, first_s = imported(file, store)
            again, again_s = imported(file, store)
    assert (first.new, again.unchanged) == (LINES, LINES)
    peer = "csv and sqlite3, no checks"
    cases = ((f"{LINES:,} new dossiers", first_s), ("the same file again", again_s))
    return publish("import", [Row(case, "s", ours, least_s, peer, GOAL_S) for case, ours in cases])


if __name__ == "__main__":
    sys.exit(main())
