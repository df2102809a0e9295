# SPDX-License-Identifier: GPL-3.0-only
"""The desk's way to the hub: queue, sessions, dossier, log.
Used by the desk's program.

The other end is `session.hub.queue`; the kiosk's counterpart is `session.kiosk.hub.client`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence

import msgspec

from session.bus.client import FROM_HUB, BusClient
from session.bus.transport.connection import Incoming
from session.core.clock import Clock
from session.core.dossier_model import Dossier, PieceState
from session.core.errors import (
    BusUnreachable,
    NotAllowed,
    PageDamaged,
    SessionError,
    TransferInterrupted,
)
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.convention_versions import ConventionVersions
from session.desk.hub.queue_copy import QueueCopy
from session.desk.hub.reservations import Reservations
from session.protocol.codec import decode_plain, decode_request
from session.protocol.hub.log import LogAppend, LogRequest, ReadEvents
from session.protocol.hub.requests import (
    AcceptRequest,
    AgentChanged,
    Announcement,
    CloseRequest,
    DocumentFiled,
    DocumentRequest,
    DossierRequest,
    HangUpRequest,
    HubEvent,
    PeerPresence,
    PieceRequest,
    QueueBeat,
    QueueRequest,
    RemoteHelpWanted,
    ResumeRequest,
    Service,
    SessionEnded,
    SessionFacts,
    SessionsAnswer,
    UploadBegin,
    UploadChunk,
    UploadCommit,
)
from session.protocol.hub.tickets import Ticket
from session.protocol.sealing import CallerNumberRequest, Part
from session.protocol.wire import subjects
from session.protocol.wire.ids import new_id
from session.protocol.wire.version import MAX_CHUNK_BYTES

log = logging.getLogger(__name__)

TRIES = 3
"""Times a document is tried in all."""

PAUSE_S = 0.5
BEATS_LOST_S = 10.0
"""Silence of the hub after which the queue on the screen cannot be trusted."""

SNAPSHOT_PAGE = 200
SNAPSHOT_TRIES = 3
"""Times a snapshot that changes while it is read is begun again;
after that the beats reveal what is missing.
"""

Progress = Callable[[int, int], None]
"""Called with (bytes the hub holds, bytes of the whole)."""


class DeskClient:
    """A desk's requests to the hub, and what the hub publishes to it.

    Attributes:
        bus: our connection, for what a job asks itself.
        queue_changed: all open tickets, in the order they are served, at each change.
        services: the organisation's services, once the queue was loaded.
        connection_changed: True when hub and queue are there, False when not.
        convention_changed: services or hours are others than before; `services` are loaded again by
            then.
        session_ended: one of our sessions is over.
        peer_presence: its kiosk is silent or back.
        announced: a supervisor says something to this agent.
        agent_changed: a supervisor has changed this agent's state, or what it serves today.
        withdrawn: its id, when it is taken back.
        reservation_ended: a caller who was kept for one agent waits for everybody again.
        retrying: a request is being repeated because its outcome is unknown.
        help_wanted: the helpdesk wants something of this desk; its person is asked.
    """

    def __init__(self, bus: BusClient, clock: Clock, *, tasks: Tasks) -> None:
        self.queue_changed: Signal[list[Ticket]] = Signal()
        self.connection_changed: Signal[bool] = Signal()
        self.convention_changed: Signal[str] = Signal()
        self.session_ended: Signal[SessionEnded] = Signal()
        self.peer_presence: Signal[PeerPresence] = Signal()
        self.announced: Signal[Announcement] = Signal()
        self.agent_changed: Signal[AgentChanged] = Signal()
        self.withdrawn: Signal[str] = Signal()
        self.reservation_ended: Signal[Ticket] = Signal()
        self.retrying: Signal[str] = bus.retrying
        self.help_wanted: Signal[RemoteHelpWanted] = Signal()
        self.services: list[Service] = []
        self.organisation_name = ""
        self.agent_name = ""
        self.bus = bus
        self._clock = clock
        self._tasks = tasks
        self._queue = QueueCopy()
        self._reservations = Reservations()
        self._loading: asyncio.Task[None] | None = None
        self._is_connected = False
        self._ended: set[str] = set()
        self._known_broadcasts: set[str] = set()
        self._heard_s = clock.monotonic_s()
        self._conventions = ConventionVersions(clock)

    async def start(self) -> None:
        """Listens, then loads the queue (in the background, again and again until it is there)."""
        self.bus.connected.connect(self._on_connected)
        self.bus.notifications.connect(self._on_notification)
        await self.bus.subscribe(subjects.QUEUE_EVENTS, self._on_ticket)
        await self.bus.subscribe(subjects.QUEUE_BEAT, self._on_beat)
        self.bus.beat()
        self._load_soon()
        self._tasks.keep(self._watch_beats, name="watch the hub's pulse")

    @property
    def queue(self) -> list[Ticket]:
        """Open tickets in the order they are served."""
        return self._queue.ordered()

    @property
    def is_ready(self) -> bool:
        """True when the bus is there and the queue is loaded."""
        return self._is_connected

    # ---- sessions

    async def accept(self, ticket_id: str, *, trace: str = "") -> SessionFacts:
        """Takes a ticket; `trace` as in `BusClient.ask`.

        Raises:
            TicketTaken, TicketKept, TicketUnknown, BusUnreachable;
            `HubUnreachable` when the outcome stayed unknown.
        """
        answer = await self.bus.ask(AcceptRequest(ticket_id=ticket_id), trace=trace)
        return answer.session

    async def resume(self) -> SessionsAnswer:
        """Sessions that are still ours, after a restart."""
        return await self.bus.ask(ResumeRequest())

    async def hang_up(self, session_id: str, reason: str = "done") -> None:
        """Ends the conversation; the ticket goes to wrap-up."""
        await self.bus.ask(HangUpRequest(session_id=session_id, reason=reason))

    async def close(self, session_id: str, outcome: str = "done") -> None:
        """Ends the wrap-up; the session's channel is forgotten."""
        await self.bus.ask(CloseRequest(session_id=session_id, outcome=outcome))
        self.bus.drop_channel(session_id)

    # ---- dossier

    async def caller_number(self, session_id: str) -> str:
        """The number that the caller typed, where only the organisation's vault can read it ("" for
        none).

        Raises:
            VaultAway: ask again later. And what `dossier` raises.
        """
        vault = await self.bus.vault(Part.DOSSIER)
        if vault is None:
            return ""
        request = CallerNumberRequest(session_id=session_id)
        return (await vault.ask(request)).caller_number

    async def dossier(self, session_id: str, number: str = "", reason: str = "") -> Dossier:
        """The session's dossier, or the one with `number`; for another one than the session's a
        `reason` is needed.

        Raises:
            DossierUnknown, ReasonNeeded, TooManyDossiers, TicketUnknown, and what `accept` raises.
        """
        request = DossierRequest(session_id=session_id, number=number, reason=reason)
        return (await self.bus.ask(request)).dossier

    async def set_piece(
        self, session_id: str, dossier: str, piece_id: str, *, state: PieceState, reason: str = ""
    ) -> Dossier:
        """Sets an expected piece's state by hand. Raises as `dossier`."""
        request = PieceRequest(
            session_id=session_id, dossier=dossier, piece_id=piece_id, state=state, reason=reason
        )
        return (await self.bus.ask(request)).dossier

    async def upload(
        self,
        session_id: str,
        dossier: str,
        *,
        piece_id: str,
        name: str,
        pages: int,
        data: bytes,
        upload_id: str = "",
        progress: Progress | None = None,
    ) -> DocumentFiled:
        """Files a document; goes on where an earlier try with the same `upload_id` stopped.

        Raises:
            DocumentNotFiled, PageTooLarge, NotAllowed, TransferInterrupted, and what `accept`
            raises.
        """
        begin = UploadBegin(
            session_id=session_id,
            upload_id=upload_id or new_id(),
            dossier=dossier,
            piece_id=piece_id,
            name=name,
            pages=pages,
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )
        for attempt in range(TRIES):
            await self._send_document(begin, data, progress)
            try:
                commit = UploadCommit(upload_id=begin.upload_id, session_id=session_id)
                return await self.bus.ask(commit)
            except (PageDamaged, TransferInterrupted):
                if attempt == TRIES - 1:
                    raise
        raise TransferInterrupted

    async def _send_document(
        self, begin: UploadBegin, data: bytes, progress: Progress | None
    ) -> None:
        state = await self.bus.ask(begin)
        stalls = 0
        while (at := state.received_bytes) < len(data):
            if progress is not None:
                progress(at, len(data))
            part = UploadChunk(
                upload_id=begin.upload_id, offset=at, data=data[at : at + MAX_CHUNK_BYTES]
            )
            state = await self.bus.ask(part)
            if state.received_bytes <= at:
                stalls = stalls + 1
            else:
                stalls = 0
            if stalls > TRIES:
                raise TransferInterrupted(received_bytes=at, size_bytes=len(data))
        if progress is not None:
            progress(len(data), len(data))

    async def document(
        self, session_id: str, document_id: str, progress: Progress | None = None
    ) -> bytes:
        """Bytes of a filed document of the session's dossier. Raises as `dossier`."""
        data = bytearray()
        while True:
            request = DocumentRequest(
                session_id=session_id, document_id=document_id, offset=len(data)
            )
            part = await self.bus.ask(request)
            data += part.data
            if progress is not None:
                progress(len(data), part.size_bytes)
            if len(data) >= part.size_bytes:
                return bytes(data)
            if not part.data:
                raise TransferInterrupted(received_bytes=len(data), size_bytes=part.size_bytes)

    # ---- log

    async def append_log(self, session_id: str, first: int, records: Sequence[bytes]) -> int:
        """Give records to the log's keeper once, the spool repeats; returns the number below which
        it has all of ours.
        """
        request = LogAppend(
            session_id=session_id, first=first, records=[msgspec.Raw(record) for record in records]
        )
        return (await self.bus.ask_once(request)).next

    async def read_log(
        self, session_id: str, reason: str, computer: str = "", *, pages: bool = True
    ) -> list[bytes]:
        """All records of a session that is over, in the keeper's order. The keeper writes down who
        reads it, and why.

        Args:
            pages: False: without the shared pages, as a network's operator reads.

        Raises:
            NotAllowed, TicketUnknown, LogRunning, LogReasonNeeded, TooManyLogs.
        """
        records: list[bytes] = []
        after = 0
        kind: type[LogRequest] = ReadEvents
        if pages:
            kind = LogRequest
        while True:
            request = kind(session_id=session_id, after=after, reason=reason, computer=computer)
            part = await self.bus.ask(request)
            records += [bytes(record) for record in part.records]
            after = part.next
            if part.end or not part.records:
                return records

    # ---- the queue

    def _on_connected(self, connected: bool) -> None:
        if connected:
            self._queue.forget_revisions()
            self._load_soon()
        else:
            self._set_connected(False)

    def _set_connected(self, connected: bool) -> None:
        if connected != self._is_connected:
            self._is_connected = connected
            self.connection_changed.emit(connected)

    def _load_soon(self) -> None:
        if self._loading is None or self._loading.done():
            self._loading = self._tasks.keep(self._load, name="load the queue")

    async def _load(self) -> None:
        pause_s = PAUSE_S
        while True:
            try:
                await self._snapshot()
            except BusUnreachable:
                if not self.bus.is_connected:
                    return  # `_on_connected` begins again
            except SessionError as error:
                log.info("the queue cannot be loaded now: %s", error.code)
                self._set_connected(False)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 5.0)
            else:
                self._heard_s = self._clock.monotonic_s()
                self._set_connected(True)
                self.queue_changed.emit(self.queue)
                if self._conventions.take_change():
                    self.convention_changed.emit(self._conventions.newest)
                return

    async def _snapshot(self) -> None:
        for attempt in range(SNAPSHOT_TRIES):
            first = await self.bus.ask_once(QueueRequest(limit=SNAPSHOT_PAGE))
            tickets, steady = list(first.tickets), True
            while len(tickets) < first.total and steady:
                request = QueueRequest(offset=len(tickets), limit=SNAPSHOT_PAGE)
                page = await self.bus.ask_once(request)
                tickets += page.tickets
                steady = page.revision == first.revision and bool(page.tickets)
            if steady or attempt == SNAPSHOT_TRIES - 1:
                self._queue.load(tickets, first.revision)
                self.services = first.services
                self.organisation_name = first.organisation_name
                self.agent_name = first.your_name
                return

    def _on_ticket(self, message: Incoming) -> None:
        sequence = message.headers.get("Nats-Sequence", "")
        # the hub marks what it stores, and the store adds the revision when it republishes that
        if FROM_HUB not in message.headers or not sequence.isdigit():
            self.bus.refuse(NotAllowed.code, "a ticket without the hub's mark or its revision")
            return
        try:
            ticket = decode_plain(Ticket, message.payload)
        except SessionError as error:
            self.bus.refuse(error.code, "a ticket")
            return
        if self._queue.apply(ticket, int(sequence)):
            self.queue_changed.emit(self.queue)

    def _on_beat(self, message: Incoming) -> None:
        if FROM_HUB not in message.headers:
            self.bus.refuse(NotAllowed.code, "a pulse without the hub's mark")
            return
        try:
            beat = decode_request(QueueBeat, message.payload)
        except SessionError as error:
            self.bus.refuse(error.code, "a pulse")
            return
        self._heard_s = self._clock.monotonic_s()
        if not self._is_connected:
            self._load_soon()
        if self._conventions.on_beat(beat.convention):
            self._load_soon()
        if self._queue.is_behind(beat.revision, beat.open_tickets, beat.digest):
            log.info("the queue has a gap; loading it again")
            self._load_soon()

    async def _watch_beats(self) -> None:
        """Treats a hub that is silent behind a working bus as a lost connection; notices what
        only the time changes.
        """
        while True:
            await asyncio.sleep(1.0)
            for ticket in self._reservations.ended(self.queue, self._clock.utc_now()):
                self.reservation_ended.emit(ticket)
            if self._clock.monotonic_s() - self._heard_s > BEATS_LOST_S:
                self._set_connected(False)

    def _on_notification(self, event: HubEvent) -> None:
        match event:
            case SessionEnded() if event.session_id not in self._ended:
                self._ended.add(event.session_id)
                self.session_ended.emit(event)
            case PeerPresence():
                self.peer_presence.emit(event)
            case Announcement(withdrawn=True):
                self.withdrawn.emit(event.broadcast_id)
            case Announcement() if event.broadcast_id not in self._known_broadcasts:
                self._known_broadcasts.add(event.broadcast_id)
                self.announced.emit(event)
            case AgentChanged():
                self.agent_changed.emit(event)
            case RemoteHelpWanted():
                self.help_wanted.emit(event)
