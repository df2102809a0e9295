# SPDX-License-Identifier: GPL-3.0-only
"""The desk's end of a document that the agent shows the caller:
pages drawn here, sent when the kiosk asks for them.

Used by the desk's program, one per session.
Turning and marking happen here; the kiosk shows them and says what it has on the screen. The other
end is `session.kiosk.cobrowse.shown_document`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from session.core.clock import Clock
from session.core.errors import BusUnreachable, PageTooLarge, PageUnreadable, PeerGone, SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.conversation.messages import SessionMessage
from session.protocol.conversation.shown_document import (
    MAX_MARKS,
    MAX_PICTURE_BYTES,
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
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.chunks import count_chunks
from session.protocol.endpoints.refusals import LATE
from session.protocol.endpoints.sending import ChunkSender, OrderedSender
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

TICK_S = 0.25
REPEAT_S = 4.0
"""The kiosk says nothing and nothing is on its way: it is told again what is shown."""
SILENCE_S = 30.0
POINTER_EVERY_S = 0.05


class DrawnPicture(NamedTuple):
    """A page as WebP, and its size in pixels."""

    data: bytes
    width_px: int
    height_px: int


class Shown(NamedTuple):
    """The document that is shown: its title, its number of pages and the page in view,
    from 0.
    """

    title: str
    pages: int
    page: int


class Ended(NamedTuple):
    """Nothing is shown any more: the caller closed it, or why it could not be shown; neither:
    the agent ended it.
    """

    by_caller: bool = False
    code: str = ""


Draw = Callable[[int], Awaitable[DrawnPicture]]
"""The picture of a page, from 0. Raises a session error."""


class _Show:
    def __init__(self, title: str, pages: int, *, draw: Draw, now_s: float) -> None:
        self.show_id = new_id()
        self.title = title
        self.pages = pages
        self.draw = draw
        self.page = 0
        self.pictures: dict[int, DrawnPicture] = {}
        self.drawing: dict[int, asyncio.Task[DrawnPicture]] = {}
        self.items: dict[int, str] = {}
        self.marks: dict[int, list[Mark]] = {}
        self.painted: ShownPagePainted | None = None
        self.heard_s = self.published_s = now_s


class DeskShownDocument:
    """One session's shown documents at the desk.

    Args:
        kbps: kilobits per second that pictures may use; None: all.

    Attributes:
        changed: what is shown now, None for nothing.
        drawn: (page, picture) of the page in view is ready for the agent's own eyes.
        progressed: per cent of the page in view that went to the kiosk.
        painted: the kiosk has this page on its screen.
        marks_changed: marks of the page in view, the oldest first.
        ended: see `Ended`.
    """

    def __init__(
        self, channel: SessionChannel, clock: Clock, *, tasks: Tasks, kbps: int | None = 240
    ) -> None:
        self.changed: Signal[Shown | None] = Signal()
        self.drawn: Signal[tuple[int, DrawnPicture]] = Signal()
        self.progressed: Signal[int] = Signal()
        self.painted: Signal[ShownPagePainted] = Signal()
        self.marks_changed: Signal[Sequence[Mark]] = Signal()
        self.ended: Signal[Ended] = Signal()
        self._channel = channel
        self._clock = clock
        self._tasks = tasks
        self._sure = OrderedSender(channel, TOPIC, tasks=tasks)
        self._bytes: dict[str, bytes] = {}
        self._chunks = ChunkSender(
            channel, clock, tasks=tasks, read=lambda item_id: self._bytes[item_id], kbps=kbps
        )
        self._show: _Show | None = None
        self._watch: asyncio.Task[None] | None = None
        self._pointer: ShowPointerMoved | None = None
        self._moving = False
        self._stop_listening = channel.on_message(TOPIC, self._on_message)

    @property
    def shown(self) -> Shown | None:
        """The document that is shown now."""
        show = self._show
        if show is not None:
            return Shown(show.title, show.pages, show.page)
        return None

    @property
    def marks(self) -> Sequence[Mark]:
        """Marks of the page in view."""
        if self._show is not None:
            return tuple(self._show.marks.get(self._show.page, ()))
        return ()

    # ---- requests of the agent

    def start(self, title: str, pages: int, draw: Draw) -> None:
        """Shows a document, its first page first; what was shown before is gone."""
        if self._show is not None:
            self._forget()
            self.changed.emit(None)
        show = self._show = _Show(title[:200], pages, draw=draw, now_s=self._clock.monotonic_s())
        self.changed.emit(self.shown)
        self._publish(show)
        self._open_page(show)

    def turn(self, page: int) -> None:
        """Turns to another page at both ends."""
        show = self._show
        if show is not None:
            page = min(max(page, 0), show.pages - 1)
        else:
            page = 0
        if show is None or page == show.page:
            return
        show.page = page
        show.painted = None
        show.heard_s = show.published_s = self._clock.monotonic_s()
        for of_page, item_id in show.items.items():
            if of_page != page:
                self._chunks.drop(item_id)
        self._sure.send(ShownPageTurned(show_id=show.show_id, page=page))
        self.changed.emit(self.shown)
        self.marks_changed.emit(self.marks)
        self._open_page(show)

    def add_mark(self, mark: Mark) -> None:
        """Draws on the page in view; of many marks the oldest goes."""
        show = self._show
        if show is None:
            return
        marks = show.marks.setdefault(show.page, [])
        if len(marks) >= MAX_MARKS:
            show.marks[show.page] = [*marks[1:], mark]
            self._publish_marks(show, show.page, 0)
        else:
            marks.append(mark)
            self._publish_marks(show, show.page, len(marks) - 1)
        self.marks_changed.emit(self.marks)

    def remove_marks(self) -> None:
        """Removes all marks of the page in view."""
        if self._show is not None and self.marks:
            self._show.marks[self._show.page] = []
            self._publish_marks(self._show, self._show.page, 0)
            self.marks_changed.emit(())

    def move_pointer(self, x: float, y: float) -> None:
        """Moves the laser to a fraction (0..1) of the page; sent at most every
        `POINTER_EVERY_S`.
        """
        if self._show is not None:
            x, y = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
            self._point(
                ShowPointerMoved(show_id=self._show.show_id, page=self._show.page, x=x, y=y)
            )

    def hide_pointer(self) -> None:
        """Hides the laser."""
        if self._show is not None:
            show = self._show
            self._point(
                ShowPointerMoved(show_id=show.show_id, page=show.page, x=0.0, y=0.0, visible=False)
            )

    def stop(self) -> None:
        """Shows nothing any more; a picture that is on its way is cancelled."""
        if self._show is not None:
            self._sure.send(ShowEnded(show_id=self._show.show_id))
            self._end(Ended())

    def repeat(self) -> None:
        """The line is back, or the kiosk was restarted: repeats what is shown, or that
        nothing is.
        """
        if self._show is None:
            self._sure.send(ShowEnded())
            return
        self._show.painted = None
        self._publish(self._show)
        self._start_watch()

    def close(self) -> None:
        """The session is over."""
        self._stop_listening()
        self._forget()
        self._chunks.close()
        self._sure.close()

    # ---- telling ----

    def _publish(self, show: _Show) -> None:
        show.published_s = self._clock.monotonic_s()
        self._sure.send(
            ShowStarted(show_id=show.show_id, title=show.title, pages=show.pages, page=show.page)
        )
        for page in show.marks:
            self._publish_marks(show, page, 0)

    def _publish_marks(self, show: _Show, page: int, after: int) -> None:
        marks = show.marks.get(page, [])[after:]
        self._sure.send(ShownPageMarked(show_id=show.show_id, page=page, after=after, marks=marks))

    def _point(self, pointer: ShowPointerMoved) -> None:
        self._pointer = pointer
        if not self._moving:
            self._moving = True
            self._tasks.start(self._send_pointer(), name="desk-shown-pointer")

    async def _send_pointer(self) -> None:
        try:
            while self._pointer is not None:
                pointer, self._pointer = self._pointer, None
                try:
                    await self._channel.send(TOPIC, pointer)
                except BusUnreachable:
                    log.debug("the laser is not sent: the line is away")
                await asyncio.sleep(POINTER_EVERY_S)
        finally:
            self._moving = False

    # ---- pages ----

    def _open_page(self, show: _Show) -> None:
        """Draws the page in view for the agent and watches that it gets to the kiosk."""
        self.progressed.emit(0)
        self._tasks.start(self._draw_for_agent(show, show.page), name="desk-shown-page")
        self._start_watch()

    async def _draw_for_agent(self, show: _Show, page: int) -> None:
        picture = await self._picture(show, page)
        if picture is not None and self._show is show and show.page == page:
            self.drawn.emit((page, picture))

    async def _picture(self, show: _Show, page: int) -> DrawnPicture | None:
        """The picture of a page; None when it cannot be drawn, which ends the show."""
        if page in show.pictures:
            return show.pictures[page]
        if page not in show.drawing:
            show.drawing[page] = self._tasks.start(self._draw(show, page), name="draw a shown page")
        try:
            return await asyncio.shield(show.drawing[page])
        except SessionError as error:
            self._fail(show, error.code)
        return None

    async def _draw(self, show: _Show, page: int) -> DrawnPicture:
        try:
            picture = await show.draw(page)
            if not picture.data:
                raise PageUnreadable
            if len(picture.data) > MAX_PICTURE_BYTES:
                raise PageTooLarge(size_bytes=len(picture.data), limit_bytes=MAX_PICTURE_BYTES)
            show.pictures[page] = picture
            return picture
        finally:
            show.drawing.pop(page, None)

    def _fail(self, show: _Show, code: str) -> None:
        if self._show is show:
            self._sure.send(ShowEnded(show_id=show.show_id))
            self._end(Ended(code=code))

    async def _send_page(self, show: _Show, page: int) -> None:
        picture = await self._picture(show, page)
        if picture is None or self._show is not show or page not in (show.page, show.page + 1):
            return
        item_id = show.items.setdefault(page, new_id())
        self._bytes[item_id] = picture.data
        offer = ShownPageOffered(
            show_id=show.show_id,
            page=page,
            item_id=item_id,
            size_bytes=len(picture.data),
            sha256=hashlib.sha256(picture.data).hexdigest(),
            width_px=picture.width_px,
            height_px=picture.height_px,
            chunks=count_chunks(len(picture.data), self._chunks.chunk_bytes),
        )
        self._sure.send(offer, then=lambda: self._chunks.send(item_id, offer.chunks))

    # ---- what the kiosk says ----

    def _on_message(self, message: SessionMessage) -> None:
        show = self._show
        if show is None or getattr(message, "show_id", None) != show.show_id:
            self._channel.refuse(TOPIC, LATE, is_reported=False)
            return
        show.heard_s = self._clock.monotonic_s()
        match message:
            case ShownPageRequested(page=page) if page < show.pages:
                self._tasks.start(self._send_page(show, page), name="send a shown page")
            case ShownChunksRequested(item_id=item_id, missing=missing) if (
                item_id in show.items.values()
            ):
                page = next(page for page, item in show.items.items() if item == item_id)
                if page in show.pictures:
                    count = count_chunks(len(show.pictures[page].data), self._chunks.chunk_bytes)
                    self._chunks.again(item_id, count, missing)
            case ShownPagePainted():
                self._on_painted(show, message)
            case ShowEnded():
                self._end(Ended(message.by_caller, message.code))
            case _:
                self._channel.refuse(TOPIC, LATE, is_reported=False)

    def _on_painted(self, show: _Show, painted: ShownPagePainted) -> None:
        if painted.page != show.page:
            return
        if show.painted is None:
            self.progressed.emit(100)
        is_first = show.painted is None
        show.painted = painted
        if is_first and painted.marks != len(self.marks):
            # some of them were lost, or the kiosk is a new one
            self._publish_marks(show, show.page, 0)
        self.painted.emit(painted)

    # ---- watching ----

    def _start_watch(self) -> None:
        if self._watch is None or self._watch.done():
            self._watch = self._tasks.start(self._watch_page(), name="desk-shown-watch")

    async def _watch_page(self) -> None:
        """Reports progress until the kiosk has the page on its screen; sends again when the kiosk
        is silent.
        """
        while (show := self._show) is not None and show.painted is None:
            await asyncio.sleep(TICK_S)
            if show is not self._show or show.painted is not None:
                continue
            now_s = self._clock.monotonic_s()
            self._emit_progress(show)
            if self._chunks.waiting or show.drawing:
                show.published_s = show.heard_s = now_s
            elif now_s - show.heard_s >= SILENCE_S:
                self._fail(show, PeerGone.code)
            elif now_s - show.published_s >= REPEAT_S:
                self._publish(show)

    def _emit_progress(self, show: _Show) -> None:
        item_id, picture = show.items.get(show.page), show.pictures.get(show.page)
        if item_id is None or picture is None:
            return
        count = count_chunks(len(picture.data), self._chunks.chunk_bytes)
        self.progressed.emit(min(99, 100 * (count - self._chunks.outgoing.left(item_id)) // count))

    # ---- the end ----

    def _end(self, ended: Ended) -> None:
        self._forget()
        self.changed.emit(None)
        self.ended.emit(ended)

    def _forget(self) -> None:
        show, self._show = self._show, None
        self._pointer = None
        self._bytes.clear()
        if show is not None:
            for item_id in show.items.values():
                self._chunks.drop(item_id)
            for task in list(show.drawing.values()):
                task.cancel()
