# SPDX-License-Identifier: GPL-3.0-only
"""The messages of the two ends of a session to each other.
Facts are past tense, requests end in `Requested`.

They travel on `ses.<role>.<user>.<session>.<topic>` through the hub; the headings say which
message has which topic, `session.protocol.topics` which topics there are. Bytes of pages and
files travel on the topic "chunk" as raw payloads with the headers `Item` and `Index`.
Shared-page events travel on the topic "mirror" as raw payloads (see
`session.kiosk.cobrowse.shared_page`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from session.core.field_types import UtcTime, whole
from session.protocol.wire.ids import Id, OptionalId, Sha256
from session.protocol.wire.version import MAX_ITEM_BYTES, PROTOCOL_VERSION

Text = Annotated[str, msgspec.Meta(max_length=500)]
Address = Annotated[str, msgspec.Meta(max_length=2000)]
Sdp = Annotated[str, msgspec.Meta(max_length=60_000)]
Fraction = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Size = Annotated[int, msgspec.Meta(ge=1, le=MAX_ITEM_BYTES)]


class SessionMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Base of all: `v` is the sender's protocol version, `type` the struct's name."""

    v: int = PROTOCOL_VERSION


# ---- topic "call"


class CallOffered(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: a WebRTC offer (RFC 8829).
    A new `call_id` replaces an earlier call of the same session.
    """

    call_id: Id
    sdp: Sdp
    simulated_camera: bool = False


class CallAnswered(SessionMessage, frozen=True, kw_only=True):
    """Desk: the answer to `call_id`."""

    call_id: Id
    sdp: Sdp
    simulated_camera: bool = False


class CallRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: please offer (again), e.g. after a restart of the desk or a lost line."""


class CallFailed(SessionMessage, frozen=True, kw_only=True):
    """The sender could not set the call up."""

    call_id: Id
    code: str


class MediaSeen(SessionMessage, frozen=True, kw_only=True):
    """The media that the sender really received so far:
    the proof that a call works.

    Attributes:
        first_frame_ms: milliseconds from the sender's view of accept to its first decoded frame, or
            None.
        frames: decoded frames.
        width_px, height_px: of the last one.
        checksum: eight hex digits that change when the received picture does, "" before the first;
            for people and tests, nobody compares it with another end's.
        audio_packets, audio_level: received RTP packets; RMS of decoded sound, 0..1.
    """

    call_id: Id
    first_frame_ms: float | None
    frames: Count
    width_px: int
    height_px: int
    checksum: str
    audio_packets: Count
    audio_level: float


class CameraChanged(SessionMessage, frozen=True, kw_only=True):
    """The sender switched its camera or microphone.

    Attributes:
        camera_there, microphone_there: False: it has none that works; nothing will come of it, and
            the line is fine.
    """

    camera_on: bool
    microphone_on: bool
    camera_there: bool = True
    microphone_there: bool = True


# ---- topic "grant"


class Grant(StrEnum):
    """A power that the caller may give.
    Control: click and scroll in the page; keep: file what was received.
    """

    SEE_PAGE = "see_page"
    POINT = "point"
    CONTROL = "control"
    TYPE = "type"
    SCAN = "scan"
    PRINT = "print"
    KEEP = "keep"


class GrantReason(StrEnum):
    """Why a power is as it is. Told: nothing changed, the desk asked or the line came back."""

    TOLD = "told"
    ANSWERED = "answered"
    SILENT = "silent"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    EXPIRED = "expired"


class GrantActor(StrEnum):
    """The person who answered. Facilitator:
    somebody who acts for the caller under a mandate.
    """

    CALLER = "caller"
    FACILITATOR = "facilitator"


ANSWERED_WITHIN_S = 30.0
"""A question that nobody has answered or touched for so long is answered no."""
LONGEST_QUESTION_S = 600.0
"""A question that is touched, listened to or talked about stays, but never longer."""


class ReadAs(StrEnum):
    """The way in which the caller took a question in, beside its text on the screen."""

    READ = "read"
    HEARD = "heard"
    SIGNED = "signed"


class WaitReason(StrEnum):
    """Why a question is not on the kiosk's screen yet. Not met: neither picture nor voice went both
    ways for three seconds, and no written words stood there for as long.
    """

    NOT_MET = "not_met"
    TOO_OFTEN = "too_often"


class GrantRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: please ask the caller. All powers of a request are one question, with a switch for
    each; the answer comes power by power. A kiosk that does not know `together` asks for `grant`
    alone, and the desk then asks for the others.

    Attributes:
        together: further powers of the same question.
        request_id: the same while the desk repeats the request, so that the caller is asked once;
            "" is never repeated.
    """

    grant: Grant
    request_id: OptionalId = ""
    together: Annotated[list[Grant], msgspec.Meta(max_length=6)] = []


class GrantChanged(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: the caller said yes or no, took it back, or its time is over. Silence is no.

    Attributes:
        left_s: seconds until the power ends by itself, 0 when it is not given.
        asked: the powers of the sentence on the screen: all that were given with a yes, all that
            were asked with a no.
        text_version: which words, in which language, were on the screen for them.
        read_as: whether it was read aloud or signed as well.
        request_id: of the last request for this power that is answered, so that the desk knows
            whether its own is.
        mandate: reference of the mandate (Aidants Connect) when a facilitator answered for the
            caller.
    """

    grant: Grant
    allowed: bool
    at_utc: UtcTime
    left_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 0.0
    reason: GrantReason = GrantReason.ANSWERED
    actor: GrantActor = GrantActor.CALLER
    text_version: Annotated[str, msgspec.Meta(pattern=whole(r"[a-z0-9_]{0,60}"))] = ""
    asked: Annotated[list[Grant], msgspec.Meta(max_length=7)] = []
    read_as: ReadAs = ReadAs.READ
    mandate: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9-]{0,40}"))] = ""
    request_id: OptionalId = ""


