# SPDX-License-Identifier: GPL-3.0-only
"""A conversation's windows tell a screen reader of few new names: what only counts is not told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QListWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.protocol.conversation.messages import Grant, PrintChanged, PrintState
from tests.support.screens.invented import (
    NOW,
    SERVICES,
    SESSION,
    TICKETS,
    allow,
    desk,
    drawn_page,
)
from tests.support.screens.kiosk_gallery import kiosk_visit, session_facts
from views.desk.call_controls import CallState, Quality
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.view import SharedPageView
from views.desk.window import DeskWindow
from views.widgets.announcer import announcer_of

MOST = 60
"""In a minute."""


class Told:
    """Counts what Qt tells: each call that names a widget, each new text of a button, or of a label
    that has no other name, and of a line of a list.
    """

    def __init__(self, window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
        self._window = window
        self._texts = self._read()
        self.told: list[str] = []
        name = QWidget.setAccessibleName

        def on_named(widget: QWidget, words: str | None) -> None:
            self.told.append(f"{widget.objectName()} is called {words}")
            name(widget, words)

        monkeypatch.setattr(QWidget, "setAccessibleName", on_named)

    def _read(self) -> dict[QWidget | str, str]:
        texts: dict[QWidget | str, str] = {}
        for lines in self._window.findChildren(QListWidget):
            for place in range(lines.count()):
                item = lines.item(place)
                assert item is not None
                spoken = item.data(Qt.ItemDataRole.AccessibleTextRole) or item.text()
                texts[f"{lines.objectName()} {place}"] = str(spoken)
        for button in self._window.findChildren(QAbstractButton):
            texts[button] = QAbstractButton.text(button)
        for label in self._window.findChildren(QLabel):
            if not label.accessibleName():
                texts[label] = QLabel.text(label)
        return texts

    def after_a_second(self) -> None:
        texts = self._read()
        for widget, words in texts.items():
            if self._texts.get(widget, words) != words:
                name = widget.objectName() if isinstance(widget, QWidget) else widget
                self.told.append(f"{name} shows {words}")
        self._texts = texts

    def of_a_minute(self, pass_second: Callable[[int], object]) -> list[str]:
        for second in range(60):
            pass_second(second)
            self.after_a_second()
        return self.told


def take_papers(window: DeskWindow, second: int) -> None:
    """A page is shared, one is scanned, and a print comes out, as fast as a kiosk tells of it."""
    devices = window.devices
    if second < 10:
        devices.show_scan_progress(10 * second)
    elif second < 40:
        devices.pages.show_page_progress("p1", 3 * (second - 9))
    elif second == 40:
        devices.pages.show_page_image("p1", drawn_page())
        devices.pages.show_page_cleaned("p1", drawn_page())
        devices.show_scanned(["p1"], 0)
    states = {45: PrintState.SENT, 46: PrintState.RECEIVED, 48: PrintState.PRINTING}
    if state := states.get(second, PrintState.DONE if second == 55 else None):
        devices.printing.show_print(PrintChanged(print_id="n1", state=state), "Receipt")


def stalled_state(second: int, stall_s: int) -> CallState:
    """Return the state of a call that is silent `stall_s` in every `stall_s + 1` seconds."""
    silent_s = second % (stall_s + 1)
    if silent_s >= 5:
        return CallState.LOST
    if silent_s >= 1:
        return CallState.UNSTABLE
    return CallState.CONNECTED


@pytest.mark.parametrize(
    ("flap_s", "stall_s"),
    [(0, 0), (15, 0), (10, 0), (4, 0), (1, 0), (0, 1), (0, 3), (0, 8), (0, 14), (4, 3)],
)
@pytest.mark.parametrize("queue_is_seen", [True, False])
def test_a_desk_in_conversation_tells_of_few_new_names(
    qtbot: QtBot,
    desk_theme: QApplication,
    monkeypatch: pytest.MonkeyPatch,
    queue_is_seen: bool,
    flap_s: int,
    stall_s: int,
) -> None:
    clock = ManualClock(NOW)
    page = SharedPageView(MirrorPane(), clock)
    window = desk(clock, cobrowse=page)
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    window.queue.set_tickets(TICKETS, SERVICES)
    window.show_session(SESSION)
    window.call.controls.show_state(CallState.CONNECTED)
    window.call.controls.show_started(NOW - timedelta(minutes=2, seconds=30))
    given = {grant: grant not in (Grant.SCAN, Grant.PRINT, Grant.POINT) for grant in Grant}
    allow(window, given)
    page.show_grants(given)
    for grant in (Grant.SCAN, Grant.PRINT, Grant.POINT):
        window.conversation.header.grants.show_asked([grant])
    window.resize(1366, 768)
    window.show()
    if not queue_is_seen:
        window.conversation.show_page()
    seconds = [timer for timer in window.findChildren(QTimer) if timer.interval() == 1000]
    told = Told(window, monkeypatch)

    def pass_second(second: int) -> None:
        clock.advance(1)
        for timer in seconds:
            timer.timeout.emit()
        left_s = {grant: 90.0 - second for grant in Grant if given[grant]}
        window.conversation.header.grants.show_times(left_s)
        asking = {grant: 60.0 - second for grant in Grant if not given[grant]}
        window.conversation.header.grants.show_asking(asking)
        window.devices.show_asking(asking)
        page.tools.show_asking(asking)
        is_weak = flap_s > 0 and second % (2 * flap_s) >= flap_s
        quality = Quality.BAD if is_weak else Quality.GOOD
        window.call.controls.show_quality(quality, f"{second} kb/s")
        window.call.controls.show_line("Weak line: smaller picture" if is_weak else "")
        window.call.controls.show_state(stalled_state(second, stall_s))
        take_papers(window, second)

    words = told.of_a_minute(pass_second)
    assert len(words) <= MOST, "\n".join(words)


@pytest.mark.parametrize("opened", [False, True])
def test_a_kiosk_in_conversation_tells_of_few_new_names(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, opened: bool
) -> None:
    clock = ManualClock(NOW)
    visit = kiosk_visit(clock)
    window = visit.window
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    visit.show_session(session_facts())
    page = window.session_page
    page.stage.show_page(True)
    page.show_grants(dict.fromkeys(Grant, True))
    page.powers.show_times(dict.fromkeys(Grant, 90.0))
    if opened:
        page.bar.show_powers.click()
    else:
        page.ask((Grant.SCAN, Grant.KEEP))
    told = Told(window, monkeypatch)

    def pass_second(_second: int) -> None:
        clock.advance(1)
        visit.tick()

    words = told.of_a_minute(pass_second)
    assert len(words) <= MOST, "\n".join(words)


def test_grants_that_come_together_are_said_once(qtbot: QtBot) -> None:
    visit = kiosk_visit()
    window = visit.window
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    visit.show_session(session_facts())
    said: list[str] = []
    announcer_of(window).said.connect(lambda words, _urgent: said.append(words))
    given: dict[Grant, bool] = dict.fromkeys(Grant, False)
    for grant in (Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE):
        given[grant] = True
        window.session_page.show_grants(given)
    qtbot.waitUntil(lambda: bool(said))
    assert said == [window.session_page.bar.line.text()]
