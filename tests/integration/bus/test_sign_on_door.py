# SPDX-License-Identifier: GPL-3.0-only
"""The hub's door for people who sign on with an organisation's provider: a real server, both ends,
and a provider that the test plays.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from expert_app.sign_on.at_hub import show_signed_on
from session.bus.client import BusClient
from session.bus.enrolment import Door as DeskDoor
from session.bus.transport.nkeys import new_seed, public_key, sign
from session.core.errors import (
    BusRefusedIdentity,
    EnrolmentRefused,
    RateLimited,
    SignOnAway,
    SignOnNotOffered,
    SignOnRefused,
)
from session.hub.access.enrolment import POLL_S, SIGNING_ON, Enrolment
from session.hub.access.identities import Identity, SignedOn
from session.protocol.hub.enrolment import (
    SignOffRequest,
    SignOnOffer,
    SignOnRequest,
    sign_on_proof_text,
)
from session.protocol.hub.requests import Done
from session.protocol.wire.roles import Role
from tests.integration.bus.enrolment_door import Door
from tests.support.waiting import until

OFFER = SignOnOffer(
    id="sso",
    name="Caisse du Val-Doré",
    address="https://sso.example/auth?client_id=c",
    redirect="http://127.0.0.1/",
)
WHO = Identity("valdore", Role.AGENT, "o_camille")
HOURS = timedelta(hours=10)


class PlayedProvider:
    """Attributes: asked: codes that were exchanged. off: keys that left. ready: it answers. talks:
    a conversation goes on.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self.asked: list[str] = []
        self.off: list[str] = []
        self.talks = False
        self.ready = asyncio.Event()
        self.ready.set()

    async def offers(self) -> list[SignOnOffer]:
        return [OFFER]

    async def person(self, request: SignOnRequest) -> SignedOn:
        self.asked.append(request.code)
        if request.offer == OFFER.id:
            await self.ready.wait()
        if request.code == "away":
            raise SignOnAway
        until_utc = self._door.now + HOURS
        return SignedOn(WHO, request.key, "Camille Roc", ("rights",), "sso", until_utc)

    def is_with_caller(self, person: Identity) -> bool:
        return self.talks and person == WHO

    async def signed_off(self, key: str) -> None:
        self.off.append(key)


class SignOnDoor(Door):
    """The door of test_enrolment, with a provider."""

    def __init__(self, folder: Path, *, offered: bool = True) -> None:
        super().__init__(folder)
        self.provider = PlayedProvider(self)
        self.enrolment = Enrolment(
            self.connection,
            self.book,
            reload=self._take,
            clock=self.clock,
            tasks=self.tasks,
            sign_on=self.provider if offered else None,
        )
        self.desk = DeskDoor([self.server.url], tasks=self.tasks)

    async def _take(self) -> None:
        show_signed_on(self.catalogue, self.book)
        await self._reload()

    def person(self, seed: bytes) -> BusClient:
        return self.client(seed, WHO.user)


def _request(seed: bytes, code: str = "good", holder: bytes | None = None) -> SignOnRequest:
    key = public_key(seed)
    proof = sign(holder or seed, sign_on_proof_text(code, key))
    return SignOnRequest(
        offer="sso",
        code=code,
        verifier="v" * 43,
        redirect="http://127.0.0.1:1/",
        key=key,
        proof=proof,
    )


@contextlib.asynccontextmanager
async def sign_on_door(folder: Path, *, offered: bool = True) -> AsyncIterator[SignOnDoor]:
    door = SignOnDoor(folder, offered=offered)
    try:
        await door.server.start()
        await door.connection.connect()
        await door.enrolment.start()
        yield door
    finally:
        door.provider.ready.set()
        for client in door.clients:
            await client.close()
        await door.enrolment.stop()
        await door.connection.close()
        await door.server.stop()
        await door.tasks.close()


