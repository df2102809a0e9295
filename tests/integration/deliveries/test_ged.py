# SPDX-License-Identifier: GPL-3.0-only
"""A filed document reaches the agency's own system once, whatever fails on the way;
the other end tells.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from documents.hashes import sha256_of
from documents.store.dossier_store import DossierStore
from expert_app.ged.courier import Courier, CourierPace, DeliveryTarget
from expert_app.ged.kinds import make_connector
from expert_app.runtime.store_settings import GedSettings
from session.core.clock import SystemClock
from session.core.dossier_model import ActingUser, Delivery, DeliveryState, NewDocument
from session.core.tasks import Tasks
from tests.integration.deliveries.ged_servers import (
    PASSWORD,
    TOKEN,
    USER,
    CmisServer,
    PaperlessServer,
    serving,
)
from tests.support.waiting import until
from tests.unit.documents.store.filled_store import CALLER, NINE, PDF

QUICKLY = CourierPace(poll_s=0.05, ask_s=0.05)

ORG, GED = "caf31", "archive"
NOWHERE = "http://127.0.0.1:9"
QUICK: dict[str, Any] = {"name": GED, "organisation": ORG, "tries_from_s": 0.1, "tries_most_s": 1.0}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    with DossierStore(tmp_path / "store", targets={ORG: (GED,)}) as store:
        store.create_dossier("caf31", CALLER)
        yield store


def _file(store: DossierStore, upload_id: str = "u1") -> str:
    name = "Pièce d’identité"
    return store.file(
        ORG,
        "2026-0042",
        NewDocument(
            piece_id="identity", name=name, pages=2, sha256=sha256_of(PDF), upload_id=upload_id
        ),
        PDF,
        filed_at_utc=NINE,
    ).id


@asynccontextmanager
async def _courier(
    store: DossierStore, settings: GedSettings, secret: str = ""
) -> AsyncIterator[Courier]:
    tasks = Tasks()
    courier = Courier(
        store,
        [DeliveryTarget(settings, make_connector(settings, secret))],
        clock=SystemClock(),
        tasks=tasks,
        pace=QUICKLY,
    )
    courier.start()
    try:
        yield courier
    finally:
        await courier.stop()
        await tasks.close()


async def _until(store: DossierStore, state: DeliveryState, reason: str = "") -> Delivery:
    """The one copy, once it is in this state for this reason."""

    def copy() -> Delivery:
        return store.deliveries.listed(ORG)[0]

    await until(lambda: (copy().state, copy().reason) == (state, reason))
    return copy()


async def _until_none_waits(store: DossierStore) -> None:
    await until(
        lambda: all(
            copy.state is not DeliveryState.WAITING for copy in store.deliveries.listed(ORG)
        )
    )


def _paperless(address: str) -> GedSettings:
    return GedSettings(kind="paperless", address=address, **QUICK)


def _cmis(address: str) -> GedSettings:
    return GedSettings(
        kind="cmis", address=f"{address}/cmis", user=USER, path="/Dépôt/Bornes", **QUICK
    )


# ---- a folder


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_a_folder_gets_the_pdf_and_a_file_that_says_what_it_is(
    store: DossierStore, tmp_path: Path, form: Any
) -> None:
    folder = tmp_path / "depot"
    settings = GedSettings(kind="folder", folder=str(folder), sidecar=form, **QUICK)
    document = _file(store)
    async with _courier(store, settings) as courier:
        # a share that is not mounted is not made
        waiting = await _until(store, DeliveryState.WAITING, "address")
        assert waiting.tries >= 1
        assert not folder.exists()
        folder.mkdir()
        courier.wake()
        row = await _until(store, DeliveryState.DELIVERED)
    name = f"2026-0042_Piece-d-identite_{document}"
    assert row.remote_id == f"{name}.pdf"
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [f"{name}.pdf", f"{name}.{form}"]
    )
    assert (folder / f"{name}.pdf").read_bytes() == PDF
    said = (folder / f"{name}.{form}").read_text(encoding="utf-8")
    if form == "json":
        facts = json.loads(said)
    else:
        facts = {one.tag: one.text for one in ElementTree.fromstring(said)}
    assert (facts["sha256"], facts["dossier"], facts["caller_number"]) == (
        sha256_of(PDF),
        "2026-0042",
        "1234567",
    )
    assert facts["piece"] == "Pièce d'identité"
    assert "Garance" not in said


async def test_another_file_of_that_name_is_never_overwritten(
    store: DossierStore, tmp_path: Path
) -> None:
    document = _file(store)
    name = f"2026-0042_Piece-d-identite_{document}"
    (tmp_path / f"{name}.pdf").write_bytes(b"theirs")
    (tmp_path / f"{name}.json").write_text("{}")
    async with _courier(store, GedSettings(kind="folder", folder=str(tmp_path), **QUICK)):
        await _until(store, DeliveryState.REFUSED, "other_file")
    assert (tmp_path / f"{name}.pdf").read_bytes() == b"theirs"


# ---- Paperless-ngx


@pytest.mark.parametrize("pages", [False, True])
async def test_paperless_takes_a_document_and_its_number_is_kept(
    store: DossierStore, pages: bool
) -> None:
    server = PaperlessServer(pages=pages)
    server.slow = 1
    async with serving(server) as address:
        document = _file(store)
        async with _courier(store, _paperless(address), TOKEN):
            row = await _until(store, DeliveryState.DELIVERED)
    name, data, title = server.documents[int(row.remote_id)]
    assert (data, title) == (PDF, "Pièce d'identité · 2026-0042")
    assert name.endswith(f"{document}.pdf")


async def test_a_courier_that_was_killed_after_sending_sends_nothing_twice(
    store: DossierStore,
) -> None:
    server = PaperlessServer()
    async with serving(server) as address:
        _file(store)
        # its claim ends by time alone
        parcel = store.deliveries.claim(ORG, GED, SystemClock().utc_now(), 0.2)
        assert parcel is not None
        connector = make_connector(_paperless(address), TOKEN)
        await connector.send(parcel, PDF)
        await connector.close()
        async with _courier(store, _paperless(address), TOKEN) as courier:
            await asyncio.sleep(0.25)
            courier.wake()
            row = await _until(store, DeliveryState.DELIVERED)
    assert (server.posts, row.remote_id, len(server.documents)) == (1, "1", 1)


async def test_a_duplicate_that_paperless_names_has_arrived(store: DossierStore) -> None:
    server = PaperlessServer()
    server.documents[1] = ("autre-nom.pdf", PDF, "Reçu par courrier")
    async with serving(server) as address:
        _file(store)
        async with _courier(store, _paperless(address), TOKEN):
            row = await _until(store, DeliveryState.DELIVERED)
    assert (row.remote_id, len(server.documents)) == ("1", 1)


async def test_another_document_is_never_taken_for_ours(store: DossierStore) -> None:
    server = PaperlessServer()
    server.fault = "no_filter"
    server.documents[1] = ("facture.pdf", b"%PDF-1.7 facture", "Facture")
    async with serving(server) as address:
        _file(store)
        async with _courier(store, _paperless(address), TOKEN):
            row = await _until(store, DeliveryState.DELIVERED)
    assert server.documents[int(row.remote_id)][1] == PDF


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ("busy", DeliveryState.WAITING, "busy"),
        ("no_json", DeliveryState.WAITING, "not_understood"),
        ("task_lost", DeliveryState.WAITING, "busy"),
        ("task_fails", DeliveryState.REFUSED, "refused"),
    ],
)
async def test_a_fault_of_paperless_is_said_and_a_retry_delivers_once(
    store: DossierStore, fault: str, state: DeliveryState, reason: str
) -> None:
    server = PaperlessServer()
    server.fault = fault
    async with serving(server) as address:
        _file(store)
        async with _courier(store, _paperless(address), TOKEN) as courier:
            row = await _until(store, state, reason)
            server.fault = ""
            store.deliveries.retry(
                ORG, [row.id], ActingUser(name="Alice M."), SystemClock().utc_now()
            )
            courier.wake()
            await _until(store, DeliveryState.DELIVERED)
    assert len(server.documents) == 1


async def test_a_wrong_token_and_silence_wait_and_the_secret_is_in_no_log(
    store: DossierStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = PaperlessServer()
    _file(store)
    async with _courier(store, _paperless(NOWHERE), TOKEN):
        await _until(store, DeliveryState.WAITING, "unreachable")
    async with serving(server) as address:
        async with _courier(store, _paperless(address), "faux-jeton") as courier:
            courier.wake()
            row = await _until(store, DeliveryState.WAITING, "access")
            assert row.words == "HTTP 401"
        async with _courier(store, _paperless(address), TOKEN):
            await _until(store, DeliveryState.DELIVERED)
    assert TOKEN not in caplog.text
    assert "faux-jeton" not in caplog.text
    assert "Garance" not in caplog.text


# ---- CMIS


async def test_cmis_gets_a_folder_for_the_dossier_and_the_document_once(
    store: DossierStore,
) -> None:
    server = CmisServer()
    async with serving(server) as address:
        first, second = _file(store), _file(store, "u2")
        async with _courier(store, _cmis(address), PASSWORD):
            await _until_none_waits(store)
        places = [path for path, data in server.objects.items() if data == PDF]
        assert sorted(places) == sorted(
            f"/Dépôt/Bornes/2026-0042/2026-0042_Piece-d-identite_{document}.pdf"
            for document in (first, second)
        )
        store.deliveries.add_earlier(ORG, "ailleurs", NINE)  # the same system under another name
        settings = GedSettings(
            kind="cmis",
            address=f"{address}/cmis",
            user=USER,
            path="/Dépôt/Bornes",
            name="ailleurs",
            organisation=ORG,
        )
        async with _courier(store, settings, PASSWORD):
            await _until_none_waits(store)
    assert server.made == 2


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ("storage", DeliveryState.WAITING, "busy"),
        ("constraint", DeliveryState.REFUSED, "refused"),
        ("elsewhere", DeliveryState.WAITING, "address"),
    ],
)
async def test_a_fault_of_cmis_is_said_in_its_words(
    store: DossierStore, fault: str, state: DeliveryState, reason: str
) -> None:
    server = CmisServer()
    server.fault = fault
    async with serving(server) as address:
        _file(store)
        async with _courier(store, _cmis(address), PASSWORD):
            row = await _until(store, state, reason)
    if fault == "constraint":
        assert row.words == "cmis:document needs a class of documents"
    assert server.made == 0


async def test_a_document_that_is_damaged_here_is_not_delivered(
    store: DossierStore, tmp_path: Path
) -> None:
    _file(store)
    (path,) = (tmp_path / "store" / "documents").rglob("*.pdf")
    path.write_bytes(b"rot")
    server = CmisServer()
    async with serving(server) as address, _courier(store, _cmis(address), PASSWORD):
        row = await _until(store, DeliveryState.REFUSED, "damaged")
    assert row.words == "file_changed"
