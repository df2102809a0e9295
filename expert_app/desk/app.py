# SPDX-License-Identifier: GPL-3.0-only
"""The desk's job, without Qt: take a ticket, hold the session, file its pages, finish.
`wiring` connects it with the window.

Signals announce what happens; the agent's acts come in as calls, which return at once.
Errors become `troubled` signals: a code and its values, never a sentence.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from expert_app.desk.filing import Filing, Value
from session.bus.client import AGAIN
from session.bus.request_context import new_trace
from session.core.clock import Clock
from session.core.disk import is_disk_error
from session.core.dossier_model import Dossier, PieceState
from session.core.errors import (
    DeskDiskUnusable,
    DossierUnknown,
    GrantMissing,
    HubUnreachable,
    KioskDiskUnusable,
    SessionError,
    TicketKept,
    TicketTaken,
    VaultAway,
)
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.desk.session import DeskSession
from session.log import events
from session.protocol.conversation.messages import Grant, KioskWiped
from session.protocol.hub.requests import (
    DocumentFiled,
    PeerPresence,
    SessionEnded,
    SessionFacts,
    SessionsAnswer,
)
from session.protocol.hub.site import HostCallRequest
from session.protocol.hub.tickets import HelpState, TicketState
from session.protocol.hub.waiting import CallLaterRequest

log = logging.getLogger(__name__)

FLUSH_S = 5.0
RETRY_S = 1.0
VAULT_S = 5.0
"""Between two questions after the dossier while the organisation's own service is away."""

IN_WRAP_UP = "resumed_in_wrap_up"
"""Reason of a session's end that was before this program began: nobody here saw when."""

SEAL_REFUSED = "seal_refused"
"""Reason of a session's end that could not be sealed as it must be."""

KIOSK_DISK = "kiosk_disk"
"""Reason of a session's end for which the kiosk had no place."""

ASKING = "ask for a power"
"""Key of the trouble that the caller could not be asked."""

LOADING = "load the dossier"
"""Key of the trouble that the caller's own dossier does not open by itself."""

OpenSession = Callable[[SessionFacts, bool], DeskSession]
"""Makes the parts of a session; True after a restart."""


class DeskTrouble(NamedTuple):
    """Something the agent must know. `key` replaces an earlier trouble of the same key."""

    code: str
    detail: dict[str, Value]
    key: str = ""


