# SPDX-License-Identifier: GPL-3.0-only
"""Writes what the kiosk itself did in a session into its log.
Used by `session.kiosk.session`, one per session.

What the desk saw and did is written at the desk (`session.desk.event_log`).
"""

from __future__ import annotations

from datetime import datetime

from session.core.clock import Clock
from session.core.program_version import program_version
from session.kiosk.call.consent import SHEET, KioskGrants
from session.kiosk.call.privacy import KioskPrivacy
from session.kiosk.call.video_call import KioskCall
from session.kiosk.cobrowse.remote_control import Acted, KioskRemoteControl
from session.kiosk.cobrowse.shared_page import KioskSharedPage
from session.kiosk.cobrowse.shown_document import KioskShownDocument
from session.kiosk.devices.print_preview import SheetAnswer
from session.kiosk.devices.scanner_and_printer import KioskDevices
from session.log import events
from session.log.events import Writer
from session.log.line_cuts import LineCuts
from session.log.line_series import LineSeries
from session.log.writer import LogWriter
from session.media.line.end import LineEnd
from session.protocol.conversation.messages import (
    CallOffered,
    CameraChanged,
    DevicesReported,
    GrantChanged,
    KioskWiped,
    MediaSeen,
    MessageRefused,
    PageOffered,
    PageShown,
    PrintChanged,
    ScanEnded,
    ScanRequested,
)
from session.protocol.endpoints.chat import Chat
from session.protocol.helpdesk.log_list import model_of
from session.protocol.hub.requests import SessionFacts

BURST_S = 1.0
"""The same act of the agent is written once in so many seconds."""


