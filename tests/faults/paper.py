# SPDX-License-Identifier: GPL-3.0-only
"""The way of paper, killed at every await and every write. Part of `make test-faults`.

Sheets are scanned onto the kiosk's shelf, sent, kept at the desk, cleaned, made into documents, uploaded, filed. Each
run is a process of its own that dies at one point, or whose disk is full there, or whose store does not answer; a
second process then goes on as after a restart. At the end every sheet must be in the store, once.
The last line is `pages N lost 0 twice 0`, or it fails. `python -m tests.faults.paper [--every N] [--sheets N]`.
"""

from __future__ import annotations

import argparse
import asyncio
import asyncio.events
import errno
import hashlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from PIL import Image
from sqlalchemy import Engine, event

from documents.cipher import KEY_BYTES, Cipher
from documents.dossier import Dossier, Piece
from documents.outbox import Outbox
from documents.store import DossierStore
from documents.workers import Workers
from expert_app.dossier_adapter import DossierAdapter
from expert_app.facts import Facts
from expert_app.filing import Filing
from expert_app.origins import notary_of
from session.bus.identity import new_seed
from session.clock import SystemClock
from session.desk.link import Progress
from session.errors import SessionError, StoreUnreachable
from session.hub.uploads import UploadSpool
from session.kiosk.page_shelf import PageShelf
from session.kiosk.shelf_seal import wrapping_key
from session.protocol.hub_messages import DocumentFiled, UploadBegin
from session.protocol.ids import new_id
from session.protocol.session_messages import PageOffered, ScanKind
from session.tasks import Tasks
from tests.unit.documents.drawn_pages import jpeg
from tests.unit.expert_app.parts import invented_session

SHEETS = 3
CHUNK = 16_384
AT = datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
ORGANISATION, NUMBER, SESSION = "valdore", "D-1", "s1"
MODES = ("kill", "full", "away")
KEY = bytes(KEY_BYTES)


def sheets(count: int) -> list[bytes]:
    """Different small pages."""
    made = []
    for number in range(count):
        page = Image.new("L", (248, 351), 255)
        page.paste(20 + 40 * number, (40, 40 + 60 * number, 208, 70 + 60 * number))
        made.append(jpeg(page, dpi=30))
    return made


