# SPDX-License-Identifier: GPL-3.0-only
"""From the agent's filing to the agency's folder, and the supervisor who reads and decides, over
the bus.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.printed.export_file import check_export
from documents.store.dossier_store import DossierStore
from expert_app.board.deliveries import BoardDeliveries, Decided
from expert_app.board.dossier_export import DossierExport, Exporter
from expert_app.ged.board_service import GedBoardService
from expert_app.ged.courier import Courier, CourierPace, DeliveryTarget
from expert_app.ged.kinds import make_connector
from expert_app.hub.dossier_adapter import DossierAdapter
from expert_app.runtime.notary import notary_of
from expert_app.runtime.store_settings import GedSettings
from session.bus.client import BusClient
from session.bus.transport.nkeys import new_seed
from session.core.clock import SystemClock
from session.core.dossier_model import DeliveryState, DocumentRecord, Dossier
from session.core.errors import NotAllowed, SessionError
from session.desk.hub.exports import ExportClient
from session.desk.hub.identity import DossierRegisterClient
from session.protocol.dossier.deliveries import DeliveriesAnswer, DeliveriesRequest
from session.protocol.dossier.pieces import CorrectRequest, PieceHistoryRequest
from session.protocol.hub.requests import DocumentFiled
from session.protocol.wire.roles import Role
from tests.integration.dossier.conversation import say
from tests.support.hub_world import World, hub_world
from tests.support.waiting import until
from tests.unit.documents.store.filled_store import PDF
from views.desk.dossier.history_words import export_words
from views.words.deliveries import copy_words

QUICKLY = CourierPace(poll_s=0.05, ask_s=0.05)

CALLER = Dossier(
    number="D-2026-0001",
    caller_name="Jeanne Exemple",
    caller_number="1234567",
)


class _Board:
    """The supervisor's program and what it answered."""

    def __init__(self, bus: BusClient, world: World) -> None:
        self.bus = bus
        self.job = BoardDeliveries(bus, copy_words, tasks=world.tasks)
        self.answers: list[DeliveriesAnswer] = []
        self.decided: list[Decided] = []
        self.saved: list[str] = []
        self.job.received.connect(self.answers.append)
        self.job.decided.connect(self.decided.append)
        self.job.saved.connect(self.saved.append)


KEY = notary_of(new_seed())


async def _export(world: World, board: _Board, path: Path) -> None:
    names = ("Val-Doré", "Chantal V.")
    register = DossierRegisterClient(board.bus)
    exporter = Exporter(ExportClient(board.bus), register, KEY, lambda: names)
    export = DossierExport(exporter, export_words, clock=SystemClock(), tasks=world.tasks)
    done: list[str] = []
    percents: list[int] = []
    troubles: list[SessionError] = []
    export.exported.connect(done.append)
    export.progressed.connect(percents.append)
    export.troubled.connect(troubles.append)
    export.export("D-2026-0001", "Recours", str(path))
    await until(lambda: bool(done))
    assert percents == [0, 50, 100]
    export.export("D-nobody", "Recours", str(path.with_name("none.zip")))
    await until(lambda: bool(troubles))
    assert not path.with_name("none.zip").exists()


async def _supervisor_decides(
    board: _Board, store: DossierStore, filed: DocumentFiled, folder: Path
) -> None:
    """The copy waits for its folder; it is tried again, arrives, and cannot be given up then."""
    board.job.show(DeliveriesRequest())
    await until(lambda: bool(board.answers))
    (copy,) = board.answers[-1].deliveries
    assert (copy.document_id, copy.state) == (filed.document.id, DeliveryState.WAITING)
    assert "Jeanne" not in repr(board.answers)
    folder.mkdir()
    board.job.retry([copy.id])
    await until(lambda: len(list(folder.glob("*.json"))) == 1)
    await until(lambda: board.decided == [Decided(1, given_up=False)])
    await until(lambda: store.deliveries.listed("valdore")[0].state.value == "delivered")
    board.job.give_up([copy.id], "Plus besoin")
    await until(lambda: len(board.decided) == 2)
    assert board.decided[-1].copies == 0
    saved = folder.parent / "liste.csv"
    board.job.save(str(saved))
    await until(lambda: bool(board.saved))
    assert "D-2026-0001;Compte;depot;" in saved.read_text("utf-8-sig")
    board.job.reading.rest()


