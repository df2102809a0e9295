# SPDX-License-Identifier: GPL-3.0-only
"""Pages become documents: kept first of all, sent when the hub is there, filed once, given back
when refused.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pikepdf
import pytest

from documents.pages.outbox import Outbox
from documents.pdf.assemble import assemble
from documents.workers import Workers
from expert_app.desk.filing import (
    CleanedPage,
    DeletedPages,
    DocumentTrouble,
    Filing,
    PageTrouble,
    ShownPage,
    kept_until,
)
from session.core.clock import ManualClock
from session.core.device_errors import FileLocked
from session.core.dossier_model import DocumentRecord, Dossier
from session.core.errors import (
    DossierUnknown,
    HubUnreachable,
    NotAllowed,
    PageDamaged,
    PageUnreadable,
    SessionError,
    StoreUnreachable,
    TicketUnknown,
)
from session.core.tasks import Tasks
from session.desk.hub.client import Progress
from session.log.events import AnyEvent, PageRemoved
from session.protocol.conversation.messages import PageOffered, ScanKind
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.hub.requests import DocumentFiled
from tests.support.drawn_pages import form, jpeg, letter
from tests.support.memory.channel import channel_pair
from tests.support.program_parts import desk_session, invented_session
from tests.support.waiting import until

DPI = 60


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as started:
        started.warm().result(30)
        yield started


class Store:
    """Takes documents as the hub does, each `upload_id` once; with `fails` it raises that."""

    organisation_name = "Caisse d'entraide du Val-Doré"

    def __init__(self) -> None:
        self.fails: SessionError | None = None
        self.taken: dict[str, DocumentFiled] = {}
        self.tries = 0

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
        self.tries += 1
        await asyncio.sleep(0)
        if progress is not None:
            progress(len(data) // 2, len(data))
        if self.fails is not None:
            raise self.fails
        record = DocumentRecord(
            id=f"d{len(self.taken)}",
            name=name,
            piece_id=piece_id,
            pages=pages,
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            filed_at_utc=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        )
        facts = Dossier(number=dossier, caller_name="Jeanne Exemple", caller_number="1234567")
        return self.taken.setdefault(upload_id, DocumentFiled(document=record, dossier=facts))


class Desk:
    """A filing on a folder, and all it told."""

    def __init__(self, folder: Path, workers: Workers, again_s: float = 60.0) -> None:
        self.folder = folder
        self.tasks, self.clock, self.store = Tasks(), ManualClock(), Store()
        self.outbox = Outbox(folder / "outbox")
        self.leftovers = self.outbox.recover()
        self.filing = Filing(
            self.outbox,
            workers,
            store=self.store,
            clock=self.clock,
            tasks=self.tasks,
            again_s=again_s,
        )
        self.session = desk_session(
            invented_session(),
            channel_pair()[1],
            filing=self.filing,
            folder=folder / "logs",
            clock=self.clock,
            tasks=self.tasks,
        )
        self.kept: list[ShownPage] = []
        self.cleaned: list[CleanedPage] = []
        self.failed: list[PageTrouble] = []
        self.filed: list[DocumentFiled] = []
        self.waiting: list[str] = []
        self.refused: list[DocumentTrouble] = []
        self.percents: list[int] = []
        self.filing.page_kept.connect(self.kept.append)
        self.filing.page_cleaned.connect(self.cleaned.append)
        self.filing.page_failed.connect(self.failed.append)
        self.filing.document_filed.connect(self.filed.append)
        self.filing.document_waiting.connect(self.waiting.append)
        self.filing.document_refused.connect(self.refused.append)
        self.filing.document_progressed.connect(
            lambda progress: self.percents.append(progress.percent)
        )

    async def receive(self, page_id: str, data: bytes) -> None:
        await self.filing.keep("s1", offer_of(page_id, data), data)

    async def file(self, *page_ids: str, piece: str = "payslip", name: str = "Bulletin") -> None:
        await self.filing.file(self.session.facts, "D-1", list(page_ids), piece_id=piece, name=name)

    def on_disk(self) -> list[str]:
        return [page.page_id for page in self.outbox.pages("s1")]

    async def close(self) -> None:
        await self.session.close(1.0)
        await self.tasks.close()


def offer_of(page_id: str, data: bytes, sha256: str = "") -> PageOffered:
    return PageOffered(
        page_id=page_id,
        scan_id="scan1",
        kind=ScanKind.PAGE,
        media_type="image/jpeg",
        size_bytes=len(data),
        sha256=sha256 or hashlib.sha256(data).hexdigest(),
        width_px=496,
        height_px=702,
        dpi=DPI,
        chunks=1,
        taken_at_utc=datetime(2026, 3, 2, 9, 1, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def pages() -> list[bytes]:
    """Two pages as a scanner sends them, small."""
    return [jpeg(page.resize((496, 702)), dpi=DPI) for page in (form(), letter())]


@pytest.fixture
async def desk(tmp_path: Path, workers: Workers) -> AsyncIterator[Desk]:
    made = Desk(tmp_path, workers)
    made.filing.begin(made.session)
    yield made
    await made.close()


async def test_a_page_is_on_the_disk_when_it_is_told_kept_and_a_cleaned_copy_follows(
    desk: Desk, pages: list[bytes]
) -> None:
    await desk.receive("p1", pages[0])
    assert [(page.page_id, page.data) for page in desk.kept] == [("p1", pages[0])]
    assert desk.outbox.page_bytes("s1", "p1") == pages[0]
    assert desk.filing.is_kept(offer_of("p1", pages[0]))
    await until(lambda: [page.page_id for page in desk.cleaned] == ["p1"])


async def test_a_page_that_is_no_use_is_refused_by_its_reason_and_not_kept(
    desk: Desk, pages: list[bytes]
) -> None:
    with pytest.raises(PageUnreadable):
        await desk.receive("p1", pages[0][: len(pages[0]) // 2])
    with pytest.raises(PageUnreadable):
        await desk.receive("p2", b"")
    with pytest.raises(PageDamaged):
        await desk.filing.keep("s1", offer_of("p3", pages[0], sha256="0" * 64), pages[0])
    assert (desk.kept, desk.on_disk()) == ([], [])


async def test_pages_become_one_document_and_leave_the_disk_when_the_store_has_it(
    desk: Desk, pages: list[bytes]
) -> None:
    await desk.receive("p1", pages[0])
    await desk.receive("p2", pages[1])
    await desk.file("p2", "p1")
    [filed] = desk.filed
    assert (filed.document.pages, filed.document.piece_id, filed.document.name) == (
        2,
        "payslip",
        "Bulletin",
    )
    assert (desk.on_disk(), desk.outbox.documents()) == ([], [])
    assert [percent in (49, 50) for percent in desk.percents] == [True]


async def test_a_document_waits_while_the_hub_is_away_and_is_filed_once_when_it_is_back(
    desk: Desk, pages: list[bytes]
) -> None:
    await desk.receive("p1", pages[0])
    desk.store.fails = HubUnreachable()
    with pytest.raises(HubUnreachable):
        await desk.file("p1")
    assert (desk.waiting, desk.on_disk()) == (["Bulletin"], ["p1"])
    with pytest.raises(HubUnreachable):  # the agent presses the button once more
        await desk.file("p1")
    assert len(desk.outbox.documents()) == 1
    desk.store.fails = None
    await asyncio.gather(desk.filing.send_waiting(), desk.filing.send_waiting())
    assert (len(desk.store.taken), desk.on_disk(), desk.outbox.documents()) == (1, [], [])


async def test_a_document_that_waits_is_sent_again_by_itself_though_the_line_was_never_lost(
    tmp_path: Path, workers: Workers, pages: list[bytes]
) -> None:
    desk = Desk(tmp_path, workers, again_s=0.05)
    desk.filing.begin(desk.session)
    await desk.receive("p1", pages[0])
    desk.store.fails = StoreUnreachable()
    with pytest.raises(StoreUnreachable):
        await desk.file("p1")
    await until(lambda: desk.store.tries > 2)
    desk.store.fails = None
    await until(lambda: len(desk.filed) == 1)
    assert desk.outbox.documents() == []
    await desk.close()


async def test_two_quick_presses_file_one_document_and_two_documents_are_two(
    desk: Desk, pages: list[bytes]
) -> None:
    await desk.receive("p1", pages[0])
    await desk.receive("p2", pages[1])
    await asyncio.gather(
        desk.file("p1"), desk.file("p1"), desk.file("p2", piece="identity", name="Carte")
    )
    assert sorted(filed.document.name for filed in desk.store.taken.values()) == [
        "Bulletin",
        "Carte",
    ]
    await desk.file("p1")
    assert len(desk.store.taken) == 2
    assert desk.failed == []


async def test_pages_of_a_refused_document_are_the_agents_again(
    desk: Desk, pages: list[bytes]
) -> None:
    await desk.receive("p1", pages[0])
    desk.store.fails = NotAllowed()
    with pytest.raises(NotAllowed):
        await desk.file("p1", piece="identity")
    assert (desk.outbox.documents(), desk.on_disk()) == ([], ["p1"])
    assert [page.page_id for page in desk.kept] == ["p1", "p1"]
    desk.store.fails = None
    await desk.file("p1", piece="payslip")
    assert [filed.document.piece_id for filed in desk.filed] == ["payslip"]


async def test_a_page_that_nobody_asked_for_stays_marked_after_a_restart(
    tmp_path: Path, workers: Workers, pages: list[bytes]
) -> None:
    first = Desk(tmp_path, workers)
    first.filing.begin(first.session)
    await first.receive("p1", pages[0])
    await first.filing.keep("s1", offer_of("p2", pages[1]), pages[1], unasked=True)
    assert [(page.page_id, page.unasked) for page in first.kept] == [("p1", False), ("p2", True)]
    await first.close()
    again = Desk(tmp_path, workers)
    again.filing.begin(again.session)
    await until(lambda: len(again.kept) == 2)
    assert [(page.page_id, page.unasked) for page in again.kept] == [("p1", False), ("p2", True)]
    await again.close()


async def test_pages_kept_by_a_desk_that_was_killed_are_told_again_in_their_order(
    tmp_path: Path, workers: Workers, pages: list[bytes]
) -> None:
    first = Desk(tmp_path, workers)
    first.filing.begin(first.session)
    await first.receive("p1", pages[0])
    await first.receive("p2", pages[1])
    first.filing.set_order(["p2", "p1"])
    await first.close()

    again = Desk(tmp_path, workers)
    again.filing.begin(again.session)
    await until(lambda: len(again.cleaned) == 2)
    assert again.leftovers == []
    assert [(page.page_id, page.data) for page in again.kept] == [
        ("p2", pages[1]),
        ("p1", pages[0]),
    ]
    assert again.filing.is_kept(offer_of("p1", pages[0]))
    await again.close()


async def test_a_document_that_a_killed_desk_left_is_told_when_the_store_does_not_want_it(
    tmp_path: Path, workers: Workers, pages: list[bytes]
) -> None:
    first = Desk(tmp_path, workers)
    first.filing.begin(first.session)
    await first.receive("p1", pages[0])
    first.store.fails = HubUnreachable()
    with pytest.raises(HubUnreachable):
        await first.file("p1")
    await first.close()

    later = Desk(tmp_path, workers)
    later.store.fails = DossierUnknown()
    await later.filing.send_waiting()
    assert [(refused.name, refused.code) for refused in later.refused] == [
        ("Bulletin", "dossier_unknown")
    ]
    assert len(later.outbox.documents()) == 1, (
        "nobody is at work on this session: nothing is taken apart"
    )
    later.filing.begin(later.session)
    await later.filing.send_waiting()
    assert later.outbox.documents() == []
    # told again by the session's begin, too, when that is slower than the refusal
    assert {page.page_id for page in later.kept} == {"p1"}
    await later.close()


async def test_a_page_taken_out_leaves_the_disk_with_the_session_and_one_put_back_stays(
    desk: Desk, pages: list[bytes]
) -> None:
    await desk.receive("p1", pages[0])
    await desk.receive("p2", pages[1])
    desk.filing.remove("p1")
    desk.filing.remove("p2")
    assert desk.filing.unfiled("s1") == 0
    desk.filing.restore("p2")
    assert desk.filing.unfiled("s1") == 1
    assert desk.on_disk() == ["p1", "p2"]
    desk.filing.end()
    assert desk.on_disk() == ["p2"]


async def test_what_is_not_filed_leaves_the_disk_when_the_conversation_is_finished(
    desk: Desk, pages: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[AnyEvent] = []
    monkeypatch.setattr(desk.session.event_log, "write", lines.append)
    await desk.receive("p1", pages[0])
    desk.filing.take_out_unfiled(desk.session)
    desk.filing.take_out_unfiled(desk.session)  # finishing was refused, and is tried again
    assert desk.filing.unfiled("s1") == 0
    assert desk.on_disk() == ["p1"]
    desk.filing.end()
    assert desk.on_disk() == []
    removed = PageRemoved(page_id="p1", reason=RemovalReason.NOT_FILED)
    assert [line for line in lines if isinstance(line, PageRemoved)] == [removed]


async def test_a_page_left_behind_is_there_after_a_restart_and_ages_out_at_noon_of_the_next_day(
    desk: Desk, pages: list[bytes]
) -> None:
    await desk.receive("p1", pages[0])
    desk.filing.end()
    kept_at = desk.clock.utc_now()
    for path in desk.folder.rglob("p1.page"):
        os.utime(path, (kept_at.timestamp(), kept_at.timestamp()))
    aged: list[DeletedPages] = []
    desk.filing.left_pages_deleted.connect(aged.append)
    assert Outbox(desk.folder / "outbox").recover() == []
    (page,) = desk.filing.left_behind()
    noon = kept_until(page)
    assert (noon.hour, noon.date()) == (12, kept_at.astimezone().date() + timedelta(days=1))
    desk.filing.age_out()
    assert desk.on_disk() == ["p1"]
    desk.clock.advance((noon - kept_at).total_seconds())
    desk.filing.age_out()
    assert desk.on_disk() == []
    assert aged == [DeletedPages([page], RemovalReason.NOT_FILED)]
    assert desk.filing.left_behind() == []


async def test_what_a_conversation_left_behind_is_deleted_or_filed_in_its_dossier(
    desk: Desk, pages: list[bytes]
) -> None:
    deleted: list[DeletedPages] = []
    filed: list[int] = []
    desk.filing.left_pages_deleted.connect(deleted.append)
    desk.filing.left_pages_filed.connect(filed.append)
    await desk.receive("p1", pages[0])
    await desk.receive("p2", pages[1])
    desk.filing.delete_left("s1")
    assert desk.on_disk() == ["p1", "p2"], "the conversation goes on"
    desk.filing.end()
    desk.store.fails = TicketUnknown(session="s1")
    with pytest.raises(TicketUnknown):
        await desk.filing.file_left("s1", "Afterwards")
    assert [page.page_id for page in desk.filing.left_behind()] == ["p1", "p2"]
    desk.store.fails = None
    await desk.filing.file_left("s1", "Afterwards")
    await desk.filing.file_left("s1", "Afterwards")
    [record] = [answer.document for answer in desk.store.taken.values()]
    assert (record.name, record.pages, record.piece_id) == ("Afterwards", 2, "")
    assert (filed, desk.filed, desk.filing.left_behind()) == ([2], [], [])
    assert deleted == []


async def test_what_is_filed_afterwards_waits_for_the_hub_and_is_given_back_when_refused(
    desk: Desk, pages: list[bytes]
) -> None:
    await desk.receive("p1", pages[0])
    desk.filing.end()
    desk.store.fails = HubUnreachable()
    with pytest.raises(HubUnreachable):
        await desk.filing.file_left("s1", "Afterwards")
    assert (desk.filing.waiting(), desk.filing.left_behind()) == (1, [])
    desk.store.fails = TicketUnknown(session="s1")
    await desk.filing.send_waiting()
    assert desk.filing.waiting() == 0
    assert [page.page_id for page in desk.filing.left_behind()] == ["p1"]
    deleted: list[DeletedPages] = []
    desk.filing.left_pages_deleted.connect(deleted.append)
    desk.filing.delete_left("s1")
    assert desk.on_disk() == []
    assert [gone.reason for gone in deleted] == [RemovalReason.NOT_NEEDED]


async def test_a_turned_page_is_cleaned_anew_and_filed_turned(
    desk: Desk, pages: list[bytes]
) -> None:
    await desk.receive("p1", pages[0])
    await until(lambda: len(desk.cleaned) == 1)
    desk.filing.turn("p1", 1)
    await until(lambda: len(desk.cleaned) == 2)
    upright, turned = desk.cleaned[0].clean, desk.cleaned[1].clean
    assert upright.height_px > upright.width_px
    assert (turned.width_px, turned.height_px) == (upright.height_px, upright.width_px)
    desk.filing.use_original("p1", original=True)
    await until(lambda: len(desk.cleaned) == 3)
    await desk.file("p1")
    assert len(desk.filed) == 1
    desk.filing.turn("p1", 1)  # too late, and no harm
    assert desk.failed == []


async def test_a_page_that_is_turned_while_it_is_being_filed_is_filed_all_the_same(
    desk: Desk, pages: list[bytes]
) -> None:
    await desk.receive("p1", pages[0])
    filing = asyncio.create_task(desk.file("p1"))
    for quarters in range(1, 12):
        desk.filing.turn("p1", quarters % 4)
        await asyncio.sleep(0.02)
    await filing
    assert len(desk.filed) == 1
    assert desk.failed == []


async def test_a_page_that_nobody_has_is_not_filed(desk: Desk) -> None:
    with pytest.raises(PageUnreadable):
        await desk.file("p9")
    assert [trouble.code for trouble in desk.failed] == ["dossier_unknown"]
    assert desk.store.tries == 0


def _given(page_id: str, data: bytes) -> PageOffered:
    return msgspec.structs.replace(
        offer_of(page_id, data), media_type="application/pdf", given=True, dpi=200
    )


def _pdf(pages: list[bytes], *, armed: bool = False, password: str = "") -> bytes:
    with pikepdf.open(
        io.BytesIO(assemble(pages, "Attestation", datetime(2026, 3, 2, tzinfo=UTC)))
    ) as pdf:
        if armed:
            pdf.Root.OpenAction = pikepdf.Dictionary(
                S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
            )
        file = io.BytesIO()
        pdf.save(
            file,
            encryption=pikepdf.Encryption(owner=password, user=password) if password else False,
        )
    return file.getvalue()


async def test_a_callers_pdf_becomes_pages_of_the_untouched_file_and_is_filed_as_pictures(
    desk: Desk, pages: list[bytes]
) -> None:
    disarmed: list[tuple[str, ...]] = []
    desk.filing.file_disarmed.connect(disarmed.append)
    data = _pdf(pages[:2], armed=True)
    await desk.filing.keep("s1", _given("g1", data), data)
    await until(lambda: len(desk.cleaned) == 2)
    ids = [page.page_id for page in desk.kept]
    assert (ids[0], len(ids), [(page.given, page.as_is) for page in desk.kept]) == (
        "g1",
        2,
        [(True, True)] * 2,
    )
    assert all(page.data.startswith(b"\xff\xd8") for page in desk.kept)
    assert len(disarmed) == 1
    assert "/JavaScript" in disarmed[0]
    kept = desk.outbox.pages("s1")
    assert [(page.sha256, page.edits.pdf_page) for page in kept] == [
        (hashlib.sha256(data).hexdigest(), n) for n in (0, 1)
    ]
    assert [page.scanned_as for page in desk.outbox.pages("s1")] == ["", "g1"]
    await desk.filing.keep("s1", _given("g1", data), data)  # the kiosk did not hear that it is here
    assert len(desk.outbox.pages("s1")) == 2
    await desk.filing.file(desk.session.facts, "d1", ids, piece_id="", name="Attestation")
    assert desk.on_disk() == []
    assert len(desk.filed) == 1


@pytest.mark.parametrize(
    ("what", "error"), [("locked", FileLocked), ("torn", PageUnreadable), ("other", PageDamaged)]
)
async def test_a_callers_pdf_that_is_no_use_is_refused_by_name(
    desk: Desk, pages: list[bytes], what: str, error: type[SessionError]
) -> None:
    data = _pdf(pages[:1], password="1234" if what == "locked" else "")
    sent = data[:2000] if what == "torn" else data
    offer = _given("g1", sent if what != "other" else data + b" ")
    with pytest.raises(error):
        await desk.filing.keep("s1", offer, sent)
    assert desk.on_disk() == []
