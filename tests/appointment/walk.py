# SPDX-License-Identifier: GPL-3.0-only
"""Appointments from the conversation to the hour, each step proved by what another end saw: one
taken by an agent, one by RDV Service Public, one at the kiosk by somebody who does not come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pypdfium2
import zxingcpp
from icalendar import Calendar

from documents.printed.dates import full_day
from expert_app.demo.walk import Walk
from expert_app.demo.walk_proofs import Evidence, ProofMissing, same
from expert_app.demo.world import CALLER_NAME, CALLER_NUMBER, DOSSIER
from expert_app.runtime.child_programs import Child, ChildFailed
from resources.texts import in_language
from session.core.appointment_model import Appointment, AppointmentState
from session.protocol.appointments.booking import QR_START
from session.protocol.appointments.day import DayRequest
from tests.appointment.town import AppointmentTown, their_rdv
from tests.support.waiting import until
from tests.unit.expert_app.messages.mail_server import MailServer

ADDRESS = "maelle@garrigue.example"
OTHER_NUMBER, BORN_ON = "2071536", "03111990"
BEFORE = timedelta(minutes=10)
"""So long before the hour the caller comes."""
AFTER = timedelta(minutes=16)
"""So long after the hour nobody is waited for."""
EVE = timedelta(hours=20)
LONG_S, POLL_S = 60.0, 0.1


class AppointmentWalk(Walk):
    """Drives the town."""

    def __init__(self, town: AppointmentTown, shots: Path, mail: MailServer) -> None:
        super().__init__(town, shots)
        self._town = town
        self._mail = mail
        self._pictures = shots
        self._letters = self._qr = ""
        self._first: Appointment
        self._second: Appointment
        self._third: Appointment

    def _plan(self) -> list[tuple[str, Callable[[], Awaitable[Evidence]]]]:
        return [
            ("call_requested", self.call_requested),
            ("ticket_visible", self.ticket_visible),
            ("accepted", self.accepted),
            ("appointment_taken", self.appointment_taken),
            ("slip_printed", self.slip_printed),
            ("mail_received", self.mail_received),
            ("hung_up", self.hung_up),
            ("kiosk_wiped", self.kiosk_wiped),
            ("wrapped_up", self.wrapped_up),
            ("second_came_from_there", self.second_came_from_there),
            ("second_moved_there", self.second_moved_there),
            ("third_chose_a_time", self.third_chose_a_time),
            ("third_taken_at_the_kiosk", self.third_taken_at_the_kiosk),
            ("third_left", self.third_left),
            ("reminded_on_the_eve", self.reminded_on_the_eve),
            ("day_begun", self.day_begun),
            ("slip_shown", self.slip_shown),
            ("checked_in", self.checked_in),
            ("right_agent_accepted", self.right_agent_accepted),
            ("hung_up_again", self.hung_up),
            ("wrapped_up_again", self.wrapped_up),
            ("third_missed", self.third_missed),
        ]

    # ---- what the windows and the hub say

    async def _if_there(self, child: Child, name: str) -> None:
        if name in await child.ask("visible"):
            await self.click(child, name)

    async def _reads(self, child: Child, name: str, *words: str, otherwise: str = "") -> str:
        """The text of a widget, as soon as it has these words, and is another than `otherwise`."""
        text = ""

        async def look() -> bool:
            nonlocal text
            try:
                text = str(await child.ask("read", name=name)).replace("\N{NO-BREAK SPACE}", " ")
            except ChildFailed:  # not there yet
                text = ""
            return text not in ("", otherwise) and all(word in text for word in words)

        try:
            await until(look, LONG_S, POLL_S)
        except TimeoutError:
            raise ProofMissing(f"{child.name}: {name} says {text!r}, not {words}") from None
        return text

    async def _shows(self, child: Child, name: str) -> None:
        """Waits for a button."""

        async def look() -> bool:
            return name in await child.ask("visible")

        await until(look, LONG_S, POLL_S)

    async def _day(self, day: date) -> list[Appointment]:
        """The appointments of a day, as the hub tells a supervisor."""
        async with self._town.supervisor() as line:
            answer = await line.ask(DayRequest(day=day.isoformat()))
        return [row.appointment for row in answer.appointments]

    async def _at_hub(self, day: date, code: str, state: AppointmentState) -> Appointment:
        """The appointment of this code once it is in this state. Raises `ProofMissing`."""
        hits: list[Appointment] = []

        async def look() -> bool:
            hits[:] = [hit for hit in await self._day(day) if hit.code == code]
            return bool(hits) and hits[0].state is state

        try:
            await until(look, LONG_S, POLL_S)
        except TimeoutError:
            states = [hit.state.value for hit in hits]
            raise ProofMissing(f"the hub has {states} of {code}, not {state}") from None
        return hits[0]

    async def _letter(self, beginning: str) -> EmailMessage:
        """The mail whose subject begins so, once the server has it."""
        mails: list[EmailMessage] = []

        def look() -> bool:
            mails[:] = [m for m in self._mail.mails if str(m["Subject"]).startswith(beginning)]
            return bool(mails)

        await until(look, LONG_S)
        return mails[0]

    # ---- the first: taken in a conversation

    async def appointment_taken(self) -> Evidence:
        """The agent takes a time of the week after, and is the one who expects the caller."""
        desk = self._demo.desk
        dossier = await self.fact(desk, "dossier", number=DOSSIER)
        await self.click(desk, "talk_appointment")
        await self.click(desk, "booking_with_me")
        before = await self._reads(desk, "booking_range")
        await self.click(desk, "booking_later")
        await self._reads(desk, "booking_range", otherwise=before)
        person = await self._reads(desk, "booking_person")
        await desk.ask("type", name="booking_email", text=ADDRESS)
        await self.click(desk, "free_time")
        await self.click(desk, "booking_confirm")
        code = (await self._reads(desk, "slip_code", ":")).rpartition(":")[2]
        self._letters = "".join(filter(str.isalnum, code))
        when = await self._reads(desk, "slip_when")
        self._first = await self._find(self._letters)
        days = (self._first.time.starts_at - self._town.now()) / timedelta(days=1)
        same("a week is between", days >= 6, True)
        same("dossier of the appointment", self._first.dossier, DOSSIER)
        return {"dossier": dossier["number"], "for": person, "when": when, "letters": code.strip()}

    async def _find(self, letters: str) -> Appointment:
        """The appointment of these letters, in the next three weeks."""
        for ahead in range(21):
            for hit in await self._day((self._town.now() + timedelta(days=ahead)).date()):
                if hit.code == letters:
                    return hit
        raise ProofMissing(f"the hub has no appointment {letters}")

    async def slip_printed(self) -> Evidence:
        """The kiosk's printer has the sheet: its code leads to the appointment, it names nobody."""
        await self.click(self._demo.desk, "slip_print")
        await self.click(self._demo.kiosk, "print_yes", timeout_s=LONG_S)
        sheet = await self._sheet()
        picture = self._pictures / "slip.png"
        words, self._qr = await asyncio.to_thread(read_sheet, sheet, picture)
        same("letters on the sheet", self._letters[:3] in words, True)
        same("code on the sheet", self._qr, f"{QR_START}{self._letters}")
        self._names_nobody("sheet", words)
        await self.click(self._demo.desk, "slip_close")
        return {"sheet": sheet.name, "code": self._qr}

    async def _sheet(self) -> Path:
        """What the printer has printed, to its end."""
        jobs = self._demo.printer_spool
        await until(lambda: list(jobs.glob("job-*.json")), LONG_S)
        [sheet] = jobs.glob("job-*.pdf")
        return sheet

    def _names_nobody(self, what: str, words: str) -> None:
        for word in (*CALLER_NAME.split(), CALLER_NUMBER):
            if word in words:
                raise ProofMissing(f"the {what} has {word!r}")

    async def mail_received(self) -> Evidence:
        """The mail server has the letter, and the calendar file says the same hour."""
        mail = await self._letter("Votre rendez-vous")
        [file] = mail.iter_attachments()
        calendar = file.get_payload(decode=True)
        assert isinstance(calendar, bytes)
        [event] = Calendar.from_ical(calendar).walk("VEVENT")
        same("hour in the calendar", event.decoded("dtstart"), self._first.time.starts_at)
        same("UID in the calendar", str(event["uid"]), self._first.id)
        body = mail.get_body(("plain",))
        assert body is not None
        self._names_nobody("mail", body.get_content())
        return {
            "to": str(mail["To"]),
            "subject": str(mail["Subject"]),
            "calendar": file.get_filename(),
        }

    async def wrapped_up(self) -> Evidence:
        """The agent finishes."""
        await self.click(self._demo.desk, "outcome_done")
        await self.click(self._demo.desk, "wrap_up_finish")
        return await self.fact(self._demo.desk, "session_closed")

    # ---- the second: taken and moved in RDV Service Public

    async def second_came_from_there(self) -> Evidence:
        """A signed notification of a new appointment of the same day, and of the same agent."""
        at = self._first.time.starts_at + timedelta(hours=1)
        same("status of the notification", await self._town.notify("created", their_rdv(at)), 204)
        [self._second] = [hit for hit in await self._day(at.date()) if hit.foreign_id]
        return {"at": self._second.time.starts_at.isoformat(), "agent": self._second.agent}

    async def second_moved_there(self) -> Evidence:
        """The same appointment, later that day."""
        at = self._first.time.starts_at + timedelta(hours=2)
        same("status of the notification", await self._town.notify("updated", their_rdv(at)), 204)
        [moved] = [hit for hit in await self._day(at.date()) if hit.foreign_id]
        same("one and the same", moved.id, self._second.id)
        same("its new hour", moved.time.starts_at, at)
        self._second = moved
        return {"at": moved.time.starts_at.isoformat(), "moves": moved.moves}

    # ---- the third: taken at the kiosk, for nothing

    async def third_chose_a_time(self) -> Evidence:
        """Another caller does not want to wait, and chooses the same day and the second hour."""
        kiosk = self._demo.kiosk
        await self._if_there(kiosk, "goodbye_finish")
        await self.click(kiosk, "service_famille")
        for digit in OTHER_NUMBER:
            await self.click(kiosk, f"key_{digit}")
        await self.click(kiosk, "number_send")
        ticket = await self.fact(kiosk, "ticket", state="waiting")
        await self.click(kiosk, "waiting_book")
        with in_language("fr"):
            day = full_day(self._first.time.starts_at).replace("\N{NO-BREAK SPACE}", " ")
        await self._reads(kiosk, "choice_0")
        names = [name for name in await kiosk.ask("visible") if name.startswith("choice_")]
        days = {(await self._reads(kiosk, name)).lower(): name for name in names}
        if day not in days:
            raise ProofMissing(f"the kiosk offers {list(days)}, not {day}")
        await self.click(kiosk, days[day])
        hour = await self._reads(kiosk, "choice_1", "h")
        return {"waits as": ticket["number"], "day": day, "hour": hour}

    async def third_taken_at_the_kiosk(self) -> Evidence:
        """Number and birth date, and the kiosk shows the letters."""
        kiosk = self._demo.kiosk
        await self.click(kiosk, "choice_1")
        for digit in OTHER_NUMBER:
            await self.click(kiosk, f"key_{digit}")
        await self.click(kiosk, "number_send")
        for digit in BORN_ON:
            await self.click(kiosk, f"key:{digit}")
        await self.click(kiosk, "key:Return")
        await self._shows(kiosk, "way_leave")
        day = await self._day(self._first.time.starts_at.date())
        [self._third] = [hit for hit in day if hit.person.caller_number == OTHER_NUMBER]
        same("appointments of the day", len(day), 3)
        return {"at": self._third.time.starts_at.isoformat()}

    async def third_left(self) -> Evidence:
        """The place in the queue is given back."""
        await self.click(self._demo.kiosk, "way_leave")
        return await self.fact(self._demo.desk, "queue", open=0)

    # ---- days pass

    async def reminded_on_the_eve(self) -> Evidence:
        """Nobody is at work yet, the hub writes; the supervisor looks at the day that comes."""
        await self._town.sleep_until(self._first.time.starts_at - EVE)
        mail = await self._letter("Rappel de votre rendez-vous")
        same("who is reminded", str(mail["To"]), ADDRESS)
        board = await self._town.start_board()
        await self.click(board, "key:Alt+0")
        await self.click(board, "appointments_after")
        title = await self._reads(board, "appointments_title", "3")
        return {
            "at": self._town.now().isoformat(),
            "subject": str(mail["Subject"]),
            "board": title,
        }

    async def day_begun(self) -> Evidence:
        """The agent reads who comes today."""
        town = self._town
        await town.sleep_until(self._first.time.starts_at - BEFORE)
        town.kiosk, town.desk = await asyncio.gather(town.start_kiosk(), town.start_desk())
        today = await self._reads(town.desk, "idle_appointments_count", "3")
        return {"at": town.now().isoformat(), "desk": today}

    # ---- the hour

    async def slip_shown(self) -> Evidence:
        """The caller holds the slip before the kiosk's code reader, which types what it reads."""
        kiosk = self._demo.kiosk
        await self.fact(kiosk, "services_shown")
        await self.click(kiosk, "have_appointment")
        for sign in self._qr:
            await self.click(kiosk, f"key:{sign}")
        await self._shows(kiosk, "way_check_in")
        return {"code": self._qr, "the kiosk offers": "way_check_in"}

    async def checked_in(self) -> Evidence:
        """A touch, and the caller waits, as the desk sees."""
        await self.click(self._demo.kiosk, "way_check_in")
        ticket = await self.fact(self._demo.kiosk, "ticket", state="waiting")
        seen = await self.fact(self._demo.desk, "ticket_visible", id=ticket["id"])
        return {"number": ticket["number"], "desk": seen["id"] == ticket["id"]}

    async def right_agent_accepted(self) -> Evidence:
        """The one who expects the caller; the dossier is open, with nothing typed."""
        session = await self.accepted()
        same("agent who expects the caller", self._first.agent, session["agent"])
        dossier = await self.fact(self._demo.desk, "dossier", number=DOSSIER)
        await self.fact(self._demo.desk, "first_video")
        return {"agent": session["agent"], "dossier": dossier["number"]}

    async def third_missed(self) -> Evidence:
        """When the other hour is over, the agent has somebody to call, and the supervisor reads
        what became of each.
        """
        town, day = self._town, self._first.time.starts_at.date()
        await town.sleep_until(self._third.time.starts_at + AFTER)
        town.desk, board = await asyncio.gather(town.start_desk(), town.start_board())
        third = await self._at_hub(day, self._third.code, AppointmentState.MISSED)
        work = await self._reads(town.desk, "idle_work_count", "1")
        await self.click(board, "key:Alt+0")
        title = await self._reads(board, "appointments_title", "2")
        first = await self._at_hub(day, self._letters, AppointmentState.KEPT)
        second = await self._at_hub(day, self._second.code, AppointmentState.BOOKED)
        states = [each.state.value for each in (first, second, third)]
        return {"states": states, "desk": work, "board": title}


def read_sheet(sheet: Path, drawn: Path) -> tuple[str, str]:
    """The words on a printed sheet, and what its code says; its picture is saved as `drawn`."""
    with pypdfium2.PdfDocument(sheet) as document:  # type: ignore[no-untyped-call]
        page = document[0]
        words = str(page.get_textpage().get_text_bounded())
        picture = page.render(scale=3).to_pil()
    picture.save(drawn)
    codes = zxingcpp.read_barcodes(picture)
    return words, codes[0].text if codes else ""
