# SPDX-License-Identifier: GPL-3.0-only
"""The command `expert-app kiosk`: builds the kiosk's program, starts it and ends it in order."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from expert_app.aid.machine import doctor_command
from expert_app.kiosk.app import KioskApp
from expert_app.kiosk.call_ready import CallReady
from expert_app.kiosk.caller_requests import CallerRequests
from expert_app.kiosk.device_settings import printer_of, refused_setting, scanner_of
from expert_app.kiosk.paper_worker import PaperWorker
from expert_app.kiosk.remote_help import HelpedKiosk, RemoteHelpJob
from expert_app.kiosk.running_session import RunningSession
from expert_app.kiosk.self_test import SelfTest, TriedThings
from expert_app.kiosk.session_opener import KioskSessionOpener
from expert_app.kiosk.signs import signs_in
from expert_app.kiosk.texts import corrections_of, unknown_texts
from expert_app.kiosk.wiring.conversations import ConversationWiring
from expert_app.kiosk.wiring.hub import KioskHub, build_hub
from expert_app.kiosk.wiring.panes import KioskPanes, build_panes
from expert_app.kiosk.wiring.window import connect_acts, connect_host_call, connect_visit
from expert_app.runtime.bus_access import tls_for
from expert_app.runtime.config import KioskSettings
from expert_app.runtime.credentials import KeyMissing, key_name, load_seed
from expert_app.runtime.ice_settings import ice_plan
from expert_app.runtime.log_lines import keep_recent_lines
from expert_app.runtime.network_watch import NetworkWatch
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import seals_for
from expert_app.runtime.watch import keep_notifying
from expert_app.runtime.window_program import STOP_S, Program, Watch, run_application
from resources.texts import _, correct_texts
from session.bus.client import BusClient
from session.bus.transport.nkeys import public_key
from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.kiosk.call.video_call import CallMedia
from session.kiosk.cobrowse.page_guard import PageGuard
from session.kiosk.devices.page_encryption import wrapping_key
from session.kiosk.session import KioskParts
from session.protocol.conversation.messages import KioskWiped
from session.protocol.helpdesk.remote_help import MOST_LINES
from session.protocol.wire.roles import Role
from views.kiosk.browser.page_process import can_show_pages
from views.words.consent import text_version
from views.words.errors import sentence

log = logging.getLogger(__name__)


def run_kiosk(
    settings: KioskSettings, paths: Paths, *, fullscreen: bool, watch: Watch | None = None
) -> int:
    """Runs the kiosk until it is told to stop; the exit code."""
    name = key_name(settings.organisation, Role.KIOSK, settings.user)
    try:
        seed = load_seed(name, Path(settings.key_file) if settings.key_file else None)
        tls_for(settings)
        apply_corrections(settings)
        signs_in(settings.signs)
        if wrong := refused_setting(settings):
            print(wrong)
            return 2
        # a damaged file of ours is told before any window
        seals_for(settings, paths, SystemClock())
    except KeyMissing as error:
        print(error)
        return 2
    except SessionError as error:
        print(sentence(error.code, error.detail).sentence)
        return 2

    if sys.platform == "linux" and os.environ.get("DISPLAY"):
        # under Wayland: by XWayland, where one program's window can stand in another's
        os.environ.setdefault("QT_QPA_PLATFORM", "xcb")
    ends: list[int] = []

    async def main(program: Program) -> None:
        if not can_show_pages():
            print(no_foreign_windows())
            ends.append(2)
            return
        kiosk = build_kiosk(settings, paths, seed=seed, program=program)
        program.built.emit(kiosk)
        await kiosk.start(fullscreen)
        program.shown.emit(kiosk)
        await program.stop.wait()
        await asyncio.wait_for(kiosk.stop(), STOP_S)

    return max([run_application(main, settings.language, watch=watch), *ends])


def apply_corrections(settings: KioskSettings) -> None:
    """Takes the organisation's own words into use. Raises `SettingsWrong`."""
    corrections = corrections_of(settings.texts)
    correct_texts(corrections)
    for text in unknown_texts(corrections):
        log.warning("%s has a text that the program does not say: %s", settings.texts, text)


