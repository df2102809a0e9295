# SPDX-License-Identifier: GPL-3.0-only
"""The real kiosk's end of everything without a window, in this process: a drawer for a scanner, a
browser that shows one page, a caller who does what the conformance program instructions. The wrong
kiosks of `mutants` are made from it by one changed behaviour each.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from expert_app.conformance.driver import CannotDo
from expert_app.conformance.instructions import (
    AnswerGrant,
    AnswerPrint,
    Begin,
    CloseShown,
    EnrolElsewhere,
    Finish,
    HangUp,
    Instruction,
    Leave,
    Pause,
    Press,
    PutPages,
    StopAll,
    Withdraw,
    Write,
)
from expert_app.conformance.site import HARMLESS, LATE, SECRETS
from expert_app.runtime.config import KioskSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.sealing import KioskSealing, seals_for
from session.bus.channel import BusChannel
from session.bus.enrolment import enrol
from session.bus.transport.nkeys import new_seed, public_key
from session.bus.transport.tls import client_tls
from session.core.device_errors import ScanCancelled, ScannerJammed
from session.core.errors import SessionError
from session.kiosk.call.video_call import CallMedia
from session.kiosk.cobrowse.browser_messages import EventsPushed, PageLoaded
from session.kiosk.cobrowse.page_guard import PageGuardLike
from session.kiosk.devices.print_preview import ShownPrint
from session.kiosk.drivers.scanner import (
    ScannedPage,
    ScannerStatus,
    ScanProgress,
    ScanSettings,
)
from session.kiosk.hub.client import KioskClient
from session.kiosk.session import KioskParts, KioskSession
from session.kiosk.wipe import open_session_folder
from session.log.events import Writer
from session.log.writer import LogWriter
from session.media.engines.plain_peer import PlainCallPage
from session.protocol.conversation.messages import ScanKind, ScannerState
from session.protocol.conversation.shown_document import Mark
from session.protocol.hub.requests import ServicesRequest, SessionEnded, SessionFacts, TicketChanged
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.wire.ids import new_id
from session.protocol.wire.roles import Role
from tests.conformance.headless import HeadlessEnd, SeenChannel
from tests.support.device_ends import DrawerPrinter, drawn_page, invented_page
from tests.support.memory.page_guard import DirectGuard
from tests.support.program_parts import QuietBrowser, QuietDocuments, one_page

ASKED_S = 3.0
"""A question is on this screen at once."""

SCAN_S = 0.15


class Several:
    """A signal of Qt's kind: with several values."""

    def __init__(self) -> None:
        self._slots: list[Callable[..., object]] = []

    def connect(self, slot: Callable[..., object], /) -> object:
        self._slots.append(slot)
        return slot

    def disconnect(self, slot: Callable[..., object], /) -> object:
        self._slots.remove(slot)
        return slot

    def emit(self, *values: object) -> None:
        for slot in list(self._slots):
            slot(*values)


def _node(number: int, tag: str, *inside: Any, **attributes: str) -> dict[str, Any]:
    return {
        "type": 2, "tagName": tag, "attributes": attributes, "childNodes": [*inside], "id": number
    }  # fmt: skip


def _text(number: int, words: str) -> dict[str, Any]:
    return {"type": 3, "textContent": words, "id": number}


_NIR, _IBAN, _CARD, _PASSWORD, _HIDDEN = SECRETS.values()


