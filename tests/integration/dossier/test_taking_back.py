# SPDX-License-Identifier: GPL-3.0-only
"""A desk takes back, over a real hub with a real store, what its agent wrote and filed in the
conversation before.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.store.dossier_store import DossierStore
from expert_app.hub.dossier_adapter import DossierAdapter
from session.core.clock import SystemClock
from session.core.dossier_model import Dossier, OwnWork, Piece, PieceState
from session.core.errors import NotAllowed, TicketUnknown, UndoImpossible
from session.desk.hub.client import DeskClient
from session.protocol.conversation.messages import Grant, GrantChanged, SessionMessage
from session.protocol.hub.history import (
    OwnTalksRequest,
    OwnWorkRequest,
    TakeBackDocumentRequest,
    TakeBackNoteRequest,
)
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.routing import NoteRequest
from session.protocol.wire.roles import Role
from tests.integration.dossier.identity_world import identity_world
from tests.support.hub_world import World
from tests.support.shown_documents import invented_pdf
from tests.support.waiting import until

PIECES = (Piece(id="identity", name="Pièce d'identité"), Piece(id="income", name="Avis"))


async def _over(world: World, store: DossierStore) -> tuple[DeskClient, SessionFacts]:
    """A conversation that is over: two dossiers opened, a note written, a document filed."""
    for number in ("A1", "B2"):
        store.create_dossier(
            "valdore",
            Dossier(number=number, caller_name="Zoé Lefèvre", caller_number="", pieces=PIECES),
        )
    caller, desk = await world.kiosk("kiosk1"), await world.desk("alice")
    facts = await desk.accept((await caller.call("rights", "", "r1")).ticket.id)
    for number in ("B2", "A1"):
        await desk.dossier(facts.id, number, "Même personne")
    word = GrantChanged(grant=Grant.KEEP, allowed=True, at_utc=facts.opened_at_utc, left_s=600)
    heard: list[SessionMessage] = []
    desk.bus.channel(facts.id).on_message("grant", heard.append)
    await caller.bus.channel(facts.id).send("grant", word)
    await until(lambda: bool(heard))
    data = invented_pdf(1)
    await desk.upload(facts.id, "A1", piece_id="identity", name="Carte", pages=1, data=data)
    await desk.bus.ask(NoteRequest(session_id=facts.id, note_id=facts.id, text="Bring the lease."))
    await desk.hang_up(facts.id)
    await desk.close(facts.id)

    async def is_told() -> bool:
        return bool((await desk.bus.ask(OwnTalksRequest())).talks)

    await until(is_told)
    return desk, facts


async def _own(desk: DeskClient, session_id: str) -> OwnWork:
    answer = await desk.bus.ask(OwnWorkRequest(session_id=session_id))
    return OwnWork(
        notes=tuple(answer.notes), papers=tuple(answer.papers), places=tuple(answer.places)
    )


async def test_a_note_is_corrected_and_withdrawn_after_the_conversation(tmp_path: Path) -> None:
    async with identity_world(tmp_path) as (world, store):
        desk, facts = await _over(world, store)
        own = await _own(desk, facts.id)
        assert [note.text for note in own.notes] == ["Bring the lease."]
        request = TakeBackNoteRequest(
            session_id=facts.id, note_id=facts.id, request_id="n2", text="Bring the deed."
        )
        other = await world.desk("bob")
        with pytest.raises(TicketUnknown):
            await other.bus.ask(request)
        with pytest.raises(NotAllowed):
            await (await world.client(Role.SUPERVISOR, "boss")).ask(request)
        await desk.bus.ask(request)
        await desk.bus.ask(request)
        kept = await DossierAdapter(store, SystemClock()).open("valdore", "A1")
        assert [note.text for note in kept.notes] == ["", "Bring the deed."]
        [note] = (await _own(desk, facts.id)).notes
        await desk.bus.ask(
            TakeBackNoteRequest(session_id=facts.id, note_id=note.id, request_id="n3")
        )
        kept = await DossierAdapter(store, SystemClock()).open("valdore", "A1")
        assert [note.withdrawn_at_utc is not None for note in kept.notes] == [True, True]


async def test_a_document_of_the_wrong_piece_then_of_the_wrong_dossier_is_put_right(
    tmp_path: Path,
) -> None:
    async with identity_world(tmp_path) as (world, store):
        desk, facts = await _over(world, store)
        [talk] = (await desk.bus.ask(OwnTalksRequest())).talks
        assert (talk.filed, talk.caller_name) == (1, "Zoé Lefèvre")
        own = await _own(desk, facts.id)
        assert {(place.dossier, place.piece_id) for place in own.places} == {
            (number, piece) for number in ("A1", "B2") for piece in ("", "identity", "income")
        }

        async def put(request_id: str, dossier: str = "", piece_id: str = "") -> None:
            [paper] = (await _own(desk, facts.id)).papers
            await desk.bus.ask(
                TakeBackDocumentRequest(
                    session_id=facts.id,
                    document_id=paper.id,
                    request_id=request_id,
                    dossier=dossier,
                    piece_id=piece_id,
                    reason="Classé par erreur",
                )
            )

        await put("r1", "A1", "income")
        await put("r2", "B2", "identity")
        first, second = (store.open_dossier("valdore", number) for number in ("A1", "B2"))
        assert first.documents == ()
        assert {piece.state for piece in first.pieces} == {PieceState.EXPECTED}
        assert [document.name for document in second.documents] == ["Carte"]
        await put("r3")
        assert store.open_dossier("valdore", "B2").documents == ()
        [talk] = (await desk.bus.ask(OwnTalksRequest())).talks
        assert talk.filed == 0, "the figures follow"
        with pytest.raises(UndoImpossible):
            await desk.bus.ask(
                TakeBackDocumentRequest(
                    session_id=facts.id,
                    document_id="nobody_s",
                    request_id="r4",
                    reason="Classé par erreur",
                )
            )


async def test_a_colleague_reads_no_more_what_was_taken_out(tmp_path: Path) -> None:
    async with identity_world(tmp_path) as (world, store):
        desk, facts = await _over(world, store)
        [paper] = (await _own(desk, facts.id)).papers
        caller, other = await world.kiosk("kiosk2"), await world.desk("bob")
        later = await other.accept((await caller.call("rights", "", "r2")).ticket.id)
        await other.dossier(later.id, "A1", "Même personne")
        assert await other.document(later.id, paper.id)
        await desk.bus.ask(
            TakeBackDocumentRequest(
                session_id=facts.id, document_id=paper.id, request_id="r1", reason="Erreur"
            )
        )
        with pytest.raises(NotAllowed):
            await other.document(later.id, paper.id)
        assert (await other.dossier(later.id)).documents == ()
        assert store.read("valdore", paper.id), "the store still has its pages"
