# SPDX-License-Identifier: GPL-3.0-only
"""The real desk's end of everything without a window, in this process: an engine that sends a drawn
picture, a disk in memory, an agent who does what the conformance program asks. The wrong desks of
`desk_mutants` are made from it by one changed behaviour each.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from expert_app.conformance.driver import CannotDo
from expert_app.conformance.instructions import (
    Accept,
    AskGrant,
    Begin,
    CallIn,
    CancelScan,
    CloseTicket,
    EndCall,
    Finish,
    Hide,
    HoldCaller,
    Instruction,
    LoadAgain,
    OpenPage,
    PrintPage,
    Restart,
    ScanPage,
    ShowDocument,
    WriteWords,
)
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.sealing import DeskSealing, seals_for
from session.bus.channel import BusChannel
from session.bus.enrolment import enrol
from session.bus.transport.nkeys import new_seed
from session.bus.transport.tls import client_tls
from session.core.errors import CallLost, SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.cobrowse.shown_document import DrawnPicture
from session.desk.hub.client import DeskClient
from session.desk.hub.third_parties import ThirdPartyClient
from session.desk.session import DeskSession, DeskSessionParts
from session.log.events import Writer
from session.log.writer import LogWriter
from session.media.engine import MediaState, MediaStats
from session.media.engines.plain_peer import PlainPeer
from session.media.ice import IcePlan
from session.protocol.conversation.messages import Grant, PageOffered
from session.protocol.conversation.remote_control import HistoryStep
from session.protocol.hub.requests import SessionEnded, SessionFacts
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role
from tests.conformance.headless import HeadlessEnd, SeenChannel

if TYPE_CHECKING:
    from session.media.frames import VideoFrame

DOCUMENT = b"%PDF-1.7\n" + bytes(120_000)
PICTURE = b"RIFF\0\0\0\0WEBP" + bytes(60_000)


class PlainEngine:
    """A `MediaEngine` and `OfferingEngine` without camera and card, by a `PlainPeer`."""

    simulated_camera = True
    camera_there = True
    microphone_there = True

    def __init__(self) -> None:
        self.state_changed: Signal[MediaState] = Signal()
        self._peer: PlainPeer | None = None

    async def answer(self, offer_sdp: str) -> str:
        peer = PlainPeer()
        try:
            sdp = await peer.answer(offer_sdp)
        except CallLost:
            await peer.close()
            raise
        await self.close_call()
        self._peer = peer
        return sdp

    async def offer(self) -> str:
        await self.close_call()
        self._peer = PlainPeer()
        return await self._peer.offer()

    async def accept(self, answer_sdp: str) -> None:
        if self._peer is not None:
            await self._peer.accept(answer_sdp)

    async def close_call(self) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            await peer.close()

    async def close(self) -> None:
        await self.close_call()

    def stats(self) -> MediaStats:
        peer = self._peer
        if peer is None:
            return MediaStats()
        return MediaStats(
            frames=peer.frames,
            width_px=peer.width_px,
            height_px=peer.height_px,
            checksum=peer.checksum,
            first_frame_s=peer.first_frame_s,
            packets=peer.frames + peer.audio_packets,
            audio_packets=peer.audio_packets,
        )

    def prepare(self) -> None: ...
    def set_microphone(self, on: bool) -> None: ...
    def set_camera(self, on: bool) -> None: ...
    def set_ice(self, plan: IcePlan) -> None: ...
    def set_line(self, line_kbps: int) -> None: ...
    def set_picture_limit(
        self, kbps: int, *, height_px: int = 0, fps: float = 0.0, motion: bool = False
    ) -> None: ...

    def latest_frame(self) -> VideoFrame | None:
        return None

    def own_frame(self) -> VideoFrame | None:
        return None


async def drawn(_page: int) -> DrawnPicture:
    """Any page of what this desk shows."""
    return DrawnPicture(PICTURE, 600, 800)


class HeadlessDesk(HeadlessEnd[DeskSession]):
    """The desk, and its agent as a driver of the conformance program."""

    link: DeskClient

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.engine = PlainEngine()
        self.kept: set[str] = set()
        self._begin: Begin | None = None
        self._settings = DeskSettings()
        self._scan = ""

    # ---- what a mutant changes

    def paint(self, answer: TalkAnswer) -> None:
        """The screen names the third person."""
        if self.session is not None and answer.talk.third is not None:
            self.session.third_parties.banner_painted(answer.talk.third.user)

    def protect(self, facts: SessionFacts, channel: BusChannel) -> None:
        self.sealing.protect(facts, channel, lambda _error: None)

    async def accept(self) -> None:
        """The agent takes the caller who waits."""

        def waiting() -> list[Ticket]:
            return [one for one in self.link.queue if one.state is TicketState.WAITING]

        await self._seen(waiting, "nobody waits")
        await self._open(await self.link.accept(waiting()[0].id), resumed=False)

    async def ended(self) -> None:
        """The conversation is over."""
        if self.session is not None:
            await self.session.end_call()

    async def end_call(self) -> None:
        """The agent ends the conversation."""
        await self.link.hang_up(self._talking().facts.id)

    async def close_ticket(self) -> None:
        """The agent ends the wrap-up."""
        session, self.session = self.session, None
        if session is not None:
            await session.close(0.1)
            await self.link.close(session.facts.id)

    async def with_power(self, grant: Grant) -> None:
        """Asks for a power that an act needs, and waits for the answer."""
        grants = self._talking().grants
        if grants.allowed(grant):
            return
        await grants.request(grant)
        await self._seen(lambda: not grants.asking(grant), "the caller does not answer")
        if not grants.allowed(grant):
            raise CannotDo("the caller says no")

    def on_ticket(self, tickets: list[Ticket]) -> None:
        """The queue is another than before."""
        session = self.session
        for ticket in tickets:
            if session is not None and ticket.session == session.facts.id:
                session.third_parties.on_ticket(ticket)

    # ---- the agent

    async def instruct(self, instruction: Instruction) -> None:
        """See `Driver`."""
        match instruction:
            case Begin():
                await self._begin_anew()
                self._begin = instruction
                await self._enrol(instruction)
                await self._connect(instruction)
            case Accept():
                await self.accept()
            case Restart():
                await self._restart()
            case CloseTicket():
                await self.close_ticket()
            case Finish():
                await self.close()
            case _:
                await self._in_session(instruction)

    async def _in_session(self, instruction: Instruction) -> None:
        session = self._talking()
        match instruction:
            case EndCall():
                await self.end_call()
            case HoldCaller(on=on):
                await self.talk.hold(session.facts.id, on)
            case WriteWords(text=text):
                session.chat.send(text)
            case Hide(on=on):
                session.privacy.set(on)
            case CallIn(colleague=colleague):
                await self.talk.invite(session.facts.id, colleague, is_on_hold=False)
            case AskGrant(grant=grant):
                await session.grants.request(grant)
            case OpenPage(address=address):
                session.page.open_address(address)
            case LoadAgain():
                session.control.go(HistoryStep.RELOAD)
            case _:
                await self._papers(session, instruction)

    async def _papers(self, session: DeskSession, instruction: Instruction) -> None:
        match instruction:
            case ScanPage():
                await self.with_power(Grant.SCAN)
                self._scan = await session.devices.scan()
            case CancelScan():
                await session.devices.cancel_scan(self._scan)
            case PrintPage():
                await session.devices.print_document(DOCUMENT, "Essai")
            case ShowDocument(on=True):
                session.show.start("Essai", 2, drawn)
            case ShowDocument():
                session.show.stop()

    def _talking(self) -> DeskSession:
        if self.session is None:
            raise CannotDo("nobody talks here")
        return self.session

    # ---- the desk

    async def _begin_anew(self) -> None:
        """Another person's desk: nothing of before is known."""
        if self.bus is not None:
            await self.close()
            self.tasks, self.bus, self.engine = Tasks(), None, PlainEngine()
            self.seed, self.folder = new_seed(), self.folder / "anew"

    async def _enrol(self, instruction: Begin) -> None:
        tls = client_tls(Path(instruction.ca_file)) if instruction.ca_file else None
        me = await enrol(
            instruction.servers,
            instruction.code,
            self.seed,
            tasks=self.tasks,
            tls=tls,
            roles=[Role.AGENT],
        )
        self._settings = DeskSettings(organisation=me.organisation, user=me.user)

    async def _connect(self, instruction: Begin) -> None:
        settings, paths = self._settings, paths_for("desk", self.folder)
        self.bus = bus = self.bus_kind(
            instruction.servers,
            Role.AGENT,
            user=settings.user,
            seed=self.seed,
            tasks=self.tasks,
            clock=self.clock,
            tls=client_tls(Path(instruction.ca_file)) if instruction.ca_file else None,
            seals=seals_for(settings, paths, self.clock),
        )
        self.sealing = DeskSealing(
            bus, settings, paths=paths, seed=self.seed, clock=self.clock, tasks=self.tasks
        )
        await bus.connect()
        self.link, self.talk = DeskClient(bus, self.clock, tasks=self.tasks), ThirdPartyClient(bus)
        self.link.session_ended.connect(self._on_ended)
        self.link.queue_changed.connect(self.on_ticket)
        bus.connected.connect(self._on_connected)
        await self.link.start()
        await self._seen(lambda: self.link.is_ready, "the queue does not come")

    def _on_connected(self, connected: bool) -> None:
        if connected and self.session is not None:
            self.session.line_back()

    async def _restart(self) -> None:
        """As after a power cut: nothing is said, and nothing is known but the key."""
        if self.bus is None or self._begin is None:
            raise CannotDo("it never began")
        await self.bus.close()
        await self.tasks.close()
        await self.engine.close()
        self.tasks, self.session, self.engine = Tasks(), None, PlainEngine()
        await self._connect(self._begin)
        for facts in (await self.link.resume()).sessions:
            await self._open(facts, resumed=True)

    async def _open(self, facts: SessionFacts, *, resumed: bool) -> None:
        parts = DeskSessionParts(
            engine=self.engine,
            third_party_engine=PlainEngine(),
            third_party_client=self.talk,
            keep=self._keep,
            is_kept=lambda offer: offer.page_id in self.kept,
            log_writer=LogWriter(
                facts.id,
                Writer.DESK,
                folder=self.folder / "logs",
                clock=self.clock,
                send=partial(self.write_log, facts.id),
                tasks=self.tasks,
            ),
            clock=self.clock,
            tasks=self.tasks,
            chunk_kbps=50_000,
            scan_memory=self.folder / "scans" / facts.id,
        )
        self.protect(facts, self.link.bus.channel(facts.id))
        channel = SeenChannel(self.link.bus.channel(facts.id), self)
        session = self.session = DeskSession(facts, channel, parts=parts, resumed=resumed)
        session.chat.received.connect(lambda line: session.chat.shown(line.words_id))
        session.third_parties.changed.connect(self.paint)
        self.made(session)
        await session.start()

    async def _keep(self, offer: PageOffered, _data: bytes, _unasked: bool) -> None:
        self.kept.add(offer.page_id)

    def _on_ended(self, _event: SessionEnded) -> None:
        self.tasks.start(self.ended(), name="end")

    async def close(self) -> None:
        """Ends, as a program does."""
        try:
            await self.close_ticket()
        except SessionError:
            self.session = None
        if self.bus is not None:
            await self.bus.close()
        await self.engine.close()
        await self.tasks.close()
