# SPDX-License-Identifier: GPL-3.0-only
"""Style sheets of a shared page travel once: both ends over a line in memory, with a recorder that
tells pages of a site.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

import pytest

from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.desk.cobrowse import sheets as desk_sheets
from session.desk.cobrowse.shared_page import DeskSharedPage
from session.desk.cobrowse.sheets import PublicFiles
from session.kiosk.cobrowse import named_sheets
from session.kiosk.cobrowse.guard_worker import PushFilter
from session.kiosk.cobrowse.shared_page import KioskSharedPage
from session.protocol.conversation import mirror
from session.protocol.conversation.messages import SnapshotRequested
from session.protocol.conversation.mirror import MirrorEvents
from session.protocol.conversation.mirror_messages import SheetsRequested
from session.protocol.conversation.sheets import MOST_NAMED, sheet_name, sheets_event
from tests.support.memory.channel import channel_pair
from tests.support.memory.page_guard import DirectGuard
from tests.support.waiting import until
from tests.unit.session.kiosk.cobrowse.fake_browser import Browser
from tests.unit.session.kiosk.cobrowse.page_grants import Grants

SITE = "/* site */ .fr-btn { color: #000091; margin: 4px } " * 60
OTHER = "/* other */ .fr-card { border: 1px solid #ddd } " * 60
SECRET = f".pin {{ -webkit-text-security: disc }} {SITE}"


def link(number: int, css: str) -> dict[str, object]:
    """A style sheet as the recorder tells it."""
    attributes = {"rel": "stylesheet", "_cssText": css}
    return {"type": 2, "tagName": "link", "id": number, "attributes": attributes, "childNodes": []}


def page(*sheets: str, element: str = "link") -> str:
    """A full picture with these style sheets, as rrweb's two events."""
    links = [link(10 + n, css) | {"tagName": element} for n, css in enumerate(sheets)]
    html = {"type": 2, "tagName": "html", "id": 2, "attributes": {}, "childNodes": links}
    node = {"type": 0, "id": 1, "childNodes": [html]}
    meta = {"type": 4, "data": {"href": "http://h.example/", "width": 900, "height": 600}}
    picture = {"type": 2, "data": {"node": node, "initialOffset": {"left": 0, "top": 0}}}
    return ",".join(json.dumps({**event, "timestamp": 1000}) for event in (meta, picture))


def naming(*names: str) -> list[mirror.MirrorEvent]:
    """A full picture that names sheets."""
    css = "/* named */"
    links = ",".join(
        json.dumps(link(10 + number, css)).replace(f'"_cssText": "{css}"', f'"rr_sheet":"{name}"')
        for number, name in enumerate(names)
    )
    return mirror.decode_events(f"[{page(css).replace(json.dumps(link(10, css)), links)}]")


class Desk:
    """A desk at the line: what it shows, in order."""

    def __init__(self, talk: Talk, files: PublicFiles) -> None:
        self.shown: list[MirrorEvents] = []
        self.page = DeskSharedPage(talk.desk_line, talk.clock, tasks=talk.tasks, files=files)
        self.page.events_received.connect(self.shown.append)

    @property
    def sheets(self) -> set[str]:
        """The texts of the newest page."""
        return set(self.shown[-1].sheets.values())


