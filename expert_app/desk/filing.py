# SPDX-License-Identifier: GPL-3.0-only
"""The way from a received page to a filed document, without Qt.
Nothing that was received is lost on the way.

A page is on disk before the kiosk may forget it; a document is on disk before it is sent, and
stays there until the store has read it back. Slow work on paper runs in worker processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from documents.hashes import sha256_of
from documents.imaging.edits import CleaningStage, Edits, LeaveAsScanned, TurnPage
from documents.pages.outbox import KeptPage, Outbox, PageState, QueuedDocument, UnfiledPage
from documents.workers import Workers
from expert_app.desk.page_keeping import EditChange, PageKeeper
from expert_app.desk.page_text import PageWords
from expert_app.runtime.notary import Notary
from session.core.clock import Clock
from session.core.errors import DossierUnknown, PageUnreadable, SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.client import Progress
from session.desk.session import DeskSession
from session.log import events
from session.log.writer import LogWriter
from session.protocol.conversation.messages import DevicesReported, PageOffered
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.hub.requests import DocumentFiled, SessionFacts
from session.protocol.wire.ids import new_id

if TYPE_CHECKING:
    from documents.imaging.legibility import LegibilityFinding
    from documents.pages.clean import CleanPage

Value = str | int | float

log = logging.getLogger(__name__)

CLEAN_S = 90.0
"""A page takes half a second; a hostile one is killed by the worker's own limits long before."""

AGAIN = frozenset(
    {
        "hub_unreachable",
        "bus_unreachable",
        "store_unreachable",
        "rate_limited",
        "transfer_interrupted",
        "vault_away",
        "seal_broken",
    }
)
"""After these the document waits in the outbox and is sent again by itself."""

KEPT_UNTIL = time(12)
"""Local time of the next day until which a page stays that no conversation can file any more."""

AGE_EVERY_S = 300.0

LATE_LOG_S = 60.0
"""Until the hub has a line in the log of a conversation that is over."""

AGAIN_S = 10.0
"""Between two tries; and at once when the line is back."""


class ShownPage(NamedTuple):
    """A page as received, as a picture; `given`: a caller's file, not scanned.
    `as_is`: to be filed uncleaned. `found_again`: it was on the disk already. `unasked`: the agent
    had not asked for it. `scan_id`: of a page that has just come.
    """

    page_id: str
    data: bytes
    given: bool = False
    as_is: bool = False
    found_again: bool = False
    unasked: bool = False
    scan_id: str = ""


class CleanedPage(NamedTuple):
    """The cleaned copy; `quarters`: turns to the right that the agent wanted and it has.

    `flaws`: what keeps it from being read, with boxes on the copy as it is seen.
    `left_out`: steps not wanted.
    """

    page_id: str
    clean: CleanPage
    quarters: int = 0
    flaws: tuple[LegibilityFinding, ...] = ()
    left_out: frozenset[CleaningStage] = frozenset()


class PageTrouble(NamedTuple):
    """A page that cannot be used or cleaned; `code` of `session.core.errors`."""

    page_id: str
    code: str


class DocumentTrouble(NamedTuple):
    """A document, sent earlier, that the store refuses;
    `code` of `session.core.errors`.
    """

    upload_id: str
    name: str
    code: str


class DeletedPages(NamedTuple):
    """Pages that were left behind and are deleted: their time was over (`NOT_FILED`), or the agent
    did not need them.
    """

    pages: list[UnfiledPage]
    reason: RemovalReason


async def note_deleted(deleted: DeletedPages, log_of: Callable[[str], LogWriter]) -> None:
    """Writes into the logs of their conversations, which are over, that pages are deleted: the
    helpdesk reads it there. What the hub does not take now is sent at the next start.
    """
    for session_id in {page.session_id for page in deleted.pages}:
        late = log_of(session_id)
        for page in deleted.pages:
            if page.session_id == session_id:
                late.write(events.PageRemoved(page_id=page.page_id, reason=deleted.reason))
        await late.close(LATE_LOG_S)


class FilingProgress(NamedTuple):
    """A document on its way to the store."""

    name: str
    percent: int


class StoreLink(Protocol):
    """The way to the store; `session.desk.hub.client.DeskClient`."""

    organisation_name: str

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
        """Files a document, once per `upload_id`. Raises session errors."""
        ...


