# SPDX-License-Identifier: GPL-3.0-only
"""Pages of one site at a real kiosk's browser and in a real mirror: the site's style sheets travel
once, whatever happens on the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

import pytest

from session.core.clock import SystemClock
from session.desk.cobrowse.shared_page import DeskSharedPage
from session.protocol.conversation.messages import Grant
from session.protocol.conversation.mirror import MirrorEvents, unpack
from session.protocol.conversation.mirror_messages import SheetsRequested
from tests.support.cobrowse_pages import WebServer
from tests.support.cobrowse_stage import Stage, script
from tests.support.qt_loop import QtLoop
from tests.support.waiting import LONGEST_S
from views.desk.shared_page.mirror_pane import MirrorPane

MARK = "poste-sheet-mark"
CSS = f"p {{ --mark: {MARK}; color: rgb(1, 2, 3); }} p:hover {{ color: red; }}" + "".join(
    f".class-{n} {{ margin: {n}px; }}" for n in range(200)
)
STYLED = "getComputedStyle(document.querySelector('p')).color === 'rgb(1, 2, 3)'"


def site(stage: Stage, *names: str) -> list[str]:
    """Pages with one style sheet."""
    stage.web.pages["/t/site.css"] = ("text/css", CSS.encode())
    head = "<link rel=stylesheet href=/t/site.css>"
    return [stage.web.page(f"/t/{name}.html", f"{head}<p>{name}</p>") for name in names]


async def shows(stage: Stage, name: str, code: str = STYLED) -> None:
    """Waits until the mirror shows this page, styled."""
    await stage.mirrored(f"document.querySelector('p')?.textContent === '{name}' && ({code})")


def requests(stage: Stage) -> int:
    """How often the desk asked for sheets."""
    return sum(isinstance(message, SheetsRequested) for message in stage.desk_line.sent)


@pytest.fixture
def guarded(qt_loop: QtLoop, web: WebServer) -> Iterator[Stage]:
    """A stage with the second guard in its own process, as at a kiosk."""
    made = qt_loop.run(Stage.build(web, guard_process=True))
    yield made
    qt_loop.run(made.close())


def test_a_second_page_of_a_site_sends_no_style(guarded: Stage, qt_loop: QtLoop) -> None:
    stage = guarded

    async def story() -> None:
        first, second, third = site(stage, "first", "second", "third")
        stage.desk.request_snapshot()
        await stage.share(first)
        await shows(stage, "first")
        assert stage.raw.count(MARK) == 1
        for address, name in ((second, "second"), (third, "third")):
            stage.desk.open_address(address)
            await shows(stage, name)
        await stage.in_page("document.styleSheets[0].insertRule('p { color: rgb(9, 9, 9) }', 0)")
        await stage.in_page("document.querySelector('p').className = 'class-7'")
        await shows(stage, "third", "document.querySelector('p').className === 'class-7'")
        assert stage.raw.count(MARK) == 1
        assert requests(stage) == 1
        assert await stage.in_mirror("document.querySelectorAll('link').length") == 0
        assert (await stage.facts())["warnings"] == 0
        assert stage.pane.engine.blocked_requests == 0

    qt_loop.run(stage.play(story()), 120)


def test_a_sheet_that_was_lost_with_the_line_comes_again(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        (first,) = site(stage, "first")
        stage.desk.request_snapshot()
        away = True

        def lose(_topic: str, _payload: bytes, _headers: Mapping[str, str]) -> bool:
            return away and requests(stage) > 0

        stage.lose = lose
        await stage.open(first)
        stage.consent.give(Grant.SEE_PAGE)
        await stage.until(lambda: requests(stage) > 0)
        await stage.until(lambda: stage.raw.count(MARK) > 0)
        away = False
        stage.desk.request_snapshot()  # as a desk does whose line is back
        await shows(stage, "first")

    qt_loop.run(stage.play(story()), 120)


def test_a_window_that_begins_anew_gets_the_sheets_again(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        first, second = site(stage, "first", "second")
        stage.desk.request_snapshot()
        await stage.share(first)
        await shows(stage, "first")
        stage.pane.clear()
        stage.desk.open_address(second)
        await shows(stage, "second")
        assert stage.raw.count(MARK) == 1

    qt_loop.run(stage.play(story()), 120)


def test_two_desks_see_the_same_page(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        first, second = site(stage, "first", "second")
        stage.desk.request_snapshot()
        await stage.share(first)
        await shows(stage, "first")
        colleague = DeskSharedPage(stage.desk_line, SystemClock(), tasks=stage.tasks)
        pane = MirrorPane()
        pane.resize(900, 650)
        pane.show()

        def feed(events: MirrorEvents) -> None:
            pane.feed(events.text, events.epoch, events.sheets)

        colleague.events_received.connect(feed)
        try:
            colleague.request_snapshot()
            stage.desk.open_address(second)
            await shows(stage, "second")
            seen = f"mirror.document() && ((document) => {STYLED})(mirror.document())"
            async with asyncio.timeout(LONGEST_S):
                while True:
                    if await script(pane.engine.page, f"window.mirror && {seen}"):
                        break
                    await asyncio.sleep(0.03)
            assert stage.raw.count(MARK) == 2
        finally:
            colleague.close()
            pane.close()
            pane.deleteLater()

    qt_loop.run(stage.play(story()), 120)


def test_the_log_keeps_the_structure_of_a_named_sheet(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        first, second = site(stage, "first", "second")
        stage.desk.request_snapshot()
        await stage.share(first)
        await shows(stage, "first")
        stage.desk.open_address(second)
        await shows(stage, "second")
        stage.desk.close()
        await stage.desk.stretch.finish()

    qt_loop.run(stage.play(story()), 120)
    kept = [unpack(chunk.data).decode() for chunk in stage.chunks if chunk.is_snapshot]
    assert len(kept) >= 2
    assert "199px" in kept[-1]
    assert not any(MARK in text or "rr_sheet" in text for text in kept)
