# SPDX-License-Identifier: GPL-3.0-only
"""One session at the kiosk: consent, call, shared page, scanner and printer on one channel, and its
end: the wipe.

Built by the kiosk's program for each session; the other end is `session.desk.session`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from session.bus.transport.nkeys import sign
from session.core.clock import Clock
from session.core.errors import BusUnreachable
from session.core.tasks import Tasks
from session.kiosk.call.consent import KioskGrants, Question
from session.kiosk.call.first_contact import FirstContact
from session.kiosk.call.privacy import KioskPrivacy
from session.kiosk.call.third_parties import KioskThirdParties
from session.kiosk.call.video_call import CallMedia, CallPage, KioskCall
from session.kiosk.cobrowse.mirror_sender import DEFAULT_KBPS
from session.kiosk.cobrowse.page_guard import PageGuardLike
from session.kiosk.cobrowse.remote_control import ControlledPage, KioskRemoteControl
from session.kiosk.cobrowse.shared_page import BrowserLike, KioskSharedPage
from session.kiosk.cobrowse.shown_document import KioskShownDocument, ShowScreen
from session.kiosk.devices.given_files import GivenFiles
from session.kiosk.devices.page_store import PageStore
from session.kiosk.devices.prints import CountPages, PrintRules
from session.kiosk.devices.quick_copies import MakeQuickCopy
from session.kiosk.devices.scanner_and_printer import DeviceEquipment, KioskDevices
from session.kiosk.drivers.printer import Printer
from session.kiosk.drivers.scanner import Scanner
from session.kiosk.event_log import EventLog
from session.kiosk.line import KioskLine
from session.kiosk.wipe import Wipe
from session.log.writer import LogWriter
from session.protocol.conversation.messages import (
    KioskWiped,
    MediaSeen,
    MessageRefused,
    PageOffered,
    SessionMessage,
)
from session.protocol.conversation.page_signing import words_of
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.chat import Chat
from session.protocol.endpoints.refusals import END_TOPIC
from session.protocol.endpoints.third_party_banner import TalkAsker
from session.protocol.hub.requests import SessionFacts

log = logging.getLogger(__name__)

STOP_S = 5.0
TALKING_LEVEL = 0.02
"""RMS of the caller's sound at the desk, 0..1, above which somebody talks."""
BROWSER_STOP_S = 40.0
"""A killed browser of a busy machine needs more than seconds; it says itself when it is left."""


class Wipeable(BrowserLike, Protocol):
    """The kiosk's browser, which can forget a caller."""

    @property
    def controlled(self) -> ControlledPage:
        """The page, as the agent acts in it."""
        ...

    def wipe(self, on_wiped: Callable[[bool], None]) -> None:
        """Destroys page and profile; calls back once, with True when nothing of the caller is
        left.
        """
        ...


@dataclass(frozen=True)
class KioskParts:
    """The parts that a kiosk has, for all its sessions.

    Attributes:
        call_page, third_page: run the calls with the agent and with a third person.
        guard: looks at what the browser shares before it leaves.
        documents: shows what the agent shows.
        scanner, printer: from the settings; None when there is none.
        page_wrapping_key: encrypts the keys of the pages on the disk (see
            `session.kiosk.devices.page_encryption`).
        kiosk_key: public key of this kiosk, to which prints are bound.
        count_pages: see `session.kiosk.devices.prints`.
        seed: the kiosk's own, which signs the pages that it scans; b"": they are not signed.
        text_version: which words the screen uses to ask for powers now.
        chunk_kbps: rate of pages on the line.
        file_folders: where removable disks appear, from which a caller may give a file; none: no
            files are taken.
        make_quick_copy: see `session.kiosk.devices.quick_copies`.
        mirror_kbps: rate that the shared page may always use.
        link: to the hub, to ask who joins.
    """

    call_page: CallPage
    third_page: CallPage
    browser: Wipeable
    guard: PageGuardLike
    documents: ShowScreen
    scanner: Scanner | None
    printer: Printer | None
    media: CallMedia
    chunk_kbps: int
    page_wrapping_key: bytes
    kiosk_key: str
    count_pages: CountPages
    link: TalkAsker
    clock: Clock
    tasks: Tasks
    seed: bytes = b""
    mirror_kbps: int = DEFAULT_KBPS
    text_version: Callable[[Question], str] = lambda _question: ""
    make_quick_copy: MakeQuickCopy | None = None
    file_folders: tuple[Path, ...] = ()


