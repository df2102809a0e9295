# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's end of a document that the agent shows:
asks for pages, keeps their pictures in memory, shows them.

Used by the kiosk's program, one per session.
Nothing touches the disk, and the end of the session checks that nothing stays. The caller may close
the document at any time. The other end is `session.desk.cobrowse.shown_document`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from session.core.clock import Clock
from session.core.errors import MessageMalformed, MessageTooLarge, PageDamaged, PageUnreadable
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.cobrowse.shared_page import SignalLike
from session.protocol.conversation.messages import SessionMessage
from session.protocol.conversation.shown_document import (
    MAX_MARKS,
    TOPIC,
    Mark,
    ShowEnded,
    ShownChunksRequested,
    ShownPageMarked,
    ShownPageOffered,
    ShownPagePainted,
    ShownPageRequested,
    ShownPageTurned,
    ShowPointerMoved,
    ShowStarted,
)
from session.protocol.endpoints import chunks
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.chunks import MAX_ASKS, Arrivals, Assembly
from session.protocol.endpoints.refusals import LATE
from session.protocol.endpoints.sending import OrderedSender

log = logging.getLogger(__name__)

KEPT_BYTES = 12 * 1024 * 1024
"""Pictures kept so that turning back needs no line; those farthest from the page in view go first.
"""
ASK_AGAIN_S = 3.0
TICK_S = 0.25
POINTER_SENT_S = 0.2
_CLOSED_KEPT = 20


