# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's end of the shared page:
sends what its browser shows, opens addresses, paints the pointer.

Used by the kiosk's program, one per session. It serves the page's pictures too.
Nothing leaves without the caller's grant, and nothing leaves unfiltered. The other end is
`session.desk.cobrowse.shared_page`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from session.bus.rate_limits import RateLimits
from session.core.clock import Clock
from session.core.errors import (
    AddressNotAllowed,
    BusUnreachable,
    GrantMissing,
    MessageTooLarge,
    PageNotShareable,
)
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.cobrowse import browser_messages as facts
from session.kiosk.cobrowse.guard_frames import FilteredPush
from session.kiosk.cobrowse.mirror_filter import MASKED_CHARS, address_event
from session.kiosk.cobrowse.mirror_sender import DEFAULT_KBPS, MirrorSender
from session.kiosk.cobrowse.named_sheets import KioskSheets
from session.kiosk.cobrowse.page_guard import GuardLost, PageGuardLike
from session.masking.numbers import mask
from session.protocol.conversation import mirror
from session.protocol.conversation.allowed_addresses import without_query
from session.protocol.conversation.messages import (
    AddressRefused,
    AddressRequested,
    ChunksRequested,
    Grant,
    GrantChanged,
    PageShown,
    PointerMoved,
    PointerShown,
    ResourceRequested,
    ResourceSent,
    SessionMessage,
    SharingChanged,
    SnapshotRequested,
)
from session.protocol.conversation.mirror_messages import (
    DialogClosed,
    DialogShown,
    MirrorReceived,
    SheetsRequested,
)
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.refusals import LATE
from session.protocol.wire.version import MAX_CHUNK_BYTES

log = logging.getLogger(__name__)

TOPIC = "cobrowse"
CHUNK_TOPIC = "chunk"

MAX_RESOURCE_BYTES = 2 * 1024 * 1024
RESOURCE_WAIT_S = 10.0
_RESOURCES_KEPT_BYTES = 32 * 1024 * 1024
"""What a desk may still ask chunks of."""
_RESOURCES_AT_ONCE = 4

MAX_PUSHED_CHARS = 32 * 1024 * 1024
MAX_PUSHES = 2_000
"""Text that waits to be filtered, above which all of it is thrown away and a fresh picture asked
for.
"""

MOST_LOSSES = 3
"""So often in a row the guard may fail at a page; then the page is not shared."""

_SNAPSHOT_EVERY_S = 0.5
_POINTER_EVERY_S = 0.2
_PAGE_EVERY_S = 0.25

NOTICES_PER_S, NOTICES_BURST = 1.0, 10
"""So often the desk is told of what a page wanted and a kiosk does not do."""


class SignalLike(Protocol):
    """The methods that a Qt signal and a `Signal` have in common."""

    def connect(self, slot: Callable[..., Any], /) -> Any:
        """Calls `slot` with the fact's values."""
        ...

    def disconnect(self, slot: Callable[..., Any], /) -> Any:
        """Never calls `slot` again."""
        ...


class BrowserLike(Protocol):
    """The kiosk's browser pane, as this end uses it (`views.kiosk.browser.pane.KioskBrowser`)."""

    @property
    def reported(self) -> SignalLike:
        """(fact, body) of the page: `EventsPushed` with the JSON of `Push`, from the recorder;
        `PageLoaded`, with the size of its viewport; `AddressStopped`: it tried to go there, or it
        did not answer; `PointerDrawn`, at this place of the viewport; `QuestionShown`: it asks the
        caller, or wanted what a kiosk does not do; `QuestionClosed`: answered, or the page is gone.
        """
        ...

    def set_allowed(self, prefixes: Sequence[str]) -> None:
        """URL prefixes that may be opened from now on."""
        ...

    def open(self, address: str) -> bool:
        """Opens an address; False when it is not allowed."""
        ...

    def start_sharing(self) -> None:
        """Puts the recorder into this page and those that follow."""
        ...

    def stop_sharing(self) -> None:
        """Takes the recorder out."""
        ...

    def request_snapshot(self) -> None:
        """Asks the recorder for a full picture."""
        ...

    def show_pointer(self, x: float, y: float) -> None:
        """Paints the pointer at a fraction (0..1) of the viewport."""
        ...

    def hide_pointer(self) -> None:
        """Removes the pointer."""
        ...

    def fetch_resource(self, address: str, on_fetched: Callable[[bytes, str], None]) -> None:
        """Gets a picture or font that the page itself loaded;
        calls back with bytes and media type, or empty ones.
        """
        ...


