# SPDX-License-Identifier: GPL-3.0-only
"""The things the agent puts before the caller: items of the library, and documents shown page
by page.
No Qt.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from documents.workers import Workers
from expert_app.desk.app import DeskApp
from session.core.errors import (
    DocumentNotShown,
    DocumentTooLong,
    LibraryItemUnknown,
    PageTooLarge,
    SessionError,
)
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.cobrowse.shown_document import DrawnPicture
from session.desk.hub.library import Progress
from session.protocol.dossier.library import LibraryItem

log = logging.getLogger(__name__)

DRAW_S = 40.0


class LibraryLike(Protocol):
    """The hub's library (`session.desk.hub.library.LibraryClient`)."""

    async def items(self) -> list[LibraryItem]:
        """All items."""
        ...

    async def document(self, item_id: str, progress: Progress | None = None) -> bytes:
        """A document's bytes."""
        ...


class Fetching(NamedTuple):
    """A document is being made ready: its title, and per cent of its bytes; -1:
    it is being opened.
    """

    title: str
    percent: int


class ShownDocumentsJob:
    """What an agent can put before the caller.

    Args:
        library: of the organisation.
        workers: open and draw documents, whatever is in them.

    Attributes:
        library_changed: its items, as often as they are loaded.
        library_refused: it was not loaded, and why.
        fetching: a document is being made ready; None when that is over.
    """

    def __init__(
        self,
        app: DeskApp,
        library: LibraryLike,
        *,
        workers: Workers,
        tasks: Tasks,
    ) -> None:
        self.library_changed: Signal[list[LibraryItem]] = Signal()
        self.library_refused: Signal[SessionError] = Signal()
        self.fetching: Signal[Fetching | None] = Signal()
        self._app = app
        self._library = library
        self._workers = workers
        self._tasks = tasks
        self._items: dict[str, LibraryItem] = {}
        self._work: asyncio.Task[None] | None = None

    # ---- library ----

    def load(self) -> None:
        """Asks for the library: when a conversation begins, and when the convention has changed."""
        self._tasks.start(self._load(), name="load the library")

    async def _load(self) -> None:
        try:
            items = await self._library.items()
        except SessionError as error:
            self.library_refused.emit(error)
            return
        self._items = {item.id: item for item in items}
        self.library_changed.emit(items)

    def knows(self, item_id: str) -> bool:
        """Return True if the library has this item."""
        return item_id in self._items

    def push(self, item_id: str) -> None:
        """Puts an item before the caller: opens its address, or shows its document."""
        item = self._items.get(item_id)
        if item is None:
            self._begin(self._unknown(), item_id)
        elif item.address:
            self.hide_document()
            self._app.open_address(item.address)
        else:
            self._begin(self._push_document(item), item.title)

    def hide_document(self) -> None:
        """Hides the document, shown or being made ready, because a web page is going to be
        opened.
        """
        self.cancel()
        if self._app.session is not None:
            self._app.session.show.stop()

    @staticmethod
    async def _unknown() -> None:
        raise LibraryItemUnknown

    async def _push_document(self, item: LibraryItem) -> None:
        def on_progress(here: int, total: int) -> None:
            self.fetching.emit(Fetching(item.title, 100 * here // max(1, total)))

        await self._show(item.title, await self._library.document(item.id, on_progress))

    # ---- documents ----

    def show_file(self, path: str) -> None:
        """Shows a PDF or picture of the agent's own."""
        self._begin(self._show_file(Path(path)), Path(path).stem)

    async def _show_file(self, path: Path) -> None:
        from documents.pdf.showing import MAX_SHOWN_BYTES

        if (await asyncio.to_thread(path.stat)).st_size > MAX_SHOWN_BYTES:
            raise DocumentTooLong(limit_bytes=MAX_SHOWN_BYTES)
        await self._show(path.stem, await asyncio.to_thread(path.read_bytes))

    async def _show(self, title: str, data: bytes) -> None:
        from documents.pdf.showing import count_shown

        self.fetching.emit(Fetching(title, -1))
        session = self._app.session
        pages = await self._in_worker(asyncio.wrap_future(self._workers.submit(count_shown, data)))
        if session is not None and self._app.session is session:
            session.show.start(title, pages, partial(self._draw, data))

    async def _draw(self, data: bytes, page: int) -> DrawnPicture:
        from documents.pdf.showing import draw_shown

        drawn = await self._in_worker(
            asyncio.wrap_future(self._workers.submit(draw_shown, data, page))
        )
        return DrawnPicture(drawn.data, drawn.width_px, drawn.height_px)

    @staticmethod
    async def _in_worker[Result](work: Awaitable[Result]) -> Result:
        try:
            return await asyncio.wait_for(work, DRAW_S)
        except PageTooLarge as error:
            from documents.pdf.showing import MAX_SHOWN_PAGES

            raise DocumentTooLong(limit_pages=MAX_SHOWN_PAGES) from error
        except (SessionError, TimeoutError) as error:
            raise DocumentNotShown(
                why=str(getattr(error, "detail", {}).get("why", "time"))
            ) from error

    # ---- one at a time ----

    def _begin(self, work: Awaitable[None], title: str) -> None:
        self.cancel()
        self.fetching.emit(Fetching(title, -1))
        self._work = self._tasks.start(self._run(work), name="make a document ready")

    async def _run(self, work: Awaitable[None]) -> None:
        async def done() -> None:
            await work

        try:
            await self._app.guarded(done(), "show a document")
        finally:
            if self._work is asyncio.current_task():
                self._work = None
                self.fetching.emit(None)

    def cancel(self) -> None:
        """Cancel what is being made ready: it is not shown."""
        if self._work is not None:
            self._work.cancel()
            self._work = None
            self.fetching.emit(None)
