# SPDX-License-Identifier: GPL-3.0-only
"""The events of a session, as facts in the past tense;
written by kiosk, desk and hub, read by the replay.

No event has a field for free text: every string is an id, a code, a host or a hash, and the
pattern of its type says so. Names, numbers, addresses with their query, pictures and sound have
no place to stand. A change that older readers would misunderstand raises `FORMAT`
(docs/releasing.md).
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from session.core.dossier_model import PieceState
from session.core.field_types import whole
from session.protocol.conversation.messages import (
    Grant,
    GrantActor,
    GrantReason,
    PrintState,
    ReadAs,
    ScanKind,
    ScanSource,
)
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.helpdesk.log_list import Version
from session.protocol.wire.ids import Id

FORMAT = 4
"""Number of the form in which records are written."""

MAX_MIRROR_PART_BYTES = 120 * 1024
"""Largest `MirrorChunk.data`: base64 of it still fits a control message of the bus."""


Topic = Annotated[str, msgspec.Meta(pattern=whole(r"[a-z]{0,20}"))]
Code = Annotated[str, msgspec.Meta(pattern=whole(r"[a-z0-9_]{0,60}"))]
Hash = Annotated[str, msgspec.Meta(pattern=whole(r"([0-9a-f]{64})?"))]
Host = Annotated[str, msgspec.Meta(pattern=whole(r"[a-z0-9.\-]{1,253}(:[0-9]{1,5})?"))]
MaybeId = Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9_-]{0,40}"))]


class Writer(StrEnum):
    """The writer of a record."""

    KIOSK = "kiosk"
    DESK = "desk"
    HUB = "hub"


class Lane(StrEnum):
    """The row of the timeline on which an event is shown."""

    QUEUE = "queue"
    CALL = "call"
    PAGE = "page"
    SCANNER = "scanner"
    PRINTER = "printer"
    DOSSIER = "dossier"
    LINE = "line"


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Base of all; `type` is the struct's name."""


# ---- queue


class CallRequestedAtKiosk(Event, frozen=True, kw_only=True):
    """A caller pressed a service's button; `trace` is that of the request (header `Trace`)."""

    ticket_id: Id
    service: Id
    trace: MaybeId = ""


class EndDescribed(Event, frozen=True, kw_only=True):
    """The make-up of `by`: the version of its program ("" when it runs from files),
    and models of devices (`session.protocol.helpdesk.log_list.model_of`).
    """

    by: Writer
    version: Version = ""
    scanner: Code = ""
    printer: Code = ""


class CallerLeft(Event, frozen=True, kw_only=True):
    """The caller left the queue before an agent came."""

    ticket_id: Id


class TicketAccepted(Event, frozen=True, kw_only=True):
    """An agent took the ticket; `trace` as of a press."""

    ticket_id: Id
    agent: Id
    trace: MaybeId = ""


class SessionOpened(Event, frozen=True, kw_only=True):
    """The conversation exists."""

    ticket_id: Id
    organisation: Id
    service: Id
    kiosk: Id
    agent: Id


class SessionResumed(Event, frozen=True, kw_only=True):
    """One end came back after a restart."""

    by: Writer


class HungUp(Event, frozen=True, kw_only=True):
    """One end ended the conversation."""

    by: Writer
    reason: Code


class SessionEnded(Event, frozen=True, kw_only=True):
    """The hub closed the conversation for both ends."""

    by: Writer
    reason: Code


class SessionClosed(Event, frozen=True, kw_only=True):
    """The agent finished the wrap-up."""

    outcome: Code


class KioskWiped(Event, frozen=True, kw_only=True):
    """The kiosk removed everything of the caller, checked and found `left_over` things."""

    pages_removed: int
    files_removed: int
    profile_removed: bool
    left_over: int


# ---- call


class CallOffered(Event, frozen=True, kw_only=True):
    """The kiosk sent a WebRTC offer."""

    call_id: Id
    simulated_camera: bool = False


class CallAnswered(Event, frozen=True, kw_only=True):
    """The desk answered it."""

    call_id: Id
    simulated_camera: bool = False


class CallFailed(Event, frozen=True, kw_only=True):
    """Voice and picture could not be set up."""

    call_id: Id
    code: Code


class VideoSeen(Event, frozen=True, kw_only=True):
    """`by` decoded its first frame of the other end, `first_frame_ms` after accept."""

    by: Writer
    first_frame_ms: float
    width_px: int
    height_px: int


class AudioSeen(Event, frozen=True, kw_only=True):
    """`by` received sound of the other end."""

    by: Writer
    packets: int