class ShowScreen(Protocol):
    """The kiosk's pane for documents, as this end uses it
    (`views.kiosk.conversation.document_pane.DocumentPane`).
    """

    @property
    def closed(self) -> SignalLike:
        """(): the caller closed the document."""
        ...

    @property
    def painted(self) -> SignalLike:
        """(page, marks, pointer): a page is on the screen, with so many marks, and the laser or
        not.
        """
        ...

    def open_document(self, title: str, pages: int) -> None:
        """A document is going to be shown."""
        ...

    def show_waiting(self, page: int, percent: int) -> None:
        """This page is on its way."""
        ...

    def show_picture(self, page: int, data: bytes) -> bool:
        """Shows a page (WebP); False when it is none."""
        ...

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Show what the agent has drawn on the page in view, the oldest first."""
        ...

    def show_pointer(self, x: float, y: float) -> None:
        """The laser, at a fraction (0..1) of the page."""
        ...

    def hide_pointer(self) -> None:
        """No laser."""
        ...

    def close_document(self) -> bool:
        """Takes everything away; True when no picture, mark or title is left."""
        ...


class Opened(NamedTuple):
    """A document is shown, for the log."""

    pages: int


class _Show:
    """The document that is shown: pictures and marks by page."""

    def __init__(self, started: ShowStarted) -> None:
        self.show_id = started.show_id
        self.pages = started.pages
        self.page = min(started.page, started.pages - 1)
        self.pictures: dict[int, bytes] = {}
        self.marks: dict[int, list[Mark]] = {}
        self.asked_s: dict[int, float] = {}
        self.items: dict[str, int] = {}
        self.sent: ShownPagePainted | None = None

    def keep(self, page: int, data: bytes) -> None:
        """Keeps a picture, and drops those farthest away when there are too many bytes."""
        self.pictures[page] = data
        while sum(map(len, self.pictures.values())) > KEPT_BYTES:
            del self.pictures[max(self.pictures, key=lambda each: abs(each - self.page))]


class KioskShownDocument:
    """One session's shown documents at the kiosk.

    Attributes:
        opened: a document is shown.
        painted: a page is on the screen (its number from 0), once per turn.
        marked: the agent drew on it.
        ended: it is closed; True when the caller did it.
    """

    def __init__(
        self, channel: SessionChannel, screen: ShowScreen, *, clock: Clock, tasks: Tasks
    ) -> None:
        self.opened: Signal[Opened] = Signal()
        self.painted: Signal[int] = Signal()
        self.marked: Signal[str] = Signal()
        self.ended: Signal[bool] = Signal()
        self._screen = screen
        self._clock = clock
        self._tasks = tasks
        self._channel = channel
        self._sender = OrderedSender(channel, TOPIC, tasks=tasks)
        self._arrivals = Arrivals(clock)
        self._show: _Show | None = None
        self._closed: dict[str, None] = {}
        self._watch: asyncio.Task[None] | None = None
        self._pointer_sent_s = float("-inf")
        self._listened: list[tuple[SignalLike, Callable[..., Any]]] = [
            (screen.closed, self._on_closed),
            (screen.painted, self._on_painted),
        ]
        for signal, slot in self._listened:
            signal.connect(slot)
        self._stops = [
            channel.on_message(TOPIC, self._on_message),
            channel.on_raw(chunks.TOPIC, self._on_chunk),
        ]

    def close(self) -> int:
        """The session is over: nothing is shown or listened to;
        how many things could not be taken away (0).
        """
        for stop in self._stops:
            stop()
        for signal, slot in self._listened:
            signal.disconnect(slot)
        if self._watch is not None:
            self._watch.cancel()
        self._sender.close()
        self._stops = []
        self._listened = []
        remaining = 0 if self._forget() else 1
        if remaining:
            log.error("a shown document could not be taken away")
        return remaining

    # ---- what the desk says ----

    def _on_message(self, message: SessionMessage) -> None:
        match message:
            case ShowStarted():
                self._on_started(message)
            case ShowEnded(show_id=show_id):
                self._on_ended(show_id)
            case (
                ShownPageTurned(show_id=show_id)
                | ShownPageOffered(show_id=show_id)
                | ShownPageMarked(show_id=show_id)
                | ShowPointerMoved(show_id=show_id)
            ) if self._show is not None and self._show.show_id == show_id:
                self._on_shown(self._show, message)
            case _:
                self._channel.refuse(TOPIC, LATE, is_reported=False)

    def _on_shown(self, show: _Show, message: SessionMessage) -> None:
        match message:
            case ShownPageTurned(page=page):
                self._turn(show, page)
            case ShownPageOffered():
                self._on_offered(show, message)
            case ShownPageMarked():
                self._on_marked(show, message)
            case ShowPointerMoved(page=page, x=x, y=y, visible=visible):
                if visible and page == show.page and page in show.pictures:
                    self._screen.show_pointer(x, y)
                else:
                    self._screen.hide_pointer()

    def _on_started(self, started: ShowStarted) -> None:
        if started.show_id in self._closed:  # the caller closed it, and the desk does not know yet
            self._sender.send(ShowEnded(show_id=started.show_id, by_caller=True))
            return
        if self._show is not None and self._show.show_id == started.show_id:
            show = self._show
            if show.sent is not None:
                self._sender.send(show.sent)
            if started.page != show.page:
                self._turn(show, started.page)
            return
        self._forget()
        show = self._show = _Show(started)
        self._screen.open_document(started.title, started.pages)
        self.opened.emit(Opened(started.pages))
        self._show_page(show)

    def _on_ended(self, show_id: str) -> None:
        if self._show is not None and show_id in ("", self._show.show_id):
            self._forget()
            self.ended.emit(False)

    def _turn(self, show: _Show, page: int) -> None:
        page = min(page, show.pages - 1)
        if page == show.page and show.sent is not None:
            self._sender.send(show.sent)
            return
        show.page = page
        show.sent = None
        for item_id, of_page in list(show.items.items()):
            if of_page != page and self._arrivals.has(item_id):  # nobody looks at it now
                self._arrivals.forget(item_id)
                show.asked_s.pop(of_page, None)
        self._show_page(show)

    def _show_page(self, show: _Show) -> None:
        self._screen.hide_pointer()
        data = show.pictures.get(show.page)
        if data is None:
            self._screen.show_waiting(show.page, 0)
            self._ask(show, show.page)
            self._start_watch()
        elif self._screen.show_picture(show.page, data):
            self._screen.show_marks(show.marks.get(show.page, []))
        else:
            self._refuse(PageUnreadable.code)

    def _on_marked(self, show: _Show, marked: ShownPageMarked) -> None:
        before = show.marks.get(marked.page, [])[: marked.after]
        grown = len(before) + len(marked.marks) > len(show.marks.get(marked.page, []))
        show.marks[marked.page] = [*before, *marked.marks][-MAX_MARKS:]
        if marked.page == show.page and show.page in show.pictures:
            self._screen.show_marks(show.marks[marked.page])
        if grown and marked.marks:
            self.marked.emit(marked.marks[-1].kind.value)

    # ---- pictures ----

    def _ask(self, show: _Show, page: int) -> None:
        show.asked_s[page] = self._clock.monotonic_s()
        self._sender.send(ShownPageRequested(show_id=show.show_id, page=page))

    def _on_offered(self, show: _Show, offer: ShownPageOffered) -> None:
        if offer.page not in show.asked_s or offer.page in show.pictures:
            return
        try:
            assembly = self._arrivals.expect(
                offer.item_id, offer.size_bytes, offer.sha256, offer.chunks
            )
        except (MessageMalformed, MessageTooLarge) as error:
            self._refuse(error.code)
            return
        show.items[offer.item_id] = offer.page
        self._start_watch()
        self._progress(show, assembly)

    def _on_chunk(self, payload: bytes, headers: Mapping[str, str]) -> None:
        if self._show is None:
            return
        try:
            assembly = self._arrivals.take(payload, headers)
        except MessageMalformed as error:
            why, item_id = str(error.detail.get("why", "")), headers[chunks.ITEM_HEADER]
            self._channel.refuse(chunks.TOPIC, error.code, why, item_id)
            return
        if assembly is not None:
            self._progress(self._show, assembly)

    def _progress(self, show: _Show, assembly: Assembly) -> None:
        page = show.items.get(assembly.item_id)
        if page is None:
            return
        if not assembly.is_complete:
            if page == show.page:
                self._screen.show_waiting(page, 100 * assembly.received // assembly.chunks)
            return
        try:
            data = assembly.finish()
        except PageDamaged:
            self._arrivals.restart(assembly.item_id)
            return
        self._arrivals.forget(assembly.item_id)
        show.asked_s.pop(page, None)
        show.keep(page, data)
        if page == show.page:
            self._show_page(show)

    def _start_watch(self) -> None:
        if self._watch is None or self._watch.done():
            self._watch = self._tasks.start(self._watch_pages(), name="kiosk-shown-pages")

    async def _watch_pages(self) -> None:
        """Asks again for what does not come, while the page in view is not here or another one is
        on its way.
        """
        while (show := self._show) is not None and (
            show.page not in show.pictures or len(self._arrivals)
        ):
            await asyncio.sleep(TICK_S)
            for overdue in self._arrivals.due():
                if overdue.asked <= MAX_ASKS:
                    self._sender.send(
                        ShownChunksRequested(
                            show_id=show.show_id, item_id=overdue.item_id, missing=overdue.missing
                        )
                    )
            asked_s = show.asked_s.get(show.page, float("-inf"))
            is_coming = any(
                page == show.page and self._arrivals.has(item) for item, page in show.items.items()
            )
            late = self._clock.monotonic_s() - asked_s >= ASK_AGAIN_S
            if show is self._show and show.page not in show.pictures and late and not is_coming:
                self._ask(show, show.page)

    # ---- what the screen says ----

    def _on_painted(self, page: int, marks: int, pointer: bool) -> None:
        show = self._show
        if show is None or page != show.page:
            return
        painted = ShownPagePainted(show_id=show.show_id, page=page, marks=marks, pointer=pointer)
        first = show.sent is None
        now_s = self._clock.monotonic_s()
        if painted == show.sent and (not pointer or now_s - self._pointer_sent_s < POINTER_SENT_S):
            return
        show.sent = painted
        self._pointer_sent_s = now_s
        self._sender.send(painted)
        if first:
            self.painted.emit(page)
            following = page + 1
            if (
                following < show.pages
                and following not in show.pictures
                and following not in show.asked_s
            ):
                self._ask(show, following)

    def _on_closed(self) -> None:
        """The caller closes the document: here at once, then the desk is told."""
        show = self._show
        if show is None:
            return
        self._closed[show.show_id] = None
        while len(self._closed) > _CLOSED_KEPT:
            del self._closed[next(iter(self._closed))]
        self._forget()
        self._sender.send(ShowEnded(show_id=show.show_id, by_caller=True))
        self.ended.emit(True)

    def _refuse(self, code: str) -> None:
        if self._show is not None:
            self._sender.send(ShowEnded(show_id=self._show.show_id, code=code))
            self._forget()
            self.ended.emit(False)

    def _forget(self) -> bool:
        """Nothing of a document stays; True when the screen says so too."""
        if self._show is not None:
            self._show.pictures.clear()
            self._show.marks.clear()
        self._show = None
        self._arrivals.clear()
        return self._screen.close_document()
