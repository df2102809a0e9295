# SPDX-License-Identifier: GPL-3.0-only
"""The locked mirror alone: what it draws, where the agent points, and how it forgets."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QPointF, QRect
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.screens.mirrored import (
    in_mirror,
    new_words,
    picture,
    text_of,
    typed,
    wait_mirrored,
)
from views.desk.shared_page.mirror_pane import MirrorPane

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def pane(qapp: QApplication) -> Iterator[MirrorPane]:
    made = MirrorPane()
    made.resize(400, 400)
    made.show()
    yield made
    made.close()
    sip.delete(made)  # at once: at the interpreter's end, page and profile would go in any order


def test_events_that_come_before_the_shell_is_loaded_are_shown(
    pane: MirrorPane, qtbot: QtBot
) -> None:
    pane.feed(text_of(*picture("Bonjour")))
    pane.feed(text_of(new_words("Bonsoir", 9), typed("Zoé", 10)))
    wait_mirrored(qtbot, pane, "document.querySelector('h1')?.textContent === 'Bonsoir'")
    wait_mirrored(qtbot, pane, "document.getElementById('champ').value === 'Zoé'")


@pytest.mark.parametrize("clock_ms", [0, 4_000_000_000_000])
def test_a_kiosk_whose_clock_is_wrong_is_mirrored_all_the_same(
    pane: MirrorPane, qtbot: QtBot, clock_ms: int
) -> None:
    pane.feed(text_of(*picture("Un", clock_ms)))
    wait_mirrored(qtbot, pane, "document.querySelector('h1')?.textContent === 'Un'")
    pane.feed(text_of(new_words("Deux", clock_ms + 10)))
    wait_mirrored(qtbot, pane, "document.querySelector('h1').textContent === 'Deux'")


def test_a_new_picture_takes_the_place_of_the_old_one(pane: MirrorPane, qtbot: QtBot) -> None:
    for number in range(5):
        pane.feed(text_of(*picture(f"Page {number}", size=(800, 600 + number))))
    wait_mirrored(qtbot, pane, "document.querySelector('h1')?.textContent === 'Page 4'")
    qtbot.waitUntil(
        lambda: in_mirror(qtbot, pane, "globalThis.document.querySelectorAll('iframe').length") == 1
    )
    assert pane.viewport.height() == 604


def test_clearing_leaves_nothing(pane: MirrorPane, qtbot: QtBot) -> None:
    pane.feed(text_of(*picture("Bonjour")))
    wait_mirrored(qtbot, pane, "document.querySelector('h1') !== null")
    pane.clear()
    assert in_mirror(qtbot, pane, "globalThis.document.querySelectorAll('iframe').length") == 0
    assert pane.viewport.isEmpty()
    assert pane.pick(QPointF(200, 200)) is None


def test_the_agent_points_at_a_fraction_of_the_page(pane: MirrorPane, qtbot: QtBot) -> None:
    pane.feed(text_of(*picture("Bonjour", size=(800, 600))))  # drawn 400 x 300, 50 from the top
    assert pane.pick(QPointF(200, 200)) == pytest.approx((0.5, 0.5))
    assert pane.pick(QPointF(0, 50)) == pytest.approx((0.0, 0.0))
    assert pane.pick(QPointF(200, 20)) is None
    assert pane.place(0.25, 1.0) == QPointF(100, 350)
    wait_mirrored(qtbot, pane, "document.querySelector('h1') !== null")
    frame = in_mirror(
        qtbot,
        pane,
        "JSON.stringify((({left, top, width, height}) => [left, top, width, height])"
        "(globalThis.document.querySelector('iframe').getBoundingClientRect()))",
    )
    assert QRect(*(round(side) for side in json.loads(frame))) == QRect(0, 50, 400, 300)


def test_a_small_page_is_not_enlarged(pane: MirrorPane) -> None:
    pane.feed(text_of(*picture("Bonjour", size=(100, 100))))
    assert pane.place(0, 0) == QPointF(150, 150)
    assert pane.place(1, 1) == QPointF(250, 250)


def test_a_picture_is_asked_for_and_shown_only_when_it_is_one(
    pane: MirrorPane, qtbot: QtBot
) -> None:
    asked: list[str] = []
    pane.resource_requested.connect(asked.append)
    page = picture("Bonjour")
    body = page[1]["data"]["node"]["childNodes"][0]["childNodes"][1]
    for number, name in enumerate(("bon", "page", "rien")):
        image = {"id": name, "src": f"http://h/{name}.png?cle=é"}
        body["childNodes"].append(
            {"type": 2, "tagName": "img", "attributes": image, "childNodes": [], "id": 20 + number}
        )
    pane.feed(text_of(*page))
    qtbot.waitUntil(lambda: len(asked) == 3)
    assert sorted(asked) == [f"http://h/{name}.png?cle=é" for name in ("bon", "page", "rien")]
    pane.give_resource("http://h/bon.png?cle=é", PIXEL, "image/png")
    pane.give_resource("http://h/page.png?cle=é", b"<script>1</script>", "text/html")
    pane.give_resource("http://h/rien.png?cle=é", b"", "")
    wait_mirrored(qtbot, pane, "document.getElementById('bon').naturalWidth === 1")
    wait_mirrored(qtbot, pane, "[...document.images].every(i => i.complete)")
    assert in_mirror(qtbot, pane, "document.getElementById('page').naturalWidth") == 0
    assert pane.blocked_requests == 0


def test_a_canvas_is_shown_as_a_picture(pane: MirrorPane, qtbot: QtBot) -> None:
    page = picture("Bonjour")
    body = page[1]["data"]["node"]["childNodes"][0]["childNodes"][1]
    canvas = {"id": "dessin", "width": "200", "height": "90"}
    body["childNodes"].append(
        {"type": 2, "tagName": "canvas", "attributes": canvas, "childNodes": [], "id": 20}
    )
    url = "data:image/png;base64," + base64.b64encode(PIXEL).decode()
    drawn = {
        "type": 5,
        "data": {"tag": "canvas", "payload": {"id": 20, "url": url}},
        "timestamp": 3,
    }
    pane.feed(text_of(*page, drawn))
    wait_mirrored(
        qtbot,
        pane,
        "document.getElementById('dessin')?.style.backgroundImage.startsWith('url(\"data:')",
    )
    assert (
        in_mirror(qtbot, pane, "document.getElementById('dessin').getBoundingClientRect().width")
        == 200
    )


def test_what_is_no_event_breaks_nothing(pane: MirrorPane, qtbot: QtBot) -> None:
    for text in ("[]", '[{"type":4}]', '[{"type":3,"data":{"source":0},"timestamp":1}]', "no json"):
        pane.feed(text)
    pane.feed(text_of(*picture("Debout")))
    wait_mirrored(qtbot, pane, "document.querySelector('h1')?.textContent === 'Debout'")