class OnePageBrowser(QuietBrowser):
    """Shows the page of `expert_app.conformance.site`, as our recorder would tell it.

    Attributes:
        masks_fields: the first mask, in the page.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reported = Several()  # type: ignore[assignment]
        self.masks_fields = True
        self._allowed: Sequence[str] = ()
        self._address = ""
        self._is_sharing = False

    def set_allowed(self, prefixes: Sequence[str]) -> None:
        self._allowed = prefixes

    def open(self, address: str) -> bool:
        if not address.startswith(tuple(self._allowed)):
            return False
        self._address = address
        asyncio.get_running_loop().call_soon(
            lambda: self.reported.emit(PageLoaded(address, f"Essai {_CARD}", 1280, 720), b"")  # type: ignore[attr-defined]
        )
        return True

    def start_sharing(self) -> None:
        self._is_sharing = True
        self.request_snapshot()

    def stop_sharing(self) -> None:
        self._is_sharing = False

    def request_snapshot(self) -> None:
        if self._is_sharing and self._address:
            asyncio.get_running_loop().call_soon(self._push, self._picture())

    def _push(self, events: list[dict[str, Any]]) -> None:
        push = {"document": "d1", "address": self._address, "events": events}
        self.reported.emit(EventsPushed(), msgspec.json.encode(push))  # type: ignore[attr-defined]

    def _picture(self) -> list[dict[str, Any]]:
        secret = "•••" if self.masks_fields else _PASSWORD
        body = _node(
            4,
            "body",
            _node(5, "h1", _text(6, HARMLESS)),
            _node(7, "p", _text(8, _NIR), title=_IBAN),
            _node(9, "p", _text(10, _CARD)),
            _node(11, "input", type="password", value=secret),
            _node(12, "p", _text(13, f"{LATE} {_NIR}")),
        )
        html = _node(2, "html", _node(3, "head"), body)
        tree = {"type": 0, "childNodes": [html], "id": 1}
        meta = {"href": self._address, "width": 1280, "height": 720}
        return [
            {"type": 4, "data": meta, "timestamp": 1},
            {"type": 2, "data": {"node": tree, "initialOffset": {}}, "timestamp": 2},
        ]


class OnePane(QuietDocuments):
    """A pane for documents that paints whatever it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.close_touched, self._told = Several(), Several()
        self.closed, self.painted = self.close_touched, self._told  # type: ignore[assignment]

    def show_picture(self, page: int, data: bytes) -> bool:
        super().show_picture(page, data)
        self._paint(0)
        return True

    def show_marks(self, marks: Sequence[Mark]) -> None:
        self._paint(len(marks))

    def _paint(self, marks: int) -> None:
        if self.shown is not None:
            asyncio.get_running_loop().call_soon(self._told.emit, self.shown[0], marks, False)


class Drawer:
    """A scanner that takes its time, can be stopped, and jams when it is told to."""

    def __init__(self) -> None:
        self.jams = False
        self._cancelled = asyncio.Event()
        self._count = 0

    async def state(self) -> ScannerStatus:
        return ScannerStatus(state=ScannerState.READY, name="Drawer 100")

    async def scan(self, settings: ScanSettings) -> AsyncGenerator[ScanProgress | ScannedPage]:
        self._cancelled.clear()
        yield ScanProgress(50)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._cancelled.wait(), SCAN_S)
        if self._cancelled.is_set():
            raise ScanCancelled
        if self.jams:
            raise ScannerJammed
        self._count += 1
        is_preview = settings.kind is ScanKind.PREVIEW
        data = drawn_page() if is_preview else invented_page(self._count, 120_000)
        yield ScannedPage(data=data, media_type="image/jpeg", width_px=310, height_px=438, dpi=75)

    async def cancel(self) -> None:
        self._cancelled.set()

    async def close(self) -> None:
        await self.cancel()


