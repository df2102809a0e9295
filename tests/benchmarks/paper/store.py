# SPDX-License-Identifier: GPL-3.0-only
"""Filing one document and searching among 50,000, on SQLite and PostgreSQL, each commit on the
disk.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text

from documents.hashes import sha256_of
from documents.search_words import folded, owner_word
from documents.store import tables
from documents.store.dossier_store import DossierStore
from documents.store.search import FiledMarks
from session.core.dossier_model import Dossier, NewDocument, Piece
from tests.benchmarks.table import Row
from tests.support.postgres import new_database, programs, server
from tests.unit.documents.store.filled_store import PDF

PIECES = 50_000
PER_DOSSIER = 5
TRIES = 100
ORGANISATION = "caf"
_NAMES = (
    "Bulletin de salaire",
    "Pièce d’identité",
    "Avis d’imposition",
    "Quittance de loyer",
    "Relevé bancaire",
)
_COMMON = (
    "montant",
    "net",
    "à payer",
    "période",
    "employeur",
    "salarié",
    "cotisations",
    "congés",
    "adresse",
    "commune",
    "échéance",
)
_START = datetime(2026, 1, 2, 9, 0)


def _words(chance: random.Random, place: int) -> str:
    rare = [f"{chance.randrange(10**6):06}" for _ in range(20)]
    return " ".join(chance.choices(_COMMON, k=40) + rare + [f"unique{place}"])


def fill(store: DossierStore) -> None:
    """50,000 filed pieces of 10,000 dossiers with their words;
    far quicker than filing them one by one.
    """
    chance = random.Random(5)
    with store._writing() as connection:
        dossiers = [
            {
                "id": k,
                "organisation": ORGANISATION,
                "number": f"D-{k:05}",
                "caller_name": f"Usager {k}",
                "caller_number": f"{k:07}",
                "born_on": "",
                "procedure": "Aide au logement",
            }
            for k in range(1, PIECES // PER_DOSSIER + 1)
        ]
        connection.execute(insert(tables.dossiers), dossiers)
        documents, pieces, index = [], [], []
        for k in range(1, PIECES + 1):
            dossier, place = (k - 1) // PER_DOSSIER + 1, (k - 1) % PER_DOSSIER
            name = _NAMES[place]
            pieces.append(
                {
                    "id": k,
                    "dossier_id": dossier,
                    "piece_id": f"p{place}",
                    "place": place,
                    "name": name,
                    "state": "filed",
                    "reason": "",
                    "procedure": "logement",
                    "hint": "",
                    "any_of": "[]",
                    "optional": 0,
                    "decided_by": "",
                    "holds_days": 0,
                    "expires_on": "",
                }
            )
            documents.append(
                {
                    "id": k,
                    "document_id": f"d{k}",
                    "organisation": ORGANISATION,
                    "dossier_id": dossier,
                    "upload_id": f"u{k}",
                    "piece_id": f"p{place}",
                    "name": name,
                    "pages": 2,
                    "size_bytes": 1,
                    "sha256": "0" * 64,
                    "path": "x",
                    "filed_at_utc": _START + timedelta(minutes=k),
                }
            )
            index.append(
                {
                    "key": k,
                    "words": " ".join(
                        (owner_word(ORGANISATION), folded(name), folded(_words(chance, k)))
                    ),
                }
            )
        connection.execute(insert(tables.pieces), pieces)
        connection.execute(insert(tables.documents), documents)
        is_pg = connection.dialect.name == "postgresql"
        value = "to_tsvector('simple', :words)" if is_pg else ":words"
        connection.execute(
            text(f"INSERT INTO document_words(rowid, words) VALUES (:key, {value})"), index
        )
        if is_pg:
            for table in ("dossier", "piece", "document"):
                connection.execute(
                    text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
                )
            connection.execute(text("ANALYZE"))
    store.create_dossier(
        ORGANISATION,
        Dossier(
            number="NEW",
            caller_name="Éloïse",
            pieces=(Piece(id="rib", name="RIB"),),
            caller_number="",
        ),
    )


def _milliseconds(store: DossierStore) -> tuple[float, float, float]:
    """(median to file, common words, a rare word)."""
    filing = []
    for k in range(TRIES):
        # other bytes each time: the same ones are on the disk already
        data = PDF + f"\n% {k}\n".encode()
        sha256 = sha256_of(data)
        before = time.perf_counter()
        store.file(
            ORGANISATION,
            "NEW",
            NewDocument(piece_id="", name="Relevé", pages=2, sha256=sha256, upload_id=f"n{k}"),
            data,
            filed_at_utc=datetime.now(UTC),
            marks=FiledMarks(words="montant net"),
        )
        filing.append(1000 * (time.perf_counter() - before))
    searching = []
    for wanted in ("montant payer échéance", "unique40000"):
        took = []
        for _ in range(9):
            before = time.perf_counter()
            assert store.search(ORGANISATION, wanted)
            took.append(1000 * (time.perf_counter() - before))
        searching.append(statistics.median(took))
    return statistics.median(filing), searching[0], searching[1]


@contextmanager
def _databases(folder: Path) -> Iterator[list[tuple[str, str | None, float]]]:
    """(name, address, most milliseconds to file one) of what there is."""
    home = programs()
    if home is None:
        yield [("SQLite", None, 5.0)]
        return
    with server(home, durable=True) as url:
        yield [("SQLite", None, 5.0), ("PostgreSQL", new_database(url, "bench"), 10.0)]


def rows() -> list[Row]:
    """Measures both."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, _databases(Path(folder)) as databases:
        for name, url, goal_ms in databases:
            with DossierStore(Path(folder) / name, url) as store:
                fill(store)
                filed, common, rare = _milliseconds(store)
            case = f"{name}, 50,000 pieces"
            found.append(Row(case, "file one, ms", filed, goal=goal_ms))
            found.append(Row(case, "3 common words, ms", common, goal=150.0))
            found.append(Row(case, "rare word, ms", rare, goal=150.0))
    return found
