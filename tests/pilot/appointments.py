# SPDX-License-Identifier: GPL-3.0-only
"""An appointment from the conversation to the hour: taken at the desk, printed at the kiosk, told
by mail; and its caller who comes.
"""

from __future__ import annotations

import asyncio
import email.policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.pilot.conversation import Conversations, text_of
from tests.pilot.driven import Driven, Evidence, NotSeen
from tests.pilot.pilot import Pilot, Step, same
from tests.pilot.town import FAMILY_NAME, ORGANISATION

ADDRESS = "eloise@tisserand.example"
MAIL_S = 60.0
PRINT_S = 60.0


class Mailbox:
    """The organisation's mail server, which keeps what it gets."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        parser = BytesParser(EmailMessage, policy=email.policy.default)
        self.mails.append(parser.parsebytes(content))
        return "250 OK"


class Appointments:
    """Steps within the first conversation, and between two callers."""

    def __init__(self, pilot: Pilot, conversations: Conversations) -> None:
        self._pilot = pilot
        self._conversations = conversations
        self._mailbox = Mailbox()
        self._mail = Controller(self._mailbox, hostname="127.0.0.1", port=pilot.mail_port)

    def in_a_conversation(self) -> list[Step]:
        """What the agent does before hanging up."""
        return [
            ("appointment_taken", self.taken),
            ("appointment_printed_and_mailed", self.printed_and_mailed),
        ]

    def at_the_hour(self) -> list[Step]:
        """The caller comes back with the slip."""
        return [("appointment_kept", self.kept)]

    @property
    def _desk(self) -> Driven:
        return self._pilot.open["agent1"]

    @property
    def _kiosk(self) -> Driven:
        return self._pilot.open["borne1"]

    async def taken(self) -> Evidence:
        """The first free time of the service at this site, for the person of the dossier."""
        self._mail.start()
        desk = self._desk
        await desk.click("talk_appointment")
        person = await desk.reads("booking_person", FAMILY_NAME)
        await desk.type("booking_email", ADDRESS)
        await desk.click("free_time")
        await desk.click("booking_confirm")
        letters = (await desk.reads("slip_code", ":")).rpartition(":")[2]
        self._pilot.found["letters"] = "".join(filter(str.isalnum, letters))
        return {"for": person, "when": await desk.reads("slip_when"), "letters": letters.strip()}

    async def printed_and_mailed(self) -> Evidence:
        """The sheet has the letters and nobody's name, as has the mail with its calendar file."""
        before = {path.name for path in self._pilot.spool.glob("job-*.pdf")}
        await self._desk.click("slip_print")
        sheet = await self._sheet(before)
        await self._desk.click("slip_close")
        printed = await asyncio.to_thread(text_of, sheet)
        letters = self._pilot.found["letters"]
        same("the letters stand on the sheet", letters[:3] in printed, True)
        async with asyncio.timeout(MAIL_S):
            while not self._mailbox.mails:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        [mail] = self._mailbox.mails
        calendar = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        same("calendar files in the mail", bool(calendar), True)
        body = mail.get_body(("plain",))
        told = body.get_content() if body is not None else ""
        for what, words in (("sheet", printed), ("mail", told)):
            if FAMILY_NAME in words or "Marguerite" in words:
                raise NotSeen(f"the {what} has the caller's name")
        return {"sheet": sheet.name, "to": str(mail["To"]), "mail": told.splitlines()[:12]}

    async def _sheet(self, before: set[str]) -> Path:
        """The sheet that comes out of the printer, once the caller has agreed to it."""
        async with asyncio.timeout(PRINT_S):
            while True:
                if "print_yes" in await self._kiosk.visible():
                    await self._kiosk.click("print_yes")
                for path in self._pilot.spool.glob("job-*.pdf"):
                    if path.name not in before:
                        return path
                await asyncio.sleep(0.2)

    async def kept(self) -> Evidence:
        """The caller types the letters at the kiosk; the agent has the dossier at once, and the hub
        knows that the appointment was kept.
        """
        desk, kiosk = self._desk, self._kiosk
        before = await kiosk.count("ticket")
        await kiosk.click("have_appointment")
        for letter in self._pilot.found["letters"]:
            await kiosk.click(f"slip_{letter}")
        await kiosk.click("slip_send")
        await kiosk.click("way_check_in")
        ticket = await kiosk.seen("ticket", state="waiting", count=lambda n: n > before)
        await self._conversations.accept(desk, kiosk, str(ticket["id"]))
        dossier = await desk.seen("dossier", number=self._pilot.found["dossier"])
        wiped = await self._conversations.end(desk, kiosk)
        self._mail.stop()
        return {
            "dossier": dossier["number"],
            "organisation": ORGANISATION,
            "left over at the kiosk": wiped["left_over"],
        }
