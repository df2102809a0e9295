# SPDX-License-Identifier: GPL-3.0-only
"""Escape is STOP at the kiosk, also while the web page has the keyboard;
the agent's Escape is only the page's.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt

from session.protocol.conversation.messages import Grant
from session.protocol.conversation.remote_control import FieldKind, PageKey
from tests.integration.remote_control.stage import ControlStage
from tests.support.qt_loop import QtLoop
from tests.support.screens.fingers import key
from tests.support.screens.kiosk_gallery import session_facts, starting_visit


def test_escape_stops_even_from_within_the_page(stage: ControlStage, qt_loop: QtLoop) -> None:

    async def story() -> None:
        visit = starting_visit(browser=stage.browser)
        window = visit.window
        stops: list[bool] = []
        window.session_page.acted.connect(lambda _stop: stops.append(True))
        stage.browser.reported.connect(window.session_page.on_web_page)
        window.resize(1280, 800)
        visit.show_session(session_facts())
        window.session_page.stage.show_page(True)
        window.session_page.show_grants(dict.fromkeys(Grant, True))
        window.show()
        window.activateWindow()
        await stage.share_html(
            "<input id=n><script>n.onkeydown = (e) => { document.title = e.key }</script>"
        )
        assert (await stage.click("#n")).field is FieldKind.TEXT
        stage.control.press(PageKey.ESCAPE)
        await stage.answer()
        await stage.page_is("document.title === 'Escape'")
        assert stops == [], "the agent's key is for the page"
        target = stage.page.view.focusProxy()
        assert target is not None
        assert target.hasFocus()
        key(target, Qt.Key.Key_Escape)
        await stage.until(lambda: stops)
        assert stops == [True]
        stage.browser.setParent(None)
        window.hide()
        window.deleteLater()

    qt_loop.run(stage.play(story()))