class GrantsLike(Protocol):
    """The caller's grants (`session.kiosk.call.consent.KioskGrants`)."""

    @property
    def changed(self) -> Signal[GrantChanged]:
        """A power was given or taken back."""
        ...

    def allowed(self, grant: Grant) -> bool:
        """True while the caller gives this power."""
        ...


def _shown(address: str) -> str:
    """An address as the desk may read it."""
    return mask(without_query(address)[:MASKED_CHARS])


def _cut_at_snapshots(events: list[mirror.MirrorEvent]) -> list[list[mirror.MirrorEvent]]:
    """The events in order, a new list from each Meta event on, so that each snapshot begins a
    payload.
    """
    lists: list[list[mirror.MirrorEvent]] = []
    for event in events:
        if not lists or event.type == mirror.META:
            lists.append([])
        lists[-1].append(event)
    return lists


class KioskSharedPage:
    """One session's shared page at the kiosk.
    Shares as soon as, and only while, the caller allows it.

    Args:
        channel: the session's line to the desk.
        browser: the kiosk's browser pane.
        grants: what the caller allows now.
        guard: looks at what leaves.
        clock: for the rate of repeated work.
        tasks: where this end's tasks run.
        mirror_kbps: kilobits per second that the page's events may always use, see `MirrorSender`;
            None: all.
        home: opened as soon as the page is shared and none is open; "" for none.

    Attributes:
        stream: what goes to the desk, at the pace of the line.
        sharing_changed: told after the recorder was started or stopped.
        page_announced: the desk was told of this page; for the session's log.
        not_shared: (code) this page is not shared although the caller allows it; "": that is
            over.
    """

    def __init__(
        self,
        channel: SessionChannel,
        browser: BrowserLike,
        *,
        grants: GrantsLike,
        guard: PageGuardLike,
        clock: Clock,
        tasks: Tasks,
        mirror_kbps: int | None = DEFAULT_KBPS,
        home: str = "",
    ) -> None:
        self.sharing_changed: Signal[bool] = Signal()
        self.page_announced: Signal[PageShown] = Signal()
        self.not_shared: Signal[str] = Signal()
        self._channel = channel
        self._browser = browser
        self._grants = grants
        self._clock = clock
        self._tasks = tasks
        self._home = home
        self._open = True
        self._sharing = False
        self._private = False
        self._document = self._told_address = ""
        self._epoch = 0
        self._page: PageShown | None = None
        self._page_due = False
        self._page_pause: asyncio.TimerHandle | None = None
        self._dialog: DialogShown | None = None
        self._notices = RateLimits(clock, NOTICES_PER_S, burst=NOTICES_BURST)
        self._answer_due = False
        self.stream = self._stream = MirrorSender(
            channel, clock, tasks=tasks, ask_snapshot=browser.request_snapshot, kbps=mirror_kbps
        )
        self._guard = guard
        self._sheets = KioskSheets()
        self._pushes: deque[str] = deque()
        self._filtering = False
        self._shares = 0
        self._picture_due = False
        self._losses = 0
        self._unshareable = False
        self._snapshot_at_s = float("-inf")
        self._painted: tuple[int, int] | None = None
        self._telling_pointer = False
        self._resources: OrderedDict[str, bytes] = OrderedDict()
        self._resource_slots = asyncio.Semaphore(_RESOURCES_AT_ONCE)
        browser.reported.connect(self._on_reported)
        self._stops = [
            channel.on_message(TOPIC, self._on_message),
            grants.changed.connect(self._follow_grant),
        ]
        self._follow_grant()

    @property
    def sharing(self) -> bool:
        """True while the recorder runs."""
        return self._sharing

    @property
    def epoch(self) -> int:
        """Number of web documents shared so far."""
        return self._epoch

    @property
    def document(self) -> str:
        """The recorder's name of the web document that has this number;
        "" while nothing is shared.
        """
        return self._document

    def close(self) -> None:
        """The session is over: the recorder stops, the pointer goes, nothing is listened to."""
        if not self._open:
            return
        self._open = False
        if self._page_pause is not None:
            self._page_pause.cancel()
        for stop in self._stops:
            stop()
        self._browser.reported.disconnect(self._on_reported)
        self._set_sharing(False)
        self._guard.forget()
        self._sheets.clear()
        self._resources.clear()

    def set_private(self, on: bool) -> None:
        """The page is neither shown nor sent for a moment, whatever the caller allows;
        then as allowed.
        """
        self._private = on
        self._follow_grant()

    # ---- consent ----

    def _follow_grant(self, _change: GrantChanged | None = None) -> None:
        allowed = self._grants.allowed(Grant.SEE_PAGE)
        if not allowed:
            self._forgive()
        self._set_sharing(allowed and not self._private and not self._unshareable)
        if not self._grants.allowed(Grant.POINT):
            self._browser.hide_pointer()

    def _forgive(self) -> None:
        """Another page, or another leave: it is tried again."""
        if self._unshareable:
            self.not_shared.emit("")
        self._losses = 0
        self._unshareable = False

    def _set_sharing(self, sharing: bool) -> None:
        if sharing == self._sharing:
            return
        self._sharing = sharing
        self._shares += 1
        self._pushes.clear()
        self._picture_due = False
        if sharing:
            self._browser.start_sharing()
            self._open_home()
        else:
            self._browser.stop_sharing()
            self._browser.hide_pointer()
            self._stream.clear()
            self._document = ""
        self.sharing_changed.emit(sharing)
        self._send(SharingChanged(sharing=sharing))
        self._send_dialog()

    def _open_home(self) -> None:
        """Something to look at together, where neither of them has opened a page yet."""
        if self._home and self._page is None and not self._answer_due:
            self._answer_due = self._browser.open(self._home)

    # ---- what the desk requests ----

    def _on_message(self, message: SessionMessage) -> None:
        match message:
            case AddressRequested(address=address):
                self._open_address(address)
            case SnapshotRequested(sheets=sheets):
                self._sheets.follow(knows_names=sheets)
                self._on_snapshot_requested()
            case SheetsRequested(names=names):
                self._on_sheets_requested(names)
            case PointerMoved():
                self._on_pointer_moved(message)
            case MirrorReceived(ack=ack):
                self._stream.window.received(ack)
            case ResourceRequested():
                self._tasks.start(self._send_resource(message), name="kiosk-resource")
            case ChunksRequested(item_id=item_id, missing=missing):
                self._tasks.start(self._send_chunks(item_id, missing), name="kiosk-resource-again")

    def _open_address(self, address: str) -> None:
        self._answer_due = self._browser.open(address)
        if not self._answer_due:
            self._send(AddressRefused(address=_shown(address), code=AddressNotAllowed.code))

    def _on_snapshot_requested(self) -> None:
        self._send(SharingChanged(sharing=self._sharing))
        if not self._sharing:
            return
        if self._page is not None:
            self._send(self._page)
        self._send_dialog()
        self._stream.restart()
        if self._clock.monotonic_s() - self._snapshot_at_s >= _SNAPSHOT_EVERY_S:
            self._snapshot_at_s = self._clock.monotonic_s()
            self._browser.request_snapshot()

    def _on_sheets_requested(self, names: list[str]) -> None:
        if self._sharing:
            self._stream.queue_sheets(self._sheets.texts(names))

    def _on_pointer_moved(self, pointer: PointerMoved) -> None:
        if not pointer.visible:
            self._browser.hide_pointer()
        elif not self._sharing or not self._grants.allowed(Grant.POINT):
            if self._sharing:
                needed = Grant.POINT
            else:
                needed = Grant.SEE_PAGE
            self._channel.refuse(TOPIC, GrantMissing.code, needed.value, type(pointer).__name__)
        elif pointer.epoch != self._epoch:
            self._channel.refuse(TOPIC, LATE, is_reported=False)
        else:
            self._browser.show_pointer(pointer.x, pointer.y)

    # ---- what the browser tells ----

    def _on_reported(self, fact: facts.BrowserFact, body: bytes) -> None:
        match fact:
            case facts.EventsPushed():
                self._on_events_pushed(body.decode(errors="replace"))
            case facts.PageLoaded():
                self._on_page_shown(fact)
            case facts.AddressStopped():
                if self._is_answer(fact) or self._sharing:
                    self._send(AddressRefused(address=_shown(fact.address), code=fact.code))
            case facts.PointerDrawn(x_px=x_px, y_px=y_px):
                self._on_pointer_painted(x_px, y_px)
            case facts.QuestionShown(dialog=dialog):
                self._on_dialog_shown(dialog)
            case facts.QuestionClosed(dialog_id=dialog_id):
                self._on_dialog_closed(dialog_id)

    def _is_answer(self, fact: facts.PageLoaded | facts.AddressStopped) -> bool:
        """True for what the desk asked for. It is told of that, and of a page that is shared;
        never where the caller goes alone.
        """
        is_answer = self._answer_due and fact.is_awaited
        if is_answer:
            self._answer_due = False
        return is_answer

    def _on_page_shown(self, fact: facts.PageLoaded) -> None:
        before = self._page
        self._page = PageShown(
            epoch=self._epoch,
            address=_shown(fact.address),
            title=mask(fact.title[:MASKED_CHARS])[:500],
            width_px=fact.width_px,
            height_px=fact.height_px,
        )
        if self._unshareable and before is not None and before.address != self._page.address:
            self._forgive()
            self._follow_grant()
        if self._is_answer(fact) or (self._sharing and self._page_pause is None):
            self._announce_page(self._page)
        elif self._sharing:
            self._page_due = True

    def _announce_page(self, page: PageShown) -> None:
        """Tells the desk, and not again for a moment: a page may change its title all the time, and
        what it is called then is told at the end of the moment.
        """
        self._page_due = False
        if self._page_pause is not None:
            self._page_pause.cancel()
        loop = asyncio.get_running_loop()
        self._page_pause = loop.call_later(_PAGE_EVERY_S, self._on_page_pause)
        self._send(page)
        self.page_announced.emit(page)

    def _on_page_pause(self) -> None:
        self._page_pause = None
        if self._page_due and self._sharing and self._page is not None:
            self._announce_page(self._page)

    def _on_pointer_painted(self, x_px: int, y_px: int) -> None:
        if not self._sharing:
            return
        self._painted = (x_px, y_px)
        if not self._telling_pointer:
            self._telling_pointer = True
            self._tasks.start(self._send_pointer(), name="kiosk-pointer-shown")

    async def _send_pointer(self) -> None:
        """Tells the desk where the pointer is painted: at most every `_POINTER_EVERY_S`, and always
        the last place.
        """
        try:
            while self._sharing and self._painted is not None:
                (x_px, y_px), self._painted = self._painted, None
                await self._send_now(PointerShown(epoch=self._epoch, x_px=x_px, y_px=y_px))
                await asyncio.sleep(_POINTER_EVERY_S)
        finally:
            self._telling_pointer = False

    # ---- what stands beside the page ----

    def _on_dialog_shown(self, dialog: DialogShown) -> None:
        dialog = msgspec.structs.replace(dialog, text=mask(dialog.text[:MASKED_CHARS]))
        if dialog.waits:
            self._dialog = dialog
        if self._sharing and (dialog.waits or self._notices.take(dialog.kind)):
            self._send(dialog)

    def _send_dialog(self) -> None:
        if self._sharing and self._dialog is not None:
            self._send(self._dialog)

    def _on_dialog_closed(self, dialog_id: str) -> None:
        self._dialog = None
        if self._sharing:
            self._send(DialogClosed(dialog_id=dialog_id))

    # ---- events ----

    def _on_events_pushed(self, text: str) -> None:
        """All of it passes the guard, in order; what comes meanwhile waits."""
        if not self._sharing:
            return
        self._pushes.append(text)
        if len(self._pushes) > MAX_PUSHES or sum(map(len, self._pushes)) > MAX_PUSHED_CHARS:
            self._begin_anew()
        elif not self._filtering:
            self._filtering = True
            self._tasks.start(self._filter_pushes(), name="kiosk-filter")

    def _begin_anew(self) -> None:
        """Something was not looked at: nothing of the page leaves before a fresh picture."""
        self._pushes.clear()
        self._picture_due = True
        self._browser.request_snapshot()

    async def _filter_pushes(self) -> None:
        try:
            while self._pushes:
                text, share = self._pushes.popleft(), self._shares
                try:
                    push = await self._guard.filtered(text)
                except GuardLost:
                    if self._shares == share:
                        self._on_picture_lost()
                    continue
                if self._sharing and self._shares == share:
                    self._take(push)
        finally:
            self._filtering = False

    def _on_picture_lost(self) -> None:
        self._losses += 1
        if self._losses < MOST_LOSSES:
            self._begin_anew()
            return
        log.warning("a page is not shared: it could not be shown %d times", self._losses)
        self._unshareable = True
        self._follow_grant()
        if self._page is not None:
            address = self._page.address
        else:
            address = ""
        self._send(AddressRefused(address=address, code=PageNotShareable.code))
        self.not_shared.emit(PageNotShareable.code)

    def _take(self, push: FilteredPush) -> None:
        if push.dropped or not push.document:
            log.warning("%d events of the recorder were dropped", push.dropped)
        if not push.document:
            return
        if push.document != self._document:
            self._on_new_document(push)
        self._sheets.add(push.sheets)
        mirrored = [self._sheets.as_sent(event) for event in push.mirror_events()]
        if self._picture_due:  # what was told may never have left
            self._told_address = ""
        if mirrored and push.address != self._told_address:
            self._told_address = push.address
            address_entry = address_event(push.address, mirrored[0].timestamp)
            if mirrored[0].type == mirror.META:
                mirrored = [*mirrored, address_entry]
            else:
                mirrored = [address_entry, *mirrored]
        for events in _cut_at_snapshots(mirrored):
            if mirror.starts_with_snapshot(events):
                self._picture_due = False
                self._losses = 0
            if not self._picture_due:
                self._stream.queue(events, self._epoch)
        if push.lost:
            self._on_picture_lost()

    def _on_new_document(self, push: FilteredPush) -> None:
        self._document = push.document
        self._epoch += 1
        self._browser.hide_pointer()  # it pointed at something of the page before
        if self._page is not None and self._page.address == _shown(push.address):
            self._page = msgspec.structs.replace(self._page, epoch=self._epoch)
            self._send(self._page)

    # ---- pictures and fonts of the page ----

    async def _send_resource(self, request: ResourceRequested) -> None:
        data, media_type = b"", ""
        if self._sharing:
            async with self._resource_slots:
                data, media_type = await self._fetch(request.address)
        if len(data) > MAX_RESOURCE_BYTES or not self._sharing:
            data, media_type = b"", ""
        if data:
            digest = hashlib.sha256(data).hexdigest()
        else:
            digest = ""
        if data:
            self._resources[request.item_id] = data
        while sum(map(len, self._resources.values())) > _RESOURCES_KEPT_BYTES:
            self._resources.popitem(last=False)
        await self._send_now(
            ResourceSent(
                item_id=request.item_id,
                size_bytes=len(data),
                sha256=digest,
                media_type=media_type[:100],
                on_request=request.hash_first,
            )
        )
        if not request.hash_first:
            await self._send_chunks(request.item_id, range(-(-len(data) // MAX_CHUNK_BYTES)))

    async def _fetch(self, address: str) -> tuple[bytes, str]:
        answer: asyncio.Future[tuple[bytes, str]] = asyncio.get_running_loop().create_future()

        def on_fetched(data: bytes, media_type: str) -> None:
            if not answer.done():
                answer.set_result((data, media_type))

        self._browser.fetch_resource(address, on_fetched)
        try:
            return await asyncio.wait_for(answer, RESOURCE_WAIT_S)
        except TimeoutError:
            return b"", ""

    async def _send_chunks(self, item_id: str, indexes: Sequence[int]) -> None:
        data = self._resources.get(item_id, b"")
        for index in indexes:
            if index >= 0:
                chunk = data[index * MAX_CHUNK_BYTES : (index + 1) * MAX_CHUNK_BYTES]
            else:
                chunk = b""
            if not chunk or not self._sharing:
                return
            try:
                await self._channel.send_raw(
                    CHUNK_TOPIC, chunk, {"Item": item_id, "Index": str(index)}
                )
            except (BusUnreachable, MessageTooLarge):
                return

    # ---- sending ----

    def _send(self, message: SessionMessage) -> None:
        self._tasks.start(self._send_now(message), name="kiosk-cobrowse-send")

    async def _send_now(self, message: SessionMessage) -> None:
        try:
            await self._channel.send(TOPIC, message)
        except (BusUnreachable, MessageTooLarge) as error:
            log.info("%s not sent: %s", type(message).__name__, error.code)
