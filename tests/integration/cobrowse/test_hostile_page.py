# SPDX-License-Identifier: GPL-3.0-only
"""A page, or a whole kiosk, that attacks the desk through the mirror:
nothing runs or is asked there.
"""

from __future__ import annotations

import asyncio
import json
import re
from html import escape
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QWidget

from session.protocol.conversation.messages import Grant
from tests.support.cobrowse_stage import Stage, script
from tests.support.qt_loop import QtLoop
from tests.support.screens.hovering import hover
from tests.support.screens.opened_files import opened
from views.desk.shared_page.page_bar import PageBar
from views.desk.shared_page.tools import PageTools

Node = dict[str, Any]


def crow(name: str) -> str:
    """A script that leaves its mark wherever it runs."""
    return f"try{{top.PWNED=(top.PWNED||'')+'{name},';parent.PWNED=top.PWNED}}catch(e){{}}"


HOSTILE = """
<html><head><title>Piège</title><link rel=stylesheet
href="BEACONcss"><link rel=prefetch href="BEACONprefetch">
<link rel=icon href="BEACONicon"><style>@import url(BEACONimport);body{background:url(BEACONbg)}
@font-face{font-family:zz;src:url(BEACONfont)} p{font-family:zz}</style></head>
<body onload="CROW(body)"><img src=x onerror="CROW(img)"><img
src="BEACONimg" srcset="BEACONsrcset 2x">
<svg onload="CROW(svg)"><a xlink:href="javascript:CROW(svga)"><text y=20>x</text></a>
<image href="BEACONsvgimage"/></svg>
<iframe srcdoc="<script>CROW(srcdoc)</script>"></iframe><iframe
src="javascript:CROW(jsframe)"></iframe>
<iframe src="BEACONiframe"></iframe><object data="BEACONobject"></object><embed src="BEACONembed">
<video src="BEACONvideo" poster="BEACONposter" autoplay></video>
<details open ontoggle="CROW(toggle)">d</details>
<input autofocus onfocus="CROW(focus)"><form action="BEACONform" target=_top><input name=a></form>
<a id=lien href="javascript:CROW(link)" target=_top>lien</a>
<a id=haut href="BEACONtop" target=_top ping="BEACONping">haut</a>
<p id=fin style="background:url(BEACONstyle)">fin</p></body></html>"""


def hostile_html(beacon: str) -> str:
    """A page that tries everything; `beacon` begins the addresses it asks."""
    html = HOSTILE.replace("BEACON", beacon)
    return re.sub(r"CROW\((\w+)\)", lambda found: crow(found[1]), html)


class Forger:
    """Makes events no recorder would make, as a kiosk in wrong hands could."""

    def __init__(self, beacon: str) -> None:
        self._beacon = beacon
        self._ids = 1000

    def node(
        self, tag: str, attributes: Node | None = None, *children: Node, **more: object
    ) -> Node:
        self._ids += 1
        return {
            "type": 2,
            "tagName": tag,
            "attributes": attributes or {},
            "childNodes": list(children),
            "id": self._ids,
            **more,
        }

    def text(self, text: str) -> Node:
        self._ids += 1
        return {"type": 3, "textContent": text, "id": self._ids}

    def events(self) -> str:
        node, beacon = self.node, self._beacon
        body = node(
            "body",
            {"onload": crow("F-body")},
            node("SCRIPT", {}, self.text(crow("F-SCRIPT"))),
            node("script", {"src": beacon + "script"}, self.text(crow("F-script")), isSVG=True),
            node("img", {"src": "x", "onerror": crow("F-img")}),
            node(
                "iframe",
                {
                    "srcdoc": f"<script>{crow('F-srcdoc')}</script>",
                    "src": "javascript:" + crow("F-js"),
                },
            ),
            node("iframe", {"src": "file:///etc/passwd"}),
            node("meta", {"http-equiv": "refresh", "content": f"0;url={beacon}F-refresh"}),
            node("base", {"href": beacon}),
            node("embed", {"src": beacon + "F-embed"}),
            node("link", {"rel": "stylesheet", "href": beacon + "F-css"}),
            node(
                "style",
                {"_cssText": f"p{{background:url('{beacon}F-bg')}} @import '{beacon}F-import';"},
            ),
            node("p", {"id": "faux"}, self.text("faux")),
            node("a", {"href": "javascript:" + crow("F-a"), "id": "z"}, self.text("a")),
            node("input", {"autofocus": "", "onfocus": crow("F-focus")}),
        )
        tree = {"type": 0, "childNodes": [node("html", {}, node("head"), body)], "id": 1}
        font = {
            "family": "evil",
            "fontSource": f"url({beacon}F-font)",
            "buffer": False,
            "descriptors": {},
        }
        events: list[Node] = [
            {"type": 4, "data": {"href": "http://x/", "width": 800, "height": 600}, "timestamp": 1},
            {
                "type": 2,
                "data": {"node": tree, "initialOffset": {"left": 0, "top": 0}},
                "timestamp": 2,
            },
            {"type": 3, "data": {"source": 10, **font}, "timestamp": 3},
            {
                "type": 3,
                "data": {"source": 2, "type": 5, "id": self._ids, "x": 1, "y": 1},
                "timestamp": 4,
            },
            {
                "type": 5,
                "data": {
                    "tag": "canvas",
                    "payload": {"id": 3, "url": f'x"),url("{beacon}F-canvas'},
                },
                "timestamp": 5,
            },
        ]
        return json.dumps(events)