class QuestionWaits(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: the caller is not asked for these powers yet; it asks by itself as soon as it may."""

    grants: Annotated[list[Grant], msgspec.Meta(min_length=1, max_length=7)]
    reason: WaitReason


class GrantsRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: please repeat all grants (after a restart)."""


# ---- topic "cobrowse"


class AddressRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: please open this address on the kiosk (the kiosk checks the list)."""

    address: Address


class AddressRefused(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: not on the list, or could not be opened."""

    address: Address
    code: str


class PageShown(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: its browser shows this web page now. `epoch` counts documents; pointers carry it."""

    epoch: int
    address: Address
    title: Text
    width_px: int
    height_px: int


class SharingChanged(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: the mirror runs or has stopped."""

    sharing: bool


class SnapshotRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: please send a full picture of the page's structure (joined late, or lost an event).

    Attributes:
        sheets: this desk knows names of style sheets; a kiosk that has ever been asked without it
            sends every text in full.
    """

    sheets: bool = False


class PointerMoved(SessionMessage, frozen=True, kw_only=True):
    """Desk: the laser pointer is at this fraction of the kiosk's viewport;
    `visible` False removes it.
    """

    epoch: int
    x: Fraction
    y: Fraction
    visible: bool = True


class PointerShown(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: the pointer is painted at this place, in pixels of its viewport."""

    epoch: int
    x_px: int
    y_px: int


class ResourceRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: an image, font or style of the shared page, by address;
    answered by `ResourceSent` and chunks.

    Attributes:
        hash_first: the desk may have it already, and asks for the chunks if it has not.
    """

    item_id: Id
    address: Address
    hash_first: bool = False


class ResourceSent(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: chunks of `item_id` follow; size 0 and no hash when refused.

    Attributes:
        on_request: they follow when `ChunksRequested` names them.
    """

    item_id: Id
    size_bytes: int
    sha256: str
    media_type: str
    on_request: bool = False


# ---- topic "device"


class ScannerState(StrEnum):
    """State of the kiosk's scanner."""

    NONE = "none"
    READY = "ready"
    BUSY = "busy"
    FAULT = "fault"


class DevicesRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: how are scanner and printer?"""


class DevicesReported(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: how scanner and printer are. `scanner_code` and `printer_code` are error codes
    (docs/reference/errors.md), empty when all is well.

    `feeder`: the scanner has one; `duplex`: which sees both sides of a sheet.
    `files`: a caller may give files. `kiosk_key`: public nkey of this kiosk, to which prints are
    bound.
    """

    scanner: ScannerState
    scanner_name: Text
    scanner_code: str
    printer: ScannerState
    printer_name: Text
    printer_code: str
    feeder: bool = False
    duplex: bool = False
    files: bool = False
    kiosk_key: Annotated[str, msgspec.Meta(max_length=60)] = ""


class ScanKind(StrEnum):
    """Preview: 75 dpi of the whole bed; page: the page itself."""

    PREVIEW = "preview"
    PAGE = "page"


class ScanSource(StrEnum):
    """Glass, feeder, or a file that the caller chooses at the kiosk."""

    GLASS = "glass"
    FEEDER = "feeder"
    FILE = "file"


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A rectangle of the glass in 1/300 inch (PWG 5100.3), origin top left."""

    left: int = 0
    top: int = 0
    width: int = 2480
    height: int = 3508


MAX_AREAS = 12
"""Documents that may lie on one glass."""


class ScanRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: please scan. Needs the grant `scan`.

    `duplex`: both sides of each sheet, from a feeder that can.
    `areas`: instead of `area`, a page of each, in order.
    """

    scan_id: Id
    kind: ScanKind
    source: ScanSource = ScanSource.GLASS
    dpi: Annotated[int, msgspec.Meta(ge=50, le=600)] = 300
    colour: bool = True
    area: Area = Area()
    duplex: bool = False
    areas: Annotated[list[Area], msgspec.Meta(max_length=MAX_AREAS)] = []


class ScanCancelRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: stop this scan."""

    scan_id: Id


class ScanProgressed(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: the scanner works; `percent` 0..100 of the current page, or -1 when unknown."""

    scan_id: Id
    percent: Annotated[int, msgspec.Meta(ge=-1, le=100)]


class ScanEnded(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: the scan is over; `code` is an error code or empty; `pages` were taken."""

    scan_id: Id
    pages: Count
    code: str
    detail: dict[str, str | int | float] = {}


class PageOffered(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: a page is ready and its chunks follow. The kiosk keeps it until `PageKept`.

    `given`: not scanned but a file of the caller's; then it may be a PDF of several pages.
    Its chunks have the header `Item` `page_id`.
    `signer`, `signature`: the kiosk's public key and its signature over the page's words
    (docs/protocol.md, "A page"; docs/vectors/page_signature.json). "" from an older kiosk, whose
    pages are refused where the hub knows the kiosk's key.
    """

    page_id: Id
    scan_id: Id
    kind: ScanKind
    media_type: str
    size_bytes: Size
    sha256: Sha256
    width_px: int
    height_px: int
    dpi: int
    chunks: Count
    taken_at_utc: UtcTime
    given: bool = False
    signer: Annotated[str, msgspec.Meta(max_length=60)] = ""
    signature: Annotated[str, msgspec.Meta(max_length=100)] = ""


class PageGlimpsed(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: a quick copy of an offered page that takes long; its chunks go ahead under `item_id`.

    To be looked at while the page is on its way, and forgotten then:
    it is neither kept nor acknowledged. A JPEG, or a PDF of one page that is one picture in layers.
    A desk that does not know this message loses nothing.
    """

    page_id: Id
    item_id: Id
    media_type: Annotated[str, msgspec.Meta(max_length=100)]
    size_bytes: Size
    sha256: Sha256
    chunks: Count


class ChunksRequested(SessionMessage, frozen=True, kw_only=True):
    """The receiver of an item lacks these chunks (at most 100 named at once)."""

    item_id: Id
    missing: Annotated[list[int], msgspec.Meta(max_length=100)]


class PageKept(SessionMessage, frozen=True, kw_only=True):
    """Desk: the page is safe on disk with the right hash; the kiosk may forget it."""

    page_id: Id


class PageRefused(SessionMessage, frozen=True, kw_only=True):
    """Desk: the page is no use (bad image), and the kiosk forgets it; or it came wrongly, or nobody
    asked for it, and the kiosk keeps it (docs/reference/limits.md).
    """

    page_id: Id
    code: str


class PagesRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: please offer again every page you still hold (after a restart)."""


class PrintOffered(SessionMessage, frozen=True, kw_only=True):
    """Desk: a PDF for the kiosk's printer; its chunks follow.
    Needs the grant `print`, and the caller's yes to it.

    Its chunks have the header `Item` `print_id`. `bound_to`: SHA-256, hex, over session, kiosk's
    key, hash and copies (docs/protocol.md, "A print"; docs/vectors/print_binding.json).
    """

    print_id: Id
    name: Text
    size_bytes: Size
    sha256: Sha256
    chunks: Count
    copies: Annotated[int, msgspec.Meta(ge=1, le=5)] = 1
    bound_to: str = ""


class PrintState(StrEnum):
    """The state of a print job. Shown: the caller looks at it and says yes or no."""

    SHOWN = "shown"
    RECEIVED = "received"
    SENT = "sent"
    PRINTING = "printing"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PrintChanged(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: state of a print. `code` says why it waits or failed; `job_id` is the printer's own
    number (RFC 8011).
    """

    print_id: Id
    state: PrintState
    job_id: int = 0
    code: str = ""
    detail: dict[str, str | int | float] = {}
    sha256: str = ""


class PrintCancelRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: cancel this print."""

    print_id: Id


# ---- topic "end"


class KioskWiped(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: nothing of the caller is left.
    Counts of what was removed and of what was found afterwards (0).
    """

    pages_removed: Count
    files_removed: Count
    profile_removed: bool
    left_over: Count


class MessageRefused(SessionMessage, frozen=True, kw_only=True):
    """Either end, or the hub (on the topic "refused"): a message of yours was not taken. Never
    answered, and at most ten in ten seconds.

    `topic`: where your message came. `code`: an error's code. `why`: for developers, in English.
    `of`: its type, or the id of what it was about; "" when that could not be read.
    """

    topic: Annotated[str, msgspec.Meta(max_length=60)]
    code: Annotated[str, msgspec.Meta(pattern=whole(r"[a-z0-9_]{1,60}"))]
    why: Text = ""
    of: Annotated[str, msgspec.Meta(max_length=60)] = ""
