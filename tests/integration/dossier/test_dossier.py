# SPDX-License-Identifier: GPL-3.0-only
"""An agent and the dossier of the caller: uploads that survive, and nobody else's dossier."""

from __future__ import annotations

import asyncio
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from session.core.dossier_model import PieceState
from session.core.errors import (
    DocumentNotFiled,
    DossierUnknown,
    GrantMissing,
    MessageMalformed,
    NotAllowed,
    PageTooLarge,
    ReasonNeeded,
    TicketUnknown,
)
from session.desk.hub.client import DeskClient
from session.kiosk.hub.client import KioskClient
from session.protocol.conversation.messages import Grant, GrantChanged
from session.protocol.hub.requests import (
    DocumentFiled,
    SessionFacts,
    UploadBegin,
    UploadChunk,
    UploadCommit,
)
from session.protocol.wire.roles import Role
from tests.integration.dossier.conversation import say
from tests.support.hub_world import World, hub_world


async def _in_session(
    world: World, number: str = "1234567", agent: str = "alice"
) -> tuple[DeskClient, SessionFacts]:
    kiosk, desk = await world.kiosk("kiosk1"), await world.desk(agent)
    facts = await desk.accept((await kiosk.call("rights", number, f"r{agent}")).ticket.id)
    await say(desk, kiosk, facts.id, allowed=True)
    return desk, facts


