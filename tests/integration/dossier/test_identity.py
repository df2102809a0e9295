# SPDX-License-Identifier: GPL-3.0-only
"""Whose dossier it is, over a real hub with a real store: found, made, numbered; one for a session,
each look written down.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from expert_app.board.access_alert import AccessAlert
from expert_app.hub.dossier_adapter import DossierAdapter
from session.bus.client import BusClient
from session.core.clock import SystemClock
from session.core.computer import computer_name
from session.core.dossier_model import (
    AccessKind,
    AccessLine,
    CallerIdentity,
    Dossier,
    Piece,
    PieceState,
)
from session.core.errors import (
    CallerNumberInvalid,
    DossierUnknown,
    DossierWasMerged,
    GrantMissing,
    MergeImpossible,
    MessageMalformed,
    NotAllowed,
    NumberTaken,
    ReasonNeeded,
    SessionError,
    TicketUnknown,
    TooManyDossiers,
    UndoImpossible,
)
from session.desk.hub.client import DeskClient
from session.desk.hub.exports import ExportClient
from session.desk.hub.identity import DossierIdentityClient, DossierRegisterClient
from session.desk.hub.third_parties import ThirdPartyClient
from session.protocol.conversation.messages import Grant, GrantChanged, SessionMessage
from session.protocol.dossier.identity import AccessesRequest, ProvisionalRequest
from session.protocol.dossier.pieces import PieceHistoryRequest
from session.protocol.hub.history import (
    CorrectOutcomeRequest,
    OwnTalk,
    OwnTalksAnswer,
    OwnTalksRequest,
)
from session.protocol.hub.requests import DocumentFiled, SessionFacts
from session.protocol.hub.routing import CallerPreview, NoteRequest, PreviewRequest
from session.protocol.hub.talk_state import PassReason
from session.protocol.hub.third_parties import PassOnRequest
from session.protocol.wire.program import header_text
from session.protocol.wire.roles import Role
from tests.integration.dossier.identity_world import identity_world
from tests.support.hub_world import World
from tests.support.shown_documents import invented_pdf
from tests.support.waiting import until

ZOE = CallerIdentity(family_name="Lefèvre", given_names="Zoé", born_on="1984-05-02")


async def _session(
    world: World, request: str = "r1", number: str = "", agent: str = "alice", kiosk: str = "kiosk1"
) -> tuple[DeskClient, SessionFacts]:
    caller, desk = await world.kiosk(kiosk), await world.desk(agent)
    return desk, await desk.accept((await caller.call("rights", number, request)).ticket.id)


async def _register(world: World) -> DossierRegisterClient:
    return DossierRegisterClient(await world.client(Role.SUPERVISOR, "boss"))


async def test_a_dossier_is_made_with_the_caller_and_found_at_the_next_visit(
    tmp_path: Path,
) -> None:
    async with identity_world(tmp_path) as (world, _):
        desk, facts = await _session(world)
        link = DossierIdentityClient(desk.bus)
        with pytest.raises(DossierUnknown):
            await desk.dossier(facts.id)
        nobody = await link.find(facts.id, "Lefevre", "", born_on="1984-05-02")
        assert (nobody.hits, nobody.more) == ([], False)
        made = (await link.create(facts.id, ZOE, request_id="new1")).dossier
        assert made is not None
        again = (await link.create(facts.id, ZOE, request_id="new1")).dossier
        assert again == made
        assert await desk.dossier(facts.id) == made
        with pytest.raises(CallerNumberInvalid):
            await link.give_number(facts.id, made.number, "12")
        numbered = await link.give_number(facts.id, made.number, "12 34 567")
        assert numbered.caller_number == "1234567"
        await desk.hang_up(facts.id)
        await desk.close(facts.id)

        other, later = await _session(world, "r2", "1234567", agent="bob", kiosk="kiosk2")
        assert (await other.dossier(later.id)).number == made.number
        with pytest.raises(TicketUnknown):
            await link.find(later.id, "Lefevre", "", born_on="1984-05-02")

        answer = await (await _register(world)).bus.ask(AccessesRequest())
        assert [(line.kind, line.user, line.dossier) for line in reversed(answer.lines)] == [
            (AccessKind.SEARCHED, "alice", ""),
            (AccessKind.CREATED, "alice", made.number),
            (AccessKind.NUMBERED, "alice", made.number),
            (AccessKind.OPENED, "bob", made.number),
        ]
        assert answer.lines[0].session_id == later.id
        assert {line.computer for line in answer.lines} == {header_text(computer_name())} != {""}
        assert not answer.more


async def test_a_person_whose_birthday_nobody_knows_is_made_and_found(tmp_path: Path) -> None:
    async with identity_world(tmp_path) as (world, _):
        desk, facts = await _session(world)
        link = DossierIdentityClient(desk.bus)
        caller = CallerIdentity(family_name="Exemple", given_names="Aïcha", born_on="1957")
        made = (await link.create(facts.id, caller, request_id="new1")).dossier
        assert made is not None
        assert made.born_on == "1957"
        for born_on in ("1957", "1957-05", "1957-05-14"):
            [hit] = (await link.find(facts.id, "Exemple", "Aïcha", born_on=born_on)).hits
            assert hit.number == made.number
        for wrong in ("1957-13", "57"):
            with pytest.raises(MessageMalformed):
                await link.find(facts.id, "Exemple", "Aïcha", born_on=wrong)


async def test_likely_doubles_come_back_before_a_dossier_is_made(tmp_path: Path) -> None:
    async with identity_world(tmp_path) as (world, _):
        desk, facts = await _session(world)
        link = DossierIdentityClient(desk.bus)
        numbered = CallerIdentity(
            family_name="Lefèvre", given_names="Zoé", born_on="1984-05-02", caller_number="1234567"
        )
        first = (await link.create(facts.id, numbered, request_id="new1")).dossier
        assert first is not None
        await desk.close(facts.id)
        desk, facts = await _session(world, "r2", agent="bob", kiosk="kiosk2")
        link = DossierIdentityClient(desk.bus)
        answer = await link.create(facts.id, ZOE, request_id="new2")
        assert answer.dossier is None
        assert [hit.number for hit in answer.likely] == [first.number]
        with pytest.raises(NumberTaken):
            await link.create(facts.id, numbered, request_id="new2", confirmed=True)
        made = await link.create(facts.id, ZOE, request_id="new2", confirmed=True)
        assert made.dossier is not None
        assert made.dossier.number != first.number


async def test_who_reads_a_hundred_dossiers_in_one_session_is_stopped_and_seen(
    tmp_path: Path,
) -> None:
    async with identity_world(tmp_path) as (world, store):
        for place in range(100):
            store.create_dossier(
                "valdore",
                Dossier(
                    number=f"2026-{place:04}", caller_name=f"Invente {place}", caller_number=""
                ),
            )
        desk, facts = await _session(world)
        read, refused = [], set()
        for reason in ("", "Une bonne raison"):
            for place in range(100):
                try:
                    read.append((await desk.dossier(facts.id, f"2026-{place:04}", reason)).number)
                except SessionError as error:
                    refused.add(type(error))
        assert len(set(read)) == 20
        assert refused == {ReasonNeeded, TooManyDossiers}
        with pytest.raises(NotAllowed):
            await desk.document(facts.id, "unknown")
        register = await _register(world)
        answer = await register.bus.ask(AccessesRequest(kind=AccessKind.OPENED_OTHER))
        assert len({line.dossier for line in answer.lines}) == 19  # and the first
        assert {line.reason for line in answer.lines} == {"Une bonne raison"}
        assert answer.refused_lately > 0


async def test_many_openings_at_once_give_a_session_one_dossier(tmp_path: Path) -> None:
    async with identity_world(tmp_path) as (world, store):
        numbers = [f"2026-{place:04}" for place in range(60)]
        for number in numbers:
            invented = Dossier(number=number, caller_name="Invente", caller_number="")
            store.create_dossier("valdore", invented)
        desk, facts = await _session(world)
        answers = await asyncio.gather(
            *(desk.dossier(facts.id, number) for number in numbers), return_exceptions=True
        )
        opened = [answer for answer in answers if isinstance(answer, Dossier)]
        assert len(opened) == 1
        assert {type(answer) for answer in answers} == {Dossier, ReasonNeeded}
        assert (await desk.dossier(facts.id)).number == opened[0].number


async def test_agents_read_no_register_and_merge_nothing(tmp_path: Path) -> None:
    async with identity_world(tmp_path) as (world, _):
        agent = DossierRegisterClient(await world.client(Role.AGENT, "alice"))
        with pytest.raises(NotAllowed):
            await agent.bus.ask(AccessesRequest())
        with pytest.raises(NotAllowed):
            await agent.merge("a", "b", "Même personne")
        with pytest.raises(NotAllowed):
            await agent.unmerge("m1", "Erreur")


async def test_a_colleague_to_whom_a_caller_is_passed_on_is_written_down_too(
    tmp_path: Path,
) -> None:
    async with identity_world(tmp_path) as (world, _):
        desk, facts = await _session(world)
        made = await DossierIdentityClient(desk.bus).create(facts.id, ZOE, request_id="new1")
        assert made.dossier is not None
        other = await world.desk("bob")
        await ThirdPartyClient(desk.bus).pass_on(
            facts.id, PassReason.SPECIALIST, agent="bob", note=""
        )
        taken = await other.accept(facts.ticket_id)
        await other.bus.ask(
            PieceHistoryRequest(session_id=taken.id, dossier=made.dossier.number)
        )  # before it is opened
        await other.dossier(taken.id)
        answer = await (await _register(world)).bus.ask(AccessesRequest())
        assert [(line.kind, line.user, line.session_id) for line in answer.lines] == [
            (AccessKind.OPENED, "bob", taken.id),
            (AccessKind.CREATED, "alice", facts.id),
        ]


async def test_a_supervisor_merges_exports_and_is_told_of_who_browses(tmp_path: Path) -> None:
    async with identity_world(tmp_path) as (world, store):
        for number in ("A1", "B2"):
            store.create_dossier(
                "valdore", Dossier(number=number, caller_name="Zoé Lefèvre", caller_number="")
            )
        desk, facts = await _session(world)
        await desk.dossier(facts.id, "B2")
        register = await _register(world)
        merge = await register.merge("A1", "B2", "Même personne")
        assert (merge.keep, merge.merged, merge.by_name) == ("A1", "B2", "Chantal V.")
        assert (await desk.dossier(facts.id)).number == "A1"  # the conversation goes on
        await desk.bus.ask(PieceHistoryRequest(session_id=facts.id, dossier="B2"))
        with pytest.raises(MergeImpossible):
            await register.merge("A1", "B2", "Encore une fois")
        await ExportClient(register.bus).export("A1", "Demande de l'usager")
        undone = await register.unmerge(merge.id, "Deux personnes")
        assert undone.undone_at_utc is not None
        assert await register.merges("B2") == [undone]
        assert (await register.provisional()).total == 0

        heard: list[list[AccessLine]] = []
        alert = AccessAlert(register, world.tasks, again_s=0.05)
        alert.refused.connect(heard.append)
        alert.start()
        for place in range(21):
            number = f"2026-{place:04}"
            store.create_dossier(
                "valdore", Dossier(number=number, caller_name="Invente", caller_number="")
            )
            with contextlib.suppress(TooManyDossiers):
                await desk.dossier(facts.id, number, "Motif")
        await until(lambda: bool(heard))
        assert [line.user for line in heard[0]] == ["alice"]


async def test_what_was_received_for_the_first_dossier_is_still_filed_in_it(
    tmp_path: Path,
) -> None:
    async with identity_world(tmp_path) as (world, store):
        for number in ("A1", "B2", "C3"):
            store.create_dossier(
                "valdore",
                Dossier(
                    number=number,
                    caller_name="Zoé Lefèvre",
                    caller_number="",
                    pieces=(Piece(id="lease", name="Bail"),),
                ),
            )
        desk, facts = await _session(world)
        await desk.dossier(facts.id, "A1")
        await desk.dossier(facts.id, "B2", "Pour son enfant")
        accepted = PieceState.ACCEPTED
        for number in ("A1", "B2"):
            set_now = await desk.set_piece(facts.id, number, "lease", state=accepted)
            assert set_now.number == number
        with pytest.raises(NotAllowed):
            await desk.set_piece(facts.id, "C3", "lease", state=accepted)


async def test_before_accepting_an_agent_sees_what_is_missing_of_its_next_caller_alone(
    tmp_path: Path,
) -> None:
    async with identity_world(tmp_path) as (world, _):
        desk, facts = await _session(world)
        link = DossierIdentityClient(desk.bus)
        made = (await link.create(facts.id, ZOE, request_id="new1")).dossier
        assert made is not None
        await link.give_number(facts.id, made.number, "12 34 567")
        await desk.hang_up(facts.id)
        await desk.close(facts.id)

        first, second = await world.kiosk("kiosk1"), await world.kiosk("kiosk2")
        known = (await first.call("rights", "1234567", "r2")).ticket
        later = (await second.call("rights", "", "r3")).ticket
        bob = await world.desk("bob")
        seen = await bob.bus.ask(PreviewRequest(ticket_id=known.id))
        assert seen.known
        assert ZOE.family_name not in repr(seen)
        assert "1234567" not in repr(seen)
        with pytest.raises(TicketUnknown):
            await bob.bus.ask(PreviewRequest(ticket_id=later.id))
        supervisor = await world.client(Role.SUPERVISOR, "boss")
        with pytest.raises(NotAllowed):
            await supervisor.ask(PreviewRequest(ticket_id=known.id))

        line = (await (await _register(world)).bus.ask(AccessesRequest())).lines[0]
        assert (line.kind, line.user, line.dossier) == (AccessKind.PREVIEWED, "bob", made.number)
        assert line.reason == known.number

        assert not (await _preview_of_the_next(bob, bob.bus, known.id, later.id)).known


async def test_an_agent_finds_its_own_conversations_of_today_and_nobody_else_s(
    tmp_path: Path,
) -> None:
    async with identity_world(tmp_path) as (world, _):
        desk, facts = await _session(world)
        link = DossierIdentityClient(desk.bus)
        made = (await link.create(facts.id, ZOE, request_id="new1")).dossier
        assert made is not None
        await desk.hang_up(facts.id)
        await desk.close(facts.id, "pieces_missing")
        other, second = await _session(world, "r2", agent="bob", kiosk="kiosk2")
        await other.hang_up(second.id)
        await other.close(second.id)

        async def own(asker: DeskClient) -> OwnTalksAnswer:
            """The history follows the queue a moment later."""
            answers: list[OwnTalksAnswer] = []

            async def has_one() -> bool:
                answers.append(await asker.bus.ask(OwnTalksRequest()))
                return bool(answers[-1].talks)

            await until(has_one)
            return answers[-1]

        answer = await own(desk)
        [talk] = answer.talks
        assert (talk.session_id, talk.service, answer.total) == (facts.id, facts.service, 1)
        assert (talk.outcome, talk.filed) == ("pieces_missing", 0)
        assert talk.caller_name == made.caller_name
        [talk] = (await own(other)).talks
        assert (talk.session_id, talk.caller_name) == (second.id, ""), "no dossier was opened"
        supervisor = await world.client(Role.SUPERVISOR, "boss")
        with pytest.raises(NotAllowed):
            await supervisor.ask(OwnTalksRequest())

        correction = CorrectOutcomeRequest(session_id=facts.id, outcome="done")
        with pytest.raises(TicketUnknown):
            await other.bus.ask(correction)
        await desk.bus.ask(correction)

        async def is_corrected() -> bool:
            [talk] = (await desk.bus.ask(OwnTalksRequest())).talks
            return talk.outcome == "done"

        await until(is_corrected)


async def test_a_conversation_that_was_passed_on_is_in_the_list_of_the_agent_who_did(
    tmp_path: Path,
) -> None:
    async with identity_world(tmp_path) as (world, _):
        desk, facts = await _session(world)
        await desk.bus.ask(
            PassOnRequest(session_id=facts.id, service="housing", reason=PassReason.OTHER_SERVICE)
        )
        await desk.close(facts.id)
        talks: list[OwnTalk] = []

        async def is_told() -> bool:
            talks[:] = (await desk.bus.ask(OwnTalksRequest())).talks
            return bool(talks)

        await until(is_told)
        [talk] = talks
        known = (talk.session_id, talk.service, talk.outcome)
        assert known == (facts.id, facts.service, "passed_on")
        with pytest.raises(UndoImpossible):
            await desk.bus.ask(CorrectOutcomeRequest(session_id=facts.id, outcome="done"))


async def _preview_of_the_next(
    desk: DeskClient, bus: BusClient, taken: str, ticket_id: str
) -> CallerPreview:
    facts = await desk.accept(taken)
    await desk.hang_up(facts.id)
    await desk.close(facts.id)
    return await bus.ask(PreviewRequest(ticket_id=ticket_id))


async def test_a_note_is_taken_for_a_day_after_the_session_from_its_own_agent_alone(
    tmp_path: Path,
) -> None:
    async with identity_world(tmp_path) as (world, store):
        desk, facts = await _session(world)
        made = await DossierIdentityClient(desk.bus).create(facts.id, ZOE, request_id="new1")
        assert made.dossier is not None
        number = made.dossier.number
        await desk.close(facts.id)
        other = (await world.desk("bob")).bus
        with pytest.raises(TicketUnknown):
            await other.ask(NoteRequest(session_id=facts.id, note_id="n0", text="Not mine."))
        own = desk.bus
        await own.ask(NoteRequest(session_id=facts.id, note_id="n1", text="Bring the lease."))
        kept = await DossierAdapter(store, SystemClock()).open("valdore", number)
        assert [note.text for note in kept.notes] == ["Bring the lease."]
        provisional = await own.ask(ProvisionalRequest())
        assert provisional.dossiers == [], "the store is its own register"
        with pytest.raises(TicketUnknown):
            await desk.dossier(facts.id)


async def test_pages_are_filed_for_a_day_after_the_session_where_the_caller_let_them_be_kept(
    tmp_path: Path,
) -> None:
    async with identity_world(tmp_path) as (world, store):
        for number in ("A1", "B2"):
            store.create_dossier(
                "valdore", Dossier(number=number, caller_name="Zoé Lefèvre", caller_number="")
            )
        desk, facts = await _over(world, "r1", ["A1"], may_be_kept=False)
        with pytest.raises(GrantMissing):
            await _file_late(desk, facts)
        desk, facts = await _over(world, "r2", ["A1", "B2"])
        with pytest.raises(TicketUnknown):  # nobody knows in which
            await _file_late(desk, facts)
        desk, facts = await _over(world, "r3", ["A1"])
        with pytest.raises(TicketUnknown):
            await _file_late(await world.desk("bob"), facts)
        with pytest.raises(TicketUnknown):
            await _file_late(desk, facts, "B2")
        filed = await _file_late(desk, facts)
        assert filed.dossier == Dossier(number="A1", caller_name="", caller_number="")
        kept = await DossierAdapter(store, SystemClock()).open("valdore", "A1")
        assert [document.name for document in kept.documents] == ["Afterwards"]
        with pytest.raises(TicketUnknown):
            await desk.dossier(facts.id)


async def _over(
    world: World, request: str, dossiers: list[str], *, may_be_kept: bool = True
) -> tuple[DeskClient, SessionFacts]:
    """A session that is over, in which these dossiers were opened."""
    desk, facts = await _session(world, request)
    for number in dossiers:
        await desk.dossier(facts.id, number, "Même personne")
    if may_be_kept:
        word = GrantChanged(grant=Grant.KEEP, allowed=True, at_utc=facts.opened_at_utc)
        heard: list[SessionMessage] = []
        desk.bus.channel(facts.id).on_message("grant", heard.append)
        await (await world.kiosk("kiosk1")).bus.channel(facts.id).send("grant", word)
        await until(lambda: bool(heard))
    await desk.close(facts.id)
    return desk, facts


async def _file_late(desk: DeskClient, facts: SessionFacts, dossier: str = "") -> DocumentFiled:
    data = invented_pdf(1)
    return await desk.upload(facts.id, dossier, piece_id="", name="Afterwards", pages=1, data=data)


async def test_a_wrong_name_is_corrected_by_the_agent_of_the_session_and_by_the_supervisor(
    tmp_path: Path,
) -> None:
    async with identity_world(tmp_path) as (world, store):
        desk, facts = await _session(world)
        link = DossierIdentityClient(desk.bus)
        typed = CallerIdentity(family_name="Lefevr", given_names="Zoe", born_on="1984-02-05")
        made = (await link.create(facts.id, typed, request_id="new1")).dossier
        assert made is not None
        done = await link.correct_person(facts.id, made.number, ZOE, reason="Mal tapé")
        assert done.dossier == await desk.dossier(facts.id)
        assert done.dossier is not None
        assert (done.dossier.caller_name, done.dossier.born_on) == ("Zoé Lefèvre", "1984-05-02")

        other, later = await _session(world, "r2", agent="bob", kiosk="kiosk2")
        bobs = DossierIdentityClient(other.bus)
        with pytest.raises(NotAllowed):
            await bobs.correct_person(later.id, made.number, typed, reason="Curieux")
        with pytest.raises(TicketUnknown):
            await bobs.correct_person("", made.number, typed, reason="Curieux")

        boss = await _register(world)
        second = CallerIdentity(family_name="Martin", given_names="Noé", born_on="1990-01-01")
        double = (await bobs.create(later.id, second, request_id="new2")).dossier
        assert double is not None
        likely = await boss.correct_person(double.number, ZOE, reason="Demande écrite")
        assert likely.dossier is None
        assert [hit.number for hit in likely.likely] == [made.number]
        done = await boss.correct_person(
            double.number, ZOE, reason="Demande écrite", confirmed=True
        )
        assert done.dossier is not None
        await boss.merge(made.number, double.number, "Même personne")
        with pytest.raises(DossierWasMerged):
            await boss.correct_person(double.number, second, reason="Retour")
        lines = (await boss.bus.ask(AccessesRequest(kind=AccessKind.CORRECTED))).lines
        assert [(one.user, one.dossier, one.session_id, one.reason) for one in lines] == [
            ("boss", double.number, "", "Demande écrite"),
            ("alice", made.number, facts.id, "Mal tapé"),
        ]
        steps = await desk.bus.ask(PieceHistoryRequest(session_id=facts.id, dossier=made.number))
        assert [act.kind for act in steps.acts if act.kind == "person"] == ["person"] * 2
        assert store.open_dossier("valdore", double.number).number == made.number
