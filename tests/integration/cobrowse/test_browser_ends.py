# SPDX-License-Identifier: GPL-3.0-only
"""A kiosk's browser ends in peace whatever it is doing:
an end in the middle of a picture must not end the kiosk.
"""

from __future__ import annotations

import asyncio
import base64

import pytest
from PyQt6.QtCore import QUrl
from PyQt6.QtWebEngineCore import QWebEnginePage

from session.kiosk.cobrowse.browser_messages import LoadPage
from session.protocol.conversation.messages import Grant
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop
from views.kiosk.browser import page_way

PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=")
PATH = "/t/lent.gif"


async def share_with_a_picture_on_its_way(stage: Stage, before_s: float = 5.0) -> None:
    """Shares a page whose picture the desk waits for: the kiosk is fetching it once more."""
    stage.web.pages[PATH] = ("image/gif", PICTURE)
    stage.web.slow[PATH] = before_s
    await stage.open(stage.web.page("/t/lent.html", f"<body><img src={PATH}><p id=la>la</p>"))
    stage.consent.give(Grant.SEE_PAGE)
    await stage.mirrored("document.getElementById('la') !== null")
    await stage.until(lambda: stage.web.asked.count(PATH) == 2)


@pytest.mark.parametrize("after_ms", [0, 20, 32, 36, 40, 44, 48, 52])
def test_a_caller_is_wiped_while_the_desk_asks_for_pictures(
    stage: Stage, qt_loop: QtLoop, after_ms: int
) -> None:
    async def story() -> None:
        await stage.open(stage.web.site + "index.html")
        stage.consent.give(Grant.SEE_PAGE)
        await stage.until(lambda: stage.events)
        await asyncio.sleep(after_ms / 1000)
        assert await stage.wipe()
        assert await stage.in_page("location.href") == "about:blank"

    qt_loop.run(stage.play(story()))


def test_what_the_engine_writes_while_it_stops_is_removed_too(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        stage.web.slow_halves[PATH] = 5.0
        await share_with_a_picture_on_its_way(stage, before_s=0.0)
        await stage.until(lambda: list(stage.folder.iterdir()))
        [pictures] = stage.folder.iterdir()
        wiped = asyncio.ensure_future(stage.wipe())
        await asyncio.sleep(0.01)
        pictures.mkdir(exist_ok=True)  # as a download does that was stopped just now
        (pictures / "late").write_bytes(PICTURE)
        assert await wiped
        assert list(stage.folder.iterdir()) == []

    qt_loop.run(stage.play(story()))


def test_a_caller_is_wiped_while_a_slow_site_still_owes_a_picture(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await share_with_a_picture_on_its_way(stage)
        assert await stage.wipe()
        assert await stage.in_page("location.href") == "about:blank"

    qt_loop.run(stage.play(story()))


def test_a_stuck_page_whose_end_nobody_tells_gives_way_all_the_same_and_to_nobody_after_the_wipe(
    stage: Stage, qt_loop: QtLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_way, "end_process", lambda _pid: True)
    monkeypatch.setattr(page_way, "ENDED_MS", 200)

    async def story() -> None:
        await stage.share(stage.web.site + "index.html")
        monkeypatch.setattr(page_way.Heart, "waits_ms", lambda _heart: page_way.STUCK_MS + 1)
        await stage.open(stage.web.site + "formulaire.html")
        assert stage.pages[-1].address.endswith("formulaire.html")
        stage.desk.open_address(stage.web.site + "droits.html")
        await asyncio.sleep(0.1)
        assert await stage.wipe()
        await asyncio.sleep(0.4)
        assert await stage.in_page("location.href") == "about:blank"

    qt_loop.run(stage.play(story()))


def test_an_address_that_the_engine_drops_is_opened_once_more(
    stage: Stage, qt_loop: QtLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_way, "DROPPED_MS", 200)

    async def story() -> None:
        await stage.share(stage.web.site + "index.html")
        before = len(stage.pages)
        page = stage.page.view.page()
        assert page is not None
        stage.page.obey(LoadPage(stage.web.site + "formulaire.html"))
        page.triggerAction(QWebEnginePage.WebAction.Stop)
        await stage.more(stage.pages, before)
        assert stage.pages[-1].address.endswith("formulaire.html")

    qt_loop.run(stage.play(story()))


@pytest.mark.parametrize("before", ["/t/lente.html", "/t/nulle-part.html"])
def test_a_page_that_was_on_its_way_is_no_answer_to_the_address_that_the_engine_drops(
    stage: Stage, qt_loop: QtLoop, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    page = stage.page.view.page()
    assert page is not None
    dropped: list[QUrl] = []

    async def story() -> None:
        stage.web.page("/t/lente.html", "<body>")  # the other one fails
        stage.web.slow[before] = 0.5
        stage.web.asked.append(before)  # the first answer is never slow
        stage.desk.open_address(stage.web.address + before)
        await stage.until(lambda: stage.web.asked.count(before) == 2)
        with monkeypatch.context() as engine:
            engine.setattr(page, "load", dropped.append)
            engine.setattr(page_way, "DROPPED_MS", 100)
            stage.desk.open_address(stage.web.site + "formulaire.html")
            await stage.until(lambda: dropped)
        await stage.until(lambda: stage.pages or stage.refused)
        assert not stage.refused
        assert [page.address for page in stage.pages] == [stage.web.site + "formulaire.html"]

    qt_loop.run(stage.play(story()))
