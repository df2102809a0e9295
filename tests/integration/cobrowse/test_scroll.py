# SPDX-License-Identifier: GPL-3.0-only
"""Where the caller stands in the page:
the mirror stands there too, whatever sizes and late parts do.
"""

from __future__ import annotations

import asyncio

import pytest

from session.protocol.conversation.messages import Grant
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop

PLACE = "Math.round(document.scrollingElement.scrollTop)"
TALL = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="3000">'
    '<rect width="300" height="3000"/></svg>'
)


async def settled(stage: Stage, place: str = PLACE) -> int:
    """Where the kiosk's page stands once its size and its place have been told."""
    await asyncio.sleep(0.5)  # rrweb tells a size after up to 200 ms, a place after 50
    found = await stage.in_page(place)
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("between_s", [0.02, 0.1, 0.4])
def test_a_page_that_becomes_narrow_and_wide_again_stands_where_it_stood(
    stage: Stage, qt_loop: QtLoop, between_s: float
) -> None:
    async def story() -> None:
        stage.browser.resize(741, 340)
        await stage.share(stage.web.site + "formulaire.html")
        await stage.in_page("document.scrollingElement.scrollTop = 500")
        await stage.mirrored(f"{PLACE} === 500")
        for width in (400, 741):
            stage.browser.resize(width, 340)
            await asyncio.sleep(between_s)
        kiosk = await settled(stage)
        assert kiosk == 500
        await stage.mirrored(f"{PLACE} === {kiosk}")

    qt_loop.run(stage.play(story()))


def test_a_picture_that_comes_late_does_not_keep_the_mirror_at_the_top(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        stage.web.pages["/t/haute.svg"] = ("image/svg+xml", TALL.encode())
        stage.web.slow["/t/haute.svg"] = 1.0  # for the mirror, which asks second
        part = "<div id=part style='height:200px;overflow:auto'><img src='/t/haute.svg?2'></div>"
        await stage.open(
            stage.web.page("/t/haute.html", f"<title>Haute</title>{part}<img src='/t/haute.svg'>")
        )
        await stage.in_page_until(
            "document.images.length === 2 && [...document.images].every((image) => image.complete)"
        )
        await stage.in_page("document.scrollingElement.scrollTop = 1200; part.scrollTop = 700")
        stage.consent.give(Grant.SEE_PAGE)
        await stage.mirrored("document.querySelector('img') !== null")
        await stage.mirrored(
            f"{PLACE} === 1200 && document.getElementById('part').scrollTop === 700"
        )

    qt_loop.run(stage.play(story()))


def test_what_comes_later_and_is_scrolled_stands_there_in_the_mirror(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share(stage.web.page("/t/liste.html", "<title>Liste</title><main></main>"))
        await stage.in_page(
            "document.querySelector('main').innerHTML = '<div id=part "
            'style="height:200px;overflow:auto">'
            '<div style="height:2000px"></div></div>\'; part.scrollTop = 640'
        )
        await stage.mirrored("document.getElementById('part')?.scrollTop === 640")
        await stage.in_page("part.scrollTop = 0")
        await stage.mirrored("document.getElementById('part').scrollTop === 0")

    qt_loop.run(stage.play(story()))
