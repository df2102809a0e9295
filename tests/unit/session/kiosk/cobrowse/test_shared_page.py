# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's end without a browser:
what it asks of one, and what it does when the line is full.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.desk.cobrowse.shared_page import DeskSharedPage
from session.kiosk.cobrowse import mirror_sender
from session.kiosk.cobrowse import shared_page as cobrowse
from session.kiosk.cobrowse.browser_messages import PageLoaded
from session.kiosk.cobrowse.shared_page import KioskSharedPage
from session.log.events import MirrorChunk
from session.protocol.conversation.messages import ResourceSent, SnapshotRequested
from session.protocol.conversation.mirror import MirrorEvents
from tests.support.memory.channel import channel_pair
from tests.support.memory.page_guard import DirectGuard
from tests.unit.session.kiosk.cobrowse.fake_browser import Browser
from tests.unit.session.kiosk.cobrowse.page_grants import Grants

PICTURE = (
    '{"type":4,"data":{"href":"http://h.example/","width":8,"height":6},"timestamp":1},'
    '{"type":2,"data":{"node":{},"initialOffset":{"left":0,"top":0}},"timestamp":2}'
)
MOVE = '{"type":3,"data":{"source":1,"positions":[]},"timestamp":3}'
HOME = "https://www.caisse.example/"
INPUT = '{"type":3,"data":{"source":5,"id":1,"text":"a","isChecked":false},"timestamp":4}'


class Ends:
    """Both ends, the browser a fake."""

    def __init__(self, home: str = "") -> None:
        self.clock, self.tasks = ManualClock(), Tasks()
        self.kiosk_line, self.desk_line = channel_pair()
        self.browser, self.grants = Browser(), Grants(self.clock)
        self.guard = DirectGuard()
        self.kiosk = KioskSharedPage(
            self.kiosk_line,
            self.browser,
            grants=self.grants,
            guard=self.guard,
            clock=self.clock,
            tasks=self.tasks,
            home=home,
        )
        self.desk = DeskSharedPage(self.desk_line, self.clock, tasks=self.tasks)
        self.events: list[MirrorEvents] = []
        self.desk.events_received.connect(self.events.append)

    @staticmethod
    async def settle() -> None:
        """Lets everything that is ready happen."""
        for _ in range(60):
            await asyncio.sleep(0)


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    made = Ends()
    yield made
    made.desk.close()
    made.kiosk.close()
    await made.tasks.close()


async def test_a_power_given_before_the_session_part_exists_counts_at_once(ends: Ends) -> None:
    assert ends.browser.done == ["start"]
    assert ends.kiosk.sharing


async def test_a_page_that_is_shared_before_any_was_opened_begins_at_the_organisations() -> None:
    ends = Ends(HOME)
    assert ends.browser.done == ["start", f"open {HOME}"]
    ends.grants.take_all()
    ends.grants.give()
    assert ends.browser.done.count(f"open {HOME}") == 1, "it is on its way"
    ends.browser.reported.emit(PageLoaded(HOME, "Accueil", 1000, 700), b"")
    ends.grants.take_all()
    ends.grants.give()
    assert ends.browser.done.count(f"open {HOME}") == 1, "a page is open"
    ends.kiosk.close()
    await ends.tasks.close()


async def test_an_agent_who_asked_for_a_page_first_gets_that_one() -> None:
    ends = Ends(HOME)
    ends.grants.take_all()
    ends.browser.reported.emit(
        PageLoaded("https://caisse.example/droits", "Droits", 1000, 700), b""
    )
    ends.browser.done.clear()
    ends.grants.give()
    assert ends.browser.done == ["start"]
    ends.kiosk.close()
    await ends.tasks.close()


async def test_each_full_picture_begins_a_payload_of_its_own(ends: Ends) -> None:
    ends.browser.push(PICTURE, INPUT)
    await ends.settle()
    ends.browser.push(INPUT, PICTURE)
    await ends.settle()
    assert [received.is_snapshot for received in ends.events] == [True, True]
    assert [received.events for received in ends.events] == [4, 2]


async def test_a_full_line_loses_moves_first_and_then_asks_for_a_new_picture(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror_sender, "BACKLOG_MOVES_BYTES", 100)
    monkeypatch.setattr(mirror_sender, "BACKLOG_MAX_BYTES", 280)
    many = [PICTURE, INPUT, INPUT, MOVE, INPUT, INPUT]
    for event in many:
        ends.browser.push(event)
    await ends.settle()
    assert "snapshot" not in ends.browser.done
    for event in [*many, INPUT]:
        ends.browser.push(event)
    await ends.settle()
    assert "snapshot" in ends.browser.done
    ends.browser.push(PICTURE)
    await ends.settle()
    assert not any('"source":1,' in received.text for received in ends.events)
    assert ends.events[-1].is_snapshot


async def test_stopping_throws_away_what_still_waited(ends: Ends) -> None:
    ends.browser.push(PICTURE)
    ends.grants.take_all()
    await ends.settle()
    assert ends.events == []
    assert "stop" in ends.browser.done
    ends.browser.push(PICTURE)
    await ends.settle()
    assert ends.events == []


async def test_a_closed_end_hears_neither_browser_nor_desk(ends: Ends) -> None:
    ends.kiosk.close()
    assert not ends.browser.reported.slots
    ends.desk.open_address("http://h.example/")
    await ends.settle()
    assert not [act for act in ends.browser.done if act.startswith("open")]


async def test_an_angry_desk_gets_no_more_than_two_pictures_a_second(ends: Ends) -> None:
    ends.clock.advance(1)
    for _ in range(20):
        ends.desk.request_snapshot()
        await ends.desk_line.send("cobrowse", SnapshotRequested())
    await ends.settle()
    assert ends.browser.done.count("snapshot") == 1
    ends.clock.advance(1)
    ends.desk.request_snapshot()
    await ends.settle()
    assert ends.browser.done.count("snapshot") == 2