class Fate:
    """Counts the points of a run and does its worst at one of them. `at` 0: never.

    A point is a step between two awaits, a call that changes the disk, or a statement of the store's database.
    """

    def __init__(self, mode: str, at: int) -> None:
        self.mode, self.at, self.seen = mode, at, 0
        self.armed = False

    def point(self, kind: str, handle: int = -1) -> None:
        """The run is here."""
        if not self.armed:
            return
        self.seen += 1
        if self.seen != self.at:
            return
        if self.mode == "kill":
            if handle >= 0:  # what was written last is half there
                os.ftruncate(handle, os.fstat(handle).st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        if self.mode == "full" and kind == "disk":
            raise OSError(errno.ENOSPC, "No space left on device")

    def arm(self) -> None:
        """From now on, and for everything this process does."""
        self.armed = True
        for name in ("open", "fsync", "replace", "rename", "unlink", "mkdir"):
            setattr(os, name, self._counted(getattr(os, name), writes_only=name == "open", flushes=name == "fsync"))
        handle = cast(Any, asyncio.events.Handle)
        step = handle._run

        def counted(this: Any) -> Any:
            self.point("await")
            return step(this)

        handle._run = counted
        event.listen(Engine, "before_cursor_execute", lambda *_: self.point("database"))
        event.listen(Engine, "commit", lambda _: self.point("database"))

    def _counted(self, call: Callable[..., Any], *, writes_only: bool, flushes: bool) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            if not writes_only or (len(arguments) > 1 and arguments[1] & (os.O_WRONLY | os.O_RDWR)):
                self.point("disk", arguments[0] if flushes and isinstance(arguments[0], int) else -1)
            return call(*arguments, **named)

        return counted


class HereWorkers:
    """Workers that work here: a worker's own death is another test, this run's process is what dies."""

    def submit(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        try:
            answer.set_result(call(*arguments, **named))
        except Exception as error:
            answer.set_exception(error)
        return answer


class HubSide:
    """The hub's upload and store, as `DossierService` does it; `away` loses one answer after it was stored."""

    organisation_name = "Caisse"

    def __init__(self, folder: Path, fate: Fate) -> None:
        self.store = DossierStore(folder / "store")
        self._adapter, self._spool, self._fate = (
            DossierAdapter(self.store, SystemClock()),
            UploadSpool(folder / "up"),
            fate,
        )
        self._turns = 0

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
        begin = UploadBegin(
            session_id=session_id, upload_id=upload_id, dossier=dossier, piece_id=piece_id, name=name, pages=pages,
            size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest(),
        )  # fmt: skip
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
                ORGANISATION, dossier, piece_id, name, pages, begin.sha256, whole, upload_id
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
        if self._fate.mode == "away" and self._fate.armed and self._turns == self._fate.at:
            raise StoreUnreachable(why=f"lost at {place}")


async def work(folder: Path, papers: list[bytes], fate: Fate, told: int) -> None:
    """One run of kiosk, desk and hub, from wherever the last one stopped.

    Args:
        told: a file that gets the hash of every page that the kiosk has announced.
    """
    shelf, tasks = PageShelf(folder / "shelf", wrapping_key(SEED)), Tasks()
    outbox = Outbox(folder / "outbox", Cipher(KEY))
    outbox.recover()
    hub = HubSide(folder, fate)
    filing = Filing(outbox, cast(Workers, HereWorkers()), hub, SystemClock(), tasks, Facts(SystemClock()),
                    notary=notary_of(SEED), again_s=3600)  # fmt: skip
    try:
        for paper in papers:
            if not _is_somewhere(hashlib.sha256(paper).hexdigest(), shelf, outbox, hub.store):
                await _scan(shelf, paper, told)
        known = {page.page_id for page in await asyncio.to_thread(outbox.pages, SESSION)}
        filed = {
            page
            for document in hub.store.open_dossier(ORGANISATION, NUMBER).documents
            for page in _scans(hub, document.id)
        }
        for offer in shelf.offers():
            if offer.page_id not in known and offer.sha256 not in filed:
                await filing.keep(SESSION, offer, await asyncio.to_thread(shelf.read, offer.page_id))
            await asyncio.to_thread(shelf.forget, offer.page_id)
        await filing.send_waiting()
        free = [page.page_id for page in await asyncio.to_thread(outbox.pages, SESSION) if page.state == "kept"]
        for some in (free[:2], free[2:]):
            if some:
                await filing.file(invented_session(SESSION), NUMBER, some, "rib", "Papier")
    finally:
        filing.end()
        await tasks.close()
        hub.store.close()


SEED = new_seed()


async def _scan(shelf: PageShelf, paper: bytes, told: int) -> None:
    sha256 = hashlib.sha256(paper).hexdigest()
    offer = PageOffered(
        page_id=new_id(), scan_id="scan1", kind=ScanKind.PAGE, media_type="image/jpeg", size_bytes=len(paper),
        sha256=sha256, width_px=248, height_px=351, dpi=30, chunks=1, taken_at_utc=AT,
    )  # fmt: skip
    await asyncio.to_thread(shelf.put, offer, paper)
    os.write(told, f"{sha256}\n".encode())


def _scans(hub: HubSide, document_id: str) -> list[str]:
    from documents.provenance import read_origin

    origin = read_origin(hub.store.read(ORGANISATION, document_id))
    return [page.scanned_sha256 for page in origin.pages] if origin is not None else []


def _is_somewhere(sha256: str, shelf: PageShelf, outbox: Outbox, store: DossierStore) -> bool:
    if any(offer.sha256 == sha256 for offer in shelf.offers()):
        return True
    if any(page.sha256 == sha256 for page in outbox.pages(SESSION)):
        return True
    return sha256 in stored(store)


def stored(store: DossierStore) -> list[str]:
    """Hashes of the scans in the store, as often as they are there."""
    from documents.provenance import read_origin

    found: list[str] = []
    for document in store.open_dossier(ORGANISATION, NUMBER).documents:
        origin = read_origin(store.read(ORGANISATION, document.id))
        found += [page.scanned_sha256 for page in origin.pages] if origin is not None else []
    return found


def run(folder: Path, papers: list[bytes], mode: str, at: int) -> tuple[int, int]:
    """One run in a process of its own: (signal or exit code, how many points it passed)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        fate = Fate(mode, at)
        code = 0
        told = os.open(folder / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fate.arm()
            asyncio.run(work(folder, papers, fate, told))
        except (SessionError, OSError):
            code = 1  # said to the agent, who tries again
        except BaseException as error:
            print(f"{mode} {at}: {error!r}", file=sys.stderr)
            code = 3
        os.write(writing, str(fate.seen).encode())
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as counted:
        seen = counted.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status, int(seen or 0)


def fresh(folder: Path) -> None:
    """An empty dossier that expects one piece."""
    with DossierStore(folder / "store") as store:
        store.create_dossier(
            Dossier(
                organisation=ORGANISATION,
                number=NUMBER,
                caller_name="Jeanne Exemple",
                pieces=(Piece(id="rib", name="RIB"),),
            )
        )


def judge(folder: Path, papers: list[bytes]) -> tuple[int, int]:
    """(lost, twice): announced or not, every sheet must be in the store; and each one once."""
    with DossierStore(folder / "store") as store:
        found = stored(store)
        damaged = store.damaged(ORGANISATION)
    hashes = [hashlib.sha256(paper).hexdigest() for paper in papers]
    lost = sum(sha256 not in found for sha256 in hashes) + len(damaged)
    return lost, sum(found.count(sha256) > 1 for sha256 in hashes)


def main(arguments: list[str] | None = None) -> int:
    """Dies at every point, then says what was lost; 0 when nothing was."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1, help="only every n-th point")
    parser.add_argument("--sheets", type=int, default=SHEETS)
    wanted = parser.parse_args(arguments)
    papers = sheets(wanted.sheets)
    pages = lost = twice = broken = 0
    base = Path(tempfile.mkdtemp(prefix="paper-"))
    template = base / "template"
    template.mkdir()
    fresh(template)
    for mode in MODES:
        at = deaths = 0
        while True:
            at += wanted.every if mode != "away" else 1
            folder = base / f"{mode}{at}"
            shutil.copytree(template, folder)
            status, seen = run(folder, papers, mode, at)
            deaths += status == -signal.SIGKILL
            over = (seen < at and status == 0) if mode != "away" else at > 12
            for _again in range(3):
                if status == 0:
                    break
                status, _seen = run(folder, papers, "none", 0)
            broken += status != 0
            gone, double = judge(folder, papers)
            if gone or double or status:
                print(f"{mode} at {at}: lost {gone} twice {double} status {status}, see {folder}")
            else:
                shutil.rmtree(folder)
            pages, lost, twice = pages + len(papers), lost + gone, twice + double
            if over:
                break
        print(f"{mode}: {at // wanted.every if mode != 'away' else at} runs, {deaths} killed")
    if not (lost or twice or broken):
        shutil.rmtree(base)
    print(f"pages {pages} lost {lost} twice {twice}")
    return 1 if lost or twice or broken else 0


if __name__ == "__main__":
    sys.exit(main())
