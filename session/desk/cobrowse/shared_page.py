# SPDX-License-Identifier: GPL-3.0-only
"""The desk's end of the shared page:
receives what the kiosk's browser shows, asks for addresses, moves the pointer.

Used by the desk's program, one per session;
`views.desk.shared_page.mirror_pane` shows the events, the session's log keeps them. The other end
is `session.kiosk.cobrowse.shared_page`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import msgspec

from session.core.clock import Clock
from session.core.errors import BusUnreachable, MessageMalformed, MessageTooLarge, SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.cobrowse.sheets import File, HeldEvents, PublicFiles, SheetWait
from session.log.events import MirrorChunk
from session.log.mirror import MAX_AGE_S, MirrorCollector
from session.log.page_structure import PageStructure
from session.protocol.conversation import mirror
from session.protocol.conversation.messages import (
    AddressRefused,
    AddressRequested,
    ChunksRequested,
    PageShown,
    PointerMoved,
    PointerShown,
    ResourceRequested,
    ResourceSent,
    SessionMessage,
    SharingChanged,
    SnapshotRequested,
)
from session.protocol.conversation.mirror import MirrorEvents
from session.protocol.conversation.mirror_messages import (
    DialogClosed,
    DialogShown,
    MirrorReceived,
    SheetsRequested,
)
from session.protocol.conversation.sheets import names_in, texts_of
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.message_rates import MIRROR_BYTES, MIRROR_PICTURES
from session.protocol.wire.ids import new_id
from session.protocol.wire.version import MAX_CHUNK_BYTES

log = logging.getLogger(__name__)

TOPIC = "cobrowse"
CHUNK_TOPIC = "chunk"

POINTER_EVERY_S = 0.05
SNAPSHOT_EVERY_S = 0.5
GAP_S = 0.3
"""So long what is out of order waits for what is missing."""
SNAPSHOT_WAIT_S = 2.0
SNAPSHOT_TRIES = 5
RESOURCE_WAIT_S = 12.0
RESOURCE_QUIET_S = 2.0
MAX_RESOURCE_BYTES = 4 * 1024 * 1024
CACHE_BYTES = 16 * 1024 * 1024
PICTURES, UNPACKED = "full pictures of the page", "unpacked bytes of the page"
"""Counted beside the payloads: little on the line may be much here."""


class _Arrival:
    """One resource on its way: its chunks, its description, and the answer that somebody awaits."""

    def __init__(self) -> None:
        self.chunks: dict[int, bytes] = {}
        self.sent: ResourceSent | None = None
        self.answer: asyncio.Future[tuple[bytes, str]] = asyncio.get_running_loop().create_future()

    @property
    def missing(self) -> list[int]:
        """Indexes of the chunks that are not here; empty while nothing was announced."""
        if self.sent:
            count = -(-self.sent.size_bytes // MAX_CHUNK_BYTES)
        else:
            count = 0
        return [index for index in range(count) if index not in self.chunks]

    def settle(self, kept: File | None = None) -> None:
        """Gives the answer once all is here, or was before; damaged bytes count as refused."""
        if self.sent is not None and isinstance(kept, bytes) and not self.answer.done():
            self.answer.set_result((kept, self.sent.media_type))
        if self.sent is None or self.missing or self.answer.done():
            return
        data = b"".join(self.chunks[index] for index in sorted(self.chunks))
        is_intact = hashlib.sha256(data).hexdigest() == self.sent.sha256
        self.answer.set_result((data, self.sent.media_type) if data and is_intact else (b"", ""))


class DeskSharedPage:
    """One session's shared page at the desk.

    Args:
        channel: the session's line to the kiosk.
        clock: limits how often a full picture is asked for.
        tasks: where this end's tasks run.
        record_text: addresses of pages whose words the log may keep.
        files: what this desk keeps of pages; None: of this conversation only.

    Attributes:
        events_received: events to show, in order, nothing missing;
            after a loss it waits for the next full picture.
        page_shown: the web page that the kiosk's browser shows.
        sharing_changed: the mirror runs or has stopped.
        pointer_shown: the kiosk painted the pointer.
        address_refused: the kiosk did not open an address.
        dialog_shown, dialog_closed: the page asks the caller, or wanted what a kiosk does not do;
        over.
        stretch: collects it for `mirror_chunk`; finished when all was given to the log.
        mirror_chunk: the structure of the same for the log, in stretches of a few seconds, cut at
            each full picture.
    """

    def __init__(
        self,
        channel: SessionChannel,
        clock: Clock,
        *,
        tasks: Tasks,
        record_text: Sequence[str] = (),
        files: PublicFiles | None = None,
    ) -> None:
        self.events_received: Signal[MirrorEvents] = Signal()
        self.page_shown: Signal[PageShown] = Signal()
        self.sharing_changed: Signal[bool] = Signal()
        self.pointer_shown: Signal[PointerShown] = Signal()
        self.address_refused: Signal[AddressRefused] = Signal()
        self.dialog_shown: Signal[DialogShown] = Signal()
        self.dialog_closed: Signal[str] = Signal()
        self.mirror_chunk: Signal[MirrorChunk] = Signal()
        self._channel = channel
        self._clock = clock
        self._tasks = tasks
        self._asked_at_s = float("-inf")
        self._assembler = mirror.FrameAssembler()
        self._unpacker = mirror.Unpacker()
        self.stretch = MirrorCollector(
            self.mirror_chunk.emit, clock, structure=PageStructure(record_text), tasks=tasks
        )
        self._stretch_timer: asyncio.TimerHandle | None = None
        self._gap_timer: asyncio.TimerHandle | None = None
        self._open = True
        self._complete = False
        self._healing = False
        self._sharing: bool | None = None
        self._epoch = 0
        self._pointer: PointerMoved | None = None
        self._moving = False
        self._arrivals: dict[str, _Arrival] = {}
        self._fetching: dict[str, asyncio.Future[tuple[bytes, str]]] = {}
        self._cache: OrderedDict[str, tuple[bytes, str]] = OrderedDict()
        self._knows_names = True
        self._chunk_at_s = float("-inf")
        self._files = files or PublicFiles()
        self._sheets = SheetWait(
            channel.session_id,
            self._files,
            show=self._show,
            ask=lambda names: self._send(SheetsRequested(names=names)),
            give_up=self._on_sheets_missing,
        )
        self._stops = [
            channel.on_message(TOPIC, self._on_message),
            channel.on_raw(mirror.TOPIC, self._on_mirror),
            channel.on_raw(CHUNK_TOPIC, self._on_chunk),
        ]

    @property
    def sharing(self) -> bool:
        """True while the kiosk shares, by its last report."""
        return self._sharing is True

    @property
    def epoch(self) -> int:
        """Number of the web document that is mirrored."""
        return self._epoch

    def close(self) -> None:
        """Ends the session: writes the last stretch to the log, stops listening and forgets
        pictures.
        """
        for stop in self._stops:
            stop()
        self._open = self._sharing = False
        if self._gap_timer is not None:
            self._gap_timer.cancel()
        self._sheets.close()
        self._end_stretch()
        self._cache.clear()
        for arrival in self._arrivals.values():
            if not arrival.answer.done():
                arrival.answer.set_result((b"", ""))

    # ---- requests of the agent

    def open_address(self, address: str) -> None:
        """Asks the kiosk to open a web address; the answer is `page_shown` or `address_refused`."""
        self._send(AddressRequested(address=address))

    def request_snapshot(self) -> None:
        """Asks for a full picture: at the start, after a restart, or because the agent doubts the
        mirror.
        """
        now_s = self._clock.monotonic_s()
        if now_s - self._asked_at_s >= SNAPSHOT_EVERY_S:
            self._asked_at_s = now_s
            self._send(SnapshotRequested(sheets=self._knows_names))

    def move_pointer(self, x: float, y: float) -> None:
        """Moves the pointer to a fraction (0..1) of the page's visible part;
        sent at most every `POINTER_EVERY_S`.
        """
        self._point(
            PointerMoved(epoch=self._epoch, x=min(max(x, 0.0), 1.0), y=min(max(y, 0.0), 1.0))
        )

    def hide_pointer(self) -> None:
        """Removes the pointer from the kiosk's screen."""
        self._point(PointerMoved(epoch=self._epoch, x=0.0, y=0.0, visible=False))

    def _point(self, pointer: PointerMoved) -> None:
        self._pointer = pointer
        if not self._moving:
            self._moving = True
            self._tasks.start(self._send_pointer(), name="desk-pointer")

    async def _send_pointer(self) -> None:
        try:
            while self._pointer is not None:
                pointer, self._pointer = self._pointer, None
                await self._send_now(pointer)
                await asyncio.sleep(POINTER_EVERY_S)
        finally:
            self._moving = False

    # ---- what the kiosk says ----

    def _on_message(self, message: SessionMessage) -> None:
        match message:
            case PageShown():
                self.page_shown.emit(message)
            case SharingChanged(sharing=sharing):
                self._on_sharing_changed(sharing)
            case PointerShown():
                self.pointer_shown.emit(message)
            case AddressRefused():
                self.address_refused.emit(message)
            case DialogShown():
                self.dialog_shown.emit(message)
            case DialogClosed(dialog_id=dialog_id):
                self.dialog_closed.emit(dialog_id)
            case ResourceSent(item_id=item_id):
                self._on_resource_sent(item_id, message)

    def _on_sharing_changed(self, sharing: bool) -> None:
        self._sharing = sharing
        if not sharing:
            self._end_stretch()
            self._complete = False
        self.sharing_changed.emit(sharing)

    # ---- events ----

    def _on_mirror(self, payload: bytes, headers: Mapping[str, str]) -> None:
        self._sheets.hear()
        if (ack := headers.get("Ack", "")).isdecimal() and len(ack) <= 12:
            self._send(MirrorReceived(ack=int(ack)))
        try:
            frames = self._assembler.add(payload, headers)
        except MessageMalformed as error:
            self._on_unreadable(error)
            return
        for frame in frames:
            self._on_frame(frame)
        if self._assembler.has_gap and self._gap_timer is None:
            self._gap_timer = asyncio.get_running_loop().call_later(GAP_S, self._on_gap)

    def _on_gap(self) -> None:
        """Checks whether what was missing a moment ago has come."""
        self._gap_timer = None
        if self._open and self._assembler.has_gap:
            for frame in self._assembler.give_up():
                self._on_frame(frame)

    def _on_unreadable(self, error: SessionError) -> None:
        why = str(error.detail.get("why", ""))
        self._channel.refuse(mirror.TOPIC, error.code, why or "more than one payload may hold")
        self._lose()

    def _on_frame(self, frame: mirror.MirrorFrame) -> None:
        if not frame.start and not (frame.in_order and self._complete):
            self._lose()
            return
        if frame.start and not self._channel.takes(mirror.TOPIC, PICTURES, MIRROR_PICTURES):
            self._lose()
            return
        try:
            text = self._unpacker.unpack(frame.data, start=frame.start)
            if not self._channel.takes(mirror.TOPIC, UNPACKED, MIRROR_BYTES, len(text)):
                self._lose()
                return
            events = mirror.decode_events(text)
        except (MessageMalformed, MessageTooLarge) as error:
            self._on_unreadable(error)
            return
        snapshot = mirror.starts_with_snapshot(events)
        if frame.start and not snapshot:
            self._on_unreadable(MessageMalformed(why="Start without a full picture"))
            return
        self._complete = True
        texts = texts_of(events)
        if texts is not None:
            self._sheets.take_texts(texts)
        else:
            self._sheets.take_events(
                HeldEvents(text, snapshot, frame.epoch, len(events), names_in(text))
            )

    def _show(self, held: HeldEvents, sheets: Mapping[str, str]) -> None:
        """Events whose turn it is go to the log and to the mirror."""
        self._epoch = held.epoch
        self.stretch.add(
            held.text,
            is_snapshot=held.is_snapshot,
            events=held.events,
            epoch=held.epoch,
            sheets=sheets,
        )
        if self._stretch_timer is None:
            self._stretch_timer = asyncio.get_running_loop().call_later(
                MAX_AGE_S, self._end_stretch
            )
        text, is_snapshot = held.text.decode(), held.is_snapshot
        self.events_received.emit(MirrorEvents(text, is_snapshot, held.epoch, held.events, sheets))

    def _on_sheets_missing(self) -> None:
        """The kiosk does not have what it names: it is to send every text in full."""
        self._knows_names = False
        self._send(SnapshotRequested(sheets=False))

    def _end_stretch(self) -> None:
        if self._stretch_timer is not None:
            self._stretch_timer.cancel()
            self._stretch_timer = None
        self.stretch.flush()

    def draw_anew(self) -> None:
        """What was received could not be shown: a full picture is asked for."""
        self._lose()

    def _lose(self) -> None:
        """Something is missing: shows nothing more until a full picture comes."""
        self._complete = False
        if not self._healing and self._sharing is not False:
            self._healing = True
            self._tasks.start(self._heal(), name="desk-snapshot")

    async def _heal(self) -> None:
        try:
            for _ in range(SNAPSHOT_TRIES):
                await self._send_now(SnapshotRequested(sheets=self._knows_names))
                await asyncio.sleep(SNAPSHOT_WAIT_S)
                if self._complete or self._sharing is False:
                    return
        finally:
            self._healing = False

    # ---- pictures and fonts of the page ----

    async def fetch(self, address: str) -> tuple[bytes, str]:
        """A picture or font of the shared page, through the kiosk.

        Returns:
            Bytes and media type; empty ones when the kiosk refused it or did not answer in
            `RESOURCE_WAIT_S`.
        """
        if address in self._cache:
            self._cache.move_to_end(address)
            return self._cache[address]
        if address not in self._fetching:
            self._fetching[address] = self._tasks.start(self._fetch(address), name="desk-resource")
        return await asyncio.shield(self._fetching[address])

    async def _fetch(self, address: str) -> tuple[bytes, str]:
        item_id, arrival = new_id(), _Arrival()
        self._arrivals[item_id] = arrival
        try:
            await self._send_now(
                ResourceRequested(item_id=item_id, address=address, hash_first=True)
            )
            answer = await asyncio.wait_for(self._await_chunks(item_id, arrival), RESOURCE_WAIT_S)
        except (TimeoutError, msgspec.ValidationError):
            answer = (b"", "")
        finally:
            del self._arrivals[item_id], self._fetching[address]
        if answer[0] and arrival.sent is not None:
            self._remember(address, answer)
            self._files.add(arrival.sent.sha256, answer[0], self._channel.session_id)
        return answer

    async def _await_chunks(self, item_id: str, arrival: _Arrival) -> tuple[bytes, str]:
        """Waits for the answer and names lost chunks whenever no chunk came for a while, of this
        file or of one before it on the line.
        """
        loop = asyncio.get_running_loop()
        while True:
            since = loop.time()
            finished, _ = await asyncio.wait([arrival.answer], timeout=RESOURCE_QUIET_S)
            if finished:
                return arrival.answer.result()
            if arrival.missing and self._chunk_at_s < since:
                await self._send_now(
                    ChunksRequested(item_id=item_id, missing=arrival.missing[:100])
                )

    def _remember(self, address: str, answer: tuple[bytes, str]) -> None:
        self._cache[address] = answer
        while sum(len(data) for data, _ in self._cache.values()) > CACHE_BYTES:
            self._cache.popitem(last=False)

    def _on_resource_sent(self, item_id: str, sent: ResourceSent) -> None:
        arrival = self._arrivals.get(item_id)
        if arrival is None:
            return
        too_large = not 0 <= sent.size_bytes <= MAX_RESOURCE_BYTES
        if too_large:
            arrival.sent = msgspec.structs.replace(sent, size_bytes=0)
        else:
            arrival.sent = sent
        arrival.settle(self._files.get(sent.sha256, self._channel.session_id))
        if sent.on_request and arrival.missing and not arrival.answer.done():
            self._send(ChunksRequested(item_id=item_id, missing=arrival.missing[:100]))

    def _on_chunk(self, payload: bytes, headers: Mapping[str, str]) -> None:
        arrival, index = self._arrivals.get(headers.get("Item", "")), headers.get("Index", "")
        if arrival is None:
            return  # of a page, which others take
        if int(index) * MAX_CHUNK_BYTES < MAX_RESOURCE_BYTES and len(payload) <= MAX_CHUNK_BYTES:
            self._chunk_at_s = asyncio.get_running_loop().time()
            self._sheets.hear()
            arrival.chunks[int(index)] = payload
            arrival.settle()
        else:
            why, item_id = "more than a picture of a page may have", headers["Item"]
            self._channel.refuse(CHUNK_TOPIC, MessageTooLarge.code, why, item_id)

    # ---- sending ----

    def _send(self, message: SessionMessage) -> None:
        self._tasks.start(self._send_now(message), name="desk-cobrowse-send")

    async def _send_now(self, message: SessionMessage) -> None:
        try:
            await self._channel.send(TOPIC, message)
        except (BusUnreachable, MessageTooLarge) as error:
            log.info("%s not sent: %s", type(message).__name__, error.code)
