# SPDX-License-Identifier: GPL-3.0-only
"""Notifications signed as RDV Service Public signs them: new, moved, cancelled, twice, out of
order, forged, not mapped, too many.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from documents.store.dossier_store import DossierStore
from expert_app.rdv_service_public.door import MOST_BYTES, NotificationDoor
from expert_app.rdv_service_public.notification import SIGNATURE
from expert_app.rdv_service_public.taking_in import TakingIn
from session.core.appointment_model import Appointment, AppointmentState
from session.core.clock import ManualClock
from session.core.dossier_model import ActingUser
from session.hub.convention.catalogue import Catalogue

SECRET = "mot-partagé-7f3a"

CONVENTION = """
[[organisations]]
id = "caf31"
name = "Caisse"
services = [{ id = "rights", name = "Droits", letter = "D", number_kind = "allocataire", \
appointments = { rdv_motifs = ["Point sur mes droits"] } }]
sites = [{ id = "riom", name = "Mairie de Riom", services = ["rights"], rdv_lieux = ["77"] }]
kiosks = [{ id = "k1", site = "riom" }]
people = [{ id = "alice", name = "Alice M.", rdv_email = "Alice@caf31.example" }]
"""


def rdv(**changed: Any) -> dict[str, Any]:
    """An appointment as the service says it, with fields that nobody here knows."""
    return {
        "id": 4711,
        "uuid": "c0ffee",
        "status": "unknown",
        "starts_at": "2026-03-09T10:15:00+01:00",
        "duration_in_min": 30,
        "motif": {"id": 5, "name": "Point sur mes droits", "location_type": "visio"},
        "lieu": {"id": 77, "name": "Mairie", "address": "1 place, Riom"},
        "users": [
            {
                "first_name": "Éloïse",
                "last_name": "Garance",
                "birth_date": "1987-02-14",
                "affiliation_number": "1234567",
                "address": "somewhere",
            }
        ],
        "agents": [{"email": "alice@caf31.example", "last_name": "Martin"}],
        **changed,
    }


@dataclass
class Service:
    """RDV Service Public, and what the hub has stored."""

    http: aiohttp.ClientSession
    address: str
    store: DossierStore
    taking_in: TakingIn

    async def post(
        self,
        data: dict[str, Any],
        event: str = "created",
        *,
        minute: int = 0,
        secret: str = SECRET,
        model: str = "Rdv",
    ) -> int:
        meta = {
            "model": model,
            "event": event,
            "event_occurred_at": f"2026-03-02T09:{minute:02}:00+01:00",
        }
        return await self.send(json.dumps({"data": data, "meta": meta}).encode(), secret)

    async def send(self, body: bytes, secret: str = SECRET) -> int:
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {SIGNATURE: signature, "Content-Type": "application/json; charset=utf-8"}
        async with self.http.post(
            f"{self.address}/rdv/caf31", data=body, headers=headers
        ) as answer:
            return answer.status

    def stored(self) -> list[Appointment]:
        first = ManualClock().utc_now()
        return self.store.appointments.of_days("caf31", first, first + timedelta(days=60))


@asynccontextmanager
async def service(folder: Path) -> AsyncIterator[Service]:
    clock = ManualClock()
    with DossierStore(folder, now=clock.utc_now) as store:
        catalogue = Catalogue.parse(CONVENTION)
        taking_in = TakingIn(store.foreign_appointments, catalogue, clock=clock)
        door = NotificationDoor(taking_in, {"caf31": SECRET})
        async with door.open("127.0.0.1", 0) as address, aiohttp.ClientSession() as http:
            yield Service(http, address, store, taking_in)


async def test_an_appointment_comes_is_moved_and_is_cancelled_there(tmp_path: Path) -> None:
    async with service(tmp_path) as booking:
        assert await booking.post(rdv()) == 204
        [appointment] = booking.stored()
        assert (appointment.time.service, appointment.time.site) == ("rights", "riom")
        assert (appointment.agent, appointment.person.caller_number) == ("alice", "1234567")
        later = rdv(starts_at="2026-03-10T11:00:00+01:00")
        assert await booking.post(later, "updated", minute=5) == 204
        [moved] = booking.stored()
        assert (moved.code, moved.moves) == (appointment.code, 1)
        assert moved.time.starts_at.isoformat() == "2026-03-10T10:00:00+00:00"
        assert await booking.post(later, "destroyed", minute=6) == 204
        assert booking.stored()[0].state is AppointmentState.CANCELLED
        steps = booking.store.appointments.steps("caf31", moved.id)
        assert [step.kind for step in steps] == ["booked", "moved", "cancelled"]


async def test_the_last_word_counts_whatever_order_it_comes_in(tmp_path: Path) -> None:
    async with service(tmp_path) as booking:
        assert await booking.post(rdv(), "destroyed", minute=9) == 204
        assert await booking.post(rdv(), "created", minute=1) == 204
        assert [row.state for row in booking.stored()] == [AppointmentState.CANCELLED]


async def test_the_same_notification_twice_is_one_appointment(tmp_path: Path) -> None:
    async with service(tmp_path) as booking:
        statuses = await asyncio.gather(*(booking.post(rdv()) for _ in range(10)))
        assert set(statuses) == {204}
        assert len(booking.stored()) == 1


async def test_a_caller_who_is_here_is_not_changed(tmp_path: Path) -> None:
    async with service(tmp_path) as booking:
        await booking.post(rdv())
        [appointment] = booking.stored()
        booking.store.appointments.arrive(appointment, "t1", by=ActingUser())
        assert await booking.post(rdv(status="revoked"), "updated", minute=5) == 204
        assert booking.stored()[0].state is AppointmentState.ARRIVED


async def test_what_is_not_signed_is_refused_and_counted(tmp_path: Path) -> None:
    async with service(tmp_path) as booking:
        assert await booking.post(rdv(), secret="faux") == 401
        address = f"{booking.address}/rdv/caf31"
        async with booking.http.post(address, json={"data": rdv()}) as unsigned:
            assert unsigned.status == 401
        async with booking.http.post(f"{booking.address}/rdv/other", data=b"{}") as elsewhere:
            assert elsewhere.status == 401
        assert booking.stored() == []
        [trouble] = booking.taking_in.troubles()
        assert (trouble.code, trouble.detail["count"]) == ("rdv_refused", 3)


async def test_what_the_convention_does_not_map_is_told_to_the_operator(tmp_path: Path) -> None:
    async with service(tmp_path) as booking:
        assert await booking.post(rdv(motif={"id": 9, "name": "PMI"})) == 204
        assert await booking.post(rdv(lieu={"id": 1, "name": "Issoire"})) == 204
        assert booking.stored() == []
        [trouble] = booking.taking_in.troubles()
        assert trouble.detail == {"count": 2, "first": "motif « PMI »"}


async def test_other_things_and_groups_are_left_out(tmp_path: Path) -> None:
    async with service(tmp_path) as booking:
        assert await booking.post({"id": 1}, model="User") == 204
        assert await booking.post(rdv(collectif=True)) == 204
        assert booking.stored() == []


async def test_what_cannot_be_read_is_said_and_what_is_too_large_is_cut(tmp_path: Path) -> None:
    async with service(tmp_path) as booking:
        assert await booking.send(b"{not json") == 400
        assert await booking.post(rdv(starts_at="demain")) == 400
        assert await booking.post(rdv(duration_in_min=100_000)) == 400
        assert await booking.send(b" " * (MOST_BYTES + 1)) == 413
        assert await booking.post(rdv(starts_at="2026-03-09 10:15:00 +0100")) == 204
        assert len(booking.stored()) == 1


async def test_a_flood_is_asked_to_come_again_and_nothing_is_lost(tmp_path: Path) -> None:
    async with service(tmp_path) as booking:
        numbers, rounds = set(range(300)), 0
        while numbers and rounds < 100:  # the service asks ten times, ever later
            rounds += 1
            statuses = await asyncio.gather(*(booking.post(rdv(id=number)) for number in numbers))
            taken = {
                number for number, status in zip(numbers, statuses, strict=True) if status == 204
            }
            assert set(statuses) <= {204, 503}
            numbers -= taken
        assert rounds > 1
        assert len(booking.stored()) == 300
