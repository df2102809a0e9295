# SPDX-License-Identifier: GPL-3.0-only
"""A person takes a time, comes, and is answered; or does not. Real server, real hub, real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from session.bus.client import BusClient
from session.core.appointment_model import AppointmentPerson, AppointmentState
from session.core.clock import ManualClock
from session.core.errors import (
    AppointmentOver,
    AppointmentTimeGone,
    AppointmentTooLate,
    AppointmentUnknown,
    NotAllowed,
    PersonNeeded,
    RateLimited,
    ServiceUnknown,
)
from session.hub.appointments.booking import BOOKED_WITHIN, MOST_BOOKED
from session.hub.appointments.check_in import MOST_WRONG
from session.hub.composition import Hub
from session.protocol.appointments.booking import (
    BookableRequest,
    BookRequest,
    CancelAppointmentRequest,
    CheckInRequest,
    CheckInState,
    FindSlipRequest,
    FreeSlot,
    FreeSlotsRequest,
    MoveAppointmentRequest,
    Slip,
)
from session.protocol.appointments.day import (
    AbsenceRequest,
    CallerAppointmentsRequest,
    DayChangeRequest,
    DayRequest,
    ExpectedRequest,
    SlotCountsRequest,
    StepsRequest,
    ToldRequest,
)
from session.protocol.hub.requests import AcceptRequest, LeaveRequest
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, catalogue_text, hub_world

GIVES = """letter = "D", appointments = { length_min = 30, hours = ["mon-fri 14:00-16:00"], \
agents = 2, lead_min = 60, cancel_min = 120, bring = ["Une pièce d'identité"] } }"""

PERSON = AppointmentPerson(family_name="Garance", given_names="Éloïse", born_on="1987-02-14")
NUMBERED = AppointmentPerson(caller_number="1234567", born_on="1987-02-14")

HOUSE = "valdore/townhall"


@dataclass
class Appointed:
    """A world whose service "rights" gives appointments, with its clock."""

    world: World
    hub: Hub
    clock: ManualClock
    kiosk: BusClient
    desk: BusClient

    async def free(self, from_day: str = "") -> list[FreeSlot]:
        answer = await self.kiosk.ask(FreeSlotsRequest(service="rights", from_day=from_day))
        return answer.slots

    async def book(self, slot: FreeSlot, person: AppointmentPerson = NUMBERED) -> Slip:
        request = BookRequest(
            request_id=f"r{slot.starts_at:%d%H%M}",
            service="rights",
            starts_at=slot.starts_at,
            person=person,
        )
        answer = await self.kiosk.ask(request)
        assert answer.slip is not None
        return answer.slip

    async def come_to(self, slip: Slip, minutes: float = 0.0) -> None:
        """It is so many minutes after the hour."""
        at = slip.starts_at + timedelta(minutes=minutes)
        self.clock.advance((at - self.clock.utc_now()).total_seconds())
        await self.hub.tick()

    async def state(self, slip: Slip) -> AppointmentState:
        day = slip.starts_at.date().isoformat()
        rows = (await self.desk.ask(DayRequest(day=day))).appointments
        return next(
            row.appointment.state for row in rows if row.appointment.id == slip.appointment_id
        )


@asynccontextmanager
async def appointed(folder: Path) -> AsyncIterator[Appointed]:
    """It is Monday, 2 March 2026, 10:00 at the town hall."""
    clock = ManualClock()
    text = catalogue_text().replace('letter = "D" }', GIVES)
    async with hub_world(folder, clock=clock, tick_s=3600, catalogue=text) as world:
        assert world.hub is not None
        world.dossiers.now = clock.utc_now
        kiosk = await world.client(Role.KIOSK, "kiosk1")
        desk = await world.client(Role.AGENT, "alice")
        yield Appointed(world, world.hub, clock, kiosk, desk)


async def test_a_kiosk_offers_the_times_of_the_convention_and_one_is_taken(tmp_path: Path) -> None:
    async with appointed(tmp_path) as place:
        services = (await place.kiosk.ask(BookableRequest())).services
        assert [(row.service, row.length_min) for row in services] == [("valdore/rights", 30)]
        free = await place.free()
        assert [f"{slot.starts_at:%a %H:%M} {slot.left}" for slot in free[:5]] == [
            "Mon 14:00 2",
            "Mon 14:30 2",
            "Mon 15:00 2",
            "Mon 15:30 2",
            "Tue 14:00 2",
        ]
        assert free[0].starts_at.isoformat() == "2026-03-02T14:00:00+01:00"
        slip = await place.book(free[0])
        assert (slip.service_name, slip.site_name) == ("Mes droits", "Mairie de Saint-Oyen")
        assert slip.bring == ("Une pièce d'identité",)
        assert slip == await place.book(free[0])  # the first answer was lost
        assert (await place.free())[0].left == 1


async def test_two_people_want_the_last_place_and_one_reads_the_next_three(tmp_path: Path) -> None:
    async with appointed(tmp_path) as place:
        slot = (await place.free())[0]
        kiosks = [await place.world.client(Role.KIOSK, "kiosk2") for _ in range(4)]
        answers = await asyncio.gather(
            *(
                kiosk.ask(
                    BookRequest(
                        request_id=f"r{number}",
                        service="rights",
                        starts_at=slot.starts_at,
                        person=PERSON,
                    )
                )
                for number, kiosk in enumerate(kiosks)
            )
        )
        won = [answer for answer in answers if answer.slip is not None]
        lost = [answer for answer in answers if answer.slip is None]
        assert (len(won), len(lost)) == (2, 2)
        assert [f"{slot.starts_at:%H:%M}" for slot in lost[0].instead] == [
            "14:30",
            "15:00",
            "15:30",
        ]


async def test_nobody_is_booked_without_a_number_or_a_name_and_a_birth_date(
    tmp_path: Path,
) -> None:
    async with appointed(tmp_path) as place:
        slot = (await place.free())[0]
        with pytest.raises(PersonNeeded):
            await place.book(slot, AppointmentPerson(family_name="Garance"))
        with pytest.raises(AppointmentTimeGone):
            await place.book(FreeSlot(starts_at=slot.starts_at + timedelta(minutes=5)))
        with pytest.raises(ServiceUnknown):
            await place.kiosk.ask(FreeSlotsRequest(service="housing"))


async def test_no_kiosk_empties_a_service(tmp_path: Path) -> None:
    async with appointed(tmp_path) as place:
        slot = (await place.free())[0]
        for number in range(MOST_BOOKED):
            request = BookRequest(
                request_id=f"x{number}", service="rights", starts_at=slot.starts_at, person=PERSON
            )
            await place.kiosk.ask(request)
        with pytest.raises(RateLimited):
            await place.book(slot)
        place.clock.advance(BOOKED_WITHIN.total_seconds() + 1)
        await place.book((await place.free("2026-03-03"))[0])


async def test_a_caller_comes_and_the_expected_agent_has_the_dossier(tmp_path: Path) -> None:
    async with appointed(tmp_path) as place:
        slip = await place.book((await place.free())[0])
        await place.come_to(slip, -5)
        found = await place.kiosk.ask(FindSlipRequest(code=slip.code))
        assert found.state is CheckInState.WELCOME
        request = CheckInRequest(
            request_id="c1", appointment_id=slip.appointment_id, code=slip.code
        )
        answer = await place.kiosk.ask(request)
        assert answer.ticket is not None
        ticket = answer.ticket.ticket
        assert (ticket.appointment, ticket.due_at_utc) == (slip.appointment_id, slip.starts_at)
        again = await place.kiosk.ask(request)
        assert again.ticket is not None
        assert again.ticket.ticket.id == ticket.id
        session = (await place.desk.ask(AcceptRequest(ticket_id=ticket.id))).session
        assert session.caller_number == "1234567"
        rows = await place.desk.ask(CallerAppointmentsRequest(session_id=session.id))
        assert [row.appointment.code for row in rows.appointments] == [slip.code]
        await place.come_to(slip, 1)
        assert await place.state(slip) is AppointmentState.KEPT
        steps = await place.desk.ask(StepsRequest(appointment_id=slip.appointment_id))
        assert [step.kind for step in steps.steps] == ["booked", "arrived", "kept"]
        used = await place.kiosk.ask(FindSlipRequest(code=slip.code))
        assert used.state is CheckInState.USED


async def test_who_is_answered_before_the_hour_has_kept_it_at_once(
    tmp_path: Path,
) -> None:
    async with appointed(tmp_path) as place:
        slip = await place.book((await place.free())[0])
        await place.come_to(slip, -200)
        request = CheckInRequest(
            request_id="c1", appointment_id=slip.appointment_id, code=slip.code
        )
        ticket = (await place.kiosk.ask(request)).ticket
        assert ticket is not None
        await place.come_to(slip, -199)
        assert await place.state(slip) is AppointmentState.ARRIVED
        await place.desk.ask(AcceptRequest(ticket_id=ticket.ticket.id))
        await place.come_to(slip, -198)
        assert await place.state(slip) is AppointmentState.KEPT


async def test_who_comes_early_and_leaves_has_missed_nothing_before_the_hour(
    tmp_path: Path,
) -> None:
    async with appointed(tmp_path) as place:
        slip = await place.book((await place.free())[0])
        await place.come_to(slip, -200)
        request = CheckInRequest(
            request_id="c1", appointment_id=slip.appointment_id, code=slip.code
        )
        ticket = (await place.kiosk.ask(request)).ticket
        assert ticket is not None
        await place.kiosk.ask(LeaveRequest(ticket_id=ticket.ticket.id))
        await place.come_to(slip, -190)
        assert await place.state(slip) is AppointmentState.ARRIVED
        await place.come_to(slip, 1)
        assert await place.state(slip) is AppointmentState.MISSED


async def test_number_and_birth_date_find_the_slip_and_a_stranger_does_not(tmp_path: Path) -> None:
    async with appointed(tmp_path) as place:
        slip = await place.book((await place.free())[0])
        request = FindSlipRequest(caller_number="1234567", born_on="1987-02-14")
        assert (await place.kiosk.ask(request)).slip == (
            await place.kiosk.ask(FindSlipRequest(code=slip.code))
        ).slip
        wrong = FindSlipRequest(caller_number="1234567", born_on="1987-02-15")
        for _ in range(MOST_WRONG):
            assert (await place.kiosk.ask(wrong)).state is CheckInState.UNKNOWN
        with pytest.raises(RateLimited):
            await place.kiosk.ask(request)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [
        (-61, CheckInState.EARLY),
        (-59, CheckInState.WELCOME),
        (15, CheckInState.WELCOME),
        (20, CheckInState.LATE),
        (24 * 60, CheckInState.OTHER_DAY),
    ],
)
async def test_early_late_and_another_day_are_told(
    minutes: int, state: CheckInState, tmp_path: Path
) -> None:
    async with appointed(tmp_path) as place:
        slip = await place.book((await place.free("2026-03-03"))[0])
        await place.come_to(slip, minutes)
        assert (await place.kiosk.ask(FindSlipRequest(code=slip.code))).state is state


async def test_another_place_is_told(tmp_path: Path) -> None:
    async with appointed(tmp_path) as place:
        slip = await place.book((await place.free())[0])
        elsewhere = await place.world.client(Role.KIOSK, "kiosk1", "network")
        found = await elsewhere.ask(FindSlipRequest(code=slip.code))
        assert found.state is CheckInState.OTHER_SITE
        assert found.slip is not None
        assert found.slip.site_name == "Mairie de Saint-Oyen"


async def test_an_absent_caller_has_missed_it_and_one_who_comes_late_waits_as_all_do(
    tmp_path: Path,
) -> None:
    async with appointed(tmp_path) as place:
        slip = await place.book((await place.free())[0])
        await place.come_to(slip, 16)
        assert await place.state(slip) is AppointmentState.MISSED
        request = CheckInRequest(
            request_id="c1", appointment_id=slip.appointment_id, code=slip.code
        )
        answer = await place.kiosk.ask(request)
        assert answer.state is CheckInState.LATE
        assert answer.ticket is not None
        assert answer.ticket.ticket.due_at_utc is None
        assert await place.state(slip) is AppointmentState.ARRIVED


async def test_who_did_not_come_is_somebodys_to_call_for_a_week_or_until_it_is_done(
    tmp_path: Path,
) -> None:
    async with appointed(tmp_path) as place:
        free = await place.free()
        slips = [await place.book(free[0]), await place.book(free[1])]

        async def to_call() -> list[str]:
            return [row.appointment.id for row in (await place.desk.ask(DayRequest())).not_told]

        assert await to_call() == []
        await place.come_to(slips[1], 16)
        assert await to_call() == [slip.appointment_id for slip in slips]
        await place.come_to(slips[1], 24 * 60)
        await place.desk.ask(ToldRequest(appointment_id=slips[0].appointment_id))
        assert await to_call() == [slips[1].appointment_id]
        await place.come_to(slips[1], 7 * 24 * 60 + 1)
        assert await to_call() == []


async def test_a_caller_moves_and_cancels_in_time_only(tmp_path: Path) -> None:
    async with appointed(tmp_path) as place:
        free = await place.free("2026-03-03")
        slip = await place.book(free[0])
        known, letters = slip.appointment_id, slip.code
        with pytest.raises(AppointmentUnknown):
            await place.kiosk.ask(CancelAppointmentRequest(appointment_id=slip.appointment_id))
        later = free[1].starts_at
        move = MoveAppointmentRequest(appointment_id=known, code=letters, starts_at=later)
        moved = (await place.kiosk.ask(move)).slip
        assert moved is not None
        assert (moved.code, moved.starts_at) == (slip.code, free[1].starts_at)
        assert [slot.left for slot in (await place.free("2026-03-03"))[:2]] == [2, 1]
        await place.come_to(moved, -119)
        with pytest.raises(AppointmentTooLate):
            await place.kiosk.ask(CancelAppointmentRequest(appointment_id=known, code=letters))
        by_desk = CancelAppointmentRequest(
            appointment_id=slip.appointment_id, reason="Le conseiller est parti"
        )
        cancelled = (await place.desk.ask(by_desk)).slip
        assert cancelled is not None
        assert cancelled.state is AppointmentState.CANCELLED
        with pytest.raises(AppointmentOver):
            await place.desk.ask(MoveAppointmentRequest(appointment_id=known, starts_at=later))


async def test_absences_and_a_supervisors_day_take_room_away(tmp_path: Path) -> None:
    async with appointed(tmp_path) as place:
        slot = (await place.free())[0]
        boss = await place.world.client(Role.SUPERVISOR, "boss")
        people = place.world.catalogue.agents("valdore")
        for person in people[1:]:
            await boss.ask(
                AbsenceRequest(
                    absence_id=person.id,
                    agent=person.id,
                    first_utc=slot.starts_at,
                    last_utc=slot.starts_at + timedelta(minutes=30),
                )
            )
        assert [free.left for free in (await place.free())[:2]] == [1, 2]
        with pytest.raises(NotAllowed):
            await place.desk.ask(
                AbsenceRequest(
                    absence_id="x",
                    agent="bob",
                    first_utc=slot.starts_at,
                    last_utc=slot.starts_at + timedelta(hours=1),
                )
            )
        await boss.ask(DayChangeRequest(service="rights", day="2026-03-02", agents=0))
        assert (await place.free())[0].starts_at.date().isoformat() == "2026-03-03"
        await boss.ask(DayChangeRequest(service="rights", day="2026-03-02", agents=None))
        assert (await place.free())[0].left == 1


async def test_a_host_sees_hour_and_letters_and_nobodys_name(tmp_path: Path) -> None:
    async with appointed(tmp_path) as place:
        host = await place.world.client(Role.FACILITATOR, "host", "network")
        slots = await host.ask(FreeSlotsRequest(service="valdore/rights"))
        booked = await host.ask(
            BookRequest(
                request_id="h1",
                service="valdore/rights",
                starts_at=slots.slots[0].starts_at,
                person=PERSON,
            )
        )
        assert booked.slip is not None
        [row] = (await host.ask(ExpectedRequest())).expected
        assert (row.code, row.site_name) == (booked.slip.code, "Médiathèque d'Arvenne")
        assert "Garance" not in repr(row)


async def test_the_day_and_its_figures(tmp_path: Path) -> None:
    async with appointed(tmp_path) as place:
        free = await place.free()
        kept, missed = await place.book(free[0]), await place.book(free[1], PERSON)
        await place.come_to(kept, 0)
        request = CheckInRequest(
            request_id="c1", appointment_id=kept.appointment_id, code=kept.code
        )
        ticket = (await place.kiosk.ask(request)).ticket
        assert ticket is not None
        await place.desk.ask(AcceptRequest(ticket_id=ticket.ticket.id))
        boss = await place.world.client(Role.SUPERVISOR, "boss")
        day = await boss.ask(DayRequest())
        assert [(f"{line.starts_at:%H:%M}", line.room, line.taken) for line in day.lines] == [
            ("14:00", 2, 1),
            ("14:30", 2, 1),
            ("15:00", 2, 0),
            ("15:30", 2, 0),
        ]
        await place.come_to(missed, 30)
        await place.come_to(missed, 24 * 60)
        rows = (await boss.ask(SlotCountsRequest(first="2026-03-02", last="2026-03-02"))).rows
        assert [(row.site, row.offered, row.booked, row.kept, row.missed) for row in rows] == [
            ("", 8, 0, 0, 0),
            ("townhall", 0, 2, 1, 1),
        ]
