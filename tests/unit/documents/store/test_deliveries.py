# SPDX-License-Identifier: GPL-3.0-only
"""Copies for an agency's own system: ordered with the filing, claimed once, decided by people.
On both databases.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from documents.hashes import sha256_of
from documents.store.acts import DossierActKind
from documents.store.dossier_store import DossierStore
from session.core.dossier_model import ActingUser, DeliveryState, NewDocument
from tests.support.postgres import new_database
from tests.unit.documents.store.filled_store import CALLER, PDF, pdf_like

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
ORG, GED = "caf31", "archive"
ALICE = ActingUser(user="alice", name="Alice M.")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DossierStore]:
    url = None
    if request.param == "postgresql":
        address: str = request.getfixturevalue("postgres")
        url = new_database(address, f"d{abs(hash(request.node.nodeid)):x}")
    with DossierStore(tmp_path, url, targets={ORG: (GED, "depot")}, now=lambda: NOW) as store:
        store.create_dossier("caf31", CALLER)
        yield store


def _file(store: DossierStore, upload_id: str = "u1", name: str = "Papier") -> str:
    data = pdf_like(name) if name != "Papier" else PDF
    return store.file(
        ORG,
        "2026-0042",
        NewDocument(
            piece_id="identity", name=name, pages=2, sha256=sha256_of(data), upload_id=upload_id
        ),
        data,
        filed_at_utc=NOW,
    ).id


def test_a_copy_is_ordered_with_the_filing_once_for_each_system(store: DossierStore) -> None:
    document = _file(store)
    _file(store)  # the same upload again
    listed = store.deliveries.listed(ORG)
    assert [(one.target, one.state) for one in listed] == [
        ("depot", DeliveryState.WAITING),
        (GED, DeliveryState.WAITING),
    ]
    parcel = store.deliveries.claim(ORG, GED, NOW, 600)
    assert parcel is not None
    assert (parcel.document.id, parcel.dossier, parcel.caller_number) == (
        document,
        "2026-0042",
        "1234567",
    )
    assert (parcel.piece, parcel.receipt, parcel.tries) == ("Pièce d'identité", "", 0)


def test_nobody_carries_what_another_one_carries_until_its_time_is_over(
    store: DossierStore,
) -> None:
    for number in range(6):
        _file(store, f"u{number}")
    deliveries = store.deliveries
    with ThreadPoolExecutor(4) as threads:
        claimed = list(threads.map(lambda _: deliveries.claim(ORG, GED, NOW, 600), range(8)))
    keys = [parcel.delivery for parcel in claimed if parcel is not None]
    assert len(keys) == len(set(keys)) == 6
    assert deliveries.claim(ORG, GED, NOW + timedelta(seconds=599), 600) is None
    assert deliveries.claim(ORG, GED, NOW + timedelta(seconds=601), 600) is not None


def test_the_way_of_a_copy_survives_a_restart(store: DossierStore) -> None:
    _file(store)
    deliveries = store.deliveries
    parcel = deliveries.claim(ORG, GED, NOW, 600)
    assert parcel is not None
    deliveries.failed(parcel.delivery, "unreachable", "ConnectError", next_try=LATER, now=NOW)
    assert deliveries.claim(ORG, GED, NOW, 600) is None
    again = deliveries.claim(ORG, GED, LATER, 600)
    assert again is not None
    assert again.tries == 1
    deliveries.under_way(again.delivery, "task-1", LATER, LATER)
    asked = deliveries.claim(ORG, GED, LATER, 600)
    assert asked is not None
    assert asked.receipt == "task-1"
    deliveries.delivered(asked.delivery, "17", LATER)
    assert deliveries.claim(ORG, GED, LATER + timedelta(days=9), 600) is None
    row = next(one for one in deliveries.listed(ORG) if one.target == GED)
    assert (row.state, row.remote_id, row.reason, row.tries) == (
        DeliveryState.DELIVERED,
        "17",
        "",
        1,
    )


def test_a_refused_copy_waits_for_a_person_who_tries_again_or_gives_up(store: DossierStore) -> None:
    _file(store)
    deliveries = store.deliveries
    parcel = deliveries.claim(ORG, GED, NOW, 600)
    assert parcel is not None
    deliveries.failed(parcel.delivery, "refused", "Unsupported mime type", next_try=None, now=NOW)
    assert deliveries.claim(ORG, GED, LATER, 600) is None
    assert deliveries.retry("ft", [parcel.delivery], ALICE, LATER) == 0  # not theirs
    assert deliveries.retry(ORG, [parcel.delivery], ALICE, LATER) == 1
    again = deliveries.claim(ORG, GED, LATER, 600)
    assert again is not None
    assert (
        deliveries.give_up(ORG, [parcel.delivery], ALICE, reason="Envoyé par courrier", now=LATER)
        == 1
    )
    deliveries.failed(
        again.delivery, "unreachable", "", next_try=LATER, now=LATER
    )  # its carrier did not know
    (row,) = deliveries.listed(ORG, DeliveryState.GIVEN_UP)
    assert (row.words, row.by_name) == ("Envoyé par courrier", ALICE.name)
    acts = [(act.kind, act.about, act.reason, act.by) for act in store.acts(ORG, "2026-0042")]
    assert acts == [
        (DossierActKind.RETRIED, "Papier · archive", "", ALICE),
        (DossierActKind.GIVEN_UP, "Papier · archive", "Envoyé par courrier", ALICE),
    ]
    # it had arrived all the same: that is the truth
    deliveries.delivered(again.delivery, "17", LATER)
    assert deliveries.give_up(ORG, [parcel.delivery], ALICE, reason="x", now=LATER) == 0
    assert deliveries.retry(ORG, [parcel.delivery], ALICE, LATER) == 0


def test_the_list_is_of_one_organisation_filtered_and_read_on(store: DossierStore) -> None:
    for number in range(5):
        _file(store, f"u{number}", f"Papier {number}")
    deliveries = store.deliveries
    parcel = deliveries.claim(ORG, GED, NOW, 600)
    assert parcel is not None
    deliveries.delivered(parcel.delivery, "1", LATER)
    first = deliveries.listed(ORG, target=GED, limit=2)
    rest = deliveries.listed(ORG, target=GED, before=first[-1].id)
    assert [one.name for one in [*first, *rest]] == [
        f"Papier {number}" for number in (4, 3, 2, 1, 0)
    ]
    counts = {(one.target, one.state.value): one.count for one in deliveries.counts(ORG)}
    assert counts == {(GED, "waiting"): 4, (GED, "delivered"): 1, ("depot", "waiting"): 5}
    assert deliveries.listed("ft") == []
    assert deliveries.counts("ft") == []


def test_what_was_filed_before_a_system_was_set_up_goes_there_on_wish(store: DossierStore) -> None:
    _file(store)
    assert store.deliveries.add_earlier(ORG, "nouveau", NOW) == 1
    assert store.deliveries.add_earlier(ORG, "nouveau", NOW) == 0
    assert store.deliveries.claim(ORG, "nouveau", NOW, 600) is not None