async def browser_wiped(browser: Wipeable) -> bool:
    """Wipes the browser and waits for its end; True when nothing of the caller is left."""
    wiped: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def on_wiped(gone: bool) -> None:
        if not wiped.done():
            wiped.set_result(gone)

    browser.wipe(on_wiped)
    return await wiped


class KioskSession:
    """The kiosk's side of one conversation.

    Args:
        facts: the session.
        channel: to the desk.
        parts: the kiosk's devices and panes.
        folder: the session's own folder, removed at its end.
        log_writer: this end's part of the session's log.
        resumed: the kiosk was restarted in the middle.
    """

    def __init__(
        self,
        facts: SessionFacts,
        channel: SessionChannel,
        *,
        parts: KioskParts,
        folder: Path,
        log_writer: LogWriter,
        resumed: bool,
    ) -> None:
        clock, tasks = parts.clock, parts.tasks
        self.facts = facts
        self._channel = channel
        self._parts = parts
        self._folder = folder
        self._log = log_writer
        self.resumed = resumed
        self.contact = FirstContact(clock, is_made=resumed)
        self.grants = KioskGrants(
            channel, clock, tasks=tasks, contact=self.contact, text_version=parts.text_version
        )
        media = parts.media.with_plan(parts.media.plan.with_rules(facts.ice))
        self.call = self._build_call(media)
        self.call.media_seen.connect(self.contact.note_received)
        self.call.peer_media_seen.connect(self._on_sent)
        self.third_parties = self._build_third_parties(media)
        self.page = self._build_shared_page()
        self.control = KioskRemoteControl(
            channel,
            parts.browser.controlled,
            page=self.page,
            grants=self.grants,
            clock=clock,
            tasks=tasks,
        )
        self.show = KioskShownDocument(channel, parts.documents, clock=clock, tasks=tasks)
        self.files = GivenFiles(parts.file_folders) if parts.file_folders else None
        self.devices = self._build_devices()
        self.line = self._build_line()
        self.third_parties.third_called.connect(self.line.set_third)
        self.chat = Chat(channel, tasks)
        self.chat.received.connect(lambda _line: self.contact.note_words())
        self.privacy = KioskPrivacy(channel, self.call, page=self.page, tasks=tasks)
        self.event_log = EventLog(facts, log_writer, clock=clock)
        self._connect_event_log()
        self._stop_listening = channel.on_message(END_TOPIC, self._on_end)

    def _on_sent(self, media: MediaSeen) -> None:
        """What the desk received: a caller who talks about a question is not silent."""
        self.contact.note_sent(media)
        if media.audio_level > TALKING_LEVEL:
            self.grants.note_life()

    def _on_end(self, message: SessionMessage) -> None:
        if isinstance(message, MessageRefused):
            self.event_log.not_taken(message)

    def _build_call(self, media: CallMedia) -> KioskCall:
        clock, tasks = self._parts.clock, self._parts.tasks
        return KioskCall(
            self._channel,
            self._parts.call_page,
            clock=clock,
            tasks=tasks,
            accepted_at_s=clock.monotonic_s(),
            media=media,
        )

    def _build_third_parties(self, media: CallMedia) -> KioskThirdParties:
        return KioskThirdParties(
            self._channel,
            self.call,
            page=self._parts.third_page,
            link=self._parts.link,
            clock=self._parts.clock,
            tasks=self._parts.tasks,
            media=media,
        )

    def _build_shared_page(self) -> KioskSharedPage:
        return KioskSharedPage(
            self._channel,
            self._parts.browser,
            grants=self.grants,
            guard=self._parts.guard,
            clock=self._parts.clock,
            tasks=self._parts.tasks,
            mirror_kbps=self._parts.mirror_kbps,
            home=self.facts.home_address,
        )

    def _build_devices(self) -> KioskDevices:
        parts = self._parts
        equipment = DeviceEquipment(
            scanner=parts.scanner,
            printer=parts.printer,
            files=self.files,
            chunk_kbps=parts.chunk_kbps,
            make_quick_copy=parts.make_quick_copy,
            sign_page=self._sign_page,
        )
        return KioskDevices(
            self._channel,
            equipment,
            page_store=PageStore(self._folder / "pages", parts.page_wrapping_key),
            grants=self.grants,
            rules=PrintRules(self.facts.id, parts.kiosk_key, parts.count_pages),
            clock=parts.clock,
            tasks=parts.tasks,
        )

    def _build_line(self) -> KioskLine:
        return KioskLine(
            self._channel,
            self.call,
            page=self.page,
            devices=self.devices,
            rates=self.facts.line,
            clock=self._parts.clock,
            tasks=self._parts.tasks,
            declared_kbps=self._parts.chunk_kbps,
        )

    def _connect_event_log(self) -> None:
        self.event_log.listen(
            grants=self.grants,
            call=self.call,
            page=self.page,
            control=self.control,
            devices=self.devices,
        )
        self.event_log.listen_to_line(self.line)
        self.event_log.listen_to_chat_and_privacy(self.chat, self.privacy)
        self.event_log.listen_to_show(self.show)

    def _sign_page(self, offer: PageOffered) -> PageOffered:
        """Signs the page with the kiosk's key, before anything of it leaves the kiosk."""
        if not self._parts.seed:
            return offer
        signature = sign(self._parts.seed, words_of(self.facts.id, offer))
        return msgspec.structs.replace(offer, signer=self._parts.kiosk_key, signature=signature)

    async def start(self, requested_at_utc: datetime | None, trace: str = "") -> None:
        """Allows the organisation's addresses, makes the call, tells the desk all grants.

        Args:
            requested_at_utc: when the caller pressed the button, if this kiosk still knows.
            trace: that of the press, "" where this kiosk does not know it (any more).
        """
        self._parts.browser.set_allowed(self.facts.allowed_addresses)
        self.event_log.opened(self.resumed, requested_at_utc, trace)
        if self.resumed:
            self.devices.pages.offer_all()
        self.call.start()
        self.line.start()
        self.grants.repeat_all()

    async def end(self, flush_s: float) -> KioskWiped:
        """Stops everything, removes all that is the caller's, checks that nothing is left, tells
        the desk.

        Returns:
            The wipe's report, `left_over` 0 when nothing is left.
        """
        self.control.close()
        self.line.close()
        self.event_log.line_closed()
        self.event_log.page_closed()
        self.page.close()
        self.chat.forget()
        await _careful(self.privacy.close(), "the privacy pause", None)
        shown_left = self.show.close()
        await _careful(self.third_parties.close(), "the call with a third person", None)
        await _careful(self.call.hang_up(), "the call", None)
        pages = await _careful(self.devices.wipe(), "the devices", 0)
        profile_removed = await _careful(
            browser_wiped(self._parts.browser), "the browser", False, within_s=BROWSER_STOP_S
        )
        self.grants.close()
        wiped = await asyncio.to_thread(Wipe(self._folder).wipe, pages, profile_removed, shown_left)
        self.event_log.wiped(wiped)
        try:
            await self._channel.send("end", wiped)
        except BusUnreachable:
            log.warning("the desk was not told of the wipe: the line is away")
        self._stop_listening()
        await self._log.close(flush_s)
        return wiped


async def _careful[Result](
    work: Awaitable[Result], what: str, otherwise: Result, *, within_s: float = STOP_S
) -> Result:
    """Waits for one part to stop; a part that fails must not keep the others from being wiped."""
    try:
        return await asyncio.wait_for(work, within_s)
    except Exception as error:  # whatever it is, the wipe goes on; the developer log has it
        log.error("%s did not stop in order: %s", what, type(error).__name__)
        return otherwise
