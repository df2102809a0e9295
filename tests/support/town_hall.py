# SPDX-License-Identifier: GPL-3.0-only
"""Kiosks without windows in a town hall, on a real bus with a real hub.
Used by the tests of the kiosk's job.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from expert_app.kiosk.app import KioskApp
from expert_app.kiosk.running_session import RunningSession
from expert_app.runtime.paths import Paths
from session.core.clock import Clock
from session.core.device_errors import PrinterGone
from session.core.tasks import Tasks
from session.kiosk.appointment_acts import AppointmentQuestion, Asked, Telling
from session.kiosk.caller_acts import CallService, EnterNumber
from session.kiosk.drivers.printer import JobProgress, Printer, PrinterStatus
from session.kiosk.hub.client import KioskClient
from session.kiosk.session import KioskSession
from session.protocol.conversation.messages import KioskWiped, ScannerState
from session.protocol.hub.requests import ServicesAnswer, SessionFacts, TicketAnswer, TicketChanged
from session.protocol.hub.third_parties import PassingAnswer
from session.protocol.hub.tickets import TicketState
from session.protocol.hub.waiting import AwayTicket
from session.protocol.wire.roles import Role
from tests.support.hub_world import World
from tests.support.program_parts import QuietBrowser, kiosk_session
from tests.support.waiting import until


class QuietScreen:
    """Remembers what was shown: `page` now, `story` in order, `trouble` now."""

    def __init__(self) -> None:
        self.story: list[str] = []
        self.trouble = ""
        self.troubles: list[str] = []
        self.ticket = ""
        self.passing: PassingAnswer | None = None
        self.wiped: list[KioskWiped] = []
        self.bookable: frozenset[str] = frozenset()
        self.choice: AppointmentQuestion | None = None
        self.telling: Telling | None = None

    @property
    def page(self) -> str:
        return self.story[-1] if self.story else ""

    def _show(self, page: str) -> None:
        if page != self.page:
            self.story.append(page)

    def show_services(self, answer: ServicesAnswer) -> None:
        if not self.story:  # later it changes buttons, not the page
            self._show("start")

    def forget_caller(self) -> None:
        """Nobody's choices are here."""

    def show_start(self) -> None:
        self._show("start")

    def ask_number(self, kind: str) -> None:
        self._show(f"number {kind}")

    def number_refused(self) -> None:
        self._show("number refused")

    def number_again(self) -> None:
        self._show("number again")

    def show_calling(self) -> None:
        self._show("calling")

    def show_ticket(self, answer: TicketAnswer | TicketChanged) -> None:
        self.ticket = answer.ticket.id
        self._show("waiting")

    def show_place(self) -> None:
        self._show("waiting")

    def show_kept(self, answer: TicketAnswer | TicketChanged, *, prints: bool) -> None:
        self._show(
            f"kept {answer.ticket.number} {answer.ticket.away}{' on paper' if prints else ''}"
        )

    def show_callback(self, due: str) -> None:
        self._show(f"callback {due}")

    def show_returns(self, tickets: Sequence[AwayTicket] | None) -> None:
        if tickets is not None:
            self._show("returns " + " ".join(ticket.number for ticket in tickets))

    def show_passing(self, answer: PassingAnswer) -> None:
        self.passing = answer

    def show_session(self, facts: SessionFacts) -> None:
        self._show(f"session with {facts.agent_name}")

    def show_goodbye(self, wiped: KioskWiped | None) -> None:
        if wiped is not None:
            self.wiped.append(wiped)
        self._show("goodbye")

    def show_bookable(self, services: frozenset[str]) -> None:
        self.bookable = services

    def ask_words(self, asked: Asked, kind: str) -> None:
        self._show(f"ask {asked.name} {kind}".strip())

    def offer(self, choice: AppointmentQuestion) -> None:
        self.choice = choice
        self._show(f"offer {choice.offered.name}")

    def tell(self, telling: Telling) -> None:
        self.telling = telling
        self._show(f"tell {telling.told.name}")

    def leave_appointment(self) -> None:
        self._show("start")

    def show_trouble(self, code: str) -> None:
        self.trouble = code
        self.troubles.append(code)

    def clear_trouble(self) -> None:
        self.trouble = ""


class PaperTray:
    """A printer that keeps what it gets; `gone` is its one fault."""

    def __init__(self) -> None:
        self.printed: list[bytes] = []
        self.gone = False

    async def state(self) -> PrinterStatus:
        return PrinterStatus(state=ScannerState.READY, name="tray")

    async def submit(self, document: bytes, name: str, copies: int = 1) -> int:
        if self.gone:
            raise PrinterGone
        self.printed.append(document)
        return len(self.printed)

    async def follow(self, job_id: int) -> AsyncGenerator[JobProgress]:
        return
        yield

    async def cancel(self, job_id: int) -> None:
        return

    async def close(self) -> None:
        return


class Kiosk:
    """A kiosk without a window."""

    def __init__(
        self, clock: Clock, link: KioskClient, folder: Path, printer: Printer | None = None
    ) -> None:
        self._clock, self.link, self._folder = clock, link, folder
        self.tasks, self.screen, self.browser = Tasks(), QuietScreen(), QuietBrowser()
        self.runtime = folder / "runtime"
        folder.mkdir(exist_ok=True)
        self.app = KioskApp(
            link,
            self.screen,
            open_session=self._open,
            running=RunningSession(),
            paths=Paths(data=folder, runtime=self.runtime, config=folder / "settings.toml"),
            clock=clock,
            tasks=self.tasks,
            printer=printer,
        )
        self.sessions: list[KioskSession] = []

    def _open(self, facts: SessionFacts, resumed: bool) -> KioskSession:
        channel = self.link.bus.channel(facts.id)
        made = kiosk_session(
            facts,
            channel,
            browser=self.browser,
            runtime=self.runtime,
            clock=self._clock,
            tasks=self.tasks,
            resumed=resumed,
        )
        self.sessions.append(made)
        return made

    async def start(self) -> None:
        await self.app.start()
        await until(lambda: self.screen.page != "")

    def files(self) -> list[Path]:
        return [path for path in self.runtime.rglob("*") if path.is_file()]

    async def die(self) -> None:
        """As a power cut, as far as a test can: no goodbye to anybody."""
        await self.tasks.close()


class Hall:
    """A town hall and the agency behind it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.kiosks: list[Kiosk] = []

    async def kiosk(self, user: str = "kiosk1", printer: Printer | None = None) -> Kiosk:
        client = await self.world.client(Role.KIOSK, user)
        link = KioskClient(client, self.world.clock, tasks=self.world.tasks)
        kiosk = Kiosk(self.world.clock, link, self.folder / user, printer)
        self.kiosks.append(kiosk)
        await kiosk.start()
        return kiosk

    async def waiting(self, kiosk: Kiosk) -> str:
        kiosk.app.on_act(CallService("rights"))
        kiosk.app.on_act(EnterNumber("1234567"))
        await until(lambda: kiosk.screen.page == "waiting")
        return kiosk.screen.ticket

    def tickets(self, state: TicketState = TicketState.WAITING) -> list[str]:
        assert self.world.hub is not None
        return [
            ticket.id
            for ticket in self.world.hub.queue.view.open_tickets("valdore")
            if ticket.state is state
        ]

    async def close(self) -> None:
        for kiosk in self.kiosks:
            await kiosk.die()
