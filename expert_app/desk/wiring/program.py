# SPDX-License-Identifier: GPL-3.0-only
"""Builds the desk's program and connects its views, its job and its session.
The command is `expert-app desk`.
"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from PyQt6.QtWidgets import QApplication

from documents.cipher import Cipher
from documents.pages.outbox import Outbox
from documents.printed.receipt.facts import Signer
from documents.workers import Workers
from expert_app.desk.agent_work import DeskWork
from expert_app.desk.app import DeskApp
from expert_app.desk.devices import DevicesJob
from expert_app.desk.filing import Filing
from expert_app.desk.observers import ObservedDesk, observe_desk
from expert_app.desk.page_edits import PageActs
from expert_app.desk.page_text import page_words
from expert_app.desk.pieces import DeskPieces
from expert_app.desk.provenance import notary_of
from expert_app.desk.quick_copies import QuickLooks
from expert_app.desk.receipts import DeskReceipts
from expert_app.desk.several_papers import PapersLook
from expert_app.desk.shown_documents import DeskShows
from expert_app.desk.third_parties import DeskTalks
from expert_app.desk.wiring.agent_work import WorkConnections
from expert_app.desk.wiring.chat_and_privacy import BesideConnections
from expert_app.desk.wiring.conversation import SessionConnections
from expert_app.desk.wiring.devices import DevicesConnections
from expert_app.desk.wiring.engines import DeskMedia
from expert_app.desk.wiring.life_size import LifeSize
from expert_app.desk.wiring.line import LineConnections
from expert_app.desk.wiring.media import MediaConnections, personal
from expert_app.desk.wiring.pieces import PieceConnections
from expert_app.desk.wiring.receipts import ReceiptConnections
from expert_app.desk.wiring.shown_documents import ShowConnections
from expert_app.desk.wiring.sign_in import has_screen, sign_in
from expert_app.desk.wiring.third_parties import TalkConnections
from expert_app.desk.wiring.window import DeskConnections
from expert_app.runtime.bus_access import tls_for
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.credentials import KeyMissing, forget_seed, key_name, load_seed, outbox_key
from expert_app.runtime.ice_settings import ice_plan, trust_relays, trust_relays_in_browser
from expert_app.runtime.network_watch import NetworkWatch
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import DeskSealing, seals_for
from expert_app.runtime.window_program import ROLES, STOP_S, Program, run_application
from session.bus.client import BusClient
from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.desk.call.guest import Guest
from session.desk.hub.client import DeskLink
from session.desk.hub.library import LibraryLink
from session.desk.hub.pieces import PieceLink
from session.desk.hub.third_parties import TalkLink
from session.desk.hub.work import WorkLink
from session.desk.session import DeskSession
from session.log.events import Writer
from session.log.writer import LogWriter, left_over
from session.protocol.hub.requests import SessionFacts
from views.automation.desk_driver import DeskDriver
from views.desk.call_view import CallView
from views.desk.devices.view import DevicesView
from views.desk.dossier.view import DossierView
from views.desk.queue_view import QueueView
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.view import CobrowseView
from views.desk.window import DeskWindow
from views.media.ring import Ring
from views.media.video_pane import VideoPane
from views.widgets.theme import apply_theme
from views.widgets.window_settings import IniSettings
from views.words.errors import sentence

WINDOW_SIZE = (1440, 900)


def run_desk(settings: DeskSettings, paths: Paths, *, driven: bool) -> int:
    """Runs the desk until it is told to stop; the exit code."""
    seed = None
    try:
        tls_for(settings)
        # a damaged file of ours is told before any window
        seals_for(settings, paths, SystemClock())
        seed = load_seed(key_name(settings.organisation, ROLES[settings.role], settings.user))
    except KeyMissing as error:
        if not has_screen():
            print(error)
            return 2
    except SessionError as error:
        print(sentence(error.code, error.detail).sentence)
        return 2
    return run_application(partial(_main, settings, paths, seed, driven), settings.language)


async def _main(
    settings: DeskSettings, paths: Paths, seed: bytes | None, driven: bool, program: Program
) -> None:
    if seed is None:
        signed_in = await sign_in(settings, paths, driven, program)
        if signed_in is None:
            return
        settings, seed = signed_in
    desk = ComposedDesk(settings, paths, seed=seed, program=program)
    if driven:
        observe_desk(desk.observed(), program.observations, program.tasks)
    await desk.start()
    if driven:
        program.drive(DeskDriver(desk.window, desk.mirror))
    await program.stop.wait()
    await asyncio.wait_for(desk.stop(), STOP_S)


class ComposedDesk:
    """The desk's objects, built once."""

    def __init__(
        self, settings: DeskSettings, paths: Paths, *, seed: bytes, program: Program
    ) -> None:
        self._settings, self._paths, self._program = settings, paths, program
        clock, tasks = program.clock, program.tasks
        seals = seals_for(settings, paths, clock)
        trust_relays(settings.ca_file, paths.data)
        trust_relays_in_browser(settings.ca_file, Path.home())
        self._bus = BusClient(
            settings.bus,
            ROLES[settings.role],
            user=settings.user,
            seed=seed,
            tasks=tasks,
            clock=clock,
            tls=tls_for(settings),
            seals=seals,
        )
        self._sealing = DeskSealing(
            self._bus, settings, paths=paths, seed=seed, clock=clock, tasks=tasks
        )
        self._link = DeskLink(self._bus, clock, tasks=tasks)
        self._window_settings = IniSettings(paths.data / "window.ini")
        self._media = DeskMedia(
            personal(settings.media, self._window_settings), tasks, in_use=self._in_conversation
        )
        self._talk_link = TalkLink(self._bus)
        name = key_name(settings.organisation, ROLES[settings.role], settings.user)
        self._outbox = Outbox(paths.folder("outbox"), Cipher(outbox_key(name, seed)))
        self._workers = Workers(language=settings.language)
        notary = notary_of(seed)
        self._reader = page_words()
        self._filing = Filing(
            self._outbox,
            self._workers,
            store=self._link,
            clock=clock,
            tasks=tasks,
            notary=notary,
            reader=self._reader,
        )
        self._app = DeskApp(
            self._link,
            self._filing,
            open_session=self._open_session,
            clock=clock,
            tasks=tasks,
        )
        self._devices = DevicesJob(
            self._app,
            self._link,
            workers=self._workers,
            clock=clock,
        )
        self._receipts = DeskReceipts(
            self._app,
            self._link,
            outbox=self._outbox,
            filing=self._filing,
            printer=self._devices,
            clock=clock,
            signer=Signer(*notary),
        )
        self._quick_looks = QuickLooks(self._app, self._workers)
        self._receipts = DeskReceipts(
            self._app,
            self._link,
            outbox=self._outbox,
            filing=self._filing,
            printer=self._devices,
            clock=clock,
            signer=Signer(*notary),
        )
        self._page_acts = PageActs(
            self._app,
            self._filing,
            self._outbox,
            PapersLook(
                self._app,
                self._filing,
                outbox=self._outbox,
                workers=self._workers,
            ),
        )
        self._pieces = DeskPieces(
            self._app,
            self._filing,
            link=self._link,
            pieces=PieceLink(self._bus),
            clock=clock,
        )
        self._talks = DeskTalks(
            self._app,
            self._link,
            talk_link=self._talk_link,
            open_guest=self._open_guest,
            tasks=tasks,
        )
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._application = application
        remembered = self._window_settings.read("theme")
        apply_theme(application, (remembered or settings.theme) == "dark")
        self.mirror = MirrorPane()
        self.video = VideoPane()
        self.window = DeskWindow(
            queue=QueueView(clock),
            call=CallView(self.video, clock),
            cobrowse=CobrowseView(self.mirror),
            dossier=DossierView(),
            devices=DevicesView(),
            settings=self._window_settings,
            clock=clock,
        )
        self.window.queue.set_agent(settings.user)
        work_link = WorkLink(self._bus, self._link.retrying.emit)
        self._work = DeskWork(
            self._app,
            self._link,
            work=work_link,
            user=settings.user,
            tasks=tasks,
        )
        ring = Ring(self.window)
        self._connections = DeskConnections(
            self.window,
            ring,
            app=self._app,
            filing=self._filing,
            link=self._link,
        )
        self._work_connections = WorkConnections(
            self.window,
            ring,
            app=self._app,
            work=self._work,
            filing=self._filing,
            user=settings.user,
        )
        self._session_connections = SessionConnections(
            self.window,
            self.mirror,
            video=self.video,
            app=self._app,
            media=self._media,
            tasks=tasks,
        )
        self._devices_connections = DevicesConnections(
            self.window.devices,
            self._app,
            job=self._devices,
            acts=self._page_acts,
            looks=self._quick_looks,
        )
        self._network = NetworkWatch(self.window, self._on_network_changed)
        self._life_size = LifeSize(
            self.window,
            self.video,
            app=self._app,
            settings=self._window_settings,
            own_frame=lambda: self._media.main.own_frame(),
        )
        self._line_connections = LineConnections(self.window, self._app, clock=program.clock)
        self._media_dialog = MediaConnections(
            self.window, self._media, store=self._window_settings, in_use=self._in_conversation
        )
        self.window.header.settings_pressed.connect(self._media_dialog.open)
        self._beside = BesideConnections(
            self.window,
            self.video,
            app=self._app,
            application=application,
            guest=lambda: self._talks.guest,
        )
        self._piece_connections = PieceConnections(
            self.window, self._app, pieces=self._pieces, devices=self._devices
        )
        self._receipt_connections = ReceiptConnections(
            self.window, self._receipts, pieces=self._pieces
        )
        self._shows = DeskShows(
            self._app,
            LibraryLink(self._bus),
            workers=self._workers,
            tasks=tasks,
        )
        self._show_connections = ShowConnections(
            self.window,
            self._app,
            shows=self._shows,
            link=self._link,
        )
        self._talk_connections = TalkConnections(
            self.window,
            self._talks,
            app=self._app,
            link=self._link,
            media=self._media,
            ring=ring,
            desk=self._connections,
            unfiled=self._filing.unfiled,
        )
        self.window.theme_requested.connect(self._on_theme)
        self.window.close_requested.connect(program.stop.set)
        self.window.sign_out_requested.connect(self._on_sign_out)
        self._bus.refused.connect(self._on_refused)
        self._app.session_ended.connect(lambda _ended: self._bus.say_in_beats(None))
        program.failed.connect(
            lambda kind: self._connections.show_trouble("unexpected", {"why": kind}, "unexpected")
        )

    def observed(self) -> ObservedDesk:
        """The parts that a script may read."""
        return ObservedDesk(
            app=self._app,
            link=self._link,
            sealing=self._sealing,
            work=self._work,
            filing=self._filing,
            devices=self._devices,
            page_acts=self._page_acts,
            quick_looks=self._quick_looks,
            pieces=self._pieces,
            shows=self._shows,
            talks=self._talks,
            media=self._media,
            window=self.window,
            mirror=self.mirror,
        )

    def _on_theme(self, dark: bool) -> None:
        self._window_settings.write("theme", "dark" if dark else "light")
        apply_theme(self._application, dark)

    def _on_sign_out(self) -> None:
        """The key is forgotten; the next start asks for a code."""
        forget_seed(
            key_name(self._settings.organisation, ROLES[self._settings.role], self._settings.user)
        )
        self._program.stop.set()

    def _on_refused(self, _fact: None) -> None:
        """The bus no longer knows this desk:
        nothing is tried again until a person does something about it.
        """
        self._connections.show_access_refused()
        self._program.tasks.start(self._bus.close(), name="stop knocking")

    def _in_conversation(self) -> bool:
        return self._app.session is not None or self._talks.guest is not None

    def _open_session(self, facts: SessionFacts, resumed: bool) -> DeskSession:
        channel = self._link.channel(facts.id)
        self._sealing.protect(facts, channel, self._on_seal_refused)
        self._media.renew()
        session = DeskSession(
            facts,
            channel,
            engine=self._media.main,
            keep=partial(self._filing.keep, facts.id),
            is_kept=self._filing.is_kept,
            log_writer=self._log_writer(facts.id),
            clock=self._program.clock,
            tasks=self._program.tasks,
            resumed=resumed,
            chunk_kbps=self._settings.chunk_kbps,
            aside_engine=self._media.aside,
            talk_link=self._talk_link,
            plan=ice_plan(self._settings.media),
            keep_memory=self._paths.data / "keep" / facts.id,
        )
        session.line.sampled.connect(self._bus.say_in_beats)
        return session

    def _on_seal_refused(self, error: SessionError) -> None:
        self._connections.show_trouble(error.code, error.detail, "seal")

    def _on_network_changed(self) -> None:
        """Another address: the bus and the call are made anew at once, nobody waits for time
        limits.
        """
        self._bus.renew()
        if self._app.session is not None:
            self._app.session.call.request_call()

    def _open_guest(self, session_id: str) -> Guest:
        channel, program = self._link.channel(session_id), self._program
        me, engines = self._talk_link.me, self._media.engines
        return Guest(me, channel, engines.main, engines.aside, program.clock, program.tasks)

    def _log_writer(self, session_id: str) -> LogWriter:
        send = partial(self._link.append_log, session_id)
        folder = self._paths.folder("logs")
        return LogWriter(
            session_id,
            Writer.DESK,
            folder=folder,
            clock=self._program.clock,
            send=send,
            tasks=self._program.tasks,
        )

    async def start(self) -> None:
        """Shows the window, then connects: the window never waits for the network."""
        for leftover in await asyncio.to_thread(self._outbox.recover):
            self._connections.show_leftover(leftover)
        if not self.window.isMaximized():
            self.window.resize(*WINDOW_SIZE)
        self.window.show_identity(self._settings.organisation, self._settings.user)
        self.window.show()
        self._workers.warm()
        self._work.start()
        await self._app.start()
        self._program.tasks.start(self._program.connect(self._bus), name="connect the desk")
        self._program.tasks.start(self._send_old_logs(), name="send old logs")

    async def _send_old_logs(self) -> None:
        """What an earlier run could not send; a session that goes on is left to its own writer."""
        found = left_over(self._paths.folder("logs"))
        await self._app.resumed.wait()
        for session_id, _writer in found:
            session = self._app.session
            if session is None or session.facts.id != session_id:
                await self._log_writer(session_id).close(timeout_s=60)

    async def stop(self) -> None:
        """Ends session, media, workers and connection, in this order."""
        await self._work.stop()
        await self._app.stop()
        self.window.close_now()
        await self._talks.stop()
        await self._media.close()
        await asyncio.to_thread(self._workers.close)
        if self._reader is not None:
            await asyncio.to_thread(self._reader.close)
        await self._bus.close()
