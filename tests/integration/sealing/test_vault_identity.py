# SPDX-License-Identifier: GPL-3.0-only
"""The rules of whose dossier it is hold in a vault too; the hub hears neither name nor number."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.store.dossier_store import DossierStore
from expert_app.hub.dossier_adapter import DossierAdapter
from session.core.clock import SystemClock
from session.core.computer import computer_name
from session.core.dossier_model import AccessKind, CallerIdentity, Dossier
from session.core.errors import NotAllowed, ReasonNeeded, SessionError, TooManyDossiers
from session.desk.hub.identity import DossierIdentityClient, DossierRegisterClient
from session.protocol.dossier.identity import AccessesRequest
from session.protocol.wire.roles import Role
from tests.support.sealed_world import ORGANISATION, sealed_world

ZOE = CallerIdentity(
    family_name="Lefèvre", given_names="Zoé", born_on="1984-05-02", caller_number="1234567"
)


async def test_a_vault_finds_makes_merges_and_writes_down_like_a_hub(tmp_path: Path) -> None:
    async with sealed_world(tmp_path, with_vault=False) as sealed:
        with DossierStore(tmp_path / "store") as store:
            sealed.world.store = DossierAdapter(store, SystemClock())
            await sealed.start_vault()
            heard = await sealed.overhear()
            kiosk, desk = await sealed.kiosk(), await sealed.desk("alice")
            facts = await desk.accept((await kiosk.call("valdore/rights", "", "r1")).ticket.id)
            link = DossierIdentityClient(desk.bus)
            made = (await link.create(facts.id, ZOE, request_id="new1")).dossier
            assert made is not None
            found = await link.find(facts.id, "lefevre", "zoe", born_on="1984-05-02")
            assert [hit.number for hit in found.hits] == [made.number]
            wrong = CallerIdentity(family_name="Lefebvr", given_names="Zoé", born_on="1984-05-20")
            typed = await link.correct_person(facts.id, made.number, wrong, reason="Essai de Zoé")
            assert typed.dossier is not None
            back = await link.correct_person(facts.id, made.number, ZOE, reason="Retour")
            assert back.dossier == made
            store.create_dossier(
                ORGANISATION, Dossier(number="A1", caller_name="Zoe Lefevre", caller_number="")
            )
            with pytest.raises(ReasonNeeded):
                await desk.dossier(facts.id, "A1")
            await desk.dossier(facts.id, "A1", "Deux dossiers de la même personne")
            register = DossierRegisterClient((await sealed.desk("boss", Role.SUPERVISOR)).bus)
            merged = await register.merge("A1", made.number, "Même personne")
            assert (await desk.dossier(facts.id, made.number)).number == "A1"
            await register.unmerge(merged.id, "Erreur de ma part")
            by_boss = await register.correct_person(
                made.number, wrong, reason="Demande écrite", confirmed=True
            )
            assert by_boss.dossier is not None
            answer = await register.bus.ask(AccessesRequest())
            assert {line.computer for line in answer.lines} == {computer_name()} != {""}
            assert [line.kind for line in reversed(answer.lines)] == [
                AccessKind.CREATED,
                AccessKind.SEARCHED,
                AccessKind.CORRECTED,
                AccessKind.CORRECTED,
                AccessKind.OPENED_OTHER,
                AccessKind.MERGED,
                AccessKind.MERGED,
                AccessKind.UNMERGED,
                AccessKind.UNMERGED,
                AccessKind.CORRECTED,
            ]
            assert not any(
                secret in message.payload
                for message in heard
                for secret in (b"Lef", b"lefevre", b"1234567", b"1984-05-02", b"1984-05-20")
            )
            hub = DossierRegisterClient(await sealed.world.client(Role.SUPERVISOR, "boss"))
            with pytest.raises(NotAllowed):
                await hub.bus.ask(AccessesRequest())


async def test_nobody_browses_in_a_vault(tmp_path: Path) -> None:
    async with sealed_world(tmp_path, with_vault=False) as sealed:
        with DossierStore(tmp_path / "store") as store:
            for place in range(30):
                number = f"2026-{place:04}"
                invented = Dossier(number=number, caller_name=f"Invente {place}", caller_number="")
                store.create_dossier(ORGANISATION, invented)
            sealed.world.store = DossierAdapter(store, SystemClock())
            await sealed.start_vault()
            kiosk, desk = await sealed.kiosk(), await sealed.desk("alice")
            facts = await desk.accept((await kiosk.call("valdore/rights", "", "r1")).ticket.id)
            read, refused = set(), set()
            for place in range(30):
                try:
                    read.add((await desk.dossier(facts.id, f"2026-{place:04}", "Motif")).number)
                except SessionError as error:
                    refused.add(type(error))
            assert (len(read), refused) == (20, {TooManyDossiers})