class HeadlessKiosk(HeadlessEnd[KioskSession]):
    """The kiosk, and its caller as a driver of the conformance program."""

    asked_s = ASKED_S
    link: KioskClient

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.browser, self.scanner, self.printer = OnePageBrowser(), Drawer(), DrawerPrinter()
        self.documents = OnePane()
        self.guard: PageGuardLike = DirectGuard()
        self.call_page_kind: type[PlainCallPage] = PlainCallPage
        self._shown: ShownPrint | None = None

    # ---- what a mutant changes

    def protect(self, facts: SessionFacts, channel: BusChannel) -> None:
        self.sealing.protect(facts, channel, lambda _error: None, resumed=False)

    def on_ticket(self, change: TicketChanged) -> None:
        """Our ticket is another than before."""
        if self.session is not None:
            self.session.third_parties.on_ticket(change.ticket)

    def trusts(self, ca_file: str) -> ssl.SSLContext | None:
        """Which certificates count."""
        return client_tls(Path(ca_file))

    async def enrol_elsewhere(self, instruction: EnrolElsewhere) -> None:
        """Another kiosk of this kind begins."""
        servers, tls = instruction.servers, self.trusts(instruction.ca_file)
        roles = [Role.KIOSK]
        await enrol(servers, instruction.code, new_seed(), tasks=self.tasks, tls=tls, roles=roles)

    async def press(self, instruction: Press) -> None:
        await self.link.call(instruction.service, instruction.number, new_id())

    async def ended(self, event: SessionEnded) -> None:
        """A conversation is over: everything of the caller goes."""
        session, self.session = self.session, None
        if session is not None:
            await session.end(flush_s=1.0)

    # ---- the caller

    async def instruct(self, instruction: Instruction) -> None:
        """See `Driver`."""
        match instruction:
            case Begin():
                await self._begin(instruction)
            case EnrolElsewhere():
                with contextlib.suppress(SessionError):
                    await self.enrol_elsewhere(instruction)
            case Press():
                await self.press(instruction)
            case Leave():
                if self.link.ticket is not None:
                    await self.link.leave(self.link.ticket.id)
            case Finish():
                await self.close()
            case PutPages(jam=jam):
                self.scanner.jams = jam
            case _:
                await self._in_session(instruction)

    async def _in_session(self, instruction: Instruction) -> None:
        await self._seen(lambda: self.session is not None, "nobody talks here")
        session = self.session
        if session is None:
            raise CannotDo("nobody talks here")
        match instruction:
            case HangUp():
                await self.link.hang_up(session.facts.id)
            case AnswerGrant(grant=grant, yes=yes):
                await self._seen(lambda: grant in session.grants.question, "it is not asked")
                question = session.grants.question
                session.grants.answer(question, question if yes else ())
            case Withdraw(grant=grant):
                session.grants.withdraw(grant)
            case StopAll():
                session.grants.withdraw_all()
            case CloseShown():
                self.documents.close_touched.emit()
            case Write(text=text):
                session.chat.send(text)
            case Pause(on=on):
                session.privacy.set_by_caller(on)
            case AnswerPrint(yes=yes):
                await self._seen(lambda: self._shown is not None, "no document is shown")
                shown, self._shown = self._shown, None
                if shown is not None:
                    session.devices.showing.answer(shown.print_id, yes)

    # ---- the kiosk

    async def _begin(self, instruction: Begin) -> None:
        me = await enrol(
            instruction.servers, instruction.code, self.seed, tasks=self.tasks, roles=[Role.KIOSK]
        )
        paths = paths_for("kiosk", self.folder)
        seals = seals_for(KioskSettings(organisation=me.organisation), paths, self.clock)
        self.bus = bus = self.bus_kind(
            instruction.servers,
            me.role,
            user=me.user,
            seed=self.seed,
            tasks=self.tasks,
            clock=self.clock,
            seals=seals,
        )
        self.sealing = KioskSealing(bus, paths, clock=self.clock, tasks=self.tasks)
        await bus.connect()
        self.link = KioskClient(bus, self.clock, tasks=self.tasks)
        self.link.session_opened.connect(self._on_opened)
        self.link.session_ended.connect(self._on_ended)
        self.link.ticket_changed.connect(self.on_ticket)
        await self.link.start()
        await self.link.bus.ask(ServicesRequest())

    def _on_ended(self, event: SessionEnded) -> None:
        self.tasks.start(self.ended(event), name="end")

    def _on_opened(self, facts: SessionFacts) -> None:
        self._shown = None
        session = self.session = self._make(facts)
        session.chat.received.connect(lambda line: session.chat.shown(line.words_id))
        session.third_parties.changed.connect(partial(self._paint, session))
        session.devices.showing.asked.connect(self._show)
        self.made(session)
        self.tasks.start(session.start(None), name="start")

    def _paint(self, session: KioskSession, answer: TalkAnswer) -> None:
        if answer.talk.third is not None:
            session.third_parties.banner_painted(answer.talk.third.user)

    def _show(self, visible_part: ShownPrint) -> None:
        self._shown = visible_part

    def _make(self, facts: SessionFacts) -> KioskSession:
        parts = KioskParts(
            call_page=self.call_page_kind(),
            third_page=PlainCallPage(),
            browser=self.browser,
            guard=self.guard,
            documents=self.documents,
            scanner=self.scanner,
            printer=self.printer,
            media=CallMedia(),
            chunk_kbps=50_000,
            page_wrapping_key=bytes(32),
            kiosk_key=public_key(self.seed),
            count_pages=one_page,
            link=self.link,
            clock=self.clock,
            tasks=self.tasks,
            seed=self.seed,
        )
        channel = self.link.bus.channel(facts.id)
        self.protect(facts, channel)
        return KioskSession(
            facts,
            SeenChannel(channel, self),
            parts=parts,
            folder=open_session_folder(self.folder / "runtime", facts.id),
            log_writer=LogWriter(
                facts.id,
                Writer.KIOSK,
                folder=self.folder / "logs",
                clock=self.clock,
                send=partial(self.write_log, facts.id),
                tasks=self.tasks,
            ),
            resumed=False,
        )

    async def close(self) -> None:
        """Ends, as a program does."""
        if self.session is not None:
            await self.session.end(flush_s=0.1)
        if self.bus is not None:
            await self.bus.close()
        await self.tasks.close()
