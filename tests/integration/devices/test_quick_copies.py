# SPDX-License-Identifier: GPL-3.0-only
"""A page that takes long on the line is seen first in a quick copy, which overtakes it;
the original is what counts.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from documents.pages.quick_copy import QuickCopy, check_quick_copy, quick_copy
from session.core.clock import SystemClock
from session.desk.devices.quick_copies import ReceivedQuickCopy
from session.kiosk.devices.quick_copies import MakeQuickCopy
from session.protocol.conversation.messages import Grant, GrantRequested, PageGlimpsed, ScanKind
from tests.support import drawn_pages
from tests.support.device_ends import (
    DeskSide,
    DrawerPrinter,
    DrawerScanner,
    KioskSide,
    SpoiledChannel,
    settle,
)
from tests.support.drawn_pages import Flatbed
from tests.support.waiting import until

QUICK = b"%PDF-1.7 a quick copy " * 900


class SlowTalk:
    """Both ends on a line whose pages may use `kbps`."""

    def __init__(self, folder: Path, kbps: int, *, make: MakeQuickCopy) -> None:
        (folder / "desk").mkdir()
        kiosk_line, desk_line = SpoiledChannel("s1"), SpoiledChannel("s1")
        kiosk_line.peer, desk_line.peer = desk_line, kiosk_line
        self.kiosk_line, self.desk_line, self.clock = kiosk_line, desk_line, SystemClock()
        self.scanner = DrawerScanner()
        self.kiosk = KioskSide(
            kiosk_line,
            self.clock,
            folder=folder / "shelf",
            scanner=self.scanner,
            printer=DrawerPrinter(),
            kbps=kbps,
            make_quick_copy=make,
        )
        self.desk = DeskSide(desk_line, self.clock, folder=folder / "desk")
        self.quick_copies: list[ReceivedQuickCopy] = []
        self.desk.devices.quick_copy_received.connect(self.quick_copies.append)

    async def scan(self) -> None:
        await self.desk_line.send("grant", GrantRequested(grant=Grant.SCAN))
        await until(lambda: bool(self.kiosk.grants.question))
        self.kiosk.grants.answer((Grant.SCAN,), (Grant.SCAN,))
        await self.desk.devices.scan(ScanKind.PAGE)

    async def close(self) -> None:
        await self.desk.devices.close()
        await self.desk.tasks.close()
        await self.kiosk.devices.wipe()
        await self.kiosk.tasks.close()


async def _a_quick_one(data: bytes, dpi: int) -> tuple[str, bytes] | None:
    return "application/pdf", QUICK


async def test_the_quick_copy_overtakes_the_original_which_is_kept_all_the_same(
    tmp_path: Path,
) -> None:
    talk = SlowTalk(tmp_path, 1_100, make=_a_quick_one)
    await talk.scan()
    await until(lambda: talk.quick_copies)
    assert talk.desk.pages == []
    assert (talk.quick_copies[0].media_type, talk.quick_copies[0].data) == (
        "application/pdf",
        QUICK,
    )
    talk.kiosk.devices.chunks.set_rate(1_000_000)
    await until(lambda: talk.desk.pages)
    assert talk.desk.pages[0].offer.page_id == talk.quick_copies[0].page_id
    assert talk.desk.pages[0].data == talk.scanner.pages[0]
    await settle()
    with pytest.raises(KeyError):
        talk.kiosk.devices._quick_copies.read(
            next(iter(talk.kiosk.devices._quick_copies._data), "none")
        )
    await talk.close()


async def test_an_original_that_is_there_at_once_has_no_quick_copy(tmp_path: Path) -> None:
    talk = SlowTalk(tmp_path, 100_000, make=_a_quick_one)
    await talk.scan()
    await until(lambda: talk.desk.pages)
    await settle()
    assert talk.quick_copies == []
    await talk.close()


async def test_a_lost_or_damaged_quick_copy_delays_nothing(tmp_path: Path) -> None:
    talk = SlowTalk(tmp_path, 1_100, make=_a_quick_one)
    talk.kiosk_line.loses = lambda message: isinstance(message, PageGlimpsed)
    await talk.scan()
    await until(lambda: talk.desk.page_progress)
    talk.kiosk.devices.chunks.set_rate(1_000_000)
    await until(lambda: talk.desk.pages)
    assert talk.desk.failures == []
    assert talk.quick_copies == []
    await talk.close()


async def test_a_colour_form_is_seen_within_two_seconds_on_a_line_of_512(tmp_path: Path) -> None:
    """The real copy, at the rate that pages have on such a line (240 kb/s), from the scanner's last
    word.
    """
    made: list[int] = []
    arrived: list[int] = []
    crossed: list[int] = []

    async def make(data: bytes, dpi: int) -> tuple[str, bytes] | None:
        copy = await asyncio.to_thread(quick_copy, data, dpi)
        made.append(sum(crossed))
        return None if copy is None else (copy.media_type, copy.data)

    def count(payload: bytes, _index: int) -> bytes:
        crossed.append(len(payload))
        return payload

    talk = SlowTalk(tmp_path, 240, make=make)
    talk.kiosk_line.spoil = count
    talk.desk.devices.quick_copy_received.connect(lambda _: arrived.append(sum(crossed)))
    talk.scanner.pages = [
        drawn_pages.jpeg(drawn_pages.scan(drawn_pages.form(), Flatbed(skew_deg=1.7)))
    ]
    await talk.scan()
    await until(lambda: talk.quick_copies)
    crossed_s = 8 * (arrived[0] - made[0]) / 240_000  # what such a line takes
    seen = talk.quick_copies[0]
    assert crossed_s < 1.2, crossed_s  # a quick machine makes the copy in the rest
    assert len(seen.data) < 50_000
    assert check_quick_copy(QuickCopy(media_type=seen.media_type, data=seen.data)).jpeg.startswith(
        b"\xff\xd8"
    )
    await talk.close()
