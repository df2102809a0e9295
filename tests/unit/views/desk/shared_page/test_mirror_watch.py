# SPDX-License-Identifier: GPL-3.0-only
"""A mirror that hangs: it is said, ended and drawn again; one that is only busy is left alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from PyQt6 import sip
from PyQt6.QtWidgets import QApplication, QFrame, QLabel
from pytestqt.qtbot import QtBot

from session.core.process_tree import memory_bytes
from tests.support.screens.mirrored import picture, text_of, wait_mirrored
from views.desk.shared_page import mirror_watch
from views.desk.shared_page.mirror_engine import MOST_UNDRAWN_CHARS
from views.desk.shared_page.mirror_pane import MirrorPane

SPINS = "for (;;);"
BUSY = "{ const end = Date.now() + 3000; while (Date.now() < end); }"


@pytest.fixture
def pane(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[MirrorPane]:
    monkeypatch.setattr(mirror_watch, "PULSE_MS", 100)
    made = MirrorPane()
    made.resize(700, 400)
    made.show()
    yield made
    made.close()
    sip.delete(made)  # at once: at the interpreter's end, page and profile would go in any order


def shown(pane: MirrorPane, words: str, qtbot: QtBot) -> None:
    pane.feed(text_of(*picture(words)))
    wait_mirrored(qtbot, pane, f"document.querySelector('h1')?.textContent === '{words}'")


def said(pane: MirrorPane) -> str:
    """The card's title while it is seen."""
    card = pane.findChild(QFrame, "mirror_trouble")
    title = pane.findChild(QLabel, "mirror_trouble_title")
    assert card is not None
    assert title is not None
    return title.text() if card.isVisible() else ""


def test_a_mirror_that_spins_is_said_ended_and_drawn_again(
    pane: MirrorPane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror_watch, "LOST_PULSES", 8)
    shown(pane, "Lourde", qtbot)
    before = pane.engine.page.renderProcessPid()
    with qtbot.waitSignal(pane.engine.picture_needed, timeout=30_000):
        pane.engine.page.runJavaScript(SPINS)
        qtbot.waitUntil(lambda: said(pane) == "The page's copy does not answer")
        qtbot.waitUntil(lambda: said(pane) == "The page's copy had stopped")
        pane.feed(text_of(*picture("Too early")))  # there is nobody who could draw it
    assert said(pane) == ""
    assert pane.engine.page.renderProcessPid() != before
    shown(pane, "Encore", qtbot)


def test_a_mirror_that_is_only_busy_is_said_and_left_alone(
    pane: MirrorPane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror_watch, "LOST_PULSES", 10_000)
    shown(pane, "Lourde", qtbot)
    before = pane.engine.page.renderProcessPid()
    pane.engine.page.runJavaScript(BUSY)
    qtbot.waitUntil(lambda: said(pane) == "The page's copy does not answer")
    qtbot.waitUntil(lambda: said(pane) == "")
    assert pane.engine.page.renderProcessPid() == before
    wait_mirrored(qtbot, pane, "document.querySelector('h1')?.textContent === 'Lourde'")


def test_a_mirror_that_shows_nothing_is_not_asked(pane: MirrorPane, qtbot: QtBot) -> None:
    timer = pane.engine.watch._timer
    shown(pane, "Une page", qtbot)
    assert timer.isActive()
    pane.clear()
    qtbot.waitUntil(lambda: not timer.isActive())
    shown(pane, "Une autre", qtbot)
    assert timer.isActive()


def test_one_that_hangs_while_it_forgets_is_ended_all_the_same(
    pane: MirrorPane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror_watch, "LOST_PULSES", 8)
    shown(pane, "Lourde", qtbot)
    with qtbot.waitSignal(pane.engine.picture_needed, timeout=30_000):
        pane.engine.page.runJavaScript(SPINS)
        qtbot.waitUntil(lambda: bool(pane.engine.watch._unanswered))
        pane.clear()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_mirror_that_takes_too_much_memory_is_ended_and_drawn_again(
    pane: MirrorPane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(pane, "Large", qtbot)
    before = pane.engine.page.renderProcessPid()
    small = memory_bytes([before])
    assert small > 0
    monkeypatch.setattr(mirror_watch, "BROWSER_MEMORY_BYTES", small + (100 << 20))
    with qtbot.waitSignal(pane.engine.picture_needed, timeout=30_000):
        pane.engine.page.runJavaScript("window.kept = new Uint8Array(200 << 20).fill(1), 1")
    assert pane.engine.page.renderProcessPid() != before
    shown(pane, "Again", qtbot)


def test_a_pane_is_behind_until_its_process_has_taken_the_largest_picture(
    pane: MirrorPane, qtbot: QtBot
) -> None:
    shown(pane, "Une page", qtbot)
    qtbot.waitUntil(lambda: not pane.engine.is_behind)
    pane.feed(text_of({"type": 6, "data": {"x": "a" * MOST_UNDRAWN_CHARS}, "timestamp": 3}))
    assert pane.engine.is_behind
    qtbot.waitUntil(lambda: not pane.engine.is_behind)
    shown(pane, "Une autre", qtbot)