async def _agent_corrects(
    bus: BusClient, session_id: str, dossier: str, document_id: str
) -> DocumentRecord:
    """The agent puts the filing right; the new version."""
    request = CorrectRequest(
        session_id=session_id,
        dossier=dossier,
        request_id="correct1",
        document_id=document_id,
        piece_id="",
        name="Compte joint",
        reason="Mal lu",
    )
    corrected = (await bus.ask(request)).dossier
    old, new = corrected.documents
    assert (old.replaced_by, new.name) == (new.id, "Compte joint")
    return new


def _check_exported(file: Path) -> None:
    """Both versions and all that happened are in the export."""
    verdict = check_export(file, [KEY.public_key])
    assert (verdict.whole, verdict.trusted) == (True, True)
    assert verdict.index is not None
    assert [one.file.split("/")[0] for one in verdict.index.documents] == ["versions", "documents"]
    assert verdict.index.caller_name == "Jeanne Exemple"
    looked = [(one.what, one.by) for one in verdict.index.accesses]
    assert looked == [
        ("D-2026-0001 : Opened", "Alice M."),
        ("D-2026-0001 : Corrected", "Alice M."),
        ("D-2026-0001 : Exported whole", "Chantal V."),
    ]
    assert [one.reason for one in verdict.index.history] == ["", "Mal lu", "Recours"]


async def test_what_is_filed_reaches_the_agency_and_its_supervisor_decides(tmp_path: Path) -> None:
    folder = tmp_path / "depot"
    settings = [
        GedSettings(
            name="depot", organisation="valdore", kind="folder", folder=str(folder), tries_from_s=60
        )
    ]
    async with hub_world(tmp_path, with_hub=False) as world:
        with DossierStore(tmp_path / "store", targets={"valdore": ("depot",)}) as store:
            store.create_dossier("valdore", CALLER)
            targets = [DeliveryTarget(settings[0], make_connector(settings[0], ""))]
            courier = Courier(store, targets, clock=SystemClock(), tasks=world.tasks, pace=QUICKLY)
            courier.start()
            world.store = DossierAdapter(
                store,
                SystemClock(),
                procedures=None,
                workers=None,
                ged=GedBoardService(settings, courier),
            )
            await world.start_hub()
            kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
            facts = await desk.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
            dossier = await desk.dossier(facts.id)
            await say(desk, kiosk, facts.id, allowed=True)
            filed = await desk.upload(
                facts.id, dossier.number, piece_id="", name="Compte", pages=2, data=PDF
            )
            await until(lambda: store.deliveries.listed("valdore")[0].reason == "address")

            board = _Board(await world.client(Role.SUPERVISOR, "boss"), world)
            await _supervisor_decides(board, store, filed, folder)
            with pytest.raises(NotAllowed):
                await desk.bus.ask_once(DeliveriesRequest())
            bus = desk.bus
            new = await _agent_corrects(bus, facts.id, dossier.number, filed.document.id)
            await until(lambda: len(list(folder.glob("*.json"))) == 2)
            await _export(world, board, tmp_path / "dossier.zip")
            _check_exported(tmp_path / "dossier.zip")
            past = await bus.ask(PieceHistoryRequest(session_id=facts.id, dossier=dossier.number))
            assert [(act.kind, act.reason, act.by_name) for act in past.acts] == [
                ("delivery_retried", "", "Chantal V."),
                ("version", "Mal lu", "Alice M."),
                ("exported", "Recours", "Chantal V."),
            ]
            with pytest.raises(NotAllowed):
                await ExportClient(desk.bus).export(dossier.number, "Recours")
            with pytest.raises(NotAllowed):
                await ExportClient(desk.bus).document(dossier.number, new.id, new.sha256)
            await courier.stop()