async def test_a_document_is_filed_and_read_back(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        desk, facts = await _in_session(world)
        dossier = await desk.dossier(facts.id)
        assert (dossier.number, dossier.pieces[0].state) == ("D-2026-0001", PieceState.EXPECTED)
        data = os.urandom(700_000)
        seen: list[tuple[int, int]] = []
        filed = await desk.upload(
            facts.id,
            dossier.number,
            piece_id="payslip",
            name="Bulletin de paie",
            pages=2,
            data=data,
            progress=lambda a, b: seen.append((a, b)),
        )
        assert filed.document.sha256 == hashlib.sha256(data).hexdigest()
        assert filed.dossier.pieces[0].state is PieceState.FILED
        assert seen[0] == (0, len(data))
        assert seen[-1] == (len(data), len(data))
        assert await desk.document(facts.id, filed.document.id) == data
        refused = await desk.set_piece(
            facts.id, dossier.number, "identity", state=PieceState.REFUSED, reason="unreadable"
        )
        assert refused.pieces[1].reason == "unreadable"
        with pytest.raises(NotAllowed):
            await desk.set_piece(facts.id, dossier.number, "identity", state=PieceState.FILED)


async def test_an_interrupted_upload_goes_on_after_a_restart_of_the_hub(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        desk, facts = await _in_session(world)
        await desk.dossier(facts.id)
        data = os.urandom(200_000)
        begin = UploadBegin(
            session_id=facts.id,
            upload_id="u1",
            dossier="D-2026-0001",
            piece_id="payslip",
            name="Bulletin",
            pages=1,
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )
        await desk.bus.ask_once(begin)
        half = UploadChunk(upload_id="u1", offset=0, data=data[:40_000])
        assert (await desk.bus.ask_once(half)).received_bytes == 40_000
        assert (await desk.bus.ask_once(half)).received_bytes == 40_000
        await world.stop_hub()
        await world.start_hub()
        seen: list[int] = []
        filed = await desk.upload(
            facts.id,
            "D-2026-0001",
            piece_id="payslip",
            name="Bulletin",
            pages=1,
            data=data,
            upload_id="u1",
            progress=lambda at, whole: seen.append(at),
        )
        assert seen[0] == 40_000
        again = await desk.upload(
            facts.id,
            "D-2026-0001",
            piece_id="payslip",
            name="Bulletin",
            pages=1,
            data=data,
            upload_id="u1",
        )
        assert again == filed
        assert world.dossiers.filings == 1
        with pytest.raises(MessageMalformed):
            await desk.upload(
                facts.id,
                "D-2026-0001",
                piece_id="payslip",
                name="Bulletin",
                pages=1,
                data=data + b"x",
                upload_id="u1",
            )


async def test_a_store_that_does_not_read_back_files_nothing(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        desk, facts = await _in_session(world)
        await desk.dossier(facts.id)
        world.dossiers.damage = True
        with pytest.raises(DocumentNotFiled):
            await desk.upload(
                facts.id,
                "D-2026-0001",
                piece_id="payslip",
                name="Bulletin",
                pages=1,
                data=b"pdf",
                upload_id="u1",
            )
        world.dossiers.damage = False
        filed = await desk.upload(
            facts.id,
            "D-2026-0001",
            piece_id="payslip",
            name="Bulletin",
            pages=1,
            data=b"pdf",
            upload_id="u1",
        )
        assert filed.document.size_bytes == 3


async def test_an_agent_reaches_only_the_dossier_of_the_own_caller(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        desk, facts = await _in_session(world)
        own = await desk.dossier(facts.id)
        filed = await desk.upload(
            facts.id, own.number, piece_id="payslip", name="Bulletin", pages=1, data=b"private"
        )
        stranger = await world.desk("bob")
        with pytest.raises(TicketUnknown):
            await stranger.dossier(facts.id)
        with pytest.raises(TicketUnknown):
            await stranger.document(facts.id, filed.document.id)
        with pytest.raises(ReasonNeeded):
            await desk.dossier(facts.id, "D-2026-0002")
        with pytest.raises(NotAllowed):
            await desk.upload(
                facts.id, "D-2026-0002", piece_id="payslip", name="Bulletin", pages=1, data=b"pdf"
            )
        with pytest.raises(NotAllowed):
            await desk.set_piece(facts.id, "D-2026-0002", "payslip", state=PieceState.ACCEPTED)

        kiosk2 = await world.kiosk("kiosk2")
        theirs = await stranger.accept((await kiosk2.call("rights", "7654321", "r2")).ticket.id)
        await stranger.dossier(theirs.id)
        with pytest.raises(NotAllowed):
            await stranger.document(theirs.id, filed.document.id)
        await desk.close(facts.id)
        with pytest.raises(TicketUnknown):
            await desk.dossier(facts.id)


async def test_a_caller_without_number_gets_the_dossier_the_agent_names(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        desk, facts = await _in_session(world, number="")
        with pytest.raises(DossierUnknown):
            await desk.dossier(facts.id)
        with pytest.raises(DossierUnknown):
            await desk.dossier(facts.id, "D-1999-9999")
        assert (await desk.dossier(facts.id, "D-2026-0002")).caller_name == "Paul Modèle"
        assert (await desk.resume()).sessions[0].dossier == "D-2026-0002"


async def test_a_document_over_the_limit_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        desk, facts = await _in_session(world)
        await desk.dossier(facts.id)
        begin = UploadBegin(
            session_id=facts.id,
            upload_id="u1",
            dossier="D-2026-0001",
            piece_id="payslip",
            name="Bulletin",
            pages=1,
            size_bytes=100_000_000,
            sha256="0" * 64,
        )
        with pytest.raises(PageTooLarge):
            await desk.bus.ask_once(begin)


async def _without_word(world: World) -> tuple[KioskClient, DeskClient, SessionFacts]:
    kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
    facts = await desk.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
    await desk.dossier(facts.id)
    return kiosk, desk, facts


async def _file(desk: DeskClient, facts: SessionFacts, upload_id: str = "u1") -> DocumentFiled:
    return await desk.upload(
        facts.id,
        "D-2026-0001",
        piece_id="payslip",
        name="Bulletin",
        pages=1,
        data=b"pdf",
        upload_id=upload_id,
    )


async def test_nothing_is_filed_without_the_callers_word_whatever_the_desk_does(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk, facts = await _without_word(world)
        with pytest.raises(GrantMissing):
            await _file(desk, facts)
        forged = GrantChanged(
            grant=Grant.KEEP, allowed=True, at_utc=datetime.now(UTC), left_s=600.0
        )
        await desk.bus.channel(facts.id).send("grant", forged)  # the desk says it for the caller
        await asyncio.sleep(0.2)
        with pytest.raises(GrantMissing):
            await _file(desk, facts)
        assert world.dossiers.filings == 0
        await say(desk, kiosk, facts.id, allowed=True)
        await _file(desk, facts)
        assert world.dossiers.filings == 1


async def test_a_word_that_was_taken_back_stops_an_upload_that_had_begun(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk, facts = await _without_word(world)
        await say(desk, kiosk, facts.id, allowed=True)
        begin = UploadBegin(
            session_id=facts.id,
            upload_id="u1",
            dossier="D-2026-0001",
            piece_id="payslip",
            name="Bulletin",
            pages=1,
            size_bytes=3,
            sha256=hashlib.sha256(b"pdf").hexdigest(),
        )
        await desk.bus.ask_once(begin)
        await desk.bus.ask_once(UploadChunk(upload_id="u1", offset=0, data=b"pdf"))
        await say(desk, kiosk, facts.id, allowed=False)
        with pytest.raises(GrantMissing):
            await desk.bus.ask_once(UploadCommit(upload_id="u1"))
        assert world.dossiers.filings == 0


async def test_the_word_outlives_the_hub_and_holds_through_the_wrap_up(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk, facts = await _without_word(world)
        await say(desk, kiosk, facts.id, allowed=True)
        await world.stop_hub()
        await world.start_hub()
        await desk.hang_up(facts.id)
        await _file(desk, facts)
        assert world.dossiers.filings == 1


async def test_another_kiosk_cannot_say_it_for_this_session(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        _kiosk, desk, facts = await _without_word(world)
        other = await world.client(Role.KIOSK, "kiosk2")
        allowed = GrantChanged(
            grant=Grant.KEEP, allowed=True, at_utc=datetime.now(UTC), left_s=600.0
        )
        await other.channel(facts.id).send("grant", allowed)
        await asyncio.sleep(0.2)
        with pytest.raises(GrantMissing):
            await _file(desk, facts)
