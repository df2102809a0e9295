# SPDX-License-Identifier: GPL-3.0-only
"""The agent's tools over the mirror:
what is asleep says why, and what the agent does becomes the right request.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from PyQt6 import sip
from PyQt6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRect, Qt
from PyQt6.QtGui import QInputMethodEvent, QWheelEvent
from PyQt6.QtWidgets import QAbstractButton, QApplication, QFrame, QLabel, QMenu
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.desk.cobrowse.remote_control import Answer, Spot
from session.protocol.conversation.messages import AddressRefused, Grant, PageShown
from session.protocol.conversation.remote_control import (
    ClickRequested,
    FieldKind,
    HistoryStep,
    PageKey,
    TextRequested,
    ValueProposed,
)
from tests.accessibility.layout import settle
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import click, drag, key, write
from tests.support.screens.mirrored import page_text
from views.desk.shared_page import acts
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.overlay import MirrorOverlay, Tool
from views.desk.shared_page.view import SharedPageView

PAGE = PageShown(
    epoch=4,
    address="https://caisse.example/espace",
    title="Mes droits",
    width_px=640,
    height_px=480,
)
OVER_PAGE = (Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE)
EPOCH = 4


class Agent:
    """A view with a mirrored page, and every request it emitted."""

    def __init__(self, view: SharedPageView, qtbot: QtBot) -> None:
        self.view, self.qtbot = view, qtbot
        overlay = view.mirror.findChild(MirrorOverlay, "mirror_overlay")
        assert overlay is not None
        self.overlay = overlay
        self.requests: list[tuple[type[object], tuple[Any, ...]]] = []
        view.pointer.acted.connect(self._on_act)

    def _on_act(self, act: Any) -> None:
        if not isinstance(act, acts.RemoveMarks):
            self.requests.append((type(act), msgspec.structs.astuple(act)))

    def allow(self, *grants: Grant) -> None:
        self.view.show_grants({grant: grant in grants for grant in Grant})

    def show(self, *elements: str) -> None:
        """Mirrors a page of these elements, one under the other, 40 pixels each."""
        self.view.show_sharing(True)
        self.view.show_page(PAGE)
        self.view.mirror.feed(page_text(*elements), EPOCH)
        self.qtbot.waitUntil(lambda: not self.view.mirror.placement.viewport.isEmpty())
        self._drawn()

    def _drawn(self) -> None:
        seen: list[object] = []

        def look() -> bool:
            self.view.mirror.engine.page.runJavaScript(
                "mirror.visible() !== null && pick(0.5, 0.05)", seen.append
            )
            return any(isinstance(answer, str) for answer in seen)

        self.qtbot.waitUntil(look)

    def at(self, line: int) -> QPoint:
        """The middle of the element of this line, in pixels of the overlay."""
        return self.view.mirror.placement.place(0.2, (line * 40 + 20) / 480).toPoint()

    def press(self, line: int) -> None:
        from PyQt6.QtTest import QTest

        test: Any = QTest
        test.mouseClick(
            self.overlay, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, self.at(line)
        )

    def request(self, kind: type[object]) -> tuple[Any, ...]:
        """The values of the next request of this kind."""
        self.qtbot.waitUntil(lambda: any(each is kind for each, _ in self.requests))
        return next(values for each, values in self.requests if each is kind)

    def control(self) -> None:
        """The tool is in hand, and the keyboard over the page."""
        self.view.activateWindow()
        self.qtbot.waitUntil(self.view.isActiveWindow)
        click(self.button("tool_control"))
        self.overlay.setFocus()
        assert self.view.mirror.overlay.has_keyboard

    def hint(self) -> str:
        found = self.view.findChild(QLabel, "cobrowse_hint")
        assert found is not None
        return found.text() if found.isVisible() else ""

    def button(self, name: str) -> QAbstractButton:
        found = self.view.findChild(QAbstractButton, name)
        assert found is not None, name
        return found


@pytest.fixture
def agent(qapp: QApplication, qtbot: QtBot) -> Iterator[Agent]:
    view = SharedPageView(MirrorPane(), ManualClock())
    view.resize(900, 760)
    view.show()
    yield Agent(view, qtbot)
    view.close()
    sip.delete(view)


def test_a_tool_without_leave_asks_for_it_and_is_in_hand_on_the_yes(
    agent: Agent, qtbot: QtBot
) -> None:
    agent.show("<p>Bonjour</p>")
    agent.allow(Grant.SEE_PAGE)
    for tool in (Tool.POINT, Tool.ARROW, Tool.CONTROL):
        button = agent.view.tools.button(tool)
        assert "Asks the caller first" in button.toolTip()
        assert "Asks the caller first" in button.accessibleName()
        wanted = acts_of(agent.view.tools, acts.TakeTool)
        click(button)
        assert wanted == [acts.TakeTool(tool)]
        assert agent.view.tools.tool is Tool.LOOK, "in hand on the yes, not before"
    agent.view.tools.show_asking([Grant.CONTROL])
    asked = agent.view.tools.button(Tool.CONTROL)
    assert asked.text() == "Act in page", "it says which tool it is"
    assert "The caller is being asked" in asked.accessibleName()
    agent.view.tools.show_asking([])
    agent.allow(*OVER_PAGE)
    agent.view.tools.choose(Tool.CONTROL)
    assert agent.view.tools.tool is Tool.CONTROL
    assert "Asks" not in agent.view.tools.button(Tool.CONTROL).toolTip()


def test_a_power_taken_back_puts_the_tool_down(agent: Agent) -> None:
    agent.show("<p>Bonjour</p>")
    agent.allow(*OVER_PAGE)
    agent.view.tools.choose(Tool.CONTROL)
    assert agent.overlay.tool is Tool.CONTROL
    agent.allow(Grant.SEE_PAGE)
    assert (agent.overlay.tool, agent.view.tools.tool) == (Tool.LOOK, Tool.LOOK)


def test_every_tool_has_its_key_which_also_puts_it_down(agent: Agent) -> None:
    agent.show("<p>Bonjour</p>")
    agent.allow(*OVER_PAGE)
    shift, ctrl = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    none = Qt.KeyboardModifier.NoModifier
    for pressed, held, tool in (
        (Qt.Key.Key_F9, none, Tool.POINT),
        (Qt.Key.Key_F9, shift, Tool.HIGHLIGHT),
        (Qt.Key.Key_F9, shift | ctrl, Tool.ARROW),
        (Qt.Key.Key_F9, ctrl, Tool.PROPOSE),
        (Qt.Key.Key_F10, none, Tool.CONTROL),
    ):
        key(agent.view, pressed, held)
        assert agent.view.tools.tool is tool
    key(agent.overlay, Qt.Key.Key_F10)
    assert agent.view.tools.tool is Tool.LOOK, "F10 gives the keyboard back"


def test_a_click_means_the_node_under_the_mouse(agent: Agent) -> None:
    agent.show("<p>Bonjour</p>", "<button>Suite</button>")
    agent.allow(*OVER_PAGE)
    agent.view.tools.choose(Tool.CONTROL)
    agent.press(1)
    (spot,) = agent.request(acts.ClickPage)
    assert isinstance(spot, Spot)
    assert spot.epoch == EPOCH
    assert spot.node > 0
    assert 0 < spot.x < 1


def test_looking_touches_nothing(agent: Agent, qtbot: QtBot) -> None:
    agent.show("<button>Suite</button>")
    agent.allow(*OVER_PAGE)
    agent.press(0)
    write(agent.overlay, "abc")
    qtbot.wait(100)
    assert agent.requests == []


def test_typed_text_and_keys_go_to_the_page_only_while_acting(agent: Agent) -> None:
    agent.show("<input>")
    agent.allow(*OVER_PAGE)
    agent.view.tools.choose(Tool.CONTROL)
    write(agent.overlay, "a@")
    event = QInputMethodEvent()
    event.setCommitString("é日本")
    QCoreApplication.sendEvent(agent.overlay, event)
    for pressed in (Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Backspace):
        key(agent.overlay, pressed)
    key(agent.overlay, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    key(agent.overlay, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert agent.requests == [
        (acts.TypeText, ("a",)),
        (acts.TypeText, ("@",)),
        (acts.TypeText, ("é日本",)),
        (acts.PressPageKey, (PageKey.ENTER,)),
        (acts.PressPageKey, (PageKey.TAB,)),
        (acts.PressPageKey, (PageKey.BACKSPACE,)),
        (acts.PressPageKey, (PageKey.BACK_TAB,)),
        (acts.PressPageKey, (PageKey.SELECT_ALL,)),
    ]


def test_typing_without_leave_says_so_and_sends_nothing(agent: Agent) -> None:
    agent.show("<input>")
    agent.allow(Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL)
    agent.view.tools.choose(Tool.CONTROL)
    write(agent.overlay, "a")
    assert agent.requests == []
    assert agent.hint() == "Missing permission: Type"


def test_the_wheel_scrolls_the_callers_page_with_leave_and_a_tool_in_hand(
    agent: Agent, qtbot: QtBot
) -> None:
    agent.show("<p>Bonjour</p>")
    agent.allow(Grant.SEE_PAGE, Grant.POINT)

    def turn() -> None:
        at = QPointF(agent.at(0))
        none = Qt.KeyboardModifier.NoModifier
        wheel = QWheelEvent(
            at,
            at,
            QPoint(),
            QPoint(0, -240),
            Qt.MouseButton.NoButton,
            none,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QCoreApplication.sendEvent(agent.overlay, wheel)

    agent.view.tools.choose(Tool.HIGHLIGHT)
    turn()
    qtbot.waitUntil(lambda: agent.hint() == "Missing permission: Click")
    agent.allow(*OVER_PAGE)
    agent.view.tools.choose(Tool.LOOK)
    turn()
    agent.view.tools.choose(Tool.ARROW)
    turn()
    _spot, right, down = agent.request(acts.ScrollAt)
    assert (right, down) == (0.0, 200.0)
    assert len(agent.requests) == 1


def test_a_list_of_choices_opens_at_the_desk(agent: Agent, qtbot: QtBot) -> None:
    agent.show("<select><option>Un</option><option>Deux</option></select>")
    agent.allow(*OVER_PAGE)
    agent.view.tools.choose(Tool.CONTROL)
    agent.press(0)
    qtbot.waitUntil(lambda: bool(agent.view.mirror.findChildren(QMenu, "page_choices")))
    menu = agent.view.mirror.findChildren(QMenu, "page_choices")[0]
    assert [action.text() for action in menu.actions()] == ["Un", "Deux"]
    menu.actions()[1].trigger()
    epoch, node, index = agent.request(acts.ChooseOption)
    assert (epoch, index) == (EPOCH, 1)
    assert node > 0
    menu.close()
    QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete.value))


def test_a_date_is_written_as_a_whole(agent: Agent, qtbot: QtBot) -> None:
    agent.show('<input type="date" value="2026-03-02">')
    agent.allow(*OVER_PAGE)
    agent.view.tools.choose(Tool.CONTROL)
    agent.press(0)
    qtbot.waitUntil(lambda: agent.view.value_bar.isVisible())
    assert agent.view.value_bar.value() == "2026-03-02"
    click(agent.button("value_write"))
    epoch, node, value = agent.request(acts.WriteValue)
    assert (epoch, value) == (EPOCH, "2026-03-02")
    assert node > 0
    assert not agent.view.value_bar.isVisible()


def test_a_proposal_needs_a_field_and_only_the_power_to_point(agent: Agent, qtbot: QtBot) -> None:
    agent.show("<p>Bonjour</p>", "<input>", '<input type="password">')
    agent.allow(Grant.SEE_PAGE, Grant.POINT)
    agent.view.tools.choose(Tool.PROPOSE)
    agent.press(0)
    qtbot.waitUntil(lambda: "no field" in agent.hint())
    agent.press(2)
    qtbot.waitUntil(lambda: "caller's own" in agent.hint())
    agent.press(1)
    qtbot.waitUntil(lambda: agent.view.value_bar.isVisible())
    assert not agent.button("value_write").isVisible()
    write(agent.view.value_bar._text, "1204,50")
    click(agent.button("value_propose"))
    assert agent.request(acts.ProposeValue)[2] == "1204,50"
    assert "sees your proposal" in agent.hint()
    agent.view.pointer.show_answer(Answer(ValueProposed, "proposal_refused", {}, FieldKind.NONE))
    assert "did not take" in agent.hint()


def test_frame_and_arrow_are_requested_and_seen(agent: Agent, qtbot: QtBot) -> None:
    agent.show("<p>Bonjour</p>", "<button>Suite</button>")
    agent.allow(Grant.SEE_PAGE, Grant.POINT)
    agent.view.tools.choose(Tool.HIGHLIGHT)
    agent.press(1)
    epoch, node = agent.request(acts.FrameNode)
    assert (epoch, node > 0) == (EPOCH, True)
    qtbot.waitUntil(lambda: agent.overlay.has_marks)
    agent.view.tools.choose(Tool.ARROW)
    drag(agent.overlay, agent.at(0), agent.at(4))
    start, end = agent.request(acts.DrawArrow)
    assert start[1] < end[1]
    assert agent.overlay.has_marks
    removed = acts_of(agent.view.pointer, acts.RemoveMarks)
    click(agent.button("page_marks_remove"))
    assert removed
    assert not agent.overlay.has_marks


def test_back_forward_reload_and_size_are_requested(agent: Agent) -> None:
    agent.show("<p>Bonjour</p>")
    agent.allow(*OVER_PAGE)
    told = acts_of(agent.view.tools, object)
    for name in ("page_back", "page_forward", "page_reload", "page_zoom_in", "page_zoom_out"):
        click(agent.button(name))
    steps = (HistoryStep.BACK, HistoryStep.FORWARD, HistoryStep.RELOAD)
    assert told == [*map(acts.GoInHistory, steps), acts.ZoomPage(1), acts.ZoomPage(-1)]


def test_the_field_is_named_exactly_while_what_is_typed_goes_there(agent: Agent) -> None:
    agent.show("<p>Bonjour</p>")
    agent.allow(*OVER_PAGE)
    pointer, here, elsewhere = (
        agent.view.pointer,
        QRect(10, 10, 90, 20),
        agent.button("page_reload"),
    )
    words = "What you type goes into “Nom”."
    agent.control()
    pointer.show_answer(Answer(ClickRequested, "", {}, FieldKind.TEXT))
    agent.view.mirror.focus.moved.emit(here, "Nom")
    assert agent.hint() == words
    elsewhere.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    elsewhere.setFocus()
    assert agent.hint() == ""
    agent.overlay.setFocus()
    assert agent.hint() == words
    menu = QMenu(agent.view)
    menu.addAction("Pause")
    menu.popup(QPoint(0, 0))
    assert agent.hint() == "", "an open menu takes the letters"
    menu.close()
    assert agent.hint() == words
    agent.view.mirror.focus.moved.emit(QRect(), "")  # no field has the focus any more
    assert agent.hint() == ""
    agent.view.mirror.focus.moved.emit(here, "Nom")
    assert agent.hint() == words
    agent.allow(Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL)
    assert agent.hint() == ""
    agent.allow(*OVER_PAGE)
    assert agent.hint() == words
    pointer.show_paused()
    agent.view.mirror.focus.moved.emit(here, "Prénom")
    assert "goes into" not in agent.hint()


def test_answers_are_shown_in_words(agent: Agent) -> None:
    agent.show("<p>Bonjour</p>")
    agent.allow(*OVER_PAGE)
    pointer = agent.view.pointer
    agent.control()
    pointer.show_answer(Answer(ClickRequested, "", {}, FieldKind.TEXT))
    assert agent.hint() == "What you type goes into this field."
    pointer.show_answer(Answer(TextRequested, "grant_missing", {"grant": "type"}, FieldKind.NONE))
    assert agent.hint() == "Missing permission: Type"
    pointer.show_answer(Answer(ClickRequested, "field_private", {}, FieldKind.PRIVATE))
    assert "caller's own" in agent.hint()
    pointer.show_paused()
    assert "touching the page" in agent.hint()
    pointer.show_answer(Answer(ClickRequested, "", {}, FieldKind.NONE))
    assert agent.hint() == ""


def test_the_page_stays_where_it_is_while_sentences_come_and_go(agent: Agent) -> None:
    agent.show("<p>Bonjour</p>")
    agent.allow(*OVER_PAGE)
    mirror, pointer = agent.view.mirror, agent.view.pointer
    before = (mirror.mapTo(agent.view, mirror.rect().topLeft()), mirror.size())
    pointer.show_paused()
    agent.view.show_refused(AddressRefused(address="https://a.example/x", code="unexpected"))
    notes = agent.view.findChild(QFrame, "page_notes")
    assert notes is not None
    assert notes.isVisible()
    settle()
    assert (mirror.mapTo(agent.view, mirror.rect().topLeft()), mirror.size()) == before
    # the field that has the keyboard is never under them
    assert notes.y() > mirror.height() // 2
    mirror.focus.moved.emit(QRect(10, mirror.height() - 30, 200, 24), "Rue")
    assert notes.y() == 0
    mirror.focus.moved.emit(QRect(10, 20, 200, 24), "Nom")
    assert notes.y() > mirror.height() // 2
    pointer.clear()
    agent.view.clear()
    assert not notes.isVisible()


def test_the_end_of_a_session_clears_every_trace(agent: Agent, qtbot: QtBot) -> None:
    agent.show("<input>")
    agent.allow(*OVER_PAGE)
    agent.view.tools.choose(Tool.PROPOSE)
    agent.press(0)
    qtbot.waitUntil(lambda: agent.view.value_bar.isVisible())
    agent.view.value_bar._text.setText("Exemple")
    agent.view.clear()
    assert not agent.view.value_bar.isVisible()
    assert agent.view.value_bar._text.text() == ""
    assert agent.view.tools.tool is Tool.LOOK
    assert agent.hint() == ""