class Talk:
    """A conversation about a page."""

    def __init__(self, session_id: str = "s1") -> None:
        self.clock, self.tasks = ManualClock(), Tasks()
        self.kiosk_line, self.desk_line = channel_pair(session_id)
        self.browser = Browser()
        self.kiosk = KioskSharedPage(
            self.kiosk_line,
            self.browser,
            grants=Grants(self.clock),
            guard=DirectGuard(),
            clock=self.clock,
            tasks=self.tasks,
        )
        self.payloads: list[bytes] = []
        self._frames, self._unpacker = mirror.FrameAssembler(), mirror.Unpacker()
        self._packer, self._forged = mirror.Packer(), 0
        self.desk_line.on_raw(mirror.TOPIC, self._on_payload)
        self.desks: list[Desk] = []

    def _on_payload(self, payload: bytes, headers: object) -> None:
        assert isinstance(headers, dict)
        for frame in self._frames.add(payload, headers):
            self.payloads.append(self._unpacker.unpack(frame.data, start=frame.start))

    async def desk(self, files: PublicFiles | None = None) -> Desk:
        """A desk that comes, and asks for the page."""
        desk = Desk(self, files or PublicFiles())
        self.desks.append(desk)
        desk.page.request_snapshot()
        await self.settle()
        return desk

    async def show(self, text: str, document: str = "d1") -> None:
        """The kiosk shows a page."""
        self.browser.push(text, document=document)
        await self.settle()

    async def settle(self) -> None:
        """Lets everything that is ready happen."""
        for _ in range(120):
            await asyncio.sleep(0)

    def sent(self, text: str) -> int:
        """How often a text left the kiosk."""
        written = json.dumps(text, ensure_ascii=False).encode()
        return sum(payload.count(written) for payload in self.payloads)

    def requests(self) -> list[SheetsRequested]:
        """What the desks asked for."""
        return [message for message in self.desk_line.sent if isinstance(message, SheetsRequested)]

    async def forge(self, *events: mirror.MirrorEvent) -> None:
        """A kiosk of somebody else says this."""
        start = events[0].type == mirror.META
        data = self._packer.pack(mirror.encode_events(list(events)), start=start)
        for part, headers in mirror.parts_of(data, epoch=1, seq=self._forged, start=start):
            await self.kiosk_line.send_raw(mirror.TOPIC, part, headers)
        self._forged += 1
        await self.settle()

    async def close(self) -> None:
        for desk in self.desks:
            desk.page.close()
        self.kiosk.close()
        await self.tasks.close()


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    made = Talk()
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not come is not waited for long."""
    monkeypatch.setattr(desk_sheets, "AGAIN_S", 0.05)


async def test_a_sheet_travels_once_for_all_pages_of_a_site(talk: Talk) -> None:
    desk = await talk.desk()
    await talk.show(page(SITE, OTHER))
    assert desk.sheets == {SITE, OTHER}
    await talk.show(page(SITE), document="d2")
    await talk.show(page(OTHER, SITE), document="d3")
    assert desk.sheets == {SITE, OTHER}
    assert [talk.sent(SITE), talk.sent(OTHER)] == [1, 1]
    assert len(desk.shown) == 3


async def test_events_after_a_page_wait_for_its_sheets(talk: Talk) -> None:
    desk = await talk.desk()
    talk.desk_line.cut = True  # the desk's question gets lost
    await talk.show(page(SITE))
    change = {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": []}
    await talk.show(json.dumps({"type": 3, "data": change, "timestamp": 1001}))
    assert desk.shown == []
    talk.desk_line.cut = False
    await until(lambda: len(desk.shown) > 1)
    assert [shown.is_snapshot for shown in desk.shown] == [True, False]
    assert set(desk.shown[0].sheets.values()) == {SITE}


async def test_what_is_written_in_the_page_itself_or_looks_secret_has_no_name(talk: Talk) -> None:
    desk = await talk.desk()
    await talk.show(page(SITE, element="style"))
    await talk.show(page(SECRET), document="d2")
    assert not any(shown.sheets for shown in desk.shown)
    assert talk.sent(SECRET) == 1


async def test_a_number_in_a_sheet_is_masked_under_its_name_too(talk: Talk) -> None:
    desk = await talk.desk()
    await talk.show(page(SITE + '.a::after { content: "1 84 12 75 108 032 21" }'))
    (css,) = desk.sheets
    assert css.startswith(SITE)
    assert "108" not in css.removeprefix(SITE)


async def test_a_desk_of_another_release_gets_every_text(talk: Talk) -> None:
    await talk.show(page(SITE))
    await talk.show(page(SITE), document="d2")
    assert talk.sent(SITE) == 2
    desk = await talk.desk()
    await talk.show(page(SITE), document="d3")
    assert desk.sheets == {SITE}
    await talk.desk_line.send("cobrowse", SnapshotRequested())  # an older one joins
    await talk.settle()
    before = talk.sent(SITE)
    await talk.show(page(SITE), document="d4")
    desk.page.request_snapshot()
    await talk.show(page(SITE), document="d5")
    assert talk.sent(SITE) == before + 2


async def test_a_colleague_who_takes_over_gets_what_he_lacks(talk: Talk) -> None:
    first = await talk.desk()
    await talk.show(page(SITE))
    first.page.close()
    second = await talk.desk()
    await talk.show(page(SITE))
    assert second.sheets == {SITE}
    assert talk.sent(SITE) == 2


async def test_two_desks_watch_and_each_gets_what_it_lacks(talk: Talk) -> None:
    first = await talk.desk()
    await talk.show(page(SITE))
    second = await talk.desk()
    await talk.show(page(SITE, OTHER), document="d2")
    assert first.sheets == second.sheets == {SITE, OTHER}


async def test_what_two_callers_saw_is_kept_for_the_third_and_nothing_else() -> None:
    files, sent = PublicFiles(), []
    for number in range(3):
        talk = Talk(f"s{number}")
        desk = await talk.desk(files)
        await talk.show(page(SITE, OTHER.replace("#ddd", f"#dd{number}")))
        assert len(desk.sheets) == 2
        sent.append(talk.sent(SITE))
        await talk.close()
    assert sent == [1, 1, 0]
    assert files.get(sheet_name(SITE), "s9") == SITE
    assert files.get(sheet_name(OTHER.replace("#ddd", "#dd2")), "s2") is None


async def bring(talk: Talk, desk: Desk, data: bytes) -> int:
    """The desk's mirror wants a picture; returns the chunks that travelled."""
    chunks: list[bytes] = []
    stop = talk.desk_line.on_raw("chunk", lambda chunk, _headers: chunks.append(chunk))
    answer = asyncio.ensure_future(desk.page.fetch("http://h.example/font.woff2"))
    await until(lambda: talk.browser.fetches)
    talk.browser.fetches.pop()(data, "font/woff2")
    assert await answer == (data, "font/woff2")
    stop()
    return len(chunks)


