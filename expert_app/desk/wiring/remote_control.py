# SPDX-License-Identifier: GPL-3.0-only
"""Connects what the agent does over the mirror with the session's commands, and their answers with
the window.
"""

from __future__ import annotations

from expert_app.desk.app import DeskApp
from expert_app.desk.ask_first import FILL, POINT, AskFirst
from session.desk.cobrowse.remote_control import DeskRemoteControl
from session.desk.session import DeskSession
from session.protocol.conversation.remote_control import HistoryStep
from views.desk.shared_page import acts
from views.desk.shared_page.overlay import Tool
from views.desk.shared_page.view import SharedPageView


class RemoteControlConnections:
    """The view on one side; on the other the session that is open."""

    def __init__(self, view: SharedPageView, app: DeskApp, *, ask_first: AskFirst) -> None:
        self._view = view
        self._app = app
        self._ask_first = ask_first
        view.pointer.acted.connect(self._on_command)
        view.tools.acted.connect(self._on_tool_act)
        app.session_opened.connect(self._follow)

    def _on_command(self, act: acts.CommandAct) -> None:
        if self._app.session is None:
            return
        control = self._app.session.control
        match act:
            case acts.ClickPage(spot):
                control.click(spot)
            case acts.ScrollAt(spot, right_px, down_px):
                control.scroll(spot, right_px, down_px)
            case acts.TypeText(text):
                control.type(text)
            case acts.PressPageKey(key):
                control.press(key)
            case acts.ChooseOption(epoch, node, index):
                control.choose(epoch, node, index)
            case acts.WriteValue(epoch, node, value):
                control.set_value(epoch, node, value)
            case acts.ProposeValue(epoch, node, value):
                control.propose(epoch, node, value)
            case acts.FrameNode(epoch, node):
                control.highlight(epoch, node)
            case acts.DrawArrow(start, end):
                control.draw_arrow(start, end)
            case acts.RemoveMarks():
                control.remove_marks()

    def _on_tool_act(self, act: acts.ToolAct) -> None:
        match act:
            case acts.TakeTool(tool):
                self._take(tool)
            case acts.GoInHistory(step):
                self._ask_first.do(FILL, self._go, step)
            case acts.ZoomPage(steps):
                self._ask_first.do(FILL, self._zoom, steps)

    def _go(self, step: HistoryStep) -> None:
        if self._app.session is not None:
            self._app.session.control.go(step)

    def _zoom(self, steps: int) -> None:
        if self._app.session is not None:
            self._app.session.control.zoom(steps)

    def _take(self, tool: Tool) -> None:
        """The tool is in hand when the caller has said yes."""
        if tool is Tool.CONTROL:
            powers = FILL
        else:
            powers = POINT
        self._ask_first.do(powers, self._view.tools.choose, tool)

    def _follow(self, session: DeskSession) -> None:
        control: DeskRemoteControl = session.control
        control.answered.connect(self._view.pointer.show_answer)
        control.paused.connect(lambda _left_s: self._view.pointer.show_paused())