class DeskApp:
    """One agent's desk.

    Args:
        link: to the hub.
        filing: pages to dossier.
        open_session: makes a session's parts; True after a restart.

    Attributes:
        session_opened: a conversation begins or, after a restart, goes on.
        session_ended: it is over, wrap-up begins.
        kiosk_wiped: the kiosk's report.
        not_understood: the kiosk's program, or ours, is too old for something.
        flooded: see `DeskSession`.
        session_closed: the wrap-up is finished.
        dossier_changed: the caller's dossier as the store has it; None when the caller gave no
            number.
        number_opened: (session, caller number) that the organisation's own service has read.
        document_opened: (name, bytes) to show.
        resumed: set once it is known whether an earlier run's session goes on.
        troubled: see `DeskTrouble`.
        trouble_cleared: the trouble of this key is over.
    """

    def __init__(
        self,
        link: DeskClient,
        filing: Filing,
        *,
        open_session: OpenSession,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self.session_opened: Signal[DeskSession] = Signal()
        self.session_ended: Signal[SessionEnded] = Signal()
        self.session_closed: Signal[str] = Signal()
        self.kiosk_wiped: Signal[KioskWiped] = Signal()
        self.not_understood: Signal[None] = Signal()
        self.flooded: Signal[str] = Signal()
        self.dossier_changed: Signal[Dossier | None] = Signal()
        self.number_opened: Signal[tuple[str, str]] = Signal()
        self.document_opened: Signal[tuple[str, bytes]] = Signal()
        self.troubled: Signal[DeskTrouble] = Signal()
        self.trouble_cleared: Signal[str] = Signal()
        self._link = link
        self._filing = filing
        self._open_session = open_session
        self._clock = clock
        self._tasks = tasks
        self.resumed = asyncio.Event()
        self._line = asyncio.Event()
        self._session: DeskSession | None = None
        self._ended: SessionEnded | None = None
        self._dossier: Dossier | None = None
        self._dossier_known = False
        self._troubles: set[str] = set()

    @property
    def session(self) -> DeskSession | None:
        """The conversation or wrap-up in hand."""
        return self._session

    @property
    def dossier(self) -> Dossier | None:
        """The dossier on the screen."""
        return self._dossier

    # ---- start and stop ----

    async def start(self) -> None:
        """Listens to the hub; sends what an earlier run left unsent;
        goes on with a session that is still ours.
        """
        self._link.connection_changed.connect(self._on_connection)
        self._link.session_ended.connect(self._on_session_ended)
        self._link.peer_presence.connect(self._on_peer_presence)
        self._filing.document_filed.connect(self._on_document_filed)
        await self._link.start()
        self._do(self._go_on(), "go on")

    async def _ask_sessions(self) -> SessionsAnswer:
        """Return whose the caller is, as soon as the hub answers."""
        while True:
            try:
                return await self._link.resume()
            except SessionError as error:
                log.info("the hub does not answer yet: %s", error.code)
                await self._wait_for_line()

    async def _go_on(self) -> None:
        answer = await self._ask_sessions()
        try:
            for facts, state in zip(answer.sessions, answer.states, strict=False):
                await self._enter(facts, resumed=True)
                if state == TicketState.WRAP_UP:
                    await self._leave(
                        SessionEnded(session_id=facts.id, by="hub", reason=IN_WRAP_UP)
                    )
                break
        finally:
            self.resumed.set()
        await self._filing.send_waiting()

    async def _wait_for_line(self) -> None:
        """Waits until the line comes back, or a moment."""
        self._line.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._line.wait(), RETRY_S)

    async def stop(self) -> None:
        """Ends a running conversation for both ends when the window closes; nothing received is
        lost.
        """
        session = self._session
        if session is None:
            return
        if self._ended is None:
            try:
                await asyncio.wait_for(self._link.hang_up(session.facts.id, "desk_closed"), 3)
            except (SessionError, TimeoutError):
                log.warning("the hub was not told that the desk stops")
            await session.end_call()
        await session.close(FLUSH_S)

    # ---- ticket and session ----

    def accept(self, ticket_id: str) -> None:
        """The agent takes a ticket."""
        self._do(self._accept(ticket_id), "accept")

    async def _accept(self, ticket_id: str) -> None:
        if self._session is not None:
            return
        trace = new_trace()
        try:
            facts = await self._link.accept(ticket_id, trace=trace)
        except AGAIN:
            # it may be ours: a caller would wait before a desk that does not know
            self._do(self._go_on(), "go on")
            raise
        await self.enter(facts, trace)

    async def enter(self, facts: SessionFacts, trace: str) -> None:
        """A session was opened for this desk, by the request with this trace."""
        await self._enter(facts, resumed=False, trace=trace)

    async def _enter(self, facts: SessionFacts, resumed: bool, trace: str = "") -> None:
        if self._session is not None:
            return
        self._ended = None
        self._dossier = None
        self._dossier_known = False
        self.clear_trouble(KIOSK_DISK)
        session = self._session = await self._open(facts, resumed)
        session.kiosk_wiped.connect(self.kiosk_wiped.emit)
        session.not_understood.connect(self.not_understood.emit)
        session.flooded.connect(self.flooded.emit)
        self._filing.begin(session)
        self.session_opened.emit(session)
        await (session.start_without_kiosk(trace) if facts.phone else session.start(trace))
        self._do(self._load_when_vault_answers(), LOADING)

    async def _open(self, facts: SessionFacts, resumed: bool) -> DeskSession:
        """Makes the session's parts; a session that cannot be sealed as it must be is ended at
        both ends.
        """
        try:
            return self._open_session(facts, resumed)
        except SessionError:
            await self._link.hang_up(facts.id, SEAL_REFUSED)
            await self._link.close(facts.id, SEAL_REFUSED)
            raise

    def hang_up(self) -> None:
        """The agent ends the conversation."""
        if self._session is not None and self._ended is None:
            self._do(self._link.hang_up(self._session.facts.id, "done"), "hang up")

    def call_host(self, is_called: bool) -> None:
        """The agent calls the site's host to the caller, or takes that back."""
        if self._session is not None and self._ended is None:
            if is_called:
                state = HelpState.WANTED
            else:
                state = HelpState.NONE
            request = HostCallRequest(session_id=self._session.facts.id, state=state)
            self._do(self._link.bus.ask(request), "call the host")

    def finish(self, outcome: str) -> None:
        """The wrap-up is done."""
        self._do(self.close(outcome), "finish")

    def call_later(self, minutes: int) -> None:
        """The caller was not reached by telephone, and waits again after `minutes`."""
        self._do(self.close("call_later", minutes), "finish")

    async def close(self, outcome: str, later_min: int = 0, phone: str = "") -> None:
        """End the conversation like `finish` or `call_later`, for a caller that awaits the end;
        `phone`: where the caller is called, "" for the number of the ticket.
        """
        session = self._session
        if session is None:
            return
        # afterwards the hub takes nothing more of this session
        await self._filing.send_all_of(session.facts.id)
        self._filing.take_out_unfiled(session)
        session.event_log.write(events.SessionClosed(outcome=outcome))
        complete = await session.close(FLUSH_S)
        if not complete:
            log.warning("the hub has not the whole log; the rest is sent later")
        if later_min:
            request = CallLaterRequest(session_id=session.facts.id, minutes=later_min, phone=phone)
            await self._link.bus.ask(request)
        else:
            await self._link.close(session.facts.id, outcome)
        session.forget()
        self._session = self._dossier = self._ended = None
        self._filing.end()
        self.session_closed.emit(outcome)

    def _on_session_ended(self, ended: SessionEnded) -> None:
        if (
            self._session is not None
            and ended.session_id == self._session.facts.id
            and self._ended is None
        ):
            self._do(self._leave(ended), "end of session")

    async def _leave(self, ended: SessionEnded) -> None:
        session = self._session
        if session is None:
            return
        self._ended = ended
        if ended.reason == KIOSK_DISK:
            self.trouble(KioskDiskUnusable.code, {}, key=KIOSK_DISK)
        session.event_log.ended(ended)
        await session.end_call()
        self.session_ended.emit(ended)
        # the hub has given the caller back to the queue: no wrap-up is ours
        if ended.reason == "desk_lost":
            await session.close(FLUSH_S)
            session.forget()
            self._session = None
            self._filing.end()
            self.session_closed.emit("desk_lost")

    def _on_peer_presence(self, presence: PeerPresence) -> None:
        if self._session is None or presence.session_id != self._session.facts.id:
            return
        if presence.present:
            self.clear_trouble("peer_gone")
            self._session.line_back()
        else:
            self.trouble("peer_gone", {}, key="peer_gone")

    def _on_connection(self, connected: bool) -> None:
        if self._session is not None:
            self._session.event_log.line_cuts.show(connected)
        if not connected:
            self.trouble(HubUnreachable.code, {}, key="line")
            return
        self._line.set()
        self.clear_trouble("line")
        self._do(self._filing.send_waiting(), "send what waits")
        if self._session is None:
            return
        if not self._dossier_known:
            self._do(self.load_dossier(), LOADING)
        if self._ended is None:
            self._session.line_back()
            self._do(self._check_session(), "ask whose the caller is")

    async def _check_session(self) -> None:
        """Check that the session is still ours: its end may have been told while the line was
        cut.
        """
        session = self._session
        answer = await self._ask_sessions()
        if session is not None and session is self._session and self._ended is None:
            await self._compare(session.facts.id, answer)

    async def _compare(self, session_id: str, answer: SessionsAnswer) -> None:
        mine = [session.id for session in answer.sessions]
        states = dict(zip(mine, answer.states, strict=False))  # an older hub says none
        if session_id not in mine:
            await self._leave(SessionEnded(session_id=session_id, by="hub", reason="desk_lost"))
        elif states.get(session_id) == TicketState.WRAP_UP:
            await self._leave(SessionEnded(session_id=session_id, by="hub", reason=IN_WRAP_UP))

    # ---- consent, page, devices ----

    def request_grants(self, *grants: Grant) -> None:
        """Asks the caller for these powers, in one question."""
        if self._session is not None:
            for grant in grants:
                self._session.event_log.grant_asked(grant)
            self._do(self._session.grants.request(*grants), ASKING)

    def open_address(self, address: str) -> None:
        """Opens a web address on the kiosk."""
        if self._session is not None:
            self._session.page.open_address(address)

    def ask_devices(self) -> None:
        """Asks for the state of scanner and printer, after a scan or a print."""
        if self._session is not None and self._ended is None:
            self._do(self._session.devices.request_report(), "ask the devices")

    # ---- dossier ----

    async def load_dossier(self, number: str = "", reason: str = "") -> None:
        """Opens the caller's own dossier, or the one with this number; `reason` is needed for
        another one than the conversation's.
        """
        session = self._session
        if session is None:
            return
        try:
            facts = await self._link.dossier(session.facts.id, number, reason)
        except DossierUnknown:
            if number:
                raise
            if self._session is session:
                self._dossier = None
                self._dossier_known = True
                self.dossier_changed.emit(None)
            return
        if self._session is session:
            self.open_dossier(facts)

    def open_dossier(self, facts: Dossier) -> None:
        """The conversation is about this dossier from now on."""
        if self._session is not None:
            self._session.event_log.write(
                events.DossierOpened(pieces=len(facts.pieces), documents=len(facts.documents))
            )
        self.show_dossier(facts)

    async def _load_when_vault_answers(self) -> None:
        """Loads the dossier; an organisation's own dossier service may come later than the
        caller.
        """
        session = self._session
        while session is not None and self._session is session and not self._dossier_known:
            try:
                if session.facts.sealed_number:
                    await self._open_number(session.facts.id)
                return await self.load_dossier()
            except VaultAway as error:
                self.trouble(error.code, error.detail, key=LOADING)
                await asyncio.sleep(VAULT_S)
        return None

    async def _open_number(self, session_id: str) -> None:
        try:
            number = await self._link.caller_number(session_id)
        except VaultAway:
            raise
        except (
            SessionError
        ) as error:  # the agent asks the caller, as for every number that does not come
            log.warning("a caller's number cannot be read: %s", error.code)
            number = ""
        self.number_opened.emit((session_id, number))

    def show_dossier(self, facts: Dossier) -> None:
        """Shows the dossier as the store has it, whichever job of the desk asked for it."""
        self._dossier = facts
        self._dossier_known = True
        self.dossier_changed.emit(facts)

    def set_piece(self, piece_id: str, state: PieceState, reason: str) -> None:
        """The agent accepts or refuses a piece, or expects it again."""
        self._do(self._set_piece(piece_id, state, reason), "set a piece")

    async def _set_piece(self, piece_id: str, state: PieceState, reason: str) -> None:
        if self._session is None or self._dossier is None:
            return
        session = self._session
        facts = await self._link.set_piece(
            session.facts.id, self._dossier.number, piece_id, state=state, reason=reason
        )
        session.event_log.write(events.PieceChanged(piece_id=piece_id, state=state))
        self.show_dossier(facts)

    def file(self, page_ids: list[str], piece_id: str, name: str) -> asyncio.Task[None]:
        """Files pages as one document under a piece ("" for none); over when it is filed, waits or
        is refused.
        """
        return self._do(self._file(page_ids, piece_id, name), "file")

    async def _file(self, page_ids: list[str], piece_id: str, name: str) -> None:
        if self._session is None or self._dossier is None:
            raise DossierUnknown
        if not self._session.grants.may_keep:
            raise GrantMissing(grant=Grant.KEEP.value)
        await self._filing.file(
            self._session.facts, self._dossier.number, page_ids, piece_id=piece_id, name=name
        )

    def _on_document_filed(self, filed: DocumentFiled) -> None:
        document = filed.document
        if (
            self._session is None
            or self._dossier is None
            or self._dossier.number != filed.dossier.number
        ):
            return
        self._session.event_log.write(
            events.DocumentFiled(
                document_id=document.id,
                sha256=document.sha256,
                size_bytes=document.size_bytes,
                pages=document.pages,
                piece_id=document.piece_id,
            )
        )
        if document.piece_id:
            self._session.event_log.write(events.PieceFiled(piece_id=document.piece_id))
        self.show_dossier(filed.dossier)

    def open_document(self, document_id: str) -> None:
        """Brings a filed document to the screen."""
        self._do(self._open_document(document_id), "open a document")

    async def _open_document(self, document_id: str) -> None:
        if self._session is None or self._dossier is None:
            return
        name = next((d.name for d in self._dossier.documents if d.id == document_id), "")
        self.document_opened.emit(
            (name, await self._link.document(self._session.facts.id, document_id))
        )

    # ---- doing ----

    def do(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        """Runs work of the desk's other jobs; an error is announced by `troubled`, under the key
        `name`.
        """
        self._do(work, name)

    def _do(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[None]:
        return self._tasks.start(self.guarded(work, name), name=f"desk {name}")

    async def guarded(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        """Do the work like `do`, for a caller that awaits the end."""
        try:
            await work
            self.clear_trouble(name)
        except (TicketTaken, TicketKept) as error:
            self.trouble(error.code, error.detail, key="accept")
        except SessionError as error:
            self.trouble(error.code, error.detail, key=name)
        except OSError as error:
            log.error("%s: %s", name, error.strerror)
            if is_disk_error(error):
                code = DeskDiskUnusable.code
            else:
                code = "unexpected"
            self.trouble(code, {"why": error.strerror or type(error).__name__}, key=name)

    def trouble(self, code: str, detail: dict[str, Value], key: str) -> None:
        """Shows the agent that something went wrong; it replaces an earlier trouble of the same
        key.
        """
        self._troubles.add(key)
        if self._session is not None:
            self._session.event_log.trouble(code)
        self.troubled.emit(DeskTrouble(code, dict(detail), key))

    def clear_trouble(self, key: str) -> None:
        """The trouble of this key is over."""
        if key in self._troubles:
            self._troubles.discard(key)
            self.trouble_cleared.emit(key)
