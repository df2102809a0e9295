# SPDX-License-Identifier: GPL-3.0-only
"""Connects what the agent does over the mirror with the session's commands, and their answers with
the window.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from expert_app.desk.app import DeskApp
from expert_app.desk.ask_first import FILL, POINT, AskFirst
from session.desk.cobrowse.remote_control import Answer, DeskRemoteControl
from session.desk.session import DeskSession
from views.desk.shared_page.overlay import Tool
from views.desk.shared_page.view import SharedPageView


class RemoteControlConnections:
    """The view on one side; on the other the session that is open."""

    def __init__(self, view: SharedPageView, app: DeskApp, *, ask_first: AskFirst) -> None:
        self._view = view
        self._app = app
        self._ask_first = ask_first
        acts, tools = view.acts, view.tools
        acts.click_requested.connect(self._command(lambda to, spot: to.click(spot)))
        acts.scroll_requested.connect(
            self._command(lambda to, spot, right, down: to.scroll(spot, right, down))
        )
        acts.text_typed.connect(self._command(lambda to, text: to.type(text)))
        acts.key_pressed.connect(self._command(lambda to, key: to.press(key)))
        acts.choice_requested.connect(
            self._command(lambda to, epoch, node, index: to.choose(epoch, node, index))
        )
        acts.value_requested.connect(
            self._command(lambda to, epoch, node, value: to.set_value(epoch, node, value))
        )
        acts.proposal_requested.connect(
            self._command(lambda to, epoch, node, value: to.propose(epoch, node, value))
        )
        acts.highlight_requested.connect(
            self._command(lambda to, epoch, node: to.highlight(epoch, node))
        )
        acts.arrow_requested.connect(
            self._command(lambda to, start, end: to.draw_arrow(start, end))
        )
        acts.marks_removed.connect(self._command(lambda to: to.remove_marks()))
        tools.history_requested.connect(self._filling(lambda to, step: to.go(step)))
        tools.zoom_requested.connect(self._filling(lambda to, steps: to.zoom(steps)))
        tools.tool_wanted.connect(self._on_tool_wanted)
        app.session_opened.connect(self._follow)

    def _command(self, act: Callable[..., None]) -> Callable[..., None]:
        """Calls `act` with the commands of the open session; does nothing without one."""

        def command(*values: object) -> None:
            if self._app.session is not None:
                act(self._app.session.control, *values)

        return command

    def _filling(self, act: Callable[..., None]) -> Callable[..., None]:
        """The same, after the caller's yes."""
        command = self._command(act)
        return lambda *values: self._ask_first.do(FILL, partial(command, *values))

    def _on_tool_wanted(self, tool: Tool) -> None:
        """The tool is in hand when the caller has said yes."""
        if tool is Tool.CONTROL:
            powers = FILL
        else:
            powers = POINT
        self._ask_first.do(powers, partial(self._view.tools.choose, tool))

    def _follow(self, session: DeskSession) -> None:
        control: DeskRemoteControl = session.control
        control.answered.connect(self._on_answered)
        control.paused.connect(lambda _left_s: self._view.acts.show_paused())

    def _on_answered(self, answer: Answer) -> None:
        self._view.acts.show_answer(answer)
