# SPDX-License-Identifier: GPL-3.0-only
"""The desk's program from the key to the end: parts, jobs, screen, and their connections.
Used by `expert_app.commands.desk`, where the role is that of an agent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from expert_app.aid.desk_help import DeskHelpJob, HelpedDesk
from expert_app.aid.machine import doctor_command
from expert_app.desk.filing import DeletedPages, note_deleted
from expert_app.desk.jobs import DeskJobs, build_jobs
from expert_app.desk.parts import DeskParts, build_parts
from expert_app.desk.wiring.connections import DeskConnections, connect_desk
from expert_app.desk.wiring.screen import DeskScreen, build_screen
from expert_app.runtime.bus_access import show_until_connected
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.credentials import forget_seed
from expert_app.runtime.enrolment import why_refused
from expert_app.runtime.log_lines import keep_recent_lines
from expert_app.runtime.network_watch import NetworkWatch
from expert_app.runtime.paths import Paths
from expert_app.runtime.window_program import STOP_S, Program
from expert_app.workplace.sign_on.here import prolong, sign_off
from expert_app.workplace.wiring.desk_choices import DeskPages
from expert_app.workplace.wiring.settings import SettingsConnections
from expert_app.workplace.wiring.sign_on_end import SignOnEnd
from expert_app.workplace.wiring.support import SupportConnections
from session.core.computer import computer_name
from session.core.errors import SignOnEnded
from session.desk.hub.remote_help import DeskHelpLink
from session.desk.hub.workplace import Workplace
from session.log.writer import left_over
from session.protocol.helpdesk.remote_help import LINE_LETTERS, MOST_LINES, RemoteFact
from session.protocol.hub.routing import WorkHereAnswer
from views.media.devices import MediaDevices

if TYPE_CHECKING:
    from expert_app.desk.wiring.media import MediaConnections
    from session.protocol.hub.tickets import Ticket


async def open_desk(
    settings: DeskSettings, paths: Paths, program: Program, *, seed: bytes
) -> WorkHereAnswer | None:
    """Runs the agent's window until it is stopped, or (where) the agent works at another
    computer.
    """
    desk = build_desk(settings, paths, seed=seed, program=program)
    program.built.emit(desk)
    await desk.start()
    program.shown.emit(desk)
    stop = program.tasks.start(program.stop.wait(), name="the desk is closed")
    moved = program.tasks.start(desk.moved.wait(), name="the agent works elsewhere")
    await asyncio.wait([stop, moved], return_when=asyncio.FIRST_COMPLETED)
    for task in (stop, moved):
        task.cancel()
    await asyncio.wait_for(desk.stop(), STOP_S)
    return desk.elsewhere


def build_desk(settings: DeskSettings, paths: Paths, *, seed: bytes, program: Program) -> Desk:
    """A desk that is connected and not started."""
    parts = build_parts(settings, paths, seed=seed, clock=program.clock, tasks=program.tasks)
    jobs = build_jobs(parts)
    screen = build_screen(parts)
    connections = connect_desk(parts, jobs, screen)
    return Desk(parts, jobs, screen=screen, connections=connections, program=program)


def build_help(
    parts: DeskParts, jobs: DeskJobs, screen: DeskScreen, *, restart: Callable[[], None]
) -> DeskHelpJob:
    """Build what the helpdesk may do here, once the person at the desk agrees."""
    recent, link = keep_recent_lines(MOST_LINES), DeskHelpLink(parts.bus, parts.clock)

    def in_conversation() -> bool:
        return jobs.app.session is not None

    desk = HelpedDesk(
        devices=device_facts,
        doctor=doctor_command(next(iter(parts.paths.arguments[1:]), "")),
        measure_line=lambda: link.measure_line(lambda: not in_conversation()),
        recent_lines=recent.lines,
        restart=restart,
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


class Desk:
    """One desk while the program runs: its start, its end, and what concerns all of it."""

    def __init__(
        self,
        parts: DeskParts,
        jobs: DeskJobs,
        *,
        screen: DeskScreen,
        connections: DeskConnections,
        program: Program,
    ) -> None:
        self.parts = parts
        self.jobs = jobs
        self.screen = screen
        self._connections = connections
        self._program = program
        self._support = SupportConnections(
            screen.window.messages,
            parts.paths,
            language=parts.settings.language,
            program=program,
            bus=parts.bus,
        )
        self._sign_on_end = SignOnEnd(
            screen.window.messages,
            parts.settings.signed_on_until,
            prolong=partial(prolong, parts.settings, parts.seed, parts.paths, program.tasks),
            clock=program.clock,
            tasks=program.tasks,
        )
        self._queue_seen = asyncio.Event()
        self._old_logs = asyncio.Lock()
        jobs.filing.left_pages_deleted.connect(self._on_left_pages_deleted)
        parts.link.queue_changed.connect(self._on_queue)
        screen.window.header.settings_pressed.connect(self._on_settings)
        self._network = NetworkWatch(screen.window, self._on_network_changed)
        screen.window.theme_requested.connect(screen.appearance.set_dark)
        screen.window.close_requested.connect(program.stop.set)
        screen.window.sign_out_requested.connect(self._on_sign_out)
        screen.window.support_requested.connect(self._support.write_file)
        parts.bus.refused.connect(self._on_refused)
        program.failed.connect(self._on_failed)
        self.moved = asyncio.Event()
        self.elsewhere: WorkHereAnswer | None = None
        self._workplace = Workplace(
            parts.bus, parts.link, computer=computer_name(), tasks=program.tasks
        )
        self._workplace.elsewhere.connect(self._on_elsewhere)
        self.help = build_help(parts, jobs, screen, restart=program.restart)

    @cached_property
    def _media(self) -> MediaConnections:
        """Tries camera, microphone and loudspeaker; made after the start, with what it needs."""
        from expert_app.desk.wiring.media import MediaConnections

        return MediaConnections(
            self.screen.window, self.parts.media, store=self.parts.window_settings
        )

    @cached_property
    def _pages(self) -> DeskPages:
        return DeskPages(self._connections.choices, self._media.page)

    @cached_property
    def _settings(self) -> SettingsConnections:
        parts, screen = self.parts, self.screen
        settings = SettingsConnections(
            screen.window,
            screen.appearance,
            language=parts.settings.language,
            store=parts.window_settings,
            paths=parts.paths,
            support=self._support,
            tasks=self._program.tasks,
            pages=self._pages.pages,
        )
        settings.language_chosen.connect(self._on_language)
        return settings

    async def start(self) -> None:
        """Shows the window, then connects: the window never waits for the network."""
        parts, window = self.parts, self.screen.window
        for leftover in await asyncio.to_thread(parts.outbox.recover):
            self._connections.window.show_leftover(leftover)
        window.show_identity(parts.settings.organisation, parts.settings.user)
        self._support.report_crash()
        self._connections.work.show_open_work()
        show_until_connected(parts.bus, parts.settings.bus, window.show_not_connected)
        window.show()
        self.jobs.work.start()
        await self.jobs.app.start()
        parts.tasks.start(self._program.connect(parts.bus), name="connect the desk")
        parts.tasks.start(self._send_old_logs(), name="send old logs")
        parts.tasks.start(self._get_ready(), name="get ready for a caller")

    async def stop(self) -> None:
        """Ends session, media, workers and connection, in this order."""
        parts = self.parts
        await self.jobs.work.stop()
        await self.jobs.app.stop()
        self.screen.window.close_now()
        await self.jobs.third_parties.stop()
        await parts.media.close()
        await asyncio.to_thread(parts.workers.close)
        if parts.reader is not None:
            await asyncio.to_thread(parts.reader.close)
        await parts.bus.close()

    def _on_queue(self, _tickets: list[Ticket]) -> None:
        self._queue_seen.set()

    async def _get_ready(self) -> None:
        """Loads what a conversation needs once the queue is seen: nobody waits for it before."""
        await self._queue_seen.wait()
        self.parts.workers.warm()
        await self.parts.media.warm()
        self._media.follow_devices()

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
        self._settings.open()

    def _on_language(self, _language: str) -> None:
        """The program begins anew in it, unless a caller is here."""
        if self.jobs.app.session is None:
            self._program.restart()
        else:
            self._settings.appearance_page.show_language_later()

    def _on_sign_out(self) -> None:
        """The key is forgotten; the next start asks for a code, or the organisation's provider."""
        forget_seed(self.parts.key_name)
        self._program.tasks.start(self._sign_out(), name="sign out")

    async def _sign_out(self) -> None:
        await sign_off(self.parts.settings, self.parts.seed, self._program.tasks)
        self._program.stop.set()

    def _on_refused(self, _nothing: None) -> None:
        """The bus does not know this desk any more, or not for the moment (who says far too much is
        shut out for a minute): it goes on asking now and then, unless a person has to sign on.
        """
        code = why_refused(self.parts.settings)
        self._connections.window.show_access_refused(code)
        if code == SignOnEnded.code:
            self._sign_on_end.over(self._program.restart)
            self.parts.tasks.start(self.parts.bus.close(), name="stop knocking")

    def _on_elsewhere(self, answer: WorkHereAnswer) -> None:
        self.elsewhere = answer
        self.moved.set()

    def _on_network_changed(self) -> None:
        """Another address: reconnects the bus and the call at once instead of waiting for time
        limits.
        """
        self.parts.bus.reconnect()
        if self.jobs.app.session is not None:
            self.jobs.app.session.call.request_call()

    def _on_failed(self, kind: str) -> None:
        self._connections.window.show_trouble("unexpected", {"why": kind}, "unexpected")
