# SPDX-License-Identifier: GPL-3.0-only
"""Pieces over the bus: a procedure is started here, the same list is found a week later at another
kiosk.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from documents.store.dossier_store import DossierStore
from documents.store.incoming import IncomingDossier
from documents.store.procedures import Procedures, load_procedures, shipped
from expert_app.hub.dossier_adapter import DossierAdapter
from session.bus.client import BusClient
from session.core.clock import SystemClock
from session.core.dossier_model import Access, ActingUser, CallerIdentity, Dossier, PieceState
from session.core.errors import DossierUnknown, NotAllowed
from session.protocol.dossier.guides import GuidesRequest
from session.protocol.dossier.pieces import (
    AcknowledgeRequest,
    DocumentSearchRequest,
    DocumentSketchRequest,
    PieceHistoryRequest,
    ProceduresRequest,
    StartProcedureRequest,
)
from session.protocol.wire.ids import new_id
from tests.integration.dossier.conversation import say
from tests.support.hub_world import World, hub_world
from tests.unit.documents.store.filled_store import PDF


def _procedures() -> Procedures:
    """Those of the CAF, as if they were of the invented organisation, for all its services."""
    found = [
        msgspec.structs.replace(one, services=[]) for one in load_procedures(shipped()).of("caf")
    ]
    loaded = Procedures()
    loaded.put("valdore", found)
    return loaded


async def _world(world: World, folder: Path) -> DossierStore:
    store = DossierStore(folder / "store")
    caller = Dossier(
        number="D-2026-0001",
        caller_name="Jeanne Exemple",
        caller_number="1234567",
    )
    store.create_dossier("valdore", caller)
    world.store = DossierAdapter(store, SystemClock(), procedures=_procedures())
    await world.start_hub()
    return store


async def start_procedure(bus: BusClient, session_id: str, dossier: str, procedure: str) -> Dossier:
    """Add what a procedure asks for; the dossier afterwards."""
    request = StartProcedureRequest(session_id=session_id, dossier=dossier, procedure=procedure)
    return (await bus.ask(request)).dossier


async def test_a_list_that_was_begun_here_is_found_elsewhere(tmp_path: Path) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        store = await _world(world, tmp_path)
        try:
            kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
            facts = await desk.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
            bus = desk.bus
            dossier = await desk.dossier(facts.id)
            offered = (await bus.ask(ProceduresRequest(session_id=facts.id))).procedures
            assert "Aide au logement" in [one.name for one in offered]
            guides = (await bus.ask(GuidesRequest(session_id=facts.id))).guides
            (step,) = [one for one in guides[0].steps if one.id == "rib"]
            started = await start_procedure(bus, facts.id, dossier.number, "logement")
            assert step.piece in {piece.id for piece in started.pieces}
            assert started.pieces[1].any_of[0] == "Carte nationale d’identité"
            for state in (PieceState.SCANNED, PieceState.LEGIBLE):
                await desk.set_piece(facts.id, dossier.number, "logement-rib", state=state)
            await say(desk, kiosk, facts.id, allowed=True)
            filed = await desk.upload(
                facts.id, dossier.number, piece_id="logement-rib", name="Compte", pages=2, data=PDF
            )
            search = DocumentSearchRequest(
                session_id=facts.id, dossier=dossier.number, words="COMPTE"
            )
            assert (await bus.ask(search)).document_ids == [filed.document.id]
            sketch = DocumentSketchRequest(
                session_id=facts.id, dossier=dossier.number, document_id=filed.document.id
            )
            assert (await bus.ask(sketch)).jpeg == b"", "nobody here draws"
            with pytest.raises(NotAllowed):  # of another dossier
                await bus.ask(msgspec.structs.replace(sketch, document_id=new_id()))
            receipt = AcknowledgeRequest(
                session_id=facts.id, dossier=dossier.number, piece_ids=["logement-rib"]
            )
            done = (await bus.ask(receipt)).dossier
            assert (
                next(piece for piece in done.pieces if piece.id == "logement-rib").state
                is PieceState.ACKNOWLEDGED
            )
            await desk.hang_up(facts.id)
            await desk.close(facts.id, "done")

            other_kiosk, other_desk = await world.kiosk("kiosk2"), await world.desk("bob")
            later = await other_desk.accept(
                (await other_kiosk.call("rights", "1234567", "r2")).ticket.id
            )
            found = await other_desk.dossier(later.id)
            assert found == done
            steps = (
                await other_desk.bus.ask(
                    PieceHistoryRequest(session_id=later.id, dossier=found.number)
                )
            ).steps
            history = [
                (step.state.value, step.kiosk) for step in steps if step.piece_id == "logement-rib"
            ]
            assert history == [
                ("scanned", "kiosk1"),
                ("legible", "kiosk1"),
                ("filed", "kiosk1"),
                ("acknowledged", "kiosk1"),
            ]
            assert steps[0].by_name
        finally:
            store.close()


async def test_nobody_asks_about_a_dossier_that_is_not_of_its_session(tmp_path: Path) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        store = await _world(world, tmp_path)
        try:
            kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
            facts = await desk.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
            bus = desk.bus
            with pytest.raises(NotAllowed):
                await bus.ask(
                    PieceHistoryRequest(session_id=facts.id, dossier="D-2026-0001")
                )  # not opened yet
            await desk.dossier(facts.id)
            for other in ("D-2026-0002", ""):
                with pytest.raises(NotAllowed):
                    await start_procedure(bus, facts.id, other, "logement")
            with pytest.raises(DossierUnknown):
                await start_procedure(bus, facts.id, "D-2026-0001", "nothing")
            with pytest.raises(NotAllowed):
                await desk.set_piece(
                    facts.id, "D-2026-0001", "logement-rib", state=PieceState.ACKNOWLEDGED
                )
        finally:
            store.close()


async def test_a_procedure_that_an_import_names_opens_its_checklist(tmp_path: Path) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        store = await _world(world, tmp_path)
        try:
            by = ActingUser(user="register", name="Registre")
            for number, caller, named in (
                ("2026-0001", "7654321", "aide au logement"),
                ("2026-0002", "7654322", "Une démarche que personne ne connaît"),
            ):
                person = CallerIdentity(
                    family_name="Exemple",
                    given_names=f"Odile {caller[-1]}",
                    born_on="1980-02-29",
                    caller_number=caller,
                )
                dossier = IncomingDossier(number=number, caller=person, procedure=named)
                store.incoming.take("valdore", [dossier], Access(by=by, reason="import"))
            kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
            facts = await desk.accept((await kiosk.call("rights", "7654321", "r1")).ticket.id)
            opened = await desk.dossier(facts.id)
            assert "logement-rib" in {piece.id for piece in opened.pieces}
            assert opened.procedure == "aide au logement"
            again = await desk.dossier(facts.id)
            assert [piece.id for piece in again.pieces] == [piece.id for piece in opened.pieces]
            await desk.hang_up(facts.id)
            await desk.close(facts.id, "done")
            facts = await desk.accept((await kiosk.call("rights", "7654322", "r2")).ticket.id)
            assert (await desk.dossier(facts.id)).pieces == ()
        finally:
            store.close()


async def test_a_store_that_knows_no_procedures_offers_none(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
        await desk.dossier(facts.id)
        bus = desk.bus
        assert (await bus.ask(ProceduresRequest(session_id=facts.id))).procedures == []
        with pytest.raises(NotAllowed):
            await start_procedure(bus, facts.id, "D-2026-0001", "logement")