class CameraChanged(Event, frozen=True, kw_only=True):
    """`by` switched its camera or microphone."""

    by: Writer
    camera_on: bool
    microphone_on: bool


class HeldChanged(Event, frozen=True, kw_only=True):
    """The caller waits a moment, no voice and no picture travel; or the talk goes on."""

    held: bool
    reason: Code = ""


class CallerPassedOn(Event, frozen=True, kw_only=True):
    """The agent passed the caller on, to one colleague or to a queue."""

    reason: Code
    to_agent: bool


class ThirdChanged(Event, frozen=True, kw_only=True):
    """A third person is announced on both screens, is in the conversation, or is gone ("announced",
    "in", "gone").
    """

    role: Code
    state: Code


class PrivacyChanged(Event, frozen=True, kw_only=True):
    """Neither face nor page is shown or sent for a moment, the voice goes on;
    or everything is seen again.

    `by_caller`: it was the caller who began it.
    """

    on: bool
    by_caller: bool = False


class MessageNotTaken(Event, frozen=True, kw_only=True):
    """The other end, or the hub, did not take a message of `by`."""

    by: Writer
    topic: Topic
    code: Code


class WordsSent(Event, frozen=True, kw_only=True):
    """`by` sent written words; the words themselves are kept nowhere."""

    by: Writer


# ---- shared page


class GrantRequested(Event, frozen=True, kw_only=True):
    """The agent asked the caller for a power."""

    grant: Grant


class GrantChanged(Event, frozen=True, kw_only=True):
    """A power was given, refused, taken back, or has ended;
    see `session.protocol.conversation.messages.GrantChanged` for the fields.
    """

    grant: Grant
    allowed: bool
    lasts_s: float = 0.0
    reason: GrantReason = GrantReason.ANSWERED
    actor: GrantActor = GrantActor.CALLER
    text_version: Code = ""
    asked: tuple[Grant, ...] = ()
    read_as: ReadAs = ReadAs.READ
    mandate: MaybeId = ""


class AddressOpened(Event, frozen=True, kw_only=True):
    """The kiosk's browser shows a page; of its address only the host and how long its path is."""

    host: Host
    path_length: int


class AddressRefused(Event, frozen=True, kw_only=True):
    """An address was not opened."""

    code: Code


class SharingChanged(Event, frozen=True, kw_only=True):
    """The mirror runs or has stopped."""

    sharing: bool


class MirrorChunk(Event, frozen=True, kw_only=True):
    """A stretch of the shared page.

    Attributes:
        started_at_utc: when its first event happened.
        data: zstd frame of a JSON array of rrweb events that hold the page's structure only
            (`session.log.page_structure`); parts of one frame are joined before decoding.
        is_snapshot: it begins with a full picture of the page, so a replay may start here.
        events: number of rrweb events in the whole frame.
        part, parts: this record's place among the records that carry the frame.
    """

    started_at_utc: datetime
    data: bytes
    is_snapshot: bool
    events: int
    part: int = 0
    parts: int = 1


class PointerShown(Event, frozen=True, kw_only=True):
    """The kiosk painted the agent's pointer, in pixels of its viewport."""

    x_px: int
    y_px: int


class PageActed(Event, frozen=True, kw_only=True):
    """The agent acted in the caller's page, or was refused (`code`);
    what was typed or proposed is never written.

    Attributes:
        command: the kind of command, e.g. "click_requested".
        times: how often in a row within a second.
    """

    command: Code
    code: Code
    times: int = 1


class DocumentShown(Event, frozen=True, kw_only=True):
    """The agent shows a document of its own; neither its name nor what is in it is kept."""

    pages: int


class ShownPagePainted(Event, frozen=True, kw_only=True):
    """The kiosk has this page of it on the screen, counted from 1."""

    page: int


class ShownPageMarked(Event, frozen=True, kw_only=True):
    """The agent drew on it: "arrow", "frame" or "line"."""

    kind: Code


class ShowEnded(Event, frozen=True, kw_only=True):
    """Nothing is shown any more."""

    by_caller: bool


# ---- scanner


class ScanRequested(Event, frozen=True, kw_only=True):
    """The agent asked for a scan."""

    scan_id: Id
    kind: ScanKind
    source: ScanSource
    dpi: int
    colour: bool


class ScanStarted(Event, frozen=True, kw_only=True):
    """The kiosk's scanner works."""

    scan_id: Id


class ScanEnded(Event, frozen=True, kw_only=True):
    """The scan is over; `code` is empty when all went well."""

    scan_id: Id
    pages: int
    code: Code


