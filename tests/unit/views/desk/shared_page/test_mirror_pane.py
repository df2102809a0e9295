# SPDX-License-Identifier: GPL-3.0-only
"""The locked mirror alone: what it draws, where the agent points, and how it forgets."""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
from collections.abc import Iterator

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QPointF, QRect, QRectF, Qt
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from session.protocol.conversation.sheets import sheet_name
from tests.support.screens.fingers import key
from tests.support.screens.mirrored import (
    in_mirror,
    new_words,
    picture,
    text_of,
    typed,
    wait_mirrored,
)
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.overlay import MirrorOverlay, Tool

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HOSTILE = (
    "@import url(http://evil.example/a.css); h1 { color: rgb(1, 2, 3); "
    "background: url(http://evil.example/b.png) } </style><img src=http://evil.example/c>"
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


def test_a_named_sheet_is_drawn_as_checked_as_any_other_and_from_memory_too(
    pane: MirrorPane, qtbot: QtBot
) -> None:
    name = sheet_name(HOSTILE)
    link = {"type": 2, "tagName": "link", "id": 90, "childNodes": []}
    for words, sheets in (("Un", {name: HOSTILE}), ("Deux", {}), ("Trois", {name: HOSTILE})):
        events = picture(words)
        page = events[1]["data"]["node"]["childNodes"][0]
        page["childNodes"].insert(0, link | {"attributes": {"rr_sheet": name}})
        pane.feed(text_of(*events), 1, sheets)
        wait_mirrored(qtbot, pane, f"document.querySelector('h1')?.textContent === '{words}'")
        drawn = "getComputedStyle(document.querySelector('h1'))"
        wait_mirrored(qtbot, pane, f"{drawn}.color === 'rgb(1, 2, 3)'")
        html = in_mirror(qtbot, pane, "document.documentElement.innerHTML")
        assert "a.css" not in html
        assert "b.png" not in html
        assert in_mirror(qtbot, pane, "document.images.length") == 0
    pane.feed(text_of(*events).replace(name, sheet_name("never given")))
    wait_mirrored(qtbot, pane, f"{drawn}.color !== 'rgb(1, 2, 3)'")
    assert pane.engine.blocked_requests == 0


def test_an_engine_that_begins_later_begins_with_the_first_events(
    qapp: QApplication, qtbot: QtBot
) -> None:
    pane = MirrorPane(begins_later=True)
    pane.show()
    assert pane.engine.page.url().isEmpty()
    pane.feed(text_of(*picture("Bonjour")))
    wait_mirrored(qtbot, pane, "document.querySelector('h1')?.textContent === 'Bonjour'")
    pane.close()
    sip.delete(pane)


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process by its number")
def test_a_page_that_ends_the_engine_leaves_a_mirror_that_draws(
    pane: MirrorPane, qtbot: QtBot
) -> None:
    pane.feed(text_of(*picture("Lourde")))
    wait_mirrored(qtbot, pane, "document.querySelector('h1')?.textContent === 'Lourde'")
    with qtbot.waitSignal(pane.engine.picture_needed, timeout=20_000):
        os.kill(pane.engine.page.renderProcessPid(), signal.SIGKILL)
    pane.feed(text_of(*picture("Encore")))
    wait_mirrored(qtbot, pane, "document.querySelector('h1')?.textContent === 'Encore'")


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
    assert pane.placement.viewport.height() == 604


@pytest.mark.parametrize("size", [(1e300, 1), (3_000_000_000, 600), (800, 16_000_000), (0, 0)])
def test_a_size_that_no_screen_has_is_not_believed(
    pane: MirrorPane, qtbot: QtBot, size: tuple[float, float]
) -> None:
    pane.feed(text_of(*picture("Un", size=(800, 600))))
    pane.feed(
        json.dumps([{"type": 4, "timestamp": 9, "data": {"width": size[0], "height": size[1]}}])
    )
    pane.feed(f'[{{"type":4,"timestamp":9,"data":{"[" * 90_000}{"]" * 90_000}}}]')
    assert (pane.placement.viewport.width(), pane.placement.viewport.height()) == (800, 600)


def test_clearing_leaves_nothing(pane: MirrorPane, qtbot: QtBot) -> None:
    pane.feed(text_of(*picture("Bonjour")))
    wait_mirrored(qtbot, pane, "document.querySelector('h1') !== null")
    pane.clear()
    assert in_mirror(qtbot, pane, "globalThis.document.querySelectorAll('iframe').length") == 0
    assert pane.placement.viewport.isEmpty()
    assert pane.placement.pick(QPointF(200, 200)) is None


def test_the_agent_points_at_a_fraction_of_the_page(pane: MirrorPane, qtbot: QtBot) -> None:
    pane.feed(text_of(*picture("Bonjour", size=(800, 600))))  # drawn 400 x 300, 50 from the top
    assert pane.placement.pick(QPointF(200, 200)) == pytest.approx((0.5, 0.5))
    assert pane.placement.pick(QPointF(0, 50)) == pytest.approx((0.0, 0.0))
    assert pane.placement.pick(QPointF(200, 20)) is None
    assert pane.placement.place(0.25, 1.0) == QPointF(100, 350)
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
    assert pane.placement.place(0, 0) == QPointF(150, 150)
    assert pane.placement.place(1, 1) == QPointF(250, 250)


def test_a_picture_is_asked_for_and_shown_only_when_it_is_one(
    pane: MirrorPane, qtbot: QtBot
) -> None:
    asked: list[str] = []
    pane.engine.resources.asked.connect(asked.append)
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
    pane.engine.resources.give("http://h/bon.png?cle=é", PIXEL, "image/png")
    pane.engine.resources.give("http://h/page.png?cle=é", b"<script>1</script>", "text/html")
    pane.engine.resources.give("http://h/rien.png?cle=é", b"", "")
    wait_mirrored(qtbot, pane, "document.getElementById('bon').naturalWidth === 1")
    wait_mirrored(qtbot, pane, "[...document.images].every(i => i.complete)")
    assert in_mirror(qtbot, pane, "document.getElementById('page').naturalWidth") == 0
    assert pane.engine.blocked_requests == 0


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


@pytest.fixture
def wide(qapp: QApplication, qtbot: QtBot) -> Iterator[MirrorPane]:
    """A pane in which the page is as wide as the pane."""
    made = MirrorPane(fits_width=True)
    made.resize(952, 500)
    with qtbot.waitSignal(made.engine.ready, timeout=20_000):
        made.show()
    yield made
    made.close()
    sip.delete(made)


def test_the_scale_follows_the_panes_width_alone(wide: MirrorPane, qtbot: QtBot) -> None:
    wide.feed(text_of(*picture("Bonjour", size=(470, 400))))
    assert wide.placement.scale == 2.0
    wide.resize(952, 300)
    assert wide.placement.scale == 2.0
    for height in (380, 250, 700):  # the kiosk's strips come and go
        wide.feed(text_of(*picture("Bonjour", size=(470, height))))
        assert wide.placement.scale == 2.0
    wide.feed(text_of(*picture("Bonjour", size=(940, 400))))
    assert wide.placement.scale == 1.0, "it no longer fits"
    wide.feed(text_of(*picture("Bonjour", size=(470, 400))))
    assert wide.placement.scale == 1.0, "it does not jump back by itself"
    wide.clear()
    wide.feed(text_of(*picture("Bonjour", size=(470, 400))))
    assert wide.placement.scale == 2.0


def test_what_the_pane_does_not_show_is_scrolled_to_and_only_then_the_kiosks_page(
    wide: MirrorPane, qtbot: QtBot
) -> None:
    wide.feed(text_of(*picture("Bonjour", size=(940, 700))))
    wait_mirrored(qtbot, wide, "document.querySelector('h1')?.textContent === 'Bonjour'")
    overlay = wide.findChild(MirrorOverlay)
    assert overlay is not None
    overlay.setFocus()
    assert wide.placement.pick(QPointF(10, 10)) == (10 / 940, 10 / 700)
    key(overlay, Qt.Key.Key_End)
    assert wide.placement.pick(QPointF(10, 490)) == (10 / 940, 690 / 700)
    wide.placement.bring_into_view(
        QRectF(wide.placement.place(0.1, 0.0), wide.placement.place(0.2, 0.05))
    )
    assert wide.placement.place(0.0, 0.0).y() == 0
    asked: list[float] = []
    wide.scrolled.connect(lambda _pick, _right, down: asked.append(down))
    wide.overlay.set_tool(Tool.CONTROL)
    overlay.turned.emit(QPointF(300, 200), 0.0, 900.0)
    assert wide.placement.place(0.0, 1.0).y() == 500
    assert asked == []
    overlay.turned.emit(QPointF(300, 200), 0.0, 100.0)
    qtbot.waitUntil(lambda: asked == [100.0])


def test_other_widgets_can_lie_over_the_mirror(wide: MirrorPane) -> None:
    """A see-through web page is composed over everything in its window, the help and the face."""
    over = Qt.WidgetAttribute.WA_AlwaysStackOnTop
    assert [part for part in wide.findChildren(QWidget) if part.testAttribute(over)] == []


def test_the_field_that_has_the_keyboard_is_ringed_with_its_caret(
    wide: MirrorPane, qtbot: QtBot
) -> None:
    wide.feed(text_of(*picture("Bonjour", size=(940, 700)), typed("Garrigue", 5)))
    wait_mirrored(qtbot, wide, "document.getElementById('champ')?.value === 'Garrigue'")
    seen: list[QRect] = []
    wide.focus.moved.connect(lambda box, _name: seen.append(box))

    def focus(node: int, at: int) -> dict[str, object]:
        payload = {"tag": "focus", "payload": {"id": node, "at": at}}
        return {"type": 5, "data": payload, "timestamp": 9}

    wide.feed(text_of(focus(9, 0)))
    qtbot.waitUntil(lambda: bool(seen))
    overlay = wide.findChild(MirrorOverlay)
    assert overlay is not None
    box, start = seen[-1], overlay.caret_x()
    assert box.width() > 100
    assert box.left() <= start <= box.left() + 8
    wide.feed(text_of(focus(9, 8)))
    qtbot.waitUntil(lambda: overlay.caret_x() > start + 20)
    wide.feed(text_of(focus(9, -1)))  # what is masked has no caret
    qtbot.waitUntil(lambda: overlay.caret_x() == 0)
    wide.feed(text_of(focus(0, -1)))
    assert seen[-1].isEmpty()
