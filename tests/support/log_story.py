# SPDX-License-Identifier: GPL-3.0-only
"""A short invented session as records, for the log's tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import zstandard

from session.log.events import (
    AddressOpened,
    AnyEvent,
    AudioSeen,
    CallAnswered,
    CallOffered,
    CallRequestedAtKiosk,
    DocumentFiled,
    GrantChanged,
    HungUp,
    KioskWiped,
    MirrorChunk,
    PageCleaned,
    PageReceived,
    PageTaken,
    PieceFiled,
    PrintChanged,
    Record,
    ScanEnded,
    ScanRequested,
    ScanStarted,
    SessionOpened,
    SharingChanged,
    TicketAccepted,
    VideoSeen,
    Writer,
)
from session.log.playback.opened import OpenedLog
from session.log.playback.opening import open_records
from session.protocol.conversation.messages import Grant, PrintState, ScanKind, ScanSource

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HASH = "ab" * 32


def frame(*events: object) -> bytes:
    """A zstd frame of rrweb events."""
    return zstandard.ZstdCompressor().compress(json.dumps(list(events)).encode())


def mirror(at_s: float, name: str, *, snapshot: bool) -> MirrorChunk:
    """A chunk of the shared page that can be told by its name."""
    return MirrorChunk(
        started_at_utc=START + timedelta(seconds=at_s),
        data=frame({"name": name}),
        is_snapshot=snapshot,
        events=1,
    )


class Story:
    """Collects records; each end counts its own and may have a clock that is ahead."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.ahead_s: dict[Writer, float] = {}
        self._count: dict[Writer, int] = {}

    def add(self, at_s: float, writer: Writer, event: AnyEvent) -> None:
        number = self._count.get(writer, 0)
        self._count[writer] = number + 1
        at_utc = START + timedelta(seconds=at_s + self.ahead_s.get(writer, 0.0))
        self.records.append(Record(at_utc=at_utc, writer=writer, number=number, event=event))

    def opened(self) -> OpenedLog:
        """What it told, as a log that is open."""
        return open_records("story", self.records)


def whole_session(kiosk_ahead_s: float = 0.0) -> list[Record]:
    """From the button to the wipe in 120 s."""
    story = Story()
    story.ahead_s[Writer.KIOSK] = kiosk_ahead_s
    kiosk, desk = Writer.KIOSK, Writer.DESK
    page = ScanKind.PAGE
    story.add(0, kiosk, CallRequestedAtKiosk(ticket_id="t1", service="aides"))
    story.add(10, desk, TicketAccepted(ticket_id="t1", agent="a7"))
    story.add(
        10.5,
        desk,
        SessionOpened(
            ticket_id="t1", organisation="caisse", service="aides", kiosk="k1", agent="a7"
        ),
    )
    story.add(11, kiosk, CallOffered(call_id="c1"))
    story.add(11.5, desk, CallAnswered(call_id="c1"))
    story.add(12, desk, VideoSeen(by=desk, first_frame_ms=612.0, width_px=640, height_px=360))
    story.add(12, kiosk, VideoSeen(by=kiosk, first_frame_ms=700.0, width_px=640, height_px=360))
    story.add(13, desk, AudioSeen(by=desk, packets=50))
    story.add(20, kiosk, GrantChanged(grant=Grant.SEE_PAGE, allowed=True))
    story.add(21, kiosk, SharingChanged(sharing=True))
    story.add(21, kiosk, mirror(21, "first picture", snapshot=True))
    story.add(22, kiosk, AddressOpened(host="www.exemple.fr", path_length=12))
    story.add(25, kiosk, mirror(25, "a click", snapshot=False))
    story.add(40, kiosk, mirror(40, "second picture", snapshot=True))
    story.add(45, kiosk, mirror(45, "typing", snapshot=False))
    story.add(50, kiosk, SharingChanged(sharing=False))
    story.add(51, kiosk, GrantChanged(grant=Grant.SCAN, allowed=True))
    story.add(
        52,
        desk,
        ScanRequested(scan_id="n1", kind=page, source=ScanSource.GLASS, dpi=300, colour=True),
    )
    story.add(52.5, kiosk, ScanStarted(scan_id="n1"))
    story.add(
        58, kiosk, PageTaken(page_id="p1", scan_id="n1", kind=page, sha256=HASH, size_bytes=9000)
    )
    story.add(58, kiosk, ScanEnded(scan_id="n1", pages=1, code=""))
    story.add(
        70,
        desk,
        PageReceived(
            page_id="p1",
            kind=page,
            sha256=HASH,
            size_bytes=9000,
            width_px=2480,
            height_px=3508,
            dpi=300,
        ),
    )
    story.add(
        71,
        desk,
        PageCleaned(
            page_id="p1", skew_deg=-2.3, rotated_deg=0, blank=False, width_px=1654, height_px=2339
        ),
    )
    story.add(
        80,
        desk,
        DocumentFiled(document_id="d1", sha256=HASH, size_bytes=8000, pages=1, piece_id="revenus"),
    )
    story.add(80, desk, PieceFiled(piece_id="revenus"))
    story.add(
        90,
        kiosk,
        PrintChanged(print_id="r1", state=PrintState.PRINTING, job_id=4, code="", sha256=HASH),
    )
    story.add(
        95,
        kiosk,
        PrintChanged(print_id="r1", state=PrintState.DONE, job_id=4, code="", sha256=HASH),
    )
    story.add(110, desk, HungUp(by=desk, reason="done"))
    story.add(
        120, kiosk, KioskWiped(pages_removed=1, files_removed=2, profile_removed=True, left_over=0)
    )
    return story.records
