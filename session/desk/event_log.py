# SPDX-License-Identifier: GPL-3.0-only
"""Writes what happens in a session at the desk into its log.
Used by `session.desk.session`, one per session.

Each event is written by one end only: the kiosk writes what it did (`session.kiosk.event_log`),
the desk writes the rest.
"""

from __future__ import annotations

from session.core.clock import Clock
from session.core.program_version import program_version
from session.desk.call.video_call import DeskCall
from session.desk.cobrowse.shared_page import DeskSharedPage
from session.desk.devices.scanner_and_printer import DeskDevices, PageNotReceived, ReceivedPage
from session.log import events
from session.log.events import AnyEvent, MirrorChunk, Writer
from session.log.line_cuts import LineCuts
from session.log.line_series import LineSeries
from session.log.writer import LogWriter
from session.media.line.end import LineEnd
from session.protocol.conversation.messages import (
    AddressRefused,
    CallAnswered,
    CallFailed,
    Grant,
    MediaSeen,
    MessageRefused,
    PointerShown,
    PrintOffered,
    ScanRequested,
)
from session.protocol.hub.requests import SessionEnded, SessionFacts

POINTER_EVERY = 20
"""Of many pointer positions, one in so many is written."""


class EventLog:
    """Listens to the parts of one session and writes each event once.

    Attributes:
        line_cuts: is told when the desk loses the bus and has it again.
    """

    def __init__(self, facts: SessionFacts, log: LogWriter, *, clock: Clock) -> None:
        self._facts = facts
        self._log = log
        self.line_cuts = LineCuts(log.write, Writer.DESK, clock=clock)
        self._series = LineSeries(log.write, Writer.DESK)
        self._audio_seen = False
        self._pointers = 0

    def write(self, event: AnyEvent) -> None:
        """Adds an event that no signal of the session announces."""
        self._log.write(event)

    def opened(self, resumed: bool, trace: str) -> None:
        """The session begins here, or goes on after a restart."""
        if resumed:
            self._log.write(events.SessionResumed(by=Writer.DESK))
            self._described()
            return
        facts = self._facts
        self._log.write(
            events.TicketAccepted(ticket_id=facts.ticket_id, agent=facts.agent, trace=trace)
        )
        self._log.write(
            events.SessionOpened(
                ticket_id=facts.ticket_id,
                organisation=facts.organisation,
                service=facts.service,
                kiosk=facts.kiosk,
                agent=facts.agent,
            )
        )
        self._described()

    def _described(self) -> None:
        self._log.write(events.EndDescribed(by=Writer.DESK, version=program_version()))

    def ended(self, ended: SessionEnded) -> None:
        """The hub said that the conversation is over."""
        by = {"kiosk": Writer.KIOSK, "agent": Writer.DESK}.get(ended.by, Writer.HUB)
        self._log.write(events.HungUp(by=by, reason=_code(ended.reason)))

    def grant_asked(self, grant: Grant) -> None:
        """The agent asked the caller for a power."""
        self._log.write(events.GrantRequested(grant=grant))

    def words_sent(self) -> None:
        """The agent wrote something; what it was is not kept."""
        self._log.write(events.WordsSent(by=Writer.DESK))

    def trouble(self, code: str) -> None:
        """The agent was shown an error."""
        self._log.write(events.TroubleShown(by=Writer.DESK, code=_code(code)))

    def listen(self, call: DeskCall, page: DeskSharedPage, devices: DeskDevices) -> None:
        """Connects the facts of the conversations to their events."""
        call.answered.connect(self._on_answered)
        call.not_set_up.connect(self._on_call_failed)
        call.first_frame.connect(self._on_first_frame)
        call.media_seen.connect(self._on_media)
        page.address_refused.connect(self._on_address_refused)
        page.pointer_shown.connect(self._on_pointer)
        page.mirror_chunk.connect(self._on_chunk)
        devices.scan_requested.connect(self._on_scan_requested)
        devices.print_offered.connect(self._on_print_offered)
        devices.page_received.connect(self._on_page)
        devices.page_failed.connect(self._on_page_failed)

    def not_taken(self, refused: MessageRefused) -> None:
        """The other end, or the hub, did not take a message of ours."""
        if refused.topic.isalpha() and refused.topic.islower():
            topic = refused.topic
        else:
            topic = ""
        self._log.write(events.MessageNotTaken(by=Writer.DESK, topic=topic[:20], code=refused.code))

    def listen_to_line(self, line: LineEnd) -> None:
        """Writes the line's measurements, ten seconds in one event, and each new rule of what we
        send.
        """
        line.seen.connect(self._series.on_seen)
        line.governed.connect(self._series.on_governed)

    def line_closed(self) -> None:
        """The conversation is over: the last seconds of the line."""
        self._series.flush()
        self.line_cuts.close()

    def _on_answered(self, answer: CallAnswered) -> None:
        self._audio_seen = False
        self._log.write(
            events.CallAnswered(call_id=answer.call_id, simulated_camera=answer.simulated_camera)
        )

    def _on_call_failed(self, failed: CallFailed) -> None:
        self._log.write(events.CallFailed(call_id=failed.call_id, code=_code(failed.code)))

    def _on_first_frame(self, media: MediaSeen) -> None:
        self._log.write(
            events.VideoSeen(
                by=Writer.DESK,
                first_frame_ms=media.first_frame_ms or 0.0,
                width_px=media.width_px,
                height_px=media.height_px,
            )
        )

    def _on_media(self, media: MediaSeen) -> None:
        if media.audio_packets and not self._audio_seen:
            self._audio_seen = True
            self._log.write(events.AudioSeen(by=Writer.DESK, packets=media.audio_packets))

    def _on_address_refused(self, refused: AddressRefused) -> None:
        self._log.write(events.AddressRefused(code=_code(refused.code)))

    def _on_pointer(self, pointer: PointerShown) -> None:
        if self._pointers % POINTER_EVERY == 0:
            self._log.write(
                events.PointerShown(x_px=max(0, pointer.x_px), y_px=max(0, pointer.y_px))
            )
        self._pointers += 1

    def _on_chunk(self, chunk: MirrorChunk) -> None:
        self._log.write(chunk, is_searched=True)

    def _on_scan_requested(self, scan: ScanRequested) -> None:
        self._log.write(
            events.ScanRequested(
                scan_id=scan.scan_id,
                kind=scan.kind,
                source=scan.source,
                dpi=scan.dpi,
                colour=scan.colour,
            )
        )

    def _on_print_offered(self, offer: PrintOffered) -> None:
        self._log.write(
            events.PrintRequested(
                print_id=offer.print_id,
                sha256=offer.sha256,
                size_bytes=offer.size_bytes,
                copies=offer.copies,
            )
        )

    def _on_page(self, page: ReceivedPage) -> None:
        offer = page.offer
        self._log.write(
            events.PageReceived(
                page_id=offer.page_id,
                kind=offer.kind,
                sha256=offer.sha256,
                size_bytes=offer.size_bytes,
                width_px=offer.width_px,
                height_px=offer.height_px,
                dpi=offer.dpi,
                unasked=page.unasked,
            )
        )

    def _on_page_failed(self, failed: PageNotReceived) -> None:
        self._log.write(events.PageFailed(page_id=failed.page_id, code=_code(failed.code)))


def _code(text: str) -> str:
    """Return what came from another end, as a code:
    only its letters, digits and underscores.
    """
    return "".join(
        letter
        for letter in text.lower()
        if letter.isascii() and (letter.isalnum() or letter == "_")
    )[:60]