async def ran_in_mirror(stage: Stage) -> str:
    return str(await script(stage.pane.engine.page, "String(window.PWNED)"))


def test_a_hostile_page_runs_nothing_and_asks_nothing_at_the_desk(
    stage: Stage, qt_loop: QtLoop
) -> None:
    beacon = stage.web.address + "/beacon-"

    async def story() -> None:
        await stage.open(stage.web.page("/t/piege.html", hostile_html(beacon)))
        # the page must really attack
        await stage.in_page_until("String(window.PWNED).includes('img,')")
        stage.web.asked.clear()
        stage.consent.give(Grant.SEE_PAGE)
        await stage.mirrored("document.getElementById('fin') !== null")
        await stage.in_mirror(
            "(document.getElementById('lien').click(), document.getElementById('haut').click(), 1)"
        )
        await asyncio.sleep(0.8)
        assert await ran_in_mirror(stage) == "undefined"
        assert stage.pane.engine.blocked_requests == 0
        assert stage.pane.engine.page.url().toString() == "cbshell://mirror/"
        # What was fetched again was fetched by the kiosk, for pictures and fonts of its own page.
        again = {path.removeprefix("/beacon-") for path in stage.web.asked}
        assert again <= {"/t/x", "img", "srcset", "svgimage", "bg", "style", "font", "poster"}

    qt_loop.run(stage.play(story()))


def test_forged_events_of_a_kiosk_in_wrong_hands_do_nothing_either(
    stage: Stage, qt_loop: QtLoop
) -> None:
    beacon = stage.web.address + "/beacon-"

    async def story() -> None:
        stage.pane.feed(Forger(beacon).events())
        await stage.mirrored("document.getElementById('faux') !== null")
        await stage.in_mirror("(document.getElementById('z').click(), 1)")
        await asyncio.sleep(0.8)
        assert await ran_in_mirror(stage) == "undefined"
        assert stage.web.asked == []
        assert stage.pane.engine.blocked_requests == 0
        assert stage.pane.engine.page.url().toString() == "cbshell://mirror/"
        assert (await stage.facts())["sandbox"] == "allow-same-origin"
        frames = await script(stage.pane.engine.page, "document.querySelectorAll('iframe').length")
        assert frames == 1

    qt_loop.run(stage.play(story()))


def test_the_page_sees_neither_recorder_nor_bridge(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "index.html")
        await stage.mirrored("document.querySelector('h1') !== null")
        seen = (
            "[typeof window.qt, typeof window.rrweb, typeof window.posteRecorder, "
            "typeof window.QWebChannel].join()"
        )
        assert await stage.in_page(seen) == "undefined,undefined,undefined,undefined"
        assert await stage.in_recorder("typeof window.posteRecorder.stop") == "function"

    qt_loop.run(stage.play(story()))