class PageTaken(Event, frozen=True, kw_only=True):
    """The kiosk holds a page on its disk and offers it."""

    page_id: Id
    scan_id: Id
    kind: ScanKind
    sha256: Hash
    size_bytes: int


class PageReceived(Event, frozen=True, kw_only=True):
    """The desk holds the page on its disk with the right hash; `unasked`: the agent had not asked
    for it.
    """

    page_id: Id
    kind: ScanKind
    sha256: Hash
    size_bytes: int
    width_px: int
    height_px: int
    dpi: int
    unasked: bool = False


class PageFailed(Event, frozen=True, kw_only=True):
    """A page did not arrive, or cannot be used."""

    page_id: Id
    code: Code


class PageCleaned(Event, frozen=True, kw_only=True):
    """A cleaned copy was made: straightened by `skew_deg`, turned by `rotated_deg` (0, 90, 180,
    270).
    """

    page_id: Id
    skew_deg: float
    rotated_deg: int
    blank: bool
    width_px: int
    height_px: int


class PageRemoved(Event, frozen=True, kw_only=True):
    """The agent took a page out; it may come back until the session is over."""

    page_id: Id
    reason: RemovalReason


class PageRestored(Event, frozen=True, kw_only=True):
    """A page that was taken out is back."""

    page_id: Id


class PageSplit(Event, frozen=True, kw_only=True):
    """A part of a page became a page of its own."""

    page_id: Id
    of_page_id: Id


# ---- printer


class PrintRequested(Event, frozen=True, kw_only=True):
    """The agent sent a document to the kiosk's printer."""

    print_id: Id
    sha256: Hash
    size_bytes: int
    copies: int


class SheetAnswered(Event, frozen=True, kw_only=True):
    """The caller was asked about a sheet that was shown; see `GrantChanged` for the fields. The
    yes is for this sheet and gives no power.
    """

    print_id: Id
    wanted: bool
    reason: GrantReason = GrantReason.ANSWERED
    text_version: Code = ""
    read_as: ReadAs = ReadAs.READ


class PrintChanged(Event, frozen=True, kw_only=True):
    """A print's state; `job_id` is the printer's own number, `sha256` that of what the printer
    got.
    """

    print_id: Id
    state: PrintState
    job_id: int
    code: Code
    sha256: Hash


# ---- dossier


class DossierOpened(Event, frozen=True, kw_only=True):
    """The caller's dossier is on the desk's screen."""

    pieces: int
    documents: int


class DocumentFiled(Event, frozen=True, kw_only=True):
    """The store read the document back."""

    document_id: Id
    sha256: Hash
    size_bytes: int
    pages: int
    piece_id: MaybeId


class PieceChanged(Event, frozen=True, kw_only=True):
    """The agent set a piece's state by hand."""

    piece_id: Id
    state: PieceState


class PieceFiled(Event, frozen=True, kw_only=True):
    """The store's answer turned an expected piece to filed."""

    piece_id: Id


# ---- line


class LineLost(Event, frozen=True, kw_only=True):
    """`by` lost the bus."""

    by: Writer


class LineBack(Event, frozen=True, kw_only=True):
    """`by` has the bus again after `lost_s` seconds."""

    by: Writer
    lost_s: float


class LineMeasured(Event, frozen=True, kw_only=True):
    """The data that `by` received in `over_s` seconds;
    the fields as in `session.protocol.conversation.line.LineSeen`.
    """

    by: Writer
    over_s: float
    kbps: float
    loss_percent: float
    rtt_ms: float | None
    height_px: int
    fps: float
    freezes: int
    concealed_percent: float


class LineGoverned(Event, frozen=True, kw_only=True):
    """`by` sends its face and its pages by another rule:
    what is given up (`step`), whether a page crosses.

    `motion`: the caller signs, so movement goes before size.
    """

    by: Writer
    step: Code
    document: bool
    budget_kbps: float
    face_kbps: float
    page_kbps: float
    motion: bool = False


class TroubleShown(Event, frozen=True, kw_only=True):
    """A person was shown an error."""

    by: Writer
    code: Code


