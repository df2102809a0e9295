# SPDX-License-Identifier: GPL-3.0-only
"""What opens on the kiosk and what does not:
redirections hop by hop, wildcards, schemes, frames, parts of pages.
"""

from __future__ import annotations

import asyncio

import pytest
from PyQt6.QtWidgets import QLabel

from session.protocol.conversation.messages import Grant
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


def said(stage: Stage) -> str:
    """Everything that the refusal says."""
    return " ".join(label.text() for label in stage.page.cover.refusal.findChildren(QLabel))


def elsewhere(stage: Stage) -> str:
    """The same web server under a name that is on no list."""
    return stage.web.address.replace("127.0.0.1", "localhost")


def test_a_listed_address_that_leads_on_to_a_listed_one_opens(
    stage: Stage, qt_loop: QtLoop
) -> None:
    stage.web.page("/t/but.html", "<title>but</title>")
    stage.web.redirects["/t/un"] = "/t/deux"
    stage.web.redirects["/t/deux"] = stage.web.address + "/t/but.html"

    async def story() -> None:
        await stage.open(stage.web.address + "/t/un")
        assert stage.pages[-1].title == "but"

    qt_loop.run(stage.play(story()))


@pytest.mark.parametrize("hops", [1, 2])
def test_each_hop_of_a_redirection_is_checked(stage: Stage, qt_loop: QtLoop, hops: int) -> None:
    out = elsewhere(stage) + "/dehors"
    stage.web.page("/dehors", "<title>dehors</title>")
    stage.web.page("/t/fin.html", "<title>fin</title>")
    stage.web.redirects["/t/saut"] = out if hops == 1 else "/t/encore"
    stage.web.redirects["/t/encore"] = out
    # even when it would come back at once
    stage.web.redirects["/dehors"] = stage.web.address + "/t/fin.html"

    async def story() -> None:
        await stage.open(stage.web.site + "index.html")
        stage.desk.open_address(stage.web.address + "/t/saut?dossier=7")
        await stage.more(stage.refused, 0)
        assert stage.refused[-1].code == "address_not_allowed"
        assert stage.refused[-1].address == out
        await stage.until(stage.page.cover.refusal.isVisible)
        assert "localhost" in said(stage)
        assert "chosen by the organisation" in said(stage)
        await asyncio.sleep(0.2)
        assert "/dehors" not in stage.web.asked
        assert stage.web.asked.count("/t/saut?dossier=7") == 1

    qt_loop.run(stage.play(story()))
    stage.web.redirects.clear()


def test_the_caller_goes_back_from_a_refusal_to_the_page_that_led_there(
    stage: Stage, qt_loop: QtLoop
) -> None:
    page = stage.web.page(
        "/t/liens.html", f"<title>liens</title><a id=a href='{elsewhere(stage)}/'>a</a>"
    )

    async def story() -> None:
        await stage.open(page)
        stage.consent.give(Grant.SEE_PAGE)
        for way in (stage.page.cover.refusal.back.click, stage.browser.go_back):
            before = len(stage.refused)
            await stage.in_page("document.getElementById('a').click()")
            await stage.more(stage.refused, before)
            assert stage.page.cover.refusal.isVisible()
            way()
            assert not stage.page.cover.refusal.isVisible()
            assert "localhost" not in said(stage)
            assert await stage.in_page("document.title") == "liens"
        await stage.in_page("document.getElementById('a').click()")
        await stage.until(stage.page.cover.refusal.isVisible)
        # the agent opens another page: the refusal is over
        await stage.open(stage.web.site + "index.html")
        assert not stage.page.cover.refusal.isVisible()

    qt_loop.run(stage.play(story()))


@pytest.mark.parametrize(
    "way", ["data:text/html,<h1>x</h1>", "blob:", "about:srcdoc", "view-source:", "chrome://gpu"]
)
def test_no_page_comes_from_another_scheme(stage: Stage, qt_loop: QtLoop, way: str) -> None:
    page = stage.web.page("/t/schema.html", "<title>schema</title><body>x</body>")
    target = (
        f"'{way}'"
        if way != "blob:"
        else "URL.createObjectURL(new Blob(['<h1>x</h1>'], {type: 'text/html'}))"
    )

    async def story() -> None:
        await stage.open(page)
        await stage.in_page(f"location.href = {target}")
        await asyncio.sleep(0.3)
        assert await stage.in_page("location.pathname + document.title") == "/t/schema.htmlschema"

    qt_loop.run(stage.play(story()))


def test_a_star_opens_the_hosts_below_and_the_redirections_between_them(
    stage: Stage, qt_loop: QtLoop
) -> None:
    port = stage.web.address.rpartition(":")[2]
    stage.web.page("/t/etoile.html", "<title>étoile</title>")
    stage.web.redirects["/t/vers"] = f"http://autre.caisse.localhost:{port}/t/etoile.html"

    async def story() -> None:
        stage.browser.set_allowed([f"http://*.caisse.localhost:{port}/t/"])
        await stage.open(f"http://www.caisse.localhost:{port}/t/vers")
        assert stage.pages[-1].title == "étoile"
        assert stage.pages[-1].address.startswith("http://autre.caisse.localhost")
        for address in (
            f"http://caisse.localhost:{port}/t/vers",
            f"http://www.caisse.localhost:{port}/autre",
        ):
            before = len(stage.refused)
            stage.desk.open_address(address)
            await stage.more(stage.refused, before)

    qt_loop.run(stage.play(story()))
    stage.web.redirects.clear()


def test_an_address_with_a_space_opens_and_its_pictures_reach_the_desk(
    stage: Stage, qt_loop: QtLoop
) -> None:
    stage.web.pages["/t/une%20image.png"] = ("image/png", PIXEL)

    async def story() -> None:
        page = stage.web.page(
            "/t/une%20page.html", "<title>espace</title><body><img src='une image.png'></body>"
        )
        await stage.share(page)
        assert stage.pages[-1].title == "espace"
        await stage.until(lambda: any(size for _address, size in stage.resources))

    qt_loop.run(stage.play(story()))


def test_frames_of_other_sites_and_parts_from_the_kiosks_own_network_are_not_asked_for(
    stage: Stage, qt_loop: QtLoop
) -> None:
    out = elsewhere(stage)
    stage.web.page("/cadre", "<p>cadre")
    stage.web.pages["/image.png"] = ("image/png", PIXEL)
    body = (
        f"<iframe src='{out}/cadre?autre'></iframe><img src='{out}/image.png?autre'>"
        "<img src='/image.png?ici'>"
    )
    page = stage.web.page(
        "/t/dedans.html",
        f"<body>{body}<script>fetch('{out}/lu?autre', {{mode: 'no-cors'}})</script>",
    )

    async def story() -> None:
        await stage.open(page)
        await stage.until(lambda: "/image.png?ici" in stage.web.asked)
        await asyncio.sleep(0.3)
        assert not [path for path in stage.web.asked if path.endswith("?autre")]

    qt_loop.run(stage.play(story()))
