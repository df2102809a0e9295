# SPDX-License-Identifier: GPL-3.0-only
"""One session at the desk: call, consent, shared page, scanner and printer on one channel, written
into one log.

Built by the desk's program for each session; the other end is `session.kiosk.session`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from session.core.clock import Clock
from session.core.errors import BusUnreachable, MessageMalformed, NotAllowed
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.call.consent import DeskGrants
from session.desk.call.privacy import DeskPrivacy
from session.desk.call.third_parties import DeskThirdParties
from session.desk.call.third_party_call import OfferingEngine
from session.desk.call.video_call import DeskCall
from session.desk.cobrowse.remote_control import DeskRemoteControl
from session.desk.cobrowse.shared_page import DeskSharedPage
from session.desk.cobrowse.sheets import PublicFiles
from session.desk.cobrowse.shown_document import DeskShownDocument
from session.desk.devices.scanner_and_printer import DeskDevices, Keep, PageDisk
from session.desk.event_log import EventLog
from session.desk.hub.third_parties import ThirdPartyClient
from session.desk.line import DeskLine
from session.log.writer import LogWriter
from session.media.engine import MediaEngine
from session.media.ice import IcePlan
from session.protocol.conversation.messages import (
    Grant,
    GrantChanged,
    KioskWiped,
    MessageRefused,
    PageOffered,
    SessionMessage,
)
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.chat import Chat
from session.protocol.endpoints.refusals import END_TOPIC
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.talk_state import is_in

log = logging.getLogger(__name__)

EARLY_S = 1.0
"""The hub tells both ends of the end; what the kiosk says after it may be here first."""

ANY_WAY = IcePlan()


@dataclass(frozen=True, kw_only=True)
class DeskSessionParts:
    """What the desk has for one session.

    Attributes:
        engine: voice and picture, shared by all sessions of this desk.
        third_party_engine: for a call with a third person.
        third_party_client: to the hub, about holding and third people.
        keep: puts a received page on disk;
            called before the kiosk is told that it may forget the page.
        is_kept: whether a page is on disk already, from before a restart.
        log_writer: this end's part of the session's log.
        chunk_kbps: rate of printed documents on the line.
        keep_memory: file that remembers over a restart that the caller lets documents be kept.
        scan_memory: file that remembers over a restart which scans were asked for.
        plan: which ways calls may take by our own settings;
            what the hub gives for this session goes before.
        files: what this desk keeps of shared pages, for all its conversations.
    """

    engine: MediaEngine
    third_party_engine: OfferingEngine
    third_party_client: ThirdPartyClient
    keep: Keep
    is_kept: Callable[[PageOffered], bool]
    log_writer: LogWriter
    clock: Clock
    tasks: Tasks
    chunk_kbps: int
    keep_memory: Path | None = None
    scan_memory: Path | None = None
    plan: IcePlan = ANY_WAY
    files: PublicFiles | None = None


class DeskSession:
    """The desk's side of one conversation.

    Args:
        facts: the session.
        channel: to the kiosk.
        resumed: the desk was restarted in the middle.

    Attributes:
        kiosk_wiped: the kiosk removed everything of the caller.
        not_understood: a message of ours says nothing to the kiosk: one of the two is older.
        flooded: the kiosk, or the third person (topic "aside"), says too much on this topic.
    """

    def __init__(
        self,
        facts: SessionFacts,
        channel: SessionChannel,
        *,
        parts: DeskSessionParts,
        resumed: bool,
    ) -> None:
        self.facts = facts
        self.resumed = resumed
        self.kiosk_wiped: Signal[KioskWiped] = Signal()
        self.not_understood: Signal[None] = Signal()
        self.flooded: Signal[str] = channel.flooded
        self._channel = channel
        self._log = parts.log_writer
        self._tasks = parts.tasks
        clock, tasks = parts.clock, parts.tasks
        self._build_call(parts)
        self.grants = DeskGrants(channel, clock, tasks=tasks, memory=parts.keep_memory)
        self.page = DeskSharedPage(
            channel, clock, tasks=tasks, record_text=facts.record_text, files=parts.files
        )
        self.control = DeskRemoteControl(channel, lambda: self.page.epoch, tasks=tasks)
        self.show = DeskShownDocument(channel, clock, tasks=tasks, kbps=parts.chunk_kbps)
        self.devices = DeskDevices(
            channel,
            clock,
            tasks=tasks,
            disk=PageDisk(keep=parts.keep, is_kept=parts.is_kept, scan_memory=parts.scan_memory),
            may_scan=lambda: self.grants.allowed(Grant.SCAN),
            chunk_kbps=parts.chunk_kbps,
            kiosk_key=facts.kiosk_key,
        )
        self.grants.changed.connect(self._on_grant)
        self.line = DeskLine(
            channel,
            self.call,
            engine=parts.engine,
            devices=self.devices,
            rates=facts.line,
            clock=clock,
            tasks=tasks,
            declared_kbps=parts.chunk_kbps,
        )
        self.third_parties.third_changed.connect(lambda third: self.line.set_third(is_in(third)))
        self.chat = Chat(channel, tasks)
        self.privacy = DeskPrivacy(channel, self.call, talk=self.third_parties, tasks=tasks)
        self._build_event_log(clock)
        self._is_over = asyncio.Event()
        self._stop_listening: Callable[[], None] = channel.on_message("end", self._on_end)

    def _build_call(self, parts: DeskSessionParts) -> None:
        plan = parts.plan.with_rules(self.facts.ice)
        parts.engine.set_ice(plan)
        self.call = DeskCall(
            self._channel,
            parts.engine,
            clock=parts.clock,
            tasks=parts.tasks,
            accepted_at_s=parts.clock.monotonic_s(),
            plan=plan,
        )
        self.third_parties = DeskThirdParties(
            self._channel,
            self.call,
            engine=parts.third_party_engine,
            link=parts.third_party_client,
            tasks=parts.tasks,
        )

    def _on_grant(self, change: GrantChanged) -> None:
        if change.grant is Grant.SCAN and change.allowed:
            self.devices.scan_allowed()

    def _build_event_log(self, clock: Clock) -> None:
        self.event_log = EventLog(self.facts, self._log, clock=clock)
        self.event_log.listen(self.call, self.page, self.devices)
        self.event_log.listen_to_line(self.line)
        self.chat.sent_words.connect(lambda _fact: self.event_log.words_sent())

    async def start(self, trace: str = "") -> None:
        """Begins to listen; after a restart asks the kiosk for everything again:
        call, consent, page, scanned pages.

        Args:
            trace: that of the request by which the agent took the ticket.
        """
        self.event_log.opened(self.resumed, trace)
        self.call.start()
        self.line.start()
        if self.resumed and not self.third_parties.talk.held:
            self.call.request_call()
        await self._ask_again()
        if self.resumed:
            self.show.repeat()  # what an earlier run showed is not known here any more

    async def start_without_kiosk(self, trace: str = "") -> None:
        """Begins a conversation by telephone: nobody is at the kiosk, so it is asked nothing."""
        self.event_log.opened(self.resumed, trace)

    async def _ask_again(self) -> None:
        """Asks the kiosk for consent, devices and pages: at the start, and whenever the line comes
        back.
        """
        try:
            await self.grants.ask_all()
            await self.devices.request_report()
            await self.devices.ask_pages()
        except BusUnreachable:
            log.info("the kiosk is not asked: the line is away")
            return
        self.page.request_snapshot()

    def line_back(self) -> None:
        """The line is back: asks the kiosk what happened meanwhile."""
        self._tasks.start(self._ask_again(), name="desk asks the kiosk again")
        self.show.repeat()

    async def end_call(self) -> None:
        """The conversation is over: voice, picture and page end;
        the log goes on through the wrap-up.
        """
        self._is_over.set()
        self.line.close()
        self.event_log.line_closed()
        self.privacy.close()
        self.chat.forget()
        await self.third_parties.close()
        await self.call.hang_up()
        self.page.close()
        self.control.close()
        self.show.close()
        await self.page.stretch.finish()
        self.grants.close()
        await self.devices.close()

    def forget(self) -> None:
        """The wrap-up is finished, or is not ours: what a restart would need is removed."""
        self.grants.forget()
        self.devices.scans.forget()

    async def close(self, flush_s: float) -> bool:
        """Ends the session after the wrap-up; True when the hub has the whole log."""
        self._stop_listening()
        return await self._log.close(flush_s)

    def _on_end(self, message: SessionMessage) -> None:
        if isinstance(message, MessageRefused):
            self.event_log.not_taken(message)
            if message.code == MessageMalformed.code:
                self.not_understood.emit(None)
        elif isinstance(message, KioskWiped) and self._is_over.is_set():
            self.kiosk_wiped.emit(message)
        elif isinstance(message, KioskWiped):
            self._tasks.start(self._doubt(message), name="a wipe in the middle of a conversation")

    async def _doubt(self, wiped: KioskWiped) -> None:
        """A wipe that the kiosk tells of before we know of the end is believed only if the end
        comes at once.
        """
        try:
            async with asyncio.timeout(EARLY_S):
                await self._is_over.wait()
        except TimeoutError:
            why = "the conversation goes on"
            self._channel.refuse(END_TOPIC, NotAllowed.code, why, KioskWiped.__name__)
        else:
            self.kiosk_wiped.emit(wiped)