async def test_a_font_that_two_callers_saw_is_not_sent_to_the_third() -> None:
    files, sent = PublicFiles(), []
    for number in range(3):
        talk = Talk(f"s{number}")
        desk = await talk.desk(files)
        sent.append(await bring(talk, desk, b"f" * 100_000))
        sent.append(await bring(talk, await talk.desk(files), bytes([number]) * 60_000))
        await talk.close()
    assert sent == [3, 2, 3, 2, 0, 2]


async def test_a_kiosk_that_names_what_it_does_not_have_is_asked_for_full_texts(
    talk: Talk,
) -> None:
    desk = await talk.desk()
    name = sheet_name("never sent")
    await talk.forge(*naming(name))
    assert desk.shown == []
    await until(lambda: desk.shown)
    assert [request.names for request in talk.requests()] == [[name]] * desk_sheets.MOST_ASKED
    await talk.settle()
    last = [said for said in talk.desk_line.sent if isinstance(said, SnapshotRequested)][-1]
    assert not last.sheets


async def test_another_text_than_was_asked_for_is_not_kept(talk: Talk) -> None:
    files = PublicFiles()
    desk = await talk.desk(files)
    await talk.forge(*naming(sheet_name(SITE)))
    await talk.forge(sheets_event([OTHER, "a" * (3 << 20)], 1001))
    assert files.get(sheet_name(OTHER), "s1") is None
    assert desk.shown == []
    await talk.forge(sheets_event([SITE], 1002))
    assert desk.sheets == {SITE}


async def test_ten_thousand_names_are_as_many_as_may_be_asked_for(talk: Talk) -> None:
    desk = await talk.desk()
    names = [sheet_name(str(number)) for number in range(10_000)]
    await talk.forge(*naming(*names))
    await until(lambda: desk.shown)
    assert {len(request.names) for request in talk.requests()} == {MOST_NAMED}


async def test_a_desk_keeps_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_sheets, "MOST_KEPT", 10)
    files = PublicFiles()
    for number in range(5):
        files.add(str(number), "abcd", "s1")
    assert [number for number in range(5) if files.get(str(number), "s1")] == [3, 4]
    files.end("s1")
    assert files.get("4", "s1") is None


async def test_a_thousand_requests_at_once_send_a_sheet_as_often_as_the_line_takes_it(
    talk: Talk,
) -> None:
    await talk.desk()
    await talk.show(page(SITE))
    line_is_free = asyncio.Event()
    send = talk.kiosk_line.send_raw

    async def on_a_slow_line(topic: str, payload: bytes, headers: Mapping[str, str]) -> None:
        await line_is_free.wait()
        await send(topic, payload, headers)

    talk.kiosk_line.send_raw = on_a_slow_line  # type: ignore[method-assign]
    for _time in range(1000):
        await talk.desk_line.send("cobrowse", SheetsRequested(names=[sheet_name(SITE)]))
    await talk.settle()
    line_is_free.set()
    await talk.settle()
    assert talk.sent(SITE) <= 3, "what waits is told once"


# ---- texts that the recorder only marks


def marked(document: str, attributes: dict[str, str]) -> bytes:
    """What the recorder hands over of a page with one link."""
    css = "/* told */"
    events = page(css).replace(json.dumps({"rel": "stylesheet", "_cssText": css}), "{LINK}")
    told = {"rel": "stylesheet", "rr_mark": "abcdefghijklmnop", **attributes}
    events = events.replace("{LINK}", json.dumps(told))
    return f'{{"document":"{document}","address":"http://h/","events":[{events}]}}'.encode()


def test_a_text_that_was_told_with_its_mark_is_named_by_the_mark_alone() -> None:
    guard = PushFilter()
    first = guard.filtered(marked("d1", {"_cssText": SITE}))
    second = guard.filtered(marked("d2", {}))
    assert first.sheets == [SITE]
    assert not second.sheets
    assert not second.lost
    for push in (first, second):
        assert f'"rr_sheet":"{sheet_name(SITE)}"'.encode() in push.events[1].data
        assert b"rr_mark" not in push.events[1].data


def test_a_text_without_a_name_comes_in_full_in_the_place_of_its_mark() -> None:
    guard = PushFilter()
    guard.filtered(marked("d1", {"_cssText": SECRET}))
    push = guard.filtered(marked("d2", {}))
    assert b"text-security: disc" in push.events[1].data
    assert b"rr_mark" not in push.events[1].data


def test_a_mark_that_this_guard_does_not_know_makes_it_ask_for_the_page_anew() -> None:
    push = PushFilter().filtered(marked("d2", {}))
    assert push.lost
    assert all(event.type != mirror.FULL_SNAPSHOT for event in push.events)


def test_texts_are_kept_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named_sheets, "MOST_CHARS", len(SITE) - 1)
    guard = PushFilter()
    guard.filtered(marked("d1", {"_cssText": SITE}))
    assert guard.filtered(marked("d2", {})).lost