async def test_a_picture_that_is_too_large_is_not_sent(ends: Ends) -> None:
    wanted = asyncio.ensure_future(ends.desk.fetch("http://h.example/a.png"))
    await ends.settle()
    ends.browser.fetches[0](bytes(cobrowse.MAX_RESOURCE_BYTES + 1), "image/png")
    assert await wanted == (b"", "")
    sent = [message for message in ends.kiosk_line.sent if isinstance(message, ResourceSent)]
    assert [message.size_bytes for message in sent] == [0]


async def test_a_picture_is_fetched_once_for_all_who_ask_and_kept(ends: Ends) -> None:
    wanted = asyncio.gather(*(ends.desk.fetch("http://h.example/a.png") for _ in range(3)))
    await ends.settle()
    assert len(ends.browser.fetches) == 1
    ends.browser.fetches[0](b"picture", "image/png")
    assert await wanted == [(b"picture", "image/png")] * 3
    assert await ends.desk.fetch("http://h.example/a.png") == (b"picture", "image/png")
    assert len(ends.browser.fetches) == 1


async def test_a_damaged_picture_counts_as_refused(ends: Ends) -> None:
    damaged = ends.kiosk_line.send_raw

    async def damage(topic: str, payload: bytes, headers: dict[str, str]) -> None:
        await damaged(topic, b"X" + payload[1:] if topic == "chunk" else payload, headers)

    ends.kiosk_line.send_raw = damage  # type: ignore[method-assign, assignment]  # one bad line for this test
    wanted = asyncio.ensure_future(ends.desk.fetch("http://h.example/a.png"))
    await ends.settle()
    ends.browser.fetches[0](b"picture", "image/png")
    assert await wanted == (b"", "")


async def test_frames_that_cannot_be_read_make_the_desk_ask_for_a_new_picture(ends: Ends) -> None:
    ends.browser.push(PICTURE)
    await ends.settle()
    ends.clock.advance(1)
    await ends.kiosk_line.send_raw("mirror", b"no zstd", {"Frame": "1 1"})
    await ends.settle()
    assert "snapshot" in ends.browser.done
    ends.browser.push(PICTURE)
    await ends.settle()
    assert ends.events[-1].is_snapshot


async def test_the_log_gets_stretches_that_begin_with_a_picture(ends: Ends) -> None:
    chunks: list[MirrorChunk] = []
    ends.desk.mirror_chunk.connect(chunks.append)
    ends.browser.push(PICTURE, INPUT)
    ends.browser.push(INPUT)
    await ends.settle()
    ends.browser.push(PICTURE)
    await ends.settle()
    ends.desk.close()
    await ends.desk.stretch.finish()
    assert [(chunk.is_snapshot, chunk.events) for chunk in chunks] == [(True, 5), (True, 2)]
    assert chunks[0].started_at_utc == ends.clock.utc_now()


async def test_after_a_failure_of_the_guard_nothing_leaves_before_a_fresh_picture(
    ends: Ends,
) -> None:
    ends.browser.push(PICTURE)
    await ends.settle()
    ends.guard.dies_of = '"a"'
    ends.browser.push(INPUT)
    await ends.settle()
    assert ends.browser.done[-1] == "snapshot"
    ends.guard.dies_of = ""
    ends.browser.push(MOVE)
    await ends.settle()
    assert len(ends.events) == 1
    ends.browser.push(PICTURE)
    ends.browser.push(MOVE)
    await ends.settle()
    assert [(received.is_snapshot, received.events) for received in ends.events[1:]] == [(True, 4)]


async def test_a_page_at_which_the_guard_fails_again_and_again_is_not_shared_and_both_are_told(
    ends: Ends,
) -> None:
    told_to_desk: list[str] = []
    told_to_caller: list[str] = []
    ends.desk.address_refused.connect(lambda refused: told_to_desk.append(refused.code))
    shared: list[bool] = []
    ends.kiosk.not_shared.connect(told_to_caller.append)
    ends.kiosk.sharing_changed.connect(shared.append)
    ends.browser.reported.emit(PageLoaded("http://h.example/heavy", "", 8, 6), b"")
    ends.guard.dies_of = '"a"'
    for _ in range(cobrowse.MOST_LOSSES):
        assert not shared
        ends.browser.push(PICTURE, INPUT)
        await ends.settle()
    assert shared == [False]
    assert ends.browser.done[-2:] == ["stop", "hide"]
    assert told_to_desk == told_to_caller == ["page_not_shareable"]
    ends.browser.reported.emit(PageLoaded("http://h.example/heavy", "again", 8, 6), b"")
    assert shared == [False]
    ends.browser.reported.emit(PageLoaded("http://h.example/light", "", 8, 6), b"")
    assert shared == [False, True]
    assert told_to_caller[-1] == ""


async def test_what_the_recorder_says_too_fast_is_thrown_away_for_a_fresh_picture(
    ends: Ends,
) -> None:
    for _ in range(cobrowse.MAX_PUSHES + 1):
        ends.browser.push(MOVE)
    assert ends.browser.done[-1] == "snapshot"
    await ends.settle()
    assert not ends.events


async def test_the_guard_forgets_the_page_at_the_end(ends: Ends) -> None:
    ends.kiosk.close()
    assert ends.guard.forgotten == 1


async def test_a_huge_title_is_cut_before_it_is_looked_at(ends: Ends) -> None:
    ends.browser.reported.emit(PageLoaded("http://h.example/", "1 1 " * 1_000_000, 8, 6), b"")
    await ends.settle()
    assert ends.kiosk.sharing
