# SPDX-License-Identifier: GPL-3.0-only
"""The way of a sheet through kiosk, desk, hub and store in one process, from where the last one
stopped.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from PIL import Image

from documents.cipher import KEY_BYTES, Cipher
from documents.pages.outbox import Outbox
from documents.pdf.provenance import read_origin
from documents.store.dossier_store import DossierStore
from documents.workers import Workers
from expert_app.desk.filing import Filing
from expert_app.hub.dossier_adapter import DossierAdapter
from expert_app.runtime.notary import notary_of
from session.bus.transport.nkeys import new_seed
from session.core.clock import SystemClock
from session.core.dossier_model import Actor, Dossier, NewDocument, Piece
from session.core.errors import StoreUnreachable
from session.core.tasks import Tasks
from session.desk.hub.client import Progress
from session.hub.dossier.uploads import UploadSpool
from session.kiosk.devices.page_encryption import wrapping_key
from session.kiosk.devices.page_store import PageStore
from session.kiosk.wipe import open_session_folder
from session.protocol.conversation.messages import PageOffered, ScanKind
from session.protocol.hub.requests import DocumentFiled, UploadBegin
from session.protocol.wire.ids import new_id
from tests.support.drawn_pages import jpeg
from tests.support.program_parts import invented_session

CHUNK = 16_384
AT = datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
ORGANISATION, NUMBER, SESSION = "valdore", "D-1", "s1"
KEY = bytes(KEY_BYTES)
SEED = new_seed()
HOUR_TRIES = 360
"""A desk tries again every ten seconds."""


def sheets(count: int) -> list[bytes]:
    """Different small pages."""
    made = []
    for number in range(count):
        page = Image.new("L", (248, 351), 255)
        page.paste(20 + 40 * number, (40, 40 + 60 * number, 208, 70 + 60 * number))
        made.append(jpeg(page, dpi=30))
    return made


class HereWorkers:
    """Workers that work here: a worker's own death is another test, this run's process is what
    dies.
    """

    def submit(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        try:
            answer.set_result(call(*arguments, **named))
        except Exception as error:
            answer.set_exception(error)
        return answer


class HubSide:
    """The hub's upload and store, as `DossierService` does it.

    Args:
        lost_at: the answer at this place (from 1) is lost; 0: none.
        away: so many tries find no store at all.
    """

    organisation_name = "Caisse"

    def __init__(self, folder: Path, lost_at: int = 0, *, away: int = 0) -> None:
        self.store = DossierStore(folder / "store")
        self._adapter = DossierAdapter(self.store, SystemClock())
        self._spool = UploadSpool(folder / "hub" / "up")
        self._turns, self._lost_at, self.away = 0, lost_at, away

    async def upload(
        self,
        session_id: str,
        dossier: str,
        piece_id: str,
        name: str,
        pages: int,
        data: bytes,
        *,
        upload_id: str = "",
        progress: Progress | None = None,
    ) -> DocumentFiled:
        if self.away:
            self.away -= 1
            raise StoreUnreachable(why="away")
        begin = UploadBegin(
            session_id=session_id,
            upload_id=upload_id,
            dossier=dossier,
            piece_id=piece_id,
            name=name,
            pages=pages,
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )
        try:
            upload = await asyncio.to_thread(self._spool.begin, ORGANISATION, "alice", begin)
            while upload.answer is None and upload.received_bytes < len(data):
                at = upload.received_bytes
                await asyncio.to_thread(upload.add, at, data[at : at + CHUNK])
            self._away(1)
            if upload.answer is not None:
                return upload.answer
            whole = await asyncio.to_thread(upload.whole)
            record, facts = await self._adapter.file(
                ORGANISATION,
                dossier,
                document=NewDocument(
                    piece_id=piece_id,
                    name=name,
                    pages=pages,
                    sha256=begin.sha256,
                    upload_id=upload_id,
                ),
                data=whole,
                who=Actor(),
            )
            self._away(2)
            filed = DocumentFiled(document=record, dossier=facts)
            await asyncio.to_thread(upload.finish, filed)
            self._away(3)
        except OSError as error:
            raise StoreUnreachable(why="disk") from error
        return filed

    def _away(self, place: int) -> None:
        self._turns += 1
        if self._turns == self._lost_at:
            raise StoreUnreachable(why=f"lost at {place}")


async def work(folder: Path, papers: list[bytes], lost_at: int = 0, away: int = 0) -> None:
    """One run of kiosk, desk and hub, from wherever the last one stopped.

    The file "told" gets the hash of every page as soon as the kiosk may announce it;
    such a page is never scanned again, so one that vanishes afterwards is missing in the end.
    """
    kiosk = open_session_folder(folder / "kiosk" / "runtime", SESSION, resumed=True)
    store, tasks = PageStore(kiosk / "pages", wrapping_key(SEED)), Tasks()
    outbox = Outbox(folder / "desk" / "outbox", Cipher(KEY))
    outbox.recover()
    hub = HubSide(folder, lost_at, away=away)
    filing = Filing(
        outbox,
        cast(Workers, HereWorkers()),
        store=hub,
        clock=SystemClock(),
        tasks=tasks,
        notary=notary_of(SEED),
        again_s=0.001 if away else 3600,
    )
    try:
        for paper in papers:
            sha256 = hashlib.sha256(paper).hexdigest()
            if sha256 not in told_of(folder) and not _is_somewhere(
                sha256, store, outbox, hub.store
            ):
                await _scan(store, paper, folder)
        known = {page.page_id for page in await asyncio.to_thread(outbox.pages, SESSION)}
        filed = {
            page
            for document in hub.store.open_dossier(ORGANISATION, NUMBER).documents
            for page in _scans(hub, document.id)
        }
        for offer in store.offers():
            if offer.page_id not in known and offer.sha256 not in filed:
                await filing.keep(
                    SESSION, offer, await asyncio.to_thread(store.read, offer.page_id)
                )
            await asyncio.to_thread(store.forget, offer.page_id)
        await filing.send_waiting()
        free = [
            page.page_id
            for page in await asyncio.to_thread(outbox.pages, SESSION)
            if page.state == "kept"
        ]
        for some in (free[:2], free[2:]):
            if some and away:
                await _file_when_back(filing, outbox, some)
            elif some:
                await filing.file(
                    invented_session(SESSION), NUMBER, some, piece_id="rib", name="Papier"
                )
    finally:
        filing.end()
        await tasks.close()
        hub.store.close()


async def _file_when_back(filing: Filing, outbox: Outbox, page_ids: list[str]) -> None:
    """The agent files once; what does not get through is sent again by itself."""
    try:
        await filing.file(
            invented_session(SESSION), NUMBER, page_ids, piece_id="rib", name="Papier"
        )
    except StoreUnreachable:
        async with asyncio.timeout(60):
            while outbox.documents():  # noqa: ASYNC110 - the outbox is the only thing that knows
                await asyncio.sleep(0.005)


def told_of(folder: Path) -> set[str]:
    """Hashes of the pages that the kiosk may have announced."""
    path = folder / "told"
    return set(path.read_text(encoding="ascii").split()) if path.exists() else set()


async def _scan(store: PageStore, paper: bytes, folder: Path) -> None:
    sha256 = hashlib.sha256(paper).hexdigest()
    offer = PageOffered(
        page_id=new_id(),
        scan_id="scan1",
        kind=ScanKind.PAGE,
        media_type="image/jpeg",
        size_bytes=len(paper),
        sha256=sha256,
        width_px=248,
        height_px=351,
        dpi=30,
        chunks=1,
        taken_at_utc=AT,
    )
    await asyncio.to_thread(store.put, offer, paper)
    with (folder / "told").open("a", encoding="ascii") as told:
        told.write(f"{sha256}\n")


def _scans(hub: HubSide, document_id: str) -> list[str]:
    origin = read_origin(hub.store.read(ORGANISATION, document_id))
    return [page.scanned_sha256 for page in origin.pages] if origin is not None else []


def _is_somewhere(sha256: str, pages: PageStore, outbox: Outbox, store: DossierStore) -> bool:
    if any(offer.sha256 == sha256 for offer in pages.offers()):
        return True
    if any(page.sha256 == sha256 for page in outbox.pages(SESSION)):
        return True
    return sha256 in stored(store)


def stored(store: DossierStore) -> list[str]:
    """Hashes of the scans in the store, as often as they are there."""
    found: list[str] = []
    for document in store.open_dossier(ORGANISATION, NUMBER).documents:
        origin = read_origin(store.read(ORGANISATION, document.id))
        found += [page.scanned_sha256 for page in origin.pages] if origin is not None else []
    return found


def fresh(folder: Path) -> None:
    """Three machines with an empty dossier that expects one piece."""
    for name in ("kiosk", "desk", "hub"):
        (folder / name).mkdir()
    with DossierStore(folder / "store") as store:
        store.create_dossier(
            ORGANISATION,
            Dossier(
                number=NUMBER,
                caller_name="Jeanne Exemple",
                pieces=(Piece(id="rib", name="RIB"),),
                caller_number="",
            ),
        )


def judge(folder: Path, papers: list[bytes]) -> tuple[int, int]:
    """(lost, twice): announced or not, every sheet must be in the store; and each one once."""
    with DossierStore(folder / "store") as store:
        found = stored(store)
        damaged = store.damaged(ORGANISATION)
    hashes = [hashlib.sha256(paper).hexdigest() for paper in papers]
    lost = sum(sha256 not in found for sha256 in hashes) + len(damaged)
    return lost, sum(found.count(sha256) > 1 for sha256 in hashes)