def no_foreign_windows() -> str:
    """Return what is wrong on a display where the browser's window cannot stand in ours."""
    return _(
        "This display cannot show the web page's window inside the kiosk's. Start the kiosk with "
        "QT_QPA_PLATFORM=xcb (X11, or XWayland under a Wayland compositor)."
    )


def build_kiosk(
    settings: KioskSettings, paths: Paths, *, seed: bytes, program: Program
) -> KioskProgram:
    """The kiosk's objects, connected; nothing is shown or sent yet."""
    running, paper, guard = RunningSession(), PaperWorker(), PageGuard(program.tasks)
    panes = build_panes(settings, paths, running=running, clock=program.clock)
    hub = build_hub(settings, paths, seed=seed, running=running, program=program)
    parts = build_parts(
        settings, panes, guard=guard, hub=hub, paper=paper, seed=seed, program=program
    )
    opener = KioskSessionOpener(parts, hub.link, sealing=hub.sealing, paths=paths)
    app = build_app(panes, opener, hub=hub, parts=parts, paths=paths, running=running)
    conversations = ConversationWiring(
        panes, settings.geometry, line_reports=hub.line_reports, paper=paper
    )
    app.session_opened.connect(conversations.connect)
    connect_end_of_session(app, hub, paper=paper, tasks=program.tasks)
    requests = CallerRequests(running)
    connect_acts(panes, app, requests=requests, hub=hub, stop=program.stop.set)
    connect_visit(panes, app, hub)
    connect_host_call(panes, app, hub)
    self_test = build_self_test(settings, paths, parts=parts, hub=hub)
    help_job = build_remote_help(paths, parts, self_test, panes=panes, hub=hub, program=program)
    network = NetworkWatch(panes.window, partial(reconnect, hub.bus, running))
    return KioskProgram(
        program=program,
        panes=panes,
        hub=hub,
        parts=parts,
        app=app,
        opener=opener,
        running=running,
        paper=paper,
        guard=guard,
        self_test=self_test,
        held=(requests, network, help_job),
    )


def build_app(
    panes: KioskPanes,
    opener: KioskSessionOpener,
    *,
    hub: KioskHub,
    parts: KioskParts,
    paths: Paths,
    running: RunningSession,
) -> KioskApp:
    """The kiosk's job: calls, conversations, ends."""
    return KioskApp(
        hub.link,
        panes.visit,
        running=running,
        open_session=opener.open,
        paths=paths,
        clock=parts.clock,
        tasks=parts.tasks,
        printer=parts.printer,
    )


def build_self_test(
    settings: KioskSettings, paths: Paths, *, parts: KioskParts, hub: KioskHub
) -> SelfTest:
    """Build what the kiosk tries at night."""
    things = TriedThings(
        page=parts.call_page,
        camera=settings.media.camera,
        microphone=settings.media.microphone,
        scanner=parts.scanner,
        printer=parts.printer,
        folder=paths.data,
        addresses=tuple(settings.bus),
        tls=tls_for(settings),
        line=hub.line_rates,
    )
    return SelfTest(
        things,
        hub.link.bus.ask,
        idle=hub.is_idle,
        at=settings.self_test_at,
        name=f"{settings.organisation}/{settings.user}",
        clock=parts.clock,
    )


def build_remote_help(
    paths: Paths,
    parts: KioskParts,
    self_test: SelfTest,
    *,
    panes: KioskPanes,
    hub: KioskHub,
    program: Program,
) -> RemoteHelpJob:
    """Build what the helpdesk may have done here while nobody is here."""
    recent = keep_recent_lines(MOST_LINES)
    own_folder = paths.config.name == "settings.toml"
    kiosk = HelpedKiosk(
        scanner=parts.scanner,
        printer=parts.printer,
        self_test=self_test,
        doctor=doctor_command(str(paths.data.parent) if own_folder else ""),
        measure_line=hub.line_measurement.measure_now,
        recent_lines=recent.lines,
        restart=program.stop.set,
        place=lambda: panes.visit.site,
    )
    job = RemoteHelpJob(
        kiosk,
        panes.window.banner,
        report=hub.link.report_help,
        idle=hub.is_idle,
        clock=program.clock,
        tasks=program.tasks,
    )
    hub.link.help_wanted.connect(job.on_wanted)
    return job


