# SPDX-License-Identifier: GPL-3.0-only
"""The agent's job with the devices:
areas found and scanned, a page again, both sides of a pile by hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from types import SimpleNamespace
from typing import Any, cast

import pytest

from documents.workers import Workers
from expert_app.desk.app import DeskApp
from expert_app.desk.devices import DecodedPreview, DevicesJob, PileState, Replaced, ScanRequest
from session.core.signals import Signal
from session.desk.hub.client import DeskClient
from session.protocol.conversation.messages import Area, Grant, ScanKind, ScanSource
from tests.support.device_ends import Talk, invented_page
from tests.support.waiting import until

CARDS = (
    Area(left=0, top=0, width=1000, height=650),
    Area(left=1200, top=2000, width=1000, height=650),
)


class Desk:
    """What the job needs of the desk's job, with the real conversation."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.session_opened: Signal[Any] = Signal()
        self.session_closed: Signal[str] = Signal()
        self.dossier = None
        self.session: Any = None
        self.troubles: list[tuple[str, dict[str, Any]]] = []
        self._tasks: set[asyncio.Task[Any]] = set()

    def do(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def trouble(self, code: str, detail: dict[str, Any], key: str) -> None:
        self.troubles.append((code, detail))

    def clear_trouble(self, key: str) -> None:
        pass

    def ask_devices(self) -> None:
        pass


class Job:
    """The job and what it told."""

    def __init__(self, talk: Talk, workers: Workers) -> None:
        self.desk = Desk(talk)
        self.job = DevicesJob(
            cast(DeskApp, self.desk),
            cast(DeskClient, None),
            workers=workers,
            clock=talk.clock,
        )
        self.glass: list[DecodedPreview] = []
        self.replaced: list[Replaced] = []
        self.piles: list[PileState | None] = []
        self.orders: list[list[str]] = []
        self.job.preview_decoded.connect(self.glass.append)
        self.job.page_replaced.connect(self.replaced.append)
        self.job.pile_changed.connect(self.piles.append)
        self.job.pile_ordered.connect(self.orders.append)
        self.desk.session = SimpleNamespace(devices=talk.desk.devices)
        self.desk.session_opened.emit(self.desk.session)


@pytest.fixture
async def job(talk: Talk) -> AsyncIterator[Job]:
    with Workers() as workers:
        await talk.give(Grant.SCAN)
        yield Job(talk, workers)


async def test_a_preview_is_looked_at_in_a_worker_before_it_is_shown(talk: Talk, job: Job) -> None:
    job.job.scan(ScanRequest(kind=ScanKind.PREVIEW, dpi=75))
    await until(lambda: job.glass)
    assert job.glass[0].jpeg.startswith(b"\xff\xd8")
    assert job.glass[0].flatbed == Area(width=1240, height=1752)  # 310 x 438 pixels at 75 dpi


@pytest.mark.parametrize("kind", list(ScanKind))
async def test_what_the_kiosk_has_not_signed_ends_the_scan_in_words(
    talk: Talk, job: Job, kind: ScanKind
) -> None:
    talk.kiosk.devices.pages._sign = lambda offer: offer
    job.job.scan(ScanRequest(kind=kind))
    await until(lambda: job.desk.troubles and talk.desk.ended)
    assert job.desk.troubles == [("page_not_signed", {})]
    assert talk.desk.failures[0].kind is kind


async def test_a_preview_that_is_always_damaged_ends_in_words(talk: Talk, job: Job) -> None:
    talk.kiosk_line.spoil = lambda payload, index: bytes([payload[0] ^ 1]) + payload[1:]
    job.job.scan(ScanRequest(kind=ScanKind.PREVIEW, dpi=75))
    await until(lambda: job.desk.troubles)
    assert job.desk.troubles == [("page_damaged", {})]


async def test_one_area_of_several_is_scanned_again_alone(talk: Talk, job: Job) -> None:
    job.job.scan(ScanRequest(areas=CARDS, dpi=200))
    await until(lambda: len(talk.desk.pages) == 2 and talk.desk.ended)
    second = talk.desk.pages[1].offer.page_id
    job.job.scan_again(second, ScanRequest())
    await until(lambda: job.replaced)
    assert job.replaced == [Replaced(talk.desk.pages[2].offer.page_id, second)]
    assert (talk.scanner.scans[2].area, talk.scanner.scans[2].dpi) == (CARDS[1], 200)


async def test_a_page_that_cannot_be_scanned_again_stays(talk: Talk, job: Job) -> None:
    job.job.scan(ScanRequest())
    await until(lambda: talk.desk.pages and talk.desk.ended)
    talk.scanner.fails_from = 1
    job.job.scan_again(talk.desk.pages[0].offer.page_id, ScanRequest())
    await until(lambda: job.desk.troubles)
    assert job.desk.troubles[0][0] == "scanner_cover_open"
    assert job.replaced == []


async def pile(talk: Talk, job: Job, pages: int, scans: int) -> list[str]:
    """A scan of the feeder; ids of its pages."""
    before = len(talk.desk.pages)
    talk.scanner.pages = [invented_page(100 * scans + number, 4000) for number in range(pages)]
    job.job.scan(ScanRequest(source=ScanSource.FEEDER, by_hand=True))
    await until(lambda: len(talk.desk.ended) == scans and len(talk.desk.pages) == before + pages)
    return [page.offer.page_id for page in talk.desk.pages[before:]]


async def test_the_two_sides_of_a_pile_are_put_in_order(talk: Talk, job: Job) -> None:
    fronts = await pile(talk, job, 3, 1)
    assert job.piles == [PileState(3, 3, is_turned=False)]
    job.job.turn_pile()
    backs = await pile(talk, job, 3, 2)
    assert job.orders == [[fronts[0], backs[2], fronts[1], backs[1], fronts[2], backs[0]]]
    assert job.piles[-1] is None
    assert job.desk.troubles == []


async def test_a_jam_among_the_backs_waits_for_the_rest(talk: Talk, job: Job) -> None:
    fronts = await pile(talk, job, 3, 1)
    job.job.turn_pile()
    some = await pile(talk, job, 2, 2)
    assert job.piles[-1] == PileState(3, 1, is_turned=True)
    rest = await pile(talk, job, 1, 3)
    assert job.orders == [[fronts[0], rest[0], fronts[1], some[1], fronts[2], some[0]]]


async def test_too_many_backs_are_said(talk: Talk, job: Job) -> None:
    await pile(talk, job, 2, 1)
    job.job.turn_pile()
    await pile(talk, job, 3, 2)
    assert job.desk.troubles == [("pile_uneven", {"fronts": 2, "backs": 3})]


async def test_the_next_session_knows_nothing_of_the_pile(talk: Talk, job: Job) -> None:
    await pile(talk, job, 2, 1)
    job.desk.session_closed.emit("done")
    assert job.piles[-1] is None
    assert job.orders == []
