# SPDX-License-Identifier: GPL-3.0-only
"""The desk sees which field has the keyboard in the caller's page, and no text is lost in silence
when the page leaves under it.
"""

from __future__ import annotations

from PyQt6.QtCore import QRect

from session.protocol.conversation.remote_control import FieldKind, PageKey
from tests.integration.remote_control.stage import ControlStage
from tests.support.qt_loop import QtLoop
from tests.support.waiting import until
from views.desk.shared_page.overlay import MirrorOverlay

FORM = """<label>Nom <input id=n></label> <label>Ville <input id=v></label>
<label>Code secret <input id=p type=password></label>"""


def test_the_desk_shows_where_the_keyboard_is_in_the_callers_page(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        seen: list[tuple[QRect, str]] = []
        stage.pane.focus.moved.connect(lambda box, name: seen.append((box, name)))
        overlay = stage.pane.findChild(MirrorOverlay)
        assert overlay is not None
        await stage.share_html(FORM)
        await stage.click("#n")
        await until(lambda: seen and seen[-1][1] == "Nom")
        start = overlay.caret_x()
        assert (await stage.write("Garrigue")).code == ""
        await until(lambda: overlay.caret_x() > start + 20)
        stage.control.press(PageKey.TAB)
        await until(lambda: seen[-1][1] == "Ville")
        stage.control.press(PageKey.TAB)
        await until(lambda: seen[-1][0].isEmpty())
        assert '"focus","payload":{"id":0,"at":-1}' in stage.raw, "nothing is told of a secret"

    qt_loop.run(stage.play(story()))


def test_text_typed_right_after_a_navigation_arrives_or_is_refused(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    later = "<body><input id=n autofocus></body>"

    async def story() -> None:
        address = stage.web.page("/t/later.html", later)
        await stage.share_html(FORM)
        assert (await stage.click("#n")).field is FieldKind.TEXT
        await stage.in_page(f"void (location.href = {address!r})")
        codes: dict[str, str] = {}
        while len(codes) < 40 and list(codes.values())[-3:] != ["", "", ""]:
            word = f"m{len(codes)} "
            codes[word] = (await stage.write(word)).code
        await stage.page_is("location.pathname.endsWith('later.html')")
        value = str(await stage.in_page("n.value"))
        taken = [word for word, code in codes.items() if not code]
        gone = [word for word in taken if word not in value]
        # what the first page took went with it, and was seen there before it left
        assert gone == list(codes)[: len(gone)]
        assert set(codes.values()) <= {"", "page_changed", "field_not_ready", "element_gone"}

    qt_loop.run(stage.play(story()))
