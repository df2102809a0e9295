# SPDX-License-Identifier: GPL-3.0-only
"""The agent sees the pictures that the caller sees, however a site names them and whenever they
come.
"""

from __future__ import annotations

import base64
import random
import struct
import zlib

import pytest

import session.desk.cobrowse.shared_page
import session.kiosk.cobrowse.shared_page
from tests.support.cobrowse_pages import WebServer
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop
from tests.support.waiting import LONGEST_S

ALL_SEEN = "[...document.images].length === {} && [...document.images].every((i) => i.naturalWidth)"


def picture(side_px: int, seed: int = 1) -> bytes:
    """A PNG that no compression makes smaller: three bytes a pixel."""
    dice = random.Random(seed)
    rows = b"".join(b"\0" + dice.randbytes(3 * side_px) for _ in range(side_px))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", side_px, side_px, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


def serve(web: WebServer, paths: list[str]) -> str:
    """Serves a small picture at each path; returns the elements that show them."""
    for path in paths:
        web.pages[path.partition("?")[0]] = ("image/png", picture(4))
    return "".join(f"<img src='{path}'>" for path in paths)


def test_names_with_digits_and_queries_are_found(stage: Stage, qt_loop: QtLoop) -> None:
    """Builders of sites name files by a hash; one in twenty of those looks like an account."""
    dice = random.Random(7)
    paths = [f"/t/{dice.randbytes(10).hex()}.png" for _ in range(60)]
    paths += [f"/t/photo.png?v={number}" for number in range(60)]

    async def story() -> None:
        html = f"<body>{serve(stage.web, paths)}</body>"
        await stage.share(stage.web.page("/t/noms.html", html))
        await stage.mirrored(ALL_SEEN.format(120))

    qt_loop.run(stage.play(story()))


def test_a_picture_that_stands_in_the_page_comes_whole(stage: Stage, qt_loop: QtLoop) -> None:
    """Sixty kilobytes of letters and digits hold what looks like an account somewhere."""
    source = "data:image/png;base64," + base64.b64encode(picture(140)).decode()

    async def story() -> None:
        html = (
            f"<body><img src='{source}'><svg width=9 height=9><image href='{source}'/></svg></body>"
        )
        await stage.share(stage.web.page("/t/dedans.html", html))
        await stage.mirrored("document.images[0]?.naturalWidth === 140")
        shown = await stage.in_mirror(
            "document.images[0].src === document.querySelector('image').getAttribute('href')"
        )
        assert shown

    qt_loop.run(stage.play(story()))


def test_a_picture_that_comes_when_the_caller_scrolls_is_seen(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        far = serve(stage.web, ["/t/loin.png"]).replace("<img", "<img loading=lazy")
        html = f"<body>{serve(stage.web, ['/t/ici.png'])}<div style='height:9000px'></div>{far}"
        await stage.share(stage.web.page("/t/long.html", html + "</body>"))
        await stage.mirrored("document.images[0]?.naturalWidth > 0")
        assert "/t/loin.png" not in stage.web.asked
        await stage.in_page("scrollTo(0, 9000)")
        await stage.mirrored(ALL_SEEN.format(2))

    qt_loop.run(stage.play(story()))


def test_pictures_that_are_not_there_hold_up_no_other(
    stage: Stage, qt_loop: QtLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for end in (session.desk.cobrowse.shared_page, session.kiosk.cobrowse.shared_page):
        monkeypatch.setattr(end, "RESOURCE_WAIT_S", 4 * LONGEST_S)

    async def story() -> None:
        gone = "".join(f"<img src='/t/parti{name}.png'>" for name in "abcdefghijkl")
        html = f"<body>{gone}{serve(stage.web, ['/t/ici.png'])}</body>"
        await stage.share(stage.web.page("/t/trous.html", html))
        await stage.mirrored("document.images[12]?.naturalWidth > 0")

    qt_loop.run(stage.play(story()))


def test_another_picture_in_the_same_place_is_seen(stage: Stage, qt_loop: QtLoop) -> None:
    """A page with several pictures in one place changes `src`; one that suits several screens,
    `srcset`.
    """

    async def story() -> None:
        html = f"<body>{serve(stage.web, ['/t/une.png'])}</body>"
        serve(stage.web, ["/t/deux.png", "/t/trois.png"])
        await stage.share(stage.web.page("/t/galerie.html", html))
        for name, change in (("deux", "src"), ("trois", "srcset")):
            await stage.mirrored(ALL_SEEN.format(1))
            stage.resources.clear()
            await stage.in_page(f"document.images[0].{change} = '/t/{name}.png'")
            await stage.until(lambda: any(size for _one, size in stage.resources))

    qt_loop.run(stage.play(story()))


def test_a_picture_that_breaks_does_not_stay_at_the_agent_s(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        html = f"<body>{serve(stage.web, ['/t/une.png'])}</body>"
        await stage.share(stage.web.page("/t/casse.html", html))
        await stage.mirrored(ALL_SEEN.format(1))
        await stage.in_page("document.images[0].src = '/t/partie.png'")
        await stage.mirrored("document.images[0].complete && !document.images[0].naturalWidth")

    qt_loop.run(stage.play(story()))
