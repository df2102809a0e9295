# SPDX-License-Identifier: GPL-3.0-only
"""A real hub with a real store asks an organisation's register: what it has is found and opened,
and while it is away nobody is sent home.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from documents.store.accesses import AccessFilter
from documents.store.dossier_store import DossierStore
from documents.store.incoming import IncomingDossier
from expert_app.hub.dossier_adapter import DossierAdapter
from expert_app.register.kinds import make_lookup
from expert_app.register.lookup import RegisterLookup
from expert_app.register.matching import ProvisionalMatcher
from session.core.clock import SystemClock
from session.core.dossier_model import Access, AccessKind, ActingUser, CallerIdentity
from session.core.errors import (
    DossierOfRegister,
    DossierUnknown,
    RegisterOnly,
    RegisterSilent,
)
from session.desk.hub.client import DeskClient
from session.desk.hub.identity import DossierIdentityClient, DossierRegisterClient
from session.protocol.dossier.identity import RegisterState
from session.protocol.hub.requests import SessionFacts
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world
from tests.support.register_server import (
    ODILE,
    TOKEN,
    RegisterServer,
    register_server,
    rest_settings,
)

ORG = "valdore"
ODILE_SAID = CallerIdentity(
    family_name="Lefevre Brun", given_names="Marie Odile", born_on="1980-02-29"
)
ZOE = CallerIdentity(family_name="Quéméneur", given_names="Zoé", born_on="1991-07-04")
BOSS = Access(by=ActingUser(user="boss", name="Chantal V."), reason="contrôle")


@dataclass
class Service:
    """A hub, its store, and a register that it asks."""

    world: World
    store: DossierStore
    server: RegisterServer
    lookup: RegisterLookup

    async def match(self) -> int:
        return await ProvisionalMatcher(self.store, [self.lookup]).match(self.lookup)

    def kinds(self) -> list[tuple[AccessKind, str, str]]:
        lines = self.store.accesses.listed(ORG, AccessFilter())
        return [(line.kind, line.user, line.dossier) for line in reversed(lines)]


@asynccontextmanager
async def service(
    folder: Path, created_by: str = "agent", *people: dict[str, Any]
) -> AsyncIterator[Service]:
    server = RegisterServer(*people)
    async with register_server(server) as address, hub_world(folder, with_hub=False) as world:
        settings = rest_settings(address, ORG, created_by=created_by, remember_s=0)
        lookup = make_lookup(settings, TOKEN, SystemClock())
        with DossierStore(folder / "store") as store:
            world.store = DossierAdapter(store, SystemClock(), registers={ORG: lookup})
            await world.start_hub()
            yield Service(world, store, server, lookup)
        await lookup.close()


async def _session(
    world: World, request: str = "r1", number: str = "", agent: str = "alice", kiosk: str = "kiosk1"
) -> tuple[DeskClient, SessionFacts, DossierIdentityClient]:
    caller, desk = await world.kiosk(kiosk), await world.desk(agent)
    facts = await desk.accept((await caller.call("rights", number, request)).ticket.id)
    return desk, facts, DossierIdentityClient(desk.bus)


async def test_a_caller_whom_only_the_register_knows_has_a_dossier_at_once(tmp_path: Path) -> None:
    async with service(tmp_path) as here:
        desk, facts, _ = await _session(here.world, number="1234567")
        dossier = await desk.dossier(facts.id)
        assert (dossier.number, dossier.caller_number) == ("REF-0042", "1234567")
        assert dossier.caller_name == "Odile Marie Lefèvre-Brun"
        assert dossier.contact == "odile@exemple.fr"
        here.server.fault = "broken"
        assert (await desk.dossier(facts.id)).number == "REF-0042"
        assert here.kinds() == [
            (AccessKind.CREATED, "register", "REF-0042"),
            (AccessKind.OPENED, "alice", "REF-0042"),
        ]


async def test_a_number_is_opened_as_the_register_writes_it(tmp_path: Path) -> None:
    async with service(tmp_path) as here:
        here.server.fault = "no_filter"
        desk, facts, _ = await _session(here.world)
        assert (await desk.dossier(facts.id, "ref-0042")).number == "REF-0042"


async def test_a_dossier_of_the_register_is_found_by_name_and_made_when_it_is_opened(
    tmp_path: Path,
) -> None:
    async with service(tmp_path) as here:
        desk, facts, link = await _session(here.world)
        found = await link.find(facts.id, "LEFEVRE BRUN", "odile", born_on="1980-02-29")
        assert found.register is RegisterState.ANSWERED
        (hit,) = found.hits
        assert (hit.number, hit.has_caller_number) == ("REF-0042", True)
        with pytest.raises(DossierUnknown):
            here.store.open_dossier(ORG, "REF-0042")
        assert (await desk.dossier(facts.id, "REF-0042")).number == "REF-0042"
        again = await link.find(facts.id, "Lefèvre-Brun", "", born_on="1980-02-29")
        assert [one.number for one in again.hits] == ["REF-0042"]
        assert here.kinds()[0] == (AccessKind.SEARCHED, "alice", "")
        line = here.store.accesses.listed(ORG, AccessFilter(kind=AccessKind.SEARCHED))[-1]
        assert line.hits == 1


async def test_what_neither_has_is_unknown_and_says_when_the_register_was_not_asked(
    tmp_path: Path,
) -> None:
    async with service(tmp_path) as here:
        desk, facts, link = await _session(here.world)
        with pytest.raises(DossierUnknown) as caught:
            await desk.dossier(facts.id, "REF-9999")
        assert not isinstance(caught.value, RegisterSilent)
        here.server.fault = "broken"
        with pytest.raises(RegisterSilent):
            await desk.dossier(facts.id, "REF-0042")
        found = await link.find(facts.id, "Lefèvre-Brun", "Odile", born_on="1980-02-29")
        assert (found.hits, found.register) == ([], RegisterState.AWAY)


async def test_an_agent_sees_whom_the_register_has_before_making_a_double(tmp_path: Path) -> None:
    async with service(tmp_path) as here:
        _, facts, link = await _session(here.world)
        answer = await link.create(facts.id, ODILE_SAID, request_id="new1")
        assert answer.dossier is None
        assert [hit.number for hit in answer.likely] == ["REF-0042"]
        made = await link.create(facts.id, ODILE_SAID, request_id="new1", confirmed=True)
        assert made.dossier is not None
        assert not made.dossier.provisional


async def test_where_only_the_register_makes_dossiers_an_agent_makes_none_while_it_answers(
    tmp_path: Path,
) -> None:
    async with service(tmp_path, "register") as here:
        _, facts, link = await _session(here.world)
        with pytest.raises(RegisterOnly):
            await link.create(facts.id, ZOE, request_id="new1", confirmed=True)
        answer = await link.create(facts.id, ODILE_SAID, request_id="new2")
        assert [hit.number for hit in answer.likely] == ["REF-0042"]
        assert here.store.incoming.provisional(ORG) == []
        with pytest.raises(RegisterOnly):
            await link.create(facts.id, ZOE, request_id="new3")
        assert here.kinds() == [(AccessKind.SEARCHED, "alice", "")] * 3
        here.store.incoming.take(
            ORG, [IncomingDossier(number="REF-8", caller=ZOE)], Access(by=ActingUser(user="import"))
        )
        answer = await link.create(facts.id, ZOE, request_id="new4")
        assert [hit.number for hit in answer.likely] == ["REF-8"]


async def test_where_only_the_register_makes_dossiers_a_wrong_name_is_corrected_there(
    tmp_path: Path,
) -> None:
    async with service(tmp_path, "register") as here:
        desk, facts, link = await _session(here.world, number="1234567")
        dossier = await desk.dossier(facts.id)
        with pytest.raises(DossierOfRegister):
            await link.correct_person(facts.id, dossier.number, ZOE, reason="Autre nom")
        boss = DossierRegisterClient(await here.world.client(Role.SUPERVISOR, "boss"))
        with pytest.raises(DossierOfRegister):
            await boss.correct_person(dossier.number, ZOE, reason="Autre nom", confirmed=True)
        assert await desk.dossier(facts.id) == dossier
        assert here.kinds()[-1] == (AccessKind.OPENED, "alice", "REF-0042")


async def test_a_provisional_dossier_is_corrected_and_then_matched(tmp_path: Path) -> None:
    async with service(tmp_path, "register") as here:
        here.server.fault = "broken"
        desk, facts, link = await _session(here.world)
        wrong = msgspec.structs.replace(ODILE_SAID, born_on="1980-02-28")
        made = (await link.create(facts.id, wrong, request_id="new1")).dossier
        assert made is not None
        here.server.fault = ""
        assert await here.match() == 0
        answer = await link.correct_person(facts.id, made.number, ODILE_SAID, reason="Mal tapé")
        assert [hit.number for hit in answer.likely] == ["REF-0042"]
        await link.correct_person(
            facts.id, made.number, ODILE_SAID, reason="Mal tapé", confirmed=True
        )
        assert await here.match() == 1
        assert (await desk.dossier(facts.id)).number == "REF-0042"


async def test_while_the_register_is_away_a_provisional_dossier_carries_on_and_is_matched_later(
    tmp_path: Path,
) -> None:
    async with service(tmp_path, "register") as here:
        here.server.fault = "broken"
        desk, facts, link = await _session(here.world)
        made = (await link.create(facts.id, ODILE_SAID, request_id="new1")).dossier
        assert made is not None
        assert made.provisional
        boss = DossierRegisterClient(await here.world.client(Role.SUPERVISOR, "boss"))
        listed = await boss.provisional()
        assert [one.number for one in listed.dossiers] == [made.number]
        assert await here.match() == 0

        here.server.fault = ""
        repeated = (await link.create(facts.id, ODILE_SAID, request_id="new1")).dossier
        assert repeated == made
        assert await here.match() == 1
        assert (await boss.provisional()).dossiers == []
        dossier = await desk.dossier(facts.id)
        assert (dossier.number, dossier.provisional) == ("REF-0042", False)
        assert dossier.merged == (made.number,)
        assert here.store.open_dossier(ORG, made.number).number == "REF-0042"
        assert (AccessKind.MERGED, "register", "REF-0042") in here.kinds()


async def test_what_a_supervisor_took_back_is_not_joined_again(tmp_path: Path) -> None:
    async with service(tmp_path, "register") as here:
        here.server.fault = "broken"
        _, facts, link = await _session(here.world)
        made = (await link.create(facts.id, ODILE_SAID, request_id="new1")).dossier
        assert made is not None
        here.server.fault = ""
        assert await here.match() == 1
        (merge,) = here.store.merges.listed(ORG)
        here.store.merges.unmerge(ORG, merge.id, BOSS)
        assert await here.match() == 0
        assert [one.number for one in here.store.incoming.provisional(ORG)] == [made.number]


async def test_two_that_could_be_the_caller_are_left_to_a_person(tmp_path: Path) -> None:
    twin = msgspec.json.decode(msgspec.json.encode(ODILE)) | {"id": "REF-0099", "beneficiary": ""}
    async with service(tmp_path, "register", ODILE, twin) as here:
        here.server.fault = "broken"
        _, facts, link = await _session(here.world)
        await link.create(facts.id, ODILE_SAID, request_id="new1")
        here.server.fault = ""
        assert await here.match() == 0
        assert len(here.store.incoming.provisional(ORG)) == 1


async def test_other_given_names_or_another_number_are_no_certain_match(tmp_path: Path) -> None:
    async with service(tmp_path, "register") as here:
        here.server.fault = "broken"
        for place, caller in enumerate(
            (
                msgspec.structs.replace(ODILE_SAID, given_names="Odette"),
                msgspec.structs.replace(ODILE_SAID, given_names=""),
                msgspec.structs.replace(ODILE_SAID, caller_number="2222222"),
            )
        ):
            agent, kiosk = ("alice", "bob", "agent1")[place], f"kiosk{place % 2 + 1}"
            desk, facts, link = await _session(here.world, f"r{place}", agent=agent, kiosk=kiosk)
            await link.create(facts.id, caller, request_id=f"new{place}", confirmed=True)
            await desk.close(facts.id)
        here.server.fault = ""
        assert await here.match() == 0
        assert len(here.store.incoming.provisional(ORG)) == 3