AnyEvent = (
    CallRequestedAtKiosk
    | CallerLeft
    | TicketAccepted
    | SessionOpened
    | SessionResumed
    | HungUp
    | SessionEnded
    | SessionClosed
    | KioskWiped
    | CallOffered
    | CallAnswered
    | CallFailed
    | VideoSeen
    | AudioSeen
    | CameraChanged
    | GrantRequested
    | GrantChanged
    | AddressOpened
    | AddressRefused
    | SharingChanged
    | MirrorChunk
    | PointerShown
    | PageActed
    | ScanRequested
    | ScanStarted
    | ScanEnded
    | PageTaken
    | PageReceived
    | PageFailed
    | PageCleaned
    | PrintRequested
    | PrintChanged
    | SheetAnswered
    | DossierOpened
    | DocumentFiled
    | PieceChanged
    | PieceFiled
    | LineLost
    | LineBack
    | TroubleShown
    | LineMeasured
    | LineGoverned
    | HeldChanged
    | CallerPassedOn
    | ThirdChanged
    | PrivacyChanged
    | WordsSent
    | MessageNotTaken
    | PageRemoved
    | PageRestored
    | PageSplit
    | DocumentShown
    | ShownPagePainted
    | ShownPageMarked
    | ShowEnded
    | EndDescribed
)

_LANES: dict[type[Event], Lane] = {
    **dict.fromkeys(
        (CallOffered, CallAnswered, CallFailed, VideoSeen, AudioSeen, CameraChanged), Lane.CALL
    ),
    **dict.fromkeys(
        (AddressOpened, AddressRefused, SharingChanged, MirrorChunk, PointerShown, PageActed),
        Lane.PAGE,
    ),
    **dict.fromkeys((DocumentShown, ShownPagePainted, ShownPageMarked, ShowEnded), Lane.PAGE),
    **dict.fromkeys((ScanRequested, ScanStarted, ScanEnded), Lane.SCANNER),
    **dict.fromkeys((PageTaken, PageReceived, PageFailed, PageCleaned), Lane.SCANNER),
    **dict.fromkeys((PageRemoved, PageRestored, PageSplit), Lane.SCANNER),
    **dict.fromkeys((PrintRequested, PrintChanged, SheetAnswered), Lane.PRINTER),
    **dict.fromkeys((DossierOpened, DocumentFiled, PieceChanged, PieceFiled), Lane.DOSSIER),
    **dict.fromkeys((LineLost, LineBack, TroubleShown, LineMeasured, LineGoverned), Lane.LINE),
    MessageNotTaken: Lane.LINE,
    **dict.fromkeys(
        (HeldChanged, CallerPassedOn, ThirdChanged, PrivacyChanged, WordsSent), Lane.CALL
    ),
}
_GRANT_LANES = {Grant.SCAN: Lane.SCANNER, Grant.PRINT: Lane.PRINTER, Grant.KEEP: Lane.DOSSIER}


MOST_NUMBER = 2**31 - 1
"""Of a record: more than anybody says in a conversation."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its place.

    Attributes:
        at_utc: when, by the writer's own clock.
        number: the writer's own count within the session, from 0, without gaps.
        redacted: the last guard found something personal or malformed and replaced the event's
            strings.
    """

    format: int = FORMAT
    at_utc: datetime
    writer: Writer
    number: Annotated[int, msgspec.Meta(ge=0, le=MOST_NUMBER)]
    event: AnyEvent
    redacted: bool = False


def lane_of(event: Event) -> Lane:
    """The timeline row of an event; a grant stands on the row of what it allows."""
    if isinstance(event, GrantRequested | GrantChanged):
        return _GRANT_LANES.get(event.grant, Lane.PAGE)
    return _LANES.get(type(event), Lane.QUEUE)


def code_of(event: Event) -> str:
    """The error code that an event carries, or ""."""
    return str(getattr(event, "code", ""))


def is_trouble(event: Event) -> bool:
    """True for what a helpdesk looks for: errors, refusals, lost lines."""
    return bool(code_of(event)) or isinstance(event, LineLost)


def label_of(event: Event) -> str:
    """The event's name as a code, e.g. "page_received"; views have a sentence for each."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()


def address_opened(address: str) -> AddressOpened:
    """The event for a web address, which itself is not kept."""
    rest = address.split("://", 1)[-1].split("?", 1)[0].split("#", 1)[0]
    host, _slash, path = rest.rpartition("@")[2].partition("/")
    return AddressOpened(host=host.lower() or "none", path_length=len(path))


def mirror_parts(
    started_at_utc: datetime, data: bytes, *, is_snapshot: bool, events: int
) -> list[MirrorChunk]:
    """The records that carry one zstd frame, as many as its size needs (at least one)."""
    if data:
        cuts = range(0, len(data), MAX_MIRROR_PART_BYTES)
    else:
        cuts = range(1)
    return [
        MirrorChunk(
            started_at_utc=started_at_utc,
            data=data[cut : cut + MAX_MIRROR_PART_BYTES],
            is_snapshot=is_snapshot,
            events=events,
            part=part,
            parts=len(cuts),
        )
        for part, cut in enumerate(cuts)
    ]