class EventLog:
    """Listens to the parts of one session and writes each event once.

    Attributes:
        line_cuts: is told when the kiosk loses the bus and has it again.
    """

    def __init__(self, facts: SessionFacts, log: LogWriter, *, clock: Clock) -> None:
        self._facts = facts
        self.line_cuts = LineCuts(log.write, Writer.KIOSK, clock=clock)
        self._clock = clock
        self._acts: dict[Acted, tuple[float, int]] = {}
        self._log = log
        self._series = LineSeries(log.write, Writer.KIOSK)
        self._models = ("", "")
        self._video_seen = self._audio_seen = False
        self._agent_switches = (True, True)

    def opened(self, resumed: bool, requested_at_utc: datetime | None, trace: str) -> None:
        """The session begins here, or goes on after a restart."""
        if resumed:
            self._log.write(events.SessionResumed(by=Writer.KIOSK))
            self._describe("", "")
            return
        facts = self._facts
        pressed = events.CallRequestedAtKiosk(
            ticket_id=facts.ticket_id, service=facts.service, trace=trace
        )
        self._log.write(pressed, at_utc=requested_at_utc)
        self._describe("", "")

    def _describe(self, scanner: str, printer: str) -> None:
        self._models = (scanner, printer)
        self._log.write(
            events.EndDescribed(
                by=Writer.KIOSK, version=program_version(), scanner=scanner, printer=printer
            )
        )

    def _on_devices(self, report: DevicesReported) -> None:
        """Their makers' names, once."""
        models = model_of(report.scanner_name), model_of(report.printer_name)
        if any(models) and models != self._models:
            self._describe(*models)

    def trouble(self, code: str) -> None:
        """The caller was shown an error."""
        self._log.write(events.TroubleShown(by=Writer.KIOSK, code=code[:60]))

    def wiped(self, wiped: KioskWiped) -> None:
        """Everything of the caller was removed."""
        self._log.write(
            events.KioskWiped(
                pages_removed=wiped.pages_removed,
                files_removed=wiped.files_removed,
                profile_removed=wiped.profile_removed,
                left_over=wiped.left_over,
            )
        )

    def listen_to_chat_and_privacy(self, chat: Chat, privacy: KioskPrivacy) -> None:
        """Connects the chat and the privacy pauses. Of the chat only the fact that words were sent
        is kept.
        """
        chat.sent_words.connect(lambda _fact: self._log.write(events.WordsSent(by=Writer.KIOSK)))
        privacy.shown.connect(
            lambda on: self._log.write(
                events.PrivacyChanged(on=on, by_caller=on and privacy.by_caller)
            )
        )

    def listen(
        self,
        *,
        grants: KioskGrants,
        call: KioskCall,
        page: KioskSharedPage,
        control: KioskRemoteControl,
        devices: KioskDevices,
    ) -> None:
        """Connects consent, call, shared page and devices."""
        control.acted.connect(self._on_acted)
        grants.changed.connect(self._on_grant)
        call.offered.connect(self._on_offered)
        call.media_seen.connect(self._on_media)
        call.peer_camera_changed.connect(self._on_agent_switches)
        page.page_announced.connect(self._on_page_shown)
        page.sharing_changed.connect(
            lambda sharing: self._log.write(events.SharingChanged(sharing=sharing))
        )
        devices.scan_started.connect(self._on_scan_started)
        devices.scan_ended.connect(self._on_scan_ended)
        devices.page_offered.connect(self._on_page_offered)
        devices.print_changed.connect(self._on_print)
        devices.showing.answered.connect(
            lambda answer: self._on_sheet(answer, grants.text_version(SHEET))
        )
        devices.reported.connect(self._on_devices)

    def not_taken(self, refused: MessageRefused) -> None:
        """The other end, or the hub, did not take a message of ours."""
        if refused.topic.isalpha() and refused.topic.islower():
            topic = refused.topic
        else:
            topic = ""
        self._log.write(
            events.MessageNotTaken(by=Writer.KIOSK, topic=topic[:20], code=refused.code)
        )

    def listen_to_line(self, line: LineEnd) -> None:
        """Connects the line: ten seconds in one event, and each new rule of what is sent."""
        line.seen.connect(self._series.on_seen)
        line.governed.connect(self._series.on_governed)

    def line_closed(self) -> None:
        """The conversation is over: writes the last seconds of the line."""
        self._series.flush()
        self.line_cuts.close()

    def listen_to_show(self, show: KioskShownDocument) -> None:
        """Connects the documents that the agent shows."""
        show.opened.connect(
            lambda opened: self._log.write(events.DocumentShown(pages=opened.pages))
        )
        show.painted.connect(lambda page: self._log.write(events.ShownPagePainted(page=page + 1)))
        show.marked.connect(lambda kind: self._log.write(events.ShownPageMarked(kind=kind)))
        show.ended.connect(lambda by_caller: self._log.write(events.ShowEnded(by_caller=by_caller)))

    def _on_grant(self, change: GrantChanged) -> None:
        self._log.write(
            events.GrantChanged(
                grant=change.grant,
                allowed=change.allowed,
                lasts_s=change.left_s,
                reason=change.reason,
                actor=change.actor,
                text_version=change.text_version,
                asked=tuple(change.asked),
                read_as=change.read_as,
                mandate=change.mandate,
            )
        )

    def _on_acted(self, acted: Acted) -> None:
        """Letters and turns of the wheel come in bursts:
        the same act is written once a second, with how often it was done.
        """
        written_at_s, unwritten = self._acts.get(acted, (float("-inf"), 0))
        now_s = self._clock.monotonic_s()
        if now_s - written_at_s < BURST_S:
            self._acts[acted] = (written_at_s, unwritten + 1)
            return
        self._acts[acted] = (now_s, 0)
        self._write_acted(acted, unwritten + 1)

    def _write_acted(self, acted: Acted, times: int) -> None:
        self._log.write(events.PageActed(command=acted.command, code=acted.code, times=times))

    def page_closed(self) -> None:
        """The shared page is over: writes the acts that were counted and not written yet."""
        for acted, (_written_at_s, unwritten) in self._acts.items():
            if unwritten:
                self._write_acted(acted, unwritten)
        self._acts.clear()

    def _on_offered(self, offer: CallOffered) -> None:
        self._video_seen = self._audio_seen = False
        self._log.write(
            events.CallOffered(call_id=offer.call_id, simulated_camera=offer.simulated_camera)
        )

    def _on_media(self, media: MediaSeen) -> None:
        if media.frames and not self._video_seen:
            self._video_seen = True
            self._log.write(
                events.VideoSeen(
                    by=Writer.KIOSK,
                    first_frame_ms=media.first_frame_ms or 0.0,
                    width_px=media.width_px,
                    height_px=media.height_px,
                )
            )
        if media.audio_packets and not self._audio_seen:
            self._audio_seen = True
            self._log.write(events.AudioSeen(by=Writer.KIOSK, packets=media.audio_packets))

    def _on_agent_switches(self, change: CameraChanged) -> None:
        """The agent's camera or microphone is on or off: the caller was told on the screen."""
        switches = change.camera_on, change.microphone_on
        if switches != self._agent_switches:  # the desk repeats them
            self._agent_switches = switches
            self._log.write(
                events.CameraChanged(
                    by=Writer.DESK,
                    camera_on=change.camera_on,
                    microphone_on=change.microphone_on,
                )
            )

    def _on_page_shown(self, page: PageShown) -> None:
        self._log.write(events.address_opened(page.address))

    def _on_scan_started(self, scan: ScanRequested) -> None:
        self._log.write(events.ScanStarted(scan_id=scan.scan_id))

    def _on_scan_ended(self, ended: ScanEnded) -> None:
        self._log.write(events.ScanEnded(scan_id=ended.scan_id, pages=ended.pages, code=ended.code))

    def _on_page_offered(self, offer: PageOffered) -> None:
        self._log.write(
            events.PageTaken(
                page_id=offer.page_id,
                scan_id=offer.scan_id,
                kind=offer.kind,
                sha256=offer.sha256,
                size_bytes=offer.size_bytes,
            )
        )

    def _on_sheet(self, answer: SheetAnswer, text_version: str) -> None:
        self._log.write(
            events.SheetAnswered(
                print_id=answer.print_id,
                wanted=answer.is_wanted,
                reason=answer.reason,
                text_version=text_version,
                read_as=answer.read_as,
            )
        )

    def _on_print(self, change: PrintChanged) -> None:
        self._log.write(
            events.PrintChanged(
                print_id=change.print_id,
                state=change.state,
                job_id=change.job_id,
                code=change.code,
                sha256=change.sha256,
            )
        )
