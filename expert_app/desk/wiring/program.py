# SPDX-License-Identifier: GPL-3.0-only
"""The desk's program from the key to the end: parts, jobs, screen, and their connections.
Used by `expert_app.commands.desk`, where the role is that of an agent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from expert_app.aid.desk_help import DeskHelpJob, HelpedDesk
from expert_app.aid.machine import doctor_command
from expert_app.desk.filing import DeletedPages, note_deleted
from expert_app.desk.jobs import DeskJobs, build_jobs
from expert_app.desk.parts import DeskParts, build_parts
from expert_app.desk.wiring.connections import DeskConnections, connect_desk
from expert_app.desk.wiring.screen import DeskScreen, build_screen
from expert_app.desk.wiring.shift_check import ShiftCheck
from expert_app.runtime.credentials import forget_seed, key_name_of
from expert_app.runtime.log_lines import keep_recent_lines
from expert_app.workplace.role_parts import RoleParts
from expert_app.workplace.sign_on.here import sign_off
from expert_app.workplace.wiring.desk_choices import DeskPages
from expert_app.workplace.wiring.role_program import RoleProgram
from resources.handbook import handbook_page
from session.core.computer import computer_name
from session.desk.hub.remote_help import DeskHelpClient
from session.desk.hub.workplace import Workplace
from session.log.writer import left_over
from session.protocol.helpdesk.remote_help import LINE_LETTERS, MOST_LINES, RemoteFact
from session.protocol.hub.routing import WorkHereAnswer
from session.protocol.hub.tickets import Ticket, TicketState
from views.desk.window import DeskWindow
from views.media.devices import MediaDevices
from views.workplace.settings import NamedPage

if TYPE_CHECKING:
    from expert_app.desk.wiring.media import MediaConnections


def build_desk(role: RoleParts) -> Desk:
    """A desk that is connected and not started."""
    parts = build_parts(role)
    jobs = build_jobs(parts)
    screen = build_screen(parts)
    return Desk(parts, jobs, screen=screen, connections=connect_desk(parts, jobs, screen))


def build_help(
    parts: DeskParts, jobs: DeskJobs, screen: DeskScreen, link: DeskHelpClient
) -> DeskHelpJob:
    """Build what the helpdesk may do here, once the person at the desk agrees."""
    recent = keep_recent_lines(MOST_LINES)

    def in_conversation() -> bool:
        return jobs.app.session is not None

    desk = HelpedDesk(
        devices=device_facts,
        doctor=doctor_command(next(iter(parts.paths.arguments[1:]), "")),
        measure_line=lambda: link.measure_line(lambda: not in_conversation()),
        recent_lines=recent.lines,
        restart=parts.program.restart,
        in_conversation=in_conversation,
    )
    bar = screen.window.remote_help
    job = DeskHelpJob(desk, bar, report=link.report, clock=parts.clock, tasks=parts.tasks)
    parts.link.help_wanted.connect(job.on_wanted)
    bar.answered.connect(job.on_answered)
    return job


def device_facts() -> list[RemoteFact]:
    """Cameras, microphones and loudspeakers of this computer."""
    devices = MediaDevices()
    devices_by_kind = {
        "camera": devices.cameras(),
        "microphone": devices.microphones(),
        "speaker": devices.speakers(),
    }
    return [
        RemoteFact(name=name, value=", ".join(names)[:LINE_LETTERS], code="" if names else "absent")
        for name, names in devices_by_kind.items()
    ]


class Desk(RoleProgram[DeskWindow]):
    """One desk while the program runs: its start, its end, and what concerns all of it.

    Attributes:
        elsewhere: where this agent works now instead; None while it is here.
        check: of the desk, before the first caller of a day.
    """

    def __init__(
        self,
        parts: DeskParts,
        jobs: DeskJobs,
        *,
        screen: DeskScreen,
        connections: DeskConnections,
    ) -> None:
        window = screen.window
        super().__init__(parts, window, messages=window.messages)
        self.parts: DeskParts = parts
        self.jobs = jobs
        self.screen = screen
        self.elsewhere: WorkHereAnswer | None = None
        self._connections = connections
        self._queue_seen = asyncio.Event()
        self._caller_seen = asyncio.Event()
        self._moved = asyncio.Event()
        self._old_logs = asyncio.Lock()
        jobs.filing.left_pages_deleted.connect(self._on_left_pages_deleted)
        parts.link.queue_changed.connect(self._on_queue)
        window.header.settings_pressed.connect(self._on_settings)
        window.header.theme_requested.connect(parts.appearance.set_dark)
        window.close_requested.connect(parts.program.stop.set)
        screen.application.commitDataRequest.connect(window.idle.summary.skip)
        window.sign_out_requested.connect(self._on_sign_out)
        window.help.support_requested.connect(self._support.write_file)
        window.help.handbook.show_page(handbook_page("agent"))
        self._workplace = Workplace(
            parts.bus, parts.link, computer=computer_name(), tasks=parts.tasks
        )
        self._workplace.elsewhere.connect(self._on_elsewhere)
        link = DeskHelpClient(parts.bus, parts.clock)
        self.help = build_help(parts, jobs, screen, link)
        self.check = ShiftCheck(
            parts,
            jobs,
            window=window,
            line=link,
            choose_devices=self._on_devices_wanted,
            keys_of=connections.choices.keys.keys_of,
        )

    @cached_property
    def media(self) -> MediaConnections:
        """Tries camera, microphone and loudspeaker; made after the start, with what it needs."""
        from expert_app.desk.wiring.media import MediaConnections

        return MediaConnections(self.window, self.parts.media, store=self.parts.window_settings)

    @cached_property
    def _pages(self) -> DeskPages:
        return DeskPages(self._connections.choices, self.media.page)

    def settings_pages(self) -> Sequence[NamedPage]:
        """Return the pages of an agent."""
        return self._pages.pages

    async def start(self) -> None:
        """Shows the window, then connects: the window never waits for the network."""
        parts = self.parts
        for leftover in await asyncio.to_thread(parts.outbox.recover):
            self._connections.window.show_leftover(leftover)
        self.window.show_identity(parts.settings.organisation, parts.settings.user)
        self._connections.work.show_open_work()
        self.jobs.work.start()
        self.jobs.memos.start()
        self.jobs.appointments.start()
        self.jobs.outside.start()
        self.check.begin_if_due()
        await self.jobs.app.start()
        await super().start()
        parts.tasks.start(self._send_old_logs(), name="send old logs")
        parts.tasks.start(self._get_ready(), name="get ready for a caller")

    async def wait_for_end(self) -> None:
        """Waits until the window is closed, or the agent works at another computer."""
        tasks = self.parts.tasks
        ends = [
            tasks.start(self.parts.program.stop.wait(), name="the desk is closed"),
            tasks.start(self._moved.wait(), name="the agent works elsewhere"),
        ]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in ends:
            task.cancel()

    async def stop(self) -> None:
        """Ends session, media, workers and connection, in this order."""
        parts = self.parts
        await self.jobs.work.stop()
        await self.jobs.app.stop()
        self.window.close_now()
        await self.jobs.third_parties.stop()
        await parts.media.close()
        await asyncio.to_thread(parts.workers.close)
        if parts.reader is not None:
            await asyncio.to_thread(parts.reader.close)
        await super().stop()

    def _on_queue(self, tickets: list[Ticket]) -> None:
        self._queue_seen.set()
        if any(ticket.state in (TicketState.WAITING, TicketState.OFFERED) for ticket in tickets):
            self._caller_seen.set()

    async def _get_ready(self) -> None:
        """Loads what the shift check needs once the queue is seen, and the browser engine and the
        workers, which take 90 MB, once a caller waits: nobody waits for them before.
        """
        await self._queue_seen.wait()
        await self.parts.media.warm()
        self.media.follow_devices()
        self.check.allow_devices(self.media)
        await self._caller_seen.wait()
        self.parts.workers.warm()
        self.screen.mirror.engine.begin()

    async def _send_old_logs(self) -> None:
        """Sends logs that an earlier run could not send; a session that goes on has a writer
        already. Then pages may go whose deletion is a line in such a log.
        """
        old_logs = left_over(self.parts.paths.folder("logs"))
        await self.jobs.app.resumed.wait()
        async with self._old_logs:
            for session_id, _writer in old_logs:
                session = self.jobs.app.session
                if session is None or session.facts.id != session_id:
                    await self.jobs.sessions.log_writer(session_id).close(timeout_s=60)
        self.parts.tasks.keep(self.jobs.filing.keep_ageing, name="age out pages")

    def _on_left_pages_deleted(self, deleted: DeletedPages) -> None:
        self.parts.tasks.start(self._note_deleted(deleted), name="note deleted pages")

    async def _note_deleted(self, deleted: DeletedPages) -> None:
        async with self._old_logs:
            await note_deleted(deleted, self.jobs.sessions.log_writer)

    def _on_settings(self) -> None:
        self._pages.show()
        self.settings_window.open()

    def _on_devices_wanted(self) -> None:
        self._on_settings()
        self.settings_window.window.show_page(self.media.page)

    def on_language(self, language: str) -> None:
        """The program begins anew in it, unless a caller is here."""
        if self.jobs.app.session is None:
            super().on_language(language)
        else:
            self.settings_window.appearance_page.show_language_later()

    def _on_sign_out(self) -> None:
        """The key is forgotten; the next start asks for a code, or the organisation's provider."""
        forget_seed(key_name_of(self.parts.settings))
        self.parts.tasks.start(self._sign_out(), name="sign out")

    async def _sign_out(self) -> None:
        await sign_off(self.parts.settings, self.parts.seed, self.parts.tasks)
        self.parts.program.stop.set()

    def _on_elsewhere(self, answer: WorkHereAnswer) -> None:
        self.elsewhere = answer
        self._moved.set()

    def on_network_changed(self) -> None:
        """Another address: the call begins anew at once, too."""
        super().on_network_changed()
        if self.jobs.app.session is not None:
            self.jobs.app.session.call.request_call()

    def show_not_connected(self, words: str) -> None:
        """Why the hub has never answered yet."""
        self.window.status.show_not_connected(words)

    def show_refused(self, code: str) -> None:
        """Says that the bus lets this computer in no more."""
        self._connections.window.show_access_refused(code)