SMALLEST_MEASURED_BYTES = 30_000
"""A smaller document measures the answer of the store, not the line."""


def kept_until(page: UnfiledPage) -> datetime:
    """The moment, in local time, at which a page that was left behind is thrown away: noon of the
    day after it came.
    """
    day = page.kept_at_utc.astimezone().date() + timedelta(days=1)
    return datetime.combine(day, KEPT_UNTIL).astimezone()


class UploadRate:
    """The rate at which documents last went to the store; `kbps` is None before the first."""

    def __init__(self, clock: Clock) -> None:
        self.kbps: int | None = None
        self._clock = clock
        self._began_s = 0.0

    def begins(self) -> None:
        """Starts the clock: a document is sent."""
        self._began_s = self._clock.monotonic_s()

    def went(self, size_bytes: int) -> None:
        """Stops the clock: the store has the document."""
        took_s = self._clock.monotonic_s() - self._began_s
        if size_bytes >= SMALLEST_MEASURED_BYTES and took_s > 0:
            self.kbps = max(1, round(size_bytes * 8 / 1000 / took_s))


class Filing:
    """Stores received pages, cleans them, and files documents made of them.

    Args:
        notary: seals each document with its origin; None: documents are not sealed.
        reader: reads words of pages; None: documents cannot be searched by what they say.
        again_s: pause before a document that waits is sent again.

    Attributes:
        page_kept: a page is safe on disk (also emitted for each page found again after a restart).
        page_cleaned: its legible copy is ready.
        page_failed: it is no use, or could not be cleaned.
        file_disarmed: a caller's file could act by itself (names of what it had);
            its pages are only pictures now.
        document_progressed, document_filed: on the way, and read back by the store.
        pages_filed: ids of its pages.
        unfiled_changed: a page was taken out or brought back.
        left_pages_deleted: pages of a conversation that is over were deleted.
        left_pages_filed: so many of them are in its dossier.
        document_waiting: its name; it stays in the outbox and is sent again when the hub is back.
        document_refused: sent again, and the store does not want it.
            In a session that goes on, its pages are the agent's again and told as kept; else it
            stays in the outbox.
    """

    def __init__(
        self,
        outbox: Outbox,
        workers: Workers,
        *,
        store: StoreLink,
        clock: Clock,
        tasks: Tasks,
        notary: Notary | None = None,
        reader: PageWords | None = None,
        again_s: float = AGAIN_S,
    ) -> None:
        self.page_kept: Signal[ShownPage] = Signal()
        self.page_cleaned: Signal[CleanedPage] = Signal()
        self.page_failed: Signal[PageTrouble] = Signal()
        self.file_disarmed: Signal[tuple[str, ...]] = Signal()
        self.document_progressed: Signal[FilingProgress] = Signal()
        self.document_filed: Signal[DocumentFiled] = Signal()
        self.document_waiting: Signal[str] = Signal()
        self.document_refused: Signal[DocumentTrouble] = Signal()
        self.pages_filed: Signal[list[str]] = Signal()
        self.unfiled_changed: Signal[str] = Signal()
        self.left_pages_deleted: Signal[DeletedPages] = Signal()
        self.left_pages_filed: Signal[int] = Signal()
        self._outbox = outbox
        self._workers = workers
        self._store = store
        self._clock = clock
        self._tasks = tasks
        self._notary = notary
        self._reader = reader
        self._scanner = ""
        self._session: DeskSession | None = None
        self._known: set[str] = set()
        self._keeper = PageKeeper(outbox, workers)
        self._removed: set[str] = set()
        self._cleaned: dict[str, CleanPage] = {}
        self._cleaning: dict[str, asyncio.Task[None]] = {}
        self._rate = UploadRate(clock)
        self._again_s = again_s
        self._again: asyncio.Task[None] | None = None
        self._making = asyncio.Lock()
        self._sending = asyncio.Lock()

    # ---- a session ----

    def begin(self, session: DeskSession) -> None:
        """A session opens; emits its pages that an earlier run kept."""
        self._session = session
        self._scanner = ""
        session.devices.report_changed.connect(self._on_devices)
        self._tasks.start(self._publish_kept(session.facts.id), name="pages kept before")

    def _on_devices(self, report: DevicesReported) -> None:
        self._scanner = report.scanner_name

    async def _publish_kept(self, session_id: str) -> None:
        pages = await asyncio.to_thread(self._outbox.pages, session_id)
        self._known.update(page.page_id for page in pages)
        await self._publish([page for page in pages if page.state == PageState.KEPT])

    async def _publish(self, pages: list[KeptPage]) -> None:
        for page in pages:
            session_id = page.session_id
            if self._session is not None and self._session.facts.id == session_id:
                picture = await self._keeper.to_show(page)
                self.page_kept.emit(
                    ShownPage(
                        page.page_id,
                        picture,
                        page.given,
                        page.edits.as_scanned,
                        found_again=True,
                        unasked=page.unasked,
                    )
                )
                self._start_cleaning(session_id, page.page_id)

    def end(self) -> None:
        """Forgets the pictures of the session that is over; what was not filed stays in the
        outbox.
        """
        for task in self._cleaning.values():
            task.cancel()
        self._cleaning.clear()
        self._cleaned.clear()
        self._keeper.forget()
        if self._reader is not None:
            self._reader.forget()
        if self._session is not None:
            for page_id in self._removed:
                self._outbox.remove_page(self._session.facts.id, page_id)
        self._removed.clear()
        self._session = None

    # ---- pages ----

    def is_kept(self, offer: PageOffered) -> bool:
        """True when this page is on disk, or was and is filed since."""
        return offer.page_id in self._known

    async def keep(
        self, session_id: str, offer: PageOffered, data: bytes, unasked: bool = False
    ) -> None:
        """Stores a page on disk; the kiosk may forget it when this returns.

        Raises:
            PageUnreadable, FileLocked, PageTooLarge, PageDamaged: the file is no use.
            OSError: the disk is full.
        """
        arrival = await self._keeper.keep(session_id, offer, data, unasked=unasked)
        for page, _shown in arrival.pages:
            self._known.add(page.page_id)
        if self._session is not None and self._session.facts.id == session_id:
            for page, picture in arrival.pages:
                self.page_kept.emit(
                    ShownPage(
                        page.page_id,
                        picture,
                        page.given,
                        page.edits.as_scanned,
                        unasked=page.unasked,
                        scan_id=offer.scan_id,
                    )
                )
                self._start_cleaning(session_id, page.page_id)
            if arrival.left_behind:
                self.file_disarmed.emit(arrival.left_behind)

    def _start_cleaning(self, session_id: str, page_id: str) -> None:
        running = self._cleaning.pop(page_id, None)
        if running is not None:
            running.cancel()
        self._cleaned.pop(page_id, None)  # never filed as it was before an edit
        self._cleaning[page_id] = self._tasks.start(
            self._clean(session_id, page_id), name=f"clean {page_id}"
        )

    async def _clean(self, session_id: str, page_id: str) -> None:
        from documents.imaging.encoding import encoding_for
        from documents.imaging.legibility import seen_flaws
        from documents.pages.clean import clean_page

        try:
            page = self._find(session_id, page_id)
            if page is None:
                raise DossierUnknown(what="page")
            data = await asyncio.to_thread(self._outbox.page_bytes, session_id, page_id)
            work = asyncio.wrap_future(
                self._workers.submit(
                    clean_page, data, page.edits, page.dpi, encoding_for(self._rate.kbps)
                )
            )
            clean = await asyncio.wait_for(work, CLEAN_S)
        except (SessionError, TimeoutError, OSError) as error:
            if isinstance(error, SessionError):
                code = error.code
            else:
                code = "unexpected"
            log.warning("page not cleaned: %s", type(error).__name__)
            self.page_failed.emit(PageTrouble(page_id, code))
            return
        self._cleaned[page_id] = clean
        if self._reader is not None and not clean.blank:
            self._reader.read(page_id, clean.jpeg)
        if self._session is not None and self._session.facts.id == session_id:
            self._session.event_log.write(
                events.PageCleaned(
                    page_id=page_id,
                    skew_deg=round(clean.skew_deg, 2),
                    rotated_deg=clean.turned_deg,
                    blank=clean.blank,
                    width_px=clean.width_px,
                    height_px=clean.height_px,
                )
            )
        flaws = seen_flaws(clean.flaws, page.edits)
        self.page_cleaned.emit(
            CleanedPage(page_id, clean, page.edits.quarters, flaws, page.edits.left_out)
        )

    def _find(self, session_id: str, page_id: str) -> KeptPage | None:
        return next(
            (page for page in self._outbox.pages(session_id) if page.page_id == page_id), None
        )

    def kept_page(self, page_id: str) -> KeptPage | None:
        """A page of the session in hand; None when it is not here any more."""
        if self._session is None:
            return None
        return self._find(self._session.facts.id, page_id)

    # ---- what the agent does with pages ----

    def turn(self, page_id: str, quarters: int) -> None:
        """Shows the page turned by `quarters` (0..3) of a circle, clockwise, from how the cleaning
        left it.
        """

        def change(edits: Edits) -> Edits:
            others = tuple(step for step in edits.steps if not isinstance(step, TurnPage))
            return Edits((*others, TurnPage(quarters)) if quarters else others)

        self._edit(page_id, change)

    def use_original(self, page_id: str, original: bool) -> None:
        """Files the page as it was scanned, or cleaned."""

        def change(edits: Edits) -> Edits:
            steps = tuple(step for step in edits.steps if not isinstance(step, LeaveAsScanned))
            return Edits((*steps, LeaveAsScanned()) if original else steps)

        self._edit(page_id, change)

    def use_stage(self, page_id: str, stage: CleaningStage, is_used: bool) -> None:
        """Does a step of the automatic cleaning, or leaves it out."""
        self._edit(page_id, lambda edits: edits.without(stage, is_used))

    def _edit(self, page_id: str, change: EditChange) -> None:
        if self._session is None:
            return
        session_id = self._session.facts.id
        page = self._find(session_id, page_id)
        if page is None and page_id not in self._known:  # the agent sees a quick copy of it
            self._keeper.change_later(page_id, change)
        if page is not None:  # one that was filed a moment ago stays as it was filed
            self._outbox.set_edits(session_id, page_id, change(page.edits))
            self._start_cleaning(session_id, page_id)

    async def adopt(self, pages: list[KeptPage]) -> None:
        """Takes pages that were made here from a received one, as if they had been received."""
        self._known.update(page.page_id for page in pages)
        await self._publish(pages)

    def remove(self, page_id: str) -> None:
        """Takes a page out; it is deleted at the end of the session, until then `restore` brings
        it back.
        """
        self._removed.add(page_id)
        self.unfiled_changed.emit(page_id)

    def restore(self, page_id: str) -> None:
        """Brings a removed page back."""
        self._removed.discard(page_id)
        self.unfiled_changed.emit(page_id)

    def unfiled(self, session_id: str) -> int:
        """Counts the pages of the session that are neither filed nor taken out."""
        return sum(page.page_id not in self._removed for page in self._outbox.pages(session_id))

    def take_out_unfiled(self, session: DeskSession) -> None:
        """Takes out what is not filed when a conversation is finished, since nothing of it can be
        filed from then on; a line in its log for each. `end` deletes it.
        """
        for page in self._outbox.pages(session.facts.id):
            if page.state == PageState.KEPT and page.page_id not in self._removed:
                self.remove(page.page_id)
                reason = RemovalReason.NOT_FILED
                session.event_log.write(events.PageRemoved(page_id=page.page_id, reason=reason))

    def left_behind(self) -> list[UnfiledPage]:
        """Pages of conversations that ended without being finished here, the first to go first."""
        if self._session is None:
            here = None
        else:
            here = self._session.facts.id
        return [page for page in self._outbox.unfiled() if page.session_id != here]

    def age_out(self) -> None:
        """Deletes pages that were left behind, when their time is over."""
        now = self._clock.utc_now()
        gone = [page for page in self.left_behind() if now >= kept_until(page)]
        self._delete(gone, RemovalReason.NOT_FILED)

    def delete_left(self, session_id: str) -> None:
        """Deletes what a conversation left behind."""
        self._delete(self._left_by(session_id), RemovalReason.NOT_NEEDED)

    def _left_by(self, session_id: str) -> list[UnfiledPage]:
        return [page for page in self.left_behind() if page.session_id == session_id]

    def _delete(self, pages: list[UnfiledPage], reason: RemovalReason) -> None:
        for page in pages:
            self._outbox.remove_page(page.session_id, page.page_id)
            log.warning("page %s, left behind, is deleted: %s", page.page_id, reason)
        if pages:
            self.left_pages_deleted.emit(DeletedPages(pages, reason))

    async def file_left(self, session_id: str, name: str) -> None:
        """Files what a conversation left behind, as one document of no piece, in the dossier that
        it had.

        Raises:
            SessionError: as `file`; those of `AGAIN` leave the document in the outbox.
        """
        async with self._making:
            left = {page.page_id for page in self._left_by(session_id)}
            pages = await asyncio.to_thread(self._outbox.pages, session_id)
            page_ids = [page.page_id for page in pages if page.page_id in left]
            if not page_ids:
                return
            document = await self._make(session_id, "", page_ids, piece_id="", name=name)
        await self._send(document)

    async def keep_ageing(self) -> None:
        """Deletes what was left behind too long, as long as the desk runs."""
        while True:
            self.age_out()
            await asyncio.sleep(AGE_EVERY_S)

    def waiting(self) -> int:
        """Counts the documents of all sessions that the store has not got yet."""
        return len(self._outbox.documents())

    def set_order(self, page_ids: list[str]) -> None:
        """Sets the order in which pages stand on the screen."""
        if self._session is not None:
            session_id = self._session.facts.id
            kept_ids = {page.page_id for page in self._outbox.pages(session_id)}
            self._outbox.set_order(
                session_id, [page_id for page_id in page_ids if page_id in kept_ids]
            )

    # ---- documents ----

    async def file(
        self, session: SessionFacts, dossier: str, page_ids: list[str], *, piece_id: str, name: str
    ) -> None:
        """Makes a document of pages, keeps it in the outbox, sends it to the store.

        Pages are in one document at most:
        those of a document that waits are not filed twice, it is sent again.

        Raises:
            PageUnreadable: a page could not be made legible. DossierUnknown: no such page.
            SessionError: the store refused and the pages are the agent's again;
                or the outcome is unknown (`AGAIN`) and the document stays in the outbox.
        """
        async with self._making:
            documents = await self._waiting_with(session.id, page_ids)
            if not documents:
                if not await self._is_unfiled(session.id, page_ids):
                    return
                documents = [
                    await self._make(
                        session.id, dossier, page_ids, piece_id=piece_id, name=name, facts=session
                    )
                ]
        for document in documents:
            await self._send(document)

    async def _waiting_with(self, session_id: str, page_ids: list[str]) -> list[QueuedDocument]:
        documents = await asyncio.to_thread(self._outbox.documents, session_id)
        return [document for document in documents if set(page_ids) & set(document.page_ids)]

    async def _is_unfiled(self, session_id: str, page_ids: list[str]) -> bool:
        """False for pages that were filed a moment ago: the button was pressed twice."""
        kept_ids = {
            page.page_id for page in await asyncio.to_thread(self._outbox.pages, session_id)
        }
        return bool(kept_ids & set(page_ids)) or not self._known.issuperset(page_ids)

    async def _make(
        self,
        session_id: str,
        dossier: str,
        page_ids: list[str],
        *,
        piece_id: str,
        name: str,
        facts: SessionFacts | None = None,
    ) -> QueuedDocument:
        """Makes a document and keeps it in the outbox; without `facts`, of a session that is over,
        it does not say where it comes from.
        """
        from documents.pdf.assemble import assemble
        from documents.pdf.provenance import seal
        from expert_app.desk.provenance import origin_of

        pages = [await self._clean_copy(session_id, page_id) for page_id in page_ids]
        created = self._clock.utc_now()
        pages_by_id = {
            page.page_id: page for page in await asyncio.to_thread(self._outbox.pages, session_id)
        }
        ways = [
            (pages_by_id[page_id], page)
            for page_id, page in zip(page_ids, pages, strict=True)
            if page_id in pages_by_id
        ]
        origin = None
        if self._notary is not None and facts is not None and len(ways) == len(pages):
            origin = origin_of(facts, ways, self._scanner, created)
        author, contents = self._store.organisation_name, [page.content for page in pages]
        if self._reader is None:
            words = []
        else:
            words = await self._reader.of(page_ids)
        work = self._workers.submit(
            assemble, contents, name, created, author=author, origin=origin, words=words
        )
        pdf = await asyncio.wait_for(asyncio.wrap_future(work), CLEAN_S)
        if self._notary is not None:
            pdf = seal(pdf, self._notary.public_key, self._notary.sign)
        document = QueuedDocument(
            session_id=session_id,
            upload_id=new_id(),
            organisation="" if facts is None else facts.organisation,
            dossier=dossier,
            piece_id=piece_id,
            name=name,
            pages=len(pages),
            size_bytes=len(pdf),
            sha256=sha256_of(pdf),
            queued_at_utc=created,
            page_ids=tuple(page_ids),
        )
        await asyncio.to_thread(self._outbox.queue_document, document, pdf)
        return document

    async def _clean_copy(self, session_id: str, page_id: str) -> CleanPage:
        task = self._cleaning.get(page_id)
        if page_id not in self._cleaned and (task is None or task.done()):
            self._start_cleaning(session_id, page_id)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLEAN_S):
                # an edit, or the page coming to the screen again, begins another cleaning
                while (task := self._cleaning.get(page_id)) is not None and not task.done():
                    await asyncio.wait([task])
        if page_id not in self._cleaned:
            raise PageUnreadable(page=page_id)
        return self._cleaned[page_id]

    async def send_waiting(self) -> bool:
        """Sends what is still in the outbox, oldest first;
        what the store refuses stays there and is emitted by `document_refused`.

        Returns:
            False when something waits for the hub or its store.
        """
        for document in await asyncio.to_thread(self._outbox.documents):
            try:
                await self._send(document)
            except SessionError as error:
                log.info("a document waits in the outbox: %s", error.code)
                if error.code in AGAIN:
                    return False
                self.document_refused.emit(
                    DocumentTrouble(document.upload_id, document.name, error.code)
                )
        return True

    def _send_later(self) -> None:
        if self._again is None or self._again.done():
            self._again = self._tasks.keep(self._send_again, name="send again")

    async def _send_again(self) -> None:
        while True:
            await asyncio.sleep(self._again_s)
            if await self.send_waiting():
                return

    async def send_all_of(self, session_id: str) -> None:
        """Sends what waits of one session, before its wrap-up is finished.
        Raises the first error.
        """
        for document in await asyncio.to_thread(self._outbox.documents, session_id):
            await self._send(document)

    async def _send(self, document: QueuedDocument) -> None:
        async with self._sending:
            if all(waiting.upload_id != document.upload_id for waiting in self._outbox.documents()):
                return  # another call has sent it meanwhile
            data = await asyncio.to_thread(self._outbox.document_bytes, document.upload_id)
            self._rate.begins()
            try:
                filed = await self._store.upload(
                    document.session_id,
                    document.dossier,
                    piece_id=document.piece_id,
                    name=document.name,
                    pages=document.pages,
                    data=data,
                    upload_id=document.upload_id,
                    progress=lambda sent, total: self._on_progress(document.name, sent, total),
                )
            except SessionError as error:
                if error.code in AGAIN:
                    self.document_waiting.emit(document.name)
                    self._send_later()
                else:
                    await self._give_back(document)
                raise
            self._rate.went(document.size_bytes)
            await asyncio.to_thread(self._outbox.mark_filed, document.upload_id)
        for page_id in document.page_ids:
            self._cleaned.pop(page_id, None)
            self._cleaning.pop(page_id, None)
        if self._reader is not None:
            self._reader.drop(document.page_ids)
        self.pages_filed.emit(list(document.page_ids))
        if document.dossier:
            self.document_filed.emit(filed)
        else:
            self.left_pages_filed.emit(document.pages)

    async def _give_back(self, document: QueuedDocument) -> None:
        """Gives the pages of a refused document back to the agent, when their session still goes
        on, or to what it left behind.
        """
        goes_on = self._session is not None and self._session.facts.id == document.session_id
        if not goes_on and document.dossier:
            return
        await asyncio.to_thread(self._outbox.withdraw_document, document.upload_id)
        if not goes_on:
            return
        pages = await asyncio.to_thread(self._outbox.pages, document.session_id)
        await self._publish([page for page in pages if page.page_id in document.page_ids])

    def _on_progress(self, name: str, sent: int, total: int) -> None:
        self.document_progressed.emit(FilingProgress(name, 100 * sent // max(1, total)))
