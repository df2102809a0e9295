# SPDX-License-Identifier: GPL-3.0-only
"""The things a desk received that are not yet safe in the store: pages, and documents on their
way.
Used by filing.

It is on the disk before anybody reads "kept", and survives a kill at any step.
One process per folder.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import msgspec

from documents.cipher import NO_CIPHER, Cipher
from documents.hashes import sha256_of
from documents.imaging.edits import Edits
from documents.pages.file_pairs import FilePairs, Leftover, LeftoverReason, checked_name, is_name
from session.core.disk import make_folder
from session.core.errors import DossierUnknown, PageDamaged

__all__ = ["KeptPage", "Leftover", "LeftoverReason", "Outbox", "PageState", "QueuedDocument"]


class PageState(StrEnum):
    """Kept: waits for the agent. In document: part of a document that is on its way."""

    KEPT = "kept"
    IN_DOCUMENT = "in_document"


class KeptPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page as received, untouched, and what the agent wants of it.

    Attributes:
        signer, signature: the kiosk's public key and its signature over the page; "" when it did
            not sign.
        given: a file of the caller's, not scanned.
        unasked: the kiosk sent it though the agent had not asked for it.
        scanned_as: id under which the kiosk offered the original, when this is a part of it; ""
            when it is the whole.
        place: order among the session's pages, from 0.
        state: told by the documents that wait, not by the page's own file.
        format: number of this stored form.
    """

    session_id: str
    page_id: str
    sha256: str
    size_bytes: int
    media_type: str
    width_px: int
    height_px: int
    dpi: int
    taken_at_utc: datetime
    signer: str = ""
    signature: str = ""
    place: int = 0
    edits: Edits = Edits()
    given: bool = False
    unasked: bool = False
    scanned_as: str = ""
    state: PageState = PageState.KEPT
    format: int = 1


class UnfiledPage(NamedTuple):
    """A page that no document has, and since when it is here, by this computer's clock: a kiosk's
    may be wrong.
    """

    session_id: str
    page_id: str
    kept_at_utc: datetime


class QueuedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that the store must still take;
    the same `upload_id` may be sent as often as needed.
    """

    session_id: str
    upload_id: str
    organisation: str
    dossier: str
    piece_id: str
    name: str
    pages: int
    size_bytes: int
    sha256: str
    queued_at_utc: datetime
    page_ids: tuple[str, ...] = ()
    format: int = 1


class Outbox:
    """Pages and documents below `folder`, which only its owner can open. Thread-safe.

    Args:
        cipher: with the installation's key, so that a stolen disk tells nothing.

    Call `recover` once at the start, before anything else.
    """

    def __init__(self, folder: Path, cipher: Cipher = NO_CIPHER) -> None:
        self._folder = folder
        self._cipher = cipher
        self._damaged = folder / "damaged"
        self._lock = threading.RLock()
        for name in ("pages", "documents", "damaged"):
            make_folder(folder / name)
        self._documents = FilePairs(
            folder / "documents", ".pdf", kind=QueuedDocument, cipher=cipher
        )

    def recover(self) -> list[Leftover]:
        """Finishes what a kill interrupted; moves what is of no use to "damaged" and returns it."""
        with self._lock:
            leftovers = self._documents.recover(self._damaged)
            for folder in self._session_folders():
                leftovers += self._pages_of(folder.name).recover(self._damaged)
            return leftovers

    def keep_page(self, page: KeptPage, data: bytes) -> KeptPage:
        """Keeps a page, as the last of its session; when this returns, the sender may forget it.
        A page kept before stays as it is.

        Raises:
            PageDamaged: the bytes are not those of the page's hash.
            OSError: the disk is full; nothing is kept.
        """
        if sha256_of(data) != page.sha256:
            raise PageDamaged(size_bytes=len(data))
        with self._lock:
            pages = self._pages_of(page.session_id)
            stored_page = pages.find(page.page_id)
            if stored_page is not None and stored_page.sha256 == page.sha256:
                return self._with_state(stored_page)
            place = 1 + max((other.place for other in pages.all()), default=-1)
            page = msgspec.structs.replace(page, place=place)
            pages.put(page.page_id, page, data)
            return page

    def pages(self, session_id: str) -> list[KeptPage]:
        """The session's pages in the agent's order."""
        with self._lock:
            pages = [self._with_state(page) for page in self._pages_of(session_id).all()]
        return sorted(pages, key=lambda page: (page.place, page.taken_at_utc, page.page_id))

    def unfiled(self) -> list[UnfiledPage]:
        """Pages of all sessions that are in no document, oldest first."""
        with self._lock:
            unfiled = [
                UnfiledPage(
                    page.session_id,
                    page.page_id,
                    self._pages_of(folder.name).put_at_utc(page.page_id),
                )
                for folder in self._session_folders()
                for page in self.pages(folder.name)
                if page.state == PageState.KEPT
            ]
        return sorted(unfiled, key=lambda page: (page.kept_at_utc, page.page_id))

    def page_bytes(self, session_id: str, page_id: str) -> bytes:
        """The page as received.

        Raises:
            DossierUnknown: no such page. PageDamaged: the file was changed.
        """
        with self._lock:
            return self._pages_of(session_id).read(page_id)

    def set_edits(self, session_id: str, page_id: str, edits: Edits) -> KeptPage:
        """Changes what the agent wants of a page; the page itself is untouched.
        Raises `DossierUnknown`.
        """
        with self._lock:
            return self._change(session_id, page_id, edits=edits)

    def set_order(self, session_id: str, page_ids: Sequence[str]) -> list[KeptPage]:
        """Puts the named pages first, in this order; the others follow as they were.
        Raises `DossierUnknown`.
        """
        with self._lock:
            others = [
                page.page_id for page in self.pages(session_id) if page.page_id not in page_ids
            ]
            for place, page_id in enumerate((*page_ids, *others)):
                self._change(session_id, page_id, place=place)
            return self.pages(session_id)

    def remove_page(self, session_id: str, page_id: str) -> None:
        """The agent does not want this page; one that is not there is no fault."""
        with self._lock:
            self._pages_of(session_id).drop(page_id)
            self._tidy(session_id)

    def queue_document(self, document: QueuedDocument, data: bytes) -> None:
        """Keeps a document until `mark_filed`; its pages turn to "in document"."""
        with self._lock:
            self._documents.put(document.upload_id, document, data)

    def documents(self, session_id: str | None = None) -> list[QueuedDocument]:
        """Return the documents on their way, oldest first; of one session or of all."""
        with self._lock:
            waiting = self._documents.all()
        session_documents = [
            document for document in waiting if session_id in (None, document.session_id)
        ]
        return sorted(
            session_documents, key=lambda document: (document.queued_at_utc, document.upload_id)
        )

    def document_bytes(self, upload_id: str) -> bytes:
        """The PDF. Raises `DossierUnknown`, `PageDamaged`."""
        with self._lock:
            return self._documents.read(upload_id)

    def mark_filed(self, upload_id: str) -> None:
        """The store has read the document back: it and its pages are removed.
        Repeating it is no fault.

        Pages first: were the document gone and the pages not, they would look unfiled after a kill.
        """
        with self._lock:
            document = self._documents.find(upload_id)
            if document is None:
                return
            for page_id in document.page_ids:
                self._pages_of(document.session_id).drop(page_id)
            self._documents.drop(upload_id)
            self._tidy(document.session_id)

    def withdraw_document(self, upload_id: str) -> None:
        """The document shall not be filed; its pages are the agent's again."""
        with self._lock:
            self._documents.drop(upload_id)

    def _change(
        self, session_id: str, page_id: str, *, edits: Edits | None = None, place: int | None = None
    ) -> KeptPage:
        pages = self._pages_of(session_id)
        page = pages.find(page_id)
        if page is None:
            raise DossierUnknown(what="page")
        changed = msgspec.structs.replace(
            page,
            edits=page.edits if edits is None else edits,
            place=page.place if place is None else place,
        )
        if changed != page:
            pages.set_facts(page_id, changed)
        return self._with_state(changed)

    def _with_state(self, page: KeptPage) -> KeptPage:
        waiting = self._documents.all()
        used = any(
            page.session_id == document.session_id and page.page_id in document.page_ids
            for document in waiting
        )
        return msgspec.structs.replace(
            page, state=PageState.IN_DOCUMENT if used else PageState.KEPT
        )

    def _pages_of(self, session_id: str) -> FilePairs[KeptPage]:
        return FilePairs(
            self._folder / "pages" / checked_name(session_id),
            ".page",
            kind=KeptPage,
            cipher=self._cipher,
        )

    def _session_folders(self) -> list[Path]:
        return sorted(
            path
            for path in (self._folder / "pages").iterdir()
            if path.is_dir() and is_name(path.name)
        )

    def _tidy(self, session_id: str) -> None:
        """Removes the folder of a session that has no page any more."""
        folder = self._folder / "pages" / session_id
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