async def test_who_signs_on_is_let_in_until_the_hours_are_over(tmp_path: Path) -> None:
    async with sign_on_door(tmp_path) as door:
        assert await door.desk.offers() == (OFFER,)
        seed = new_seed()
        answer = await door.desk.sign_on(_request(seed))
        assert (answer.organisation, answer.role, answer.user) == ("valdore", Role.AGENT, WHO.user)
        assert answer.until_utc == door.now + HOURS
        # an answer that was lost may be asked for again: the provider is not
        assert await door.desk.sign_on(_request(seed)) == answer
        assert door.provider.asked == ["good"]
        client = door.person(seed)
        refused: list[None] = []
        client.refused.connect(refused.append)
        await client.connect()
        entry = door.catalogue.agent("valdore", WHO.user)
        assert (entry.name, entry.services) == ("Camille Roc", ["rights"])
        door.provider.talks = True
        door.clock.advance(HOURS.total_seconds() + 1)
        await asyncio.sleep(3 * POLL_S)
        assert not refused, "the conversation is finished first"
        door.provider.talks = False
        await until(lambda: bool(refused))
        # who has worked is still called by name
        assert door.catalogue.person_name("valdore", WHO.user) == "Camille Roc"
        assert all(person.id != WHO.user for person in door.catalogue.agents("valdore"))


async def test_a_slow_provider_keeps_nobody_with_a_code_waiting(tmp_path: Path) -> None:
    async with sign_on_door(tmp_path) as door:
        door.provider.ready.clear()
        seed = new_seed()
        signing = asyncio.create_task(door.desk.sign_on(_request(seed)))
        await until(lambda: bool(door.provider.asked))
        code = door.book.invite(Identity("valdore", Role.AGENT, "alice"), door.now, HOURS)
        assert (await door.enrol(code, new_seed())).user == "alice"
        door.provider.ready.set()
        assert (await signing).user == WHO.user


async def test_a_slow_provider_keeps_nobody_waiting_who_signs_on_with_another(
    tmp_path: Path,
) -> None:
    """Whoever knocks makes the hub ask a provider, with codes that are none."""
    async with sign_on_door(tmp_path) as door:
        door.provider.ready.clear()
        strangers = [
            asyncio.create_task(door.desk.sign_on(_request(new_seed(), f"none-{number}")))
            for number in range(SIGNING_ON)
        ]
        await until(lambda: len(door.provider.asked) == SIGNING_ON)
        with pytest.raises(RateLimited):
            await door.desk.sign_on(_request(new_seed()))
        other = msgspec.structs.replace(_request(new_seed()), offer="other")
        assert (await door.desk.sign_on(other)).user == WHO.user
        door.provider.ready.set()
        await asyncio.gather(*strangers)


async def test_what_proves_nothing_is_refused_and_the_provider_is_not_asked(
    tmp_path: Path,
) -> None:
    async with sign_on_door(tmp_path) as door:
        with pytest.raises(SignOnRefused):  # somebody else's key
            await door.desk.sign_on(_request(new_seed(), holder=new_seed()))
        assert door.provider.asked == []
        with pytest.raises(SignOnAway):
            await door.desk.sign_on(_request(new_seed(), "away"))
        seed = new_seed()
        await door.desk.sign_on(_request(seed))
        key = public_key(seed)
        proof = sign(new_seed(), b"poste-expert sign-off " + key.encode())
        with pytest.raises(EnrolmentRefused):  # nobody signs somebody else off
            await door.desk.ask(SignOffRequest(key=key, proof=proof), Done)
        assert door.provider.off == []


async def test_signing_off_and_revoking_end_it_at_once(tmp_path: Path) -> None:
    async with sign_on_door(tmp_path) as door:
        seed = new_seed()
        await door.desk.sign_on(_request(seed))
        await door.person(seed).connect()
        await door.desk.sign_off(seed)
        assert door.provider.off == [public_key(seed)]
        with pytest.raises(BusRefusedIdentity):
            await door.person(seed).connect()
        other = new_seed()
        await door.desk.sign_on(_request(other, "second"))
        assert door.book.revoke(WHO, "", door.now)
        await until(lambda: door.book.applied() == door.book.wanted())
        with pytest.raises(BusRefusedIdentity):
            await door.person(other).connect()
        with pytest.raises(EnrolmentRefused):  # the key of that computer never again
            await door.desk.sign_on(_request(other, "third"))


async def test_a_hub_without_a_provider_offers_none(tmp_path: Path) -> None:
    async with sign_on_door(tmp_path, offered=False) as door:
        assert await door.desk.offers() == ()
        door.book.invite(Identity("valdore", Role.AGENT, "alice"), door.now, HOURS)
        assert await door.desk.offers() == ()
        with pytest.raises(SignOnNotOffered):
            await door.desk.sign_on(_request(new_seed()))
