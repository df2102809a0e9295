# SPDX-License-Identifier: GPL-3.0-only
"""An operator is told when documents cannot be filed, or when an agency's system takes nothing."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from documents.hashes import sha256_of
from documents.store.blobs import Blobs
from documents.store.dossier_store import DossierStore
from expert_app.ged.courier import Courier, CourierPace, DeliveryTarget
from expert_app.ged.kinds import make_connector
from expert_app.hub.store_watch import StoreWatch
from expert_app.runtime.store_settings import GedSettings
from session.core.clock import SystemClock
from session.core.dossier_model import NewDocument
from session.core.tasks import Tasks
from tests.support.waiting import until
from tests.unit.documents.store.blob_places import far_blobs
from tests.unit.documents.store.filled_store import CALLER, NINE, PDF

QUICKLY = CourierPace(poll_s=0.05, ask_s=0.05)


async def test_a_far_store_that_is_away_and_comes_back_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    blobs = far_blobs("webdav", "http://127.0.0.1:9")
    with DossierStore(tmp_path, blobs=blobs) as store:
        watch = StoreWatch(
            store, blobs, courier=Courier(store, [], clock=SystemClock(), tasks=Tasks())
        )
        assert watch.troubles() == []
        for _ in range(2):
            await watch.poll()
        (trouble,) = watch.troubles()
        assert (trouble.code, trouble.grave) == ("documents_away", True)
        watch._blobs = Blobs(tmp_path)
        await watch.poll()
    assert watch.troubles() == []
    said = [
        one.message.split(" (")[0]
        for one in caplog.records
        if one.name == "expert_app.hub.store_watch"
    ]
    assert said == [
        "the documents' store is away",
        "the documents' store is back",
    ]
    blobs.close()


async def test_a_system_that_takes_nothing_and_refused_copies_are_told(tmp_path: Path) -> None:
    settings = GedSettings(
        name="depot", organisation="caf31", kind="folder", folder=str(tmp_path / "none")
    )
    tasks = Tasks()
    with DossierStore(tmp_path / "store", targets={"caf31": ("depot",)}) as store:
        store.create_dossier("caf31", CALLER)
        store.file(
            "caf31",
            "2026-0042",
            NewDocument(piece_id="", name="Papier", pages=2, sha256=sha256_of(PDF), upload_id="u1"),
            PDF,
            filed_at_utc=NINE,
        )
        courier = Courier(
            store,
            [DeliveryTarget(settings, make_connector(settings, ""))],
            clock=SystemClock(),
            tasks=tasks,
            pace=QUICKLY,
        )
        watch = StoreWatch(store, store._blobs, courier=courier)
        courier.start()
        await until(lambda: bool(watch.troubles()))
        assert [(one.code, one.grave, one.detail) for one in watch.troubles()] == [
            ("ged_away", False, {"name": "depot", "why": "address"})
        ]
        (copy,) = store.deliveries.listed("caf31")
        await courier.stop()
        store.deliveries.failed(copy.id, "refused", "", next_try=None, now=NINE)
        await watch.poll()
        assert ("ged_refused", {"name": "depot", "copies": 1}) in [
            (one.code, one.detail) for one in watch.troubles()
        ]
    await tasks.close()
