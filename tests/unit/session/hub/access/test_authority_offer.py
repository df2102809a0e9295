# SPDX-License-Identifier: GPL-3.0-only
"""The hub gives the next authority to whoever does not believe it yet, and not too often."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from session.bus.transport.authority import fingerprints_in
from session.bus.transport.connection import Incoming
from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.hub.access.authority_offer import AGAIN_S, AuthorityOffer
from session.hub.access.sightings import MOST_COMPUTERS, Sightings
from session.protocol.hub.requests import AuthorityOffered, HubEvent
from session.protocol.wire.program import AUTHORITIES, MOST_AUTHORITIES
from session.protocol.wire.roles import Role
from session.protocol.wire.subjects import Sender
from tests.support.tls_files import tls_files
from tests.support.waiting import until

KIOSK = Sender("caf", Role.KIOSK, "borne1")


async def test_it_is_given_until_a_sign_of_life_names_it(tmp_path: Path) -> None:
    certificate = tls_files(tmp_path).ca.read_text(encoding="ascii")
    (name,) = fingerprints_in(certificate.encode())
    given: list[HubEvent] = []

    async def notify(_organisation: str, _role: Role, _user: str, event: HubEvent) -> None:
        given.append(event)

    clock, tasks = ManualClock(), Tasks()
    offer = AuthorityOffer(notify, clock=clock, tasks=tasks)

    async def beat(text: str) -> int:
        offer.on_beat(KIOSK, {AUTHORITIES: text} if text else {})
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return len(given)

    assert await beat("UAAA:OLD") == 0  # none is offered
    offer.offer(certificate)
    assert await beat("") == 0  # no authority of its own
    assert await beat("UAAA:OLD") == 1
    assert given == [AuthorityOffered(certificate=certificate)]
    assert await beat("UAAA:OLD") == 1
    clock.advance(AGAIN_S)
    assert await beat("UAAA:OLD") == 2
    clock.advance(AGAIN_S)
    assert await beat(f"UAAA:OLD,{name}") == 2
    offer.offer("")
    assert await beat("UAAA:OLD") == 2
    await tasks.close()


async def test_a_flood_of_signs_of_life_gets_one_offer_and_leaves_a_few_names(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    given: list[HubEvent] = []

    async def notify(_organisation: str, _role: Role, _user: str, event: HubEvent) -> None:
        given.append(event)

    clock, tasks = ManualClock(), Tasks()
    offer, sightings = AuthorityOffer(notify, clock=clock, tasks=tasks), Sightings(clock)
    offer.offer(tls_files(tmp_path).ca.read_text(encoding="ascii"))
    caplog.clear()
    names = ",".join("ABCDEFGH" * 100)
    for number in range(10_000):
        beat = Incoming("hb.caf.k.borne1", b"", headers={AUTHORITIES: f"K{number}:{names}"})
        sightings.on_message(beat)
        offer.on_beat(KIOSK, beat.headers)
    await until(lambda: given)
    await tasks.close()
    assert len(given) == 1
    (sighting,) = sightings.all()
    assert len(sighting.believes) == MOST_COMPUTERS
    assert {len(believed) for believed in sighting.believes.values()} == {MOST_AUTHORITIES}
    assert not caplog.records