def test_the_kiosk_gives_a_page_no_camera_no_place_no_file_no_window(
    stage: Stage, qt_loop: QtLoop
) -> None:
    asking = """
    window.answers = [];
    const note = (name) => (error) =>
      window.answers.push(name + ':' + (error && error.name || error));
    try { navigator.mediaDevices.getUserMedia({video: true})
      .then(() => note('camera')('GIVEN'), note('camera')) }
    catch (error) { note('camera')(error) }
    navigator.geolocation.getCurrentPosition(() => note('place')('GIVEN'),
      (e) => note('place')('refused ' + e.code));
    Notification.requestPermission().then(note('notice'));
    window.answers.push('window:' + String(window.open('/t/autre.html')));
    const link = document.createElement('a');
      link.href = '/t/fichier.bin'; link.download = 'fichier.bin';
    document.body.append(link); link.click(); 1
    """

    async def story() -> None:
        stage.web.pages["/t/fichier.bin"] = ("application/octet-stream", b"x" * 100)
        await stage.open(stage.web.page("/t/demande.html", "<body>demande</body>"))
        await stage.in_page(asking)
        for _ in range(60):
            answers = await stage.in_page("window.answers")
            if len(answers) >= 4:
                break
            await asyncio.sleep(0.05)
        told = " ".join(answers)
        assert "GIVEN" not in told
        assert "granted" not in told
        assert "window:null" in told
        assert await stage.in_page("location.pathname") == "/t/demande.html"

    qt_loop.run(stage.play(story()))


def endless_drawing() -> str:
    """A small picture of ten thousand million parts, as a kiosk in wrong hands could send it."""
    make = Forger("")
    layers = [make.node("g", {"id": "a0"}, make.node("rect", isSVG=True), isSVG=True)]
    for number in range(1, 11):
        copies = [make.node("use", {"href": f"#a{number - 1}"}, isSVG=True) for _ in range(10)]
        layers.append(make.node("g", {"id": f"a{number}"}, *copies, isSVG=True))
    body = make.node("body", {}, make.node("svg", {}, *layers, isSVG=True))
    tree = {"type": 0, "childNodes": [make.node("html", {}, make.node("head"), body)], "id": 1}
    events = [
        {"type": 4, "data": {"href": "http://x/", "width": 800, "height": 600}, "timestamp": 1},
        {
            "type": 2,
            "data": {"node": tree, "initialOffset": {"left": 0, "top": 0}},
            "timestamp": 2,
        },
    ]
    return json.dumps(events)


def test_a_picture_that_never_ends_takes_the_mirror_only(stage: Stage, qt_loop: QtLoop) -> None:
    """Desk and STOP go on, the mirror says that it does not answer and is begun anew."""
    silent: list[bool] = []
    needed: list[bool] = []

    async def story() -> None:
        pane = stage.pane
        pane.engine.watch._timer.setInterval(200)
        pane.engine.watch.silent_changed.connect(silent.append)
        pane.engine.picture_needed.connect(lambda: needed.append(True))
        pane.engine.picture_needed.connect(stage.desk.request_snapshot)
        await stage.share(stage.web.site + "formulaire.html")
        await stage.mirrored("document.getElementById('nom') !== null")
        pane.feed(endless_drawing())
        await stage.until(lambda: silent == [True])
        stage.consent.take_back(Grant.SEE_PAGE)  # STOP, and again a yes, while it hangs
        await stage.until(lambda: not stage.desk.sharing)
        stage.consent.give(Grant.SEE_PAGE)
        await stage.until(lambda: stage.desk.sharing)
        assert not needed
        await stage.until(lambda: needed)
        await stage.mirrored("document.getElementById('nom') !== null")
        assert pane.engine.blocked_requests == 0

    qt_loop.run(stage.play(story()))


def test_a_title_that_names_a_picture_opens_no_file_at_the_desk(
    stage: Stage, qt_loop: QtLoop, tmp_path: Path
) -> None:
    picture = tmp_path / "p.png"
    picture.write_bytes(b"no picture, but a file that may be opened")
    title = f"<img src='{picture}'>"
    tools = QWidget()
    bar = PageBar(PageTools(tools))

    async def story() -> None:
        page = stage.web.page("/t/titre.html", f"<title>{escape(title)}</title><body>la")
        await stage.share(page)
        assert stage.pages[-1].title == title
        bar.show_address(page, title)
        bar.show()
        with opened(picture) as times:
            tip = hover(bar.address, QPoint(5, 5))
            assert tip is not None
            assert f"{picture.name}'>" in tip.text()
            assert times() == 0

    qt_loop.run(stage.play(story()))
    bar.close()
