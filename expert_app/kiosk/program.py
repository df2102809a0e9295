# SPDX-License-Identifier: GPL-3.0-only
"""Builds the kiosk's program and connects its window, its job and its devices.
The command is `expert-app kiosk`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtWidgets import QWidget

from documents.pdf.check import print_safe
from expert_app.commands.kiosk_devices import setting_refused
from expert_app.kiosk.app import KioskApp
from expert_app.kiosk.call_ready import CallReady
from expert_app.kiosk.quick_copies import QuickCopies
from expert_app.runtime.bus_access import tls_for
from expert_app.runtime.config import KioskSettings
from expert_app.runtime.credentials import KeyMissing, key_name, load_seed
from expert_app.runtime.ice_settings import ice_plan, trust_relays, trust_relays_in_browser
from expert_app.runtime.network_watch import NetworkWatch
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import KioskSealing, seals_for
from expert_app.runtime.window_program import STOP_S, Program, run_application
from resources.texts import use_language
from session.bus.client import BusClient
from session.bus.transport.nkeys import public_key
from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.kiosk.call.video_call import CallMedia
from session.kiosk.devices.addresses import make_printer, make_scanner
from session.kiosk.devices.given_files import OfferedFile
from session.kiosk.devices.shelf_encryption import wrapping_key
from session.kiosk.drivers.certificates import CertificateWrong
from session.kiosk.drivers.scanner import AddressUnknown
from session.kiosk.hub.client import KioskLink
from session.kiosk.hub.host_call import HelpCall
from session.kiosk.hub.line_measurement import LineTest
from session.kiosk.hub.line_reports import LineNews
from session.kiosk.session import KioskParts, KioskSession, browser_wiped
from session.kiosk.wipe import open_session_folder
from session.log.events import Writer
from session.log.writer import LogWriter, left_over
from session.protocol.conversation.line import Geometry
from session.protocol.conversation.messages import Grant, ScanKind
from session.protocol.hub.requests import SessionFacts
from session.protocol.wire.roles import Role
from views.automation.kiosk_driver import KioskDriver
from views.kiosk.browser.pane import KioskBrowser
from views.kiosk.call_pane import KioskCallPane
from views.kiosk.window import KioskWindow
from views.media.voice import open_voice
from views.widgets.life_size import seen_width_mm
from views.words.consent import text_version
from views.words.errors import sentence

WINDOW_SIZE = (1280, 800)


def run_kiosk(settings: KioskSettings, paths: Paths, *, driven: bool, fullscreen: bool) -> int:
    """Runs the kiosk until it is told to stop; the exit code."""
    name = key_name(settings.organisation, Role.KIOSK, settings.user)
    try:
        seed = load_seed(name, Path(settings.key_file) if settings.key_file else None)
        tls_for(settings)
        for key, make in (("scanner", make_scanner), ("printer", make_printer)):
            if (wrong := _refused(key, make, settings)) is not None:
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
    return run_application(
        partial(_main, settings, paths, seed, driven, fullscreen), settings.language
    )


async def _main(
    settings: KioskSettings,
    paths: Paths,
    seed: bytes,
    driven: bool,
    fullscreen: bool,
    program: Program,
) -> None:
    kiosk = ComposedKiosk(settings, paths, seed=seed, program=program)
    await kiosk.start(fullscreen)
    if driven:
        program.drive(kiosk.hands())
    await program.stop.wait()
    await asyncio.wait_for(kiosk.stop(), STOP_S)


class ComposedKiosk:
    """The kiosk's objects, built once."""

    def __init__(
        self, settings: KioskSettings, paths: Paths, *, seed: bytes, program: Program
    ) -> None:
        self._settings, self._paths, self._program = settings, paths, program
        trust_relays(settings.ca_file, paths.data)
        trust_relays_in_browser(settings.ca_file, Path.home())
        self._call_pane, self._browser = KioskCallPane(), KioskBrowser(folder=paths.runtime)
        self.window = KioskWindow(
            self._call_pane, self._browser, language=settings.language, clock=program.clock
        )
        self._bus = BusClient(
            settings.bus,
            Role.KIOSK,
            user=settings.user,
            seed=seed,
            tasks=program.tasks,
            clock=program.clock,
            tls=tls_for(settings),
            seals=seals_for(settings, paths, program.clock),
        )
        self._sealing = KioskSealing(self._bus, paths, clock=program.clock, tasks=program.tasks)
        self._link = KioskLink(self._bus, program.clock, tasks=program.tasks)
        self._help = HelpCall(self._link, program.tasks)
        self._quick = QuickCopies()
        self._parts = KioskParts(
            call_page=self._call_pane,
            third_page=self._call_pane.third,
            browser=self._browser,
            documents=self.window.session_page.document,
            scanner=make_scanner(settings.scanner, settings.scanner_certificate)
            if settings.scanner
            else None,
            printer=make_printer(settings.printer, settings.printer_certificate)
            if settings.printer
            else None,
            media=_media(settings),
            chunk_kbps=settings.chunk_kbps,
            shelf_wrapping=wrapping_key(seed),
            kiosk_key=public_key(seed),
            seed=seed,
            count_pages=lambda document: print_safe(document).pages,
            mirror_kbps=settings.mirror_kbps,
            consent_version=text_version,
            make_glimpse=self._quick.make,
            file_folders=tuple(map(Path, settings.files_from)),
        )
        self._app = KioskApp(
            self._link,
            self.window,
            open_session=self._open_session,
            runtime=paths.runtime,
            memory=paths.data / "ticket",
            clock=program.clock,
            tasks=program.tasks,
            observations=program.observations,
            printer=self._parts.printer,
        )
        self._line_test = LineTest(
            self._link.probe_line, self._is_idle, clock=program.clock, tasks=program.tasks
        )
        self._session: KioskSession | None = None
        self._network = NetworkWatch(self.window, self._on_network_changed)
        self._line_news = LineNews(self._bus.say_in_beats)
        self._line_test.measured.connect(self._line_news.on_rates)
        self._voice = open_voice(settings.volume, self.window) if settings.speak != "off" else None
        self._call_pane.only_drawn = self._only_drawn
        self._connect()

    def _connect(self) -> None:
        window, app = self.window, self._app
        window.service_requested.connect(app.press)
        window.number_entered.connect(app.enter_number)
        window.number_skipped.connect(app.skip_number)
        window.leave_requested.connect(app.leave)
        window.stop_requested.connect(app.wishes.withdraw_all)
        window.grant_answered.connect(app.wishes.answer_grant)
        window.grant_withdrawn.connect(app.wishes.withdraw_grant)
        window.print_answered.connect(app.wishes.answer_print)
        window.acting_changed.connect(app.wishes.act_for_caller)
        window.start_requested.connect(app.forget_press)
        window.away_requested.connect(app.step_away)
        window.callback_requested.connect(app.ask_callback)
        window.returns_requested.connect(app.show_returns)
        window.came_back.connect(app.come_back)
        window.slip_requested.connect(app.print_slip)
        window.session_page.talk.painted.connect(app.wishes.banner_painted)
        window.session_page.written.say_requested.connect(app.wishes.write)
        window.session_page.written.painted.connect(app.wishes.words_painted)
        window.session_page.giving.answered.connect(self._on_file_answered)
        window.session_page.pause_requested.connect(app.wishes.pause)
        window.session_page.faces_changed.connect(self._call_pane.show_names)
        window.language_requested.connect(self._on_language)
        if self._voice is not None:
            window.speak_requested.connect(self._on_speak)
            window.quiet_requested.connect(self._voice.stop)
            window.set_speech(self._settings.speak)
        window.close_requested.connect(self._program.stop.set)
        window.help_requested.connect(self._help.press)
        window.start_requested.connect(self._help.left_alone)
        app.wiped.connect(lambda _wiped: self._help.reset())
        app.wiped.connect(lambda _wiped: self._line_news.session_over())
        app.wiped.connect(lambda _wiped: self._forget_quick_copies())
        self._help.changed.connect(window.show_help)
        self._help.changed.connect(
            lambda state: self._program.observations.note("help", state=state.value)
        )
        self._browser.share_stop_requested.connect(
            lambda: app.wishes.withdraw_grant(Grant.SEE_PAGE)
        )
        self._browser.take_back_requested.connect(app.wishes.withdraw_control)
        self._browser.stop_key_pressed.connect(window.session_page.press_stop_key)
        self._browser.pointer_painted.connect(
            lambda x_px, y_px: self._program.observations.note(
                "pointer_painted", x_px=x_px, y_px=y_px
            )
        )

    def _only_drawn(self) -> bool:
        """Whether nobody real is on the screen:
        as in the demo, where pictures of the window may be taken.
        """
        session = self._session
        if session is None or not self._app.session_id:
            return True
        calls = [
            session.call,
            *([session.talk.third_call] if session.talk.third_call is not None else []),
        ]
        return self._parts.media.camera == "simulated" and all(
            call.peer_simulated for call in calls
        )

    def _is_idle(self) -> bool:
        """Nobody is here: the line may be measured."""
        return self._bus.is_connected and self._link.ticket is None and not self._app.session_id

    def _on_files(self, files: tuple[OfferedFile, ...]) -> None:
        self.window.session_page.show_files(files)
        self._program.observations.note("files_shown", files=len(files))

    def _on_file_answered(self, file_id: str) -> None:
        if self._session is not None and self._session.files is not None:
            self._session.files.answer(file_id)

    def _forget_quick_copies(self) -> None:
        self._program.tasks.start(self._quick.end(), name="forget quick copies")

    def _on_speak(self, text: str) -> None:
        if self._voice is not None:
            self._voice.say(text)
            self._program.observations.note("spoken", letters=len(text))

    def _on_language(self, language: str) -> None:
        use_language(language)
        self.window.show_language(language)
        self._browser.retranslate()

    def _open_session(self, facts: SessionFacts, resumed: bool) -> KioskSession:
        channel = self._link.channel(facts.id)
        sealed = self._sealing.protect(facts, channel, self._on_seal_refused, resumed=resumed)
        self._program.observations.note("sealed", session=facts.id, sealed=sealed)
        folder = open_session_folder(self._paths.runtime, facts.id, resumed=resumed)
        session = KioskSession(
            facts,
            channel,
            parts=self._parts,
            folder=folder,
            log_writer=self._log_writer(facts.id),
            link=self._link,
            clock=self._program.clock,
            tasks=self._program.tasks,
            resumed=resumed,
        )
        session.line.sampled.connect(self._line_news.on_sample)
        place = self._settings.geometry
        session.line.tell_geometry(
            Geometry(camera_fov_deg=place.camera_fov_deg, distance_mm=float(place.distance_mm))
        )
        session.line.peer_geometry.connect(self._on_agent_geometry)
        session.devices.scan_started.connect(
            lambda wish: self._quick.warm() if wish.kind is ScanKind.PAGE else None
        )
        if session.files is not None:
            session.files.asked.connect(self._on_files)
            session.files.ended.connect(lambda _nothing: self.window.session_page.end_files())
        self._session = session
        return session

    def _on_agent_geometry(self, geometry: Geometry) -> None:
        """The agent's face as large as in the room, where the screen was measured."""
        if self._settings.geometry.screen_width_mm:
            share = seen_width_mm(geometry) / self._settings.geometry.screen_width_mm
            self._call_pane.show_life_size(share)

    def _on_network_changed(self) -> None:
        """Another address: the bus and the call are made anew at once, nobody waits for time
        limits.
        """
        self._program.observations.note("network_changed")
        self._bus.renew()
        if self._session is not None and self._app.session_id == self._session.facts.id:
            self._session.call.renew()

    def _on_seal_refused(self, error: SessionError) -> None:
        self._program.observations.note(
            "seal_refused", code=error.code, why=str(error.detail.get("why", ""))
        )

    def _log_writer(self, session_id: str) -> LogWriter:
        send = partial(self._link.append_log, session_id)
        folder = self._paths.folder("logs")
        return LogWriter(
            session_id,
            Writer.KIOSK,
            folder=folder,
            clock=self._program.clock,
            send=send,
            tasks=self._program.tasks,
        )

    async def start(self, fullscreen: bool) -> None:
        """Shows the window and connects."""
        self.window.resize(*WINDOW_SIZE)
        if fullscreen:
            self.window.showFullScreen()
        else:
            self.window.show()
        await self._app.start()
        self._line_test.start()
        self._program.tasks.start(self._program.connect(self._bus), name="connect the kiosk")
        self._program.tasks.start(self._send_old_logs(), name="send old logs")
        ready = CallReady(self._call_pane, self._parts.media, ticket=lambda: self._link.ticket)
        self._program.tasks.start(ready.keep(), name="keep the next call ready")

    async def _send_old_logs(self) -> None:
        """What an earlier run could not send;
        the session that may still run is left to its own writer.
        """
        for session_id, _writer in left_over(self._paths.folder("logs")):
            if self._app.session_id != session_id:
                await self._log_writer(session_id).close(timeout_s=60)

    async def stop(self) -> None:
        """Ends session, pages and connection, in this order."""
        await self._app.stop()
        if self._voice is not None:
            self._voice.stop()
        self.window.stop_ticking()
        self.window.hide()
        self._call_pane.close_page()
        await asyncio.wait_for(browser_wiped(self._browser), STOP_S)
        for device in (self._parts.scanner, self._parts.printer):
            if device is not None:
                await device.close()
        await self._quick.end()
        await self._bus.close()

    def hands(self) -> KioskDriver:
        """For a script: the names of what a caller touches."""
        window = self.window
        names: dict[str, QWidget] = {
            "yes": window.session_page.consent.yes,
            "no": window.session_page.consent.no,
            "stop": window.session_page.stop,
            "print_yes": window.session_page.printing.yes,
            "give_yes": window.session_page.giving.yes,
            "give_no": window.session_page.giving.no,
            "print_no": window.session_page.printing.no,
            "document_close": window.session_page.document.close_button,
            "number_send": window.number_page.send,
            "number_skip": window.number_page.skip,
            "goodbye_finish": window.goodbye_page.finish,
            "wait_elsewhere": window.waiting_page.elsewhere,
            "away_back": window.away_page.come_back,
            "away_phone": window.away_page.phone,
            "kept_finish": window.kept_page.finish,
            "kept_slip": window.kept_page.slip,
            "have_number": window.start_page.have_number,
            "written_yes": window.session_page.written.answers[0],
            "pause": window.session_page.pause,
            "closed_callback": window.closed_page.callback,
        }
        pad = window.number_page
        names |= {
            f"key_{face}": key
            for keys in (pad.digits, pad.letters)
            for face, key in keys.keys.items()
        }
        return KioskDriver(
            window, names, browser=self._browser, note=self._program.observations.note
        )


def _refused(key: str, make: Callable[[str, str], object], settings: KioskSettings) -> str | None:
    """Why a device's settings cannot be used, before there is a window; None when they can."""
    address = getattr(settings, key)
    try:
        if address:
            make(address, getattr(settings, f"{key}_certificate"))
    except (AddressUnknown, CertificateWrong) as error:
        return setting_refused(key, error)
    return None


def _media(settings: KioskSettings) -> CallMedia:
    names = {
        name: "" if name == "auto" else name
        for name in (settings.media.camera, settings.media.microphone)
    }
    media = CallMedia(
        camera=names[settings.media.camera], microphone=names[settings.media.microphone]
    )
    return media.with_plan(ice_plan(settings.media))