def build_parts(
    settings: KioskSettings,
    panes: KioskPanes,
    *,
    guard: PageGuard,
    hub: KioskHub,
    paper: PaperWorker,
    seed: bytes,
    program: Program,
) -> KioskParts:
    """Build what all sessions of this kiosk use."""
    return KioskParts(
        call_page=panes.call,
        third_page=panes.call.third,
        browser=panes.browser,
        guard=guard,
        documents=panes.window.session_page.document,
        scanner=scanner_of(settings),
        printer=printer_of(settings),
        media=call_media(settings),
        chunk_kbps=settings.chunk_kbps,
        page_wrapping_key=wrapping_key(seed),
        kiosk_key=public_key(seed),
        seed=seed,
        count_pages=paper.count_pages,
        mirror_kbps=settings.mirror_kbps,
        text_version=text_version,
        make_quick_copy=paper.make,
        file_folders=tuple(map(Path, settings.files_from)),
        link=hub.link,
        clock=program.clock,
        tasks=program.tasks,
    )


@dataclass(frozen=True)
class KioskProgram:
    """The kiosk's objects, built once by `build_kiosk`.

    Attributes:
        held: objects that Qt's signals call; Qt alone would not keep them alive.
    """

    program: Program
    panes: KioskPanes
    hub: KioskHub
    parts: KioskParts
    app: KioskApp
    opener: KioskSessionOpener
    running: RunningSession
    paper: PaperWorker
    guard: PageGuard
    self_test: SelfTest
    held: tuple[object, ...]

    async def start(self, fullscreen: bool) -> None:
        """Shows the window and connects."""
        tasks = self.program.tasks
        self.guard.warm()
        self.panes.show(fullscreen=fullscreen)
        tasks.keep(keep_notifying, name="tell the service manager")
        await self.app.start()
        self.hub.line_measurement.start()
        tasks.start(self.program.connect(self.hub.bus), name="connect the kiosk")
        tasks.start(self.opener.send_old_logs(self.running), name="send old logs")
        ready = CallReady(
            self.panes.call,
            self.parts.media,
            pages=self.panes.pages,
            ticket=lambda: self.hub.link.ticket,
        )
        tasks.keep(ready.keep, name="keep the next call ready")
        tasks.keep(self.self_test.keep, name="self-test")

    async def stop(self) -> None:
        """Ends session, pages and connection, in this order."""
        await self.app.stop()
        self.panes.hide()
        await asyncio.wait_for(self._close_pages(), STOP_S)
        for device in (self.parts.scanner, self.parts.printer):
            if device is not None:
                await device.close()
        await self.paper.end()
        await self.guard.close()
        await self.hub.bus.close()

    async def _close_pages(self) -> None:
        closed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.panes.pages.close(closed.set_result)
        await closed


def connect_end_of_session(
    app: KioskApp, hub: KioskHub, *, paper: PaperWorker, tasks: Tasks
) -> None:
    """End what must not outlive the caller's session, beside the wipe."""

    def on_wiped(_wiped: KioskWiped) -> None:
        hub.line_reports.session_over()
        tasks.start(paper.end(), name="forget pages")

    app.wiped.connect(on_wiped)


def reconnect(bus: BusClient, running: RunningSession) -> None:
    """Another address: bus and call are made anew at once, nobody waits for time limits."""
    bus.reconnect()
    if running.session is not None:
        running.session.call.reconnect()


def call_media(settings: KioskSettings) -> CallMedia:
    """Camera, microphone and ways of the kiosk's calls."""
    camera, microphone = settings.media.camera, settings.media.microphone
    width_px, height_px = settings.media.camera_size
    media = CallMedia(
        camera="" if camera == "auto" else camera,
        microphone="" if microphone == "auto" else microphone,
        width_px=width_px,
        height_px=height_px,
        fps=settings.media.camera_rate,
    )
    return media.with_plan(ice_plan(settings.media))
