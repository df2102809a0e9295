# SPDX-License-Identifier: GPL-3.0-only
"""The agent's tools over the shared page: look, point, frame, arrow, propose, act;
back, forward, reload, size.

Used by the shared page's view. A tool that the caller has not allowed asks the caller when it is
chosen, and is in hand on the yes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QButtonGroup, QFrame, QToolButton, QWidget

from resources.texts import N_, _
from session.protocol.conversation.messages import Grant
from session.protocol.conversation.remote_control import HistoryStep
from views.desk.shared_page.acts import GoInHistory, RemoveMarks, TakeTool, ToolAct, ZoomPage
from views.desk.shared_page.overlay import Tool
from views.widgets.icons import icon
from views.widgets.parts import ToolButton, name_button, restyle, row, tool_button
from views.widgets.plain_words import tip_words

_TOOLS: dict[Tool, tuple[str, str, str, str, Grant | None]] = {
    Tool.LOOK: (N_("Look"), N_("Look, and touch nothing"), "see_page", "", None),
    Tool.POINT: (N_("Laser"), N_("Laser pointer"), "point", "F9", Grant.POINT),
    Tool.HIGHLIGHT: (N_("Frame"), N_("Frame what you click"), "frame", "Shift+F9", Grant.POINT),
    Tool.ARROW: (N_("Arrow"), N_("Draw an arrow"), "arrow_tool", "Ctrl+Shift+F9", Grant.POINT),
    Tool.PROPOSE: (
        N_("Propose"),
        N_("Propose a value for the field you click"),
        "propose",
        "Ctrl+F9",
        Grant.POINT,
    ),
    Tool.CONTROL: (
        N_("Act in page"),
        N_("Act in the page: click, scroll, type"),
        "control",
        "F10",
        Grant.CONTROL,
    ),
}
"""Words, what it does, icon, shortcut, and the power it needs."""

_OBJECTS = {Tool.POINT: "cobrowse_laser"}


class PageTools(QFrame):
    """One row of tools.

    Signals:
        tool_chosen(Tool): another tool is in hand.
        acted(object): what the agent does, a `ToolAct`.
    """

    tool_chosen = pyqtSignal(object)
    acted = pyqtSignal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self.setObjectName("page_tools")
        self._shortcuts: list[QShortcut] = []
        self._grants: dict[Grant, bool] = dict.fromkeys(Grant, False)
        self._live = False
        self._tool = Tool.LOOK
        self._off = False
        self._group = QButtonGroup(self)
        self._buttons = {tool: self._make_tool(tool, window) for tool in _TOOLS}
        self.whole = self._make_whole()
        self._asked: frozenset[Grant] = frozenset()
        row(self, *self._buttons.values(), *self.whole.values(), space=2)
        self._show()

    # ---- building ----

    def _make_tool(self, tool: Tool, window: QWidget) -> ToolButton:
        words, spoken, icon_name, keys, _grant = _TOOLS[tool]
        button = tool_button(
            _(spoken),
            icon_name,
            _OBJECTS.get(tool, f"tool_{tool.value}"),
            keys=keys,
            checkable=True,
        )
        button.setText(_(words))
        button.setAutoExclusive(True)  # a screen reader says "one of several", not a box to tick
        self._group.addButton(button)
        button.clicked.connect(lambda: self._want(tool))
        if keys:
            key_shortcut = QShortcut(QKeySequence(keys), window)
            key_shortcut.activated.connect(lambda: self._on_key(tool))
            self._shortcuts.append(key_shortcut)
        return button

    def _make_whole(self) -> dict[str, ToolButton]:
        acts: tuple[tuple[str, str, str, str, ToolAct], ...] = (
            ("marks_remove", _("Remove"), _("Remove frame and arrow"), "remove", RemoveMarks()),
            ("back", _("Back"), _("Back"), "arrow_left", GoInHistory(HistoryStep.BACK)),
            (
                "forward",
                _("Forward"),
                _("Forward"),
                "arrow_right",
                GoInHistory(HistoryStep.FORWARD),
            ),
            (
                "reload",
                _("Reload"),
                _("Reload the page"),
                "reload",
                GoInHistory(HistoryStep.RELOAD),
            ),
            ("zoom_out", _("Smaller"), _("Smaller page"), "zoom_out", ZoomPage(-1)),
            ("zoom_in", _("Larger"), _("Larger page"), "zoom_in", ZoomPage(1)),
        )
        buttons = {}
        for name, words, spoken, icon_name, act in acts:
            button = tool_button(spoken, icon_name, f"page_{name}")
            button.setText(words)
            button.clicked.connect(lambda _checked, act=act: self.acted.emit(act))
            buttons[name] = button
        return buttons

    def listen_in(self, scope: QWidget) -> None:
        """The keys work wherever `scope` is seen: the page may not be in front yet."""
        for key_shortcut in self._shortcuts:
            key_shortcut.setParent(scope)

    # ---- facts ----

    @property
    def tool(self) -> Tool:
        """The tool in hand."""
        return self._tool

    def button(self, tool: Tool) -> QToolButton:
        """The button of a tool."""
        return self._buttons[tool]

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """Show what the caller allows now; permissions that are not named stay as they are."""
        self._grants |= dict(grants)
        self._show()

    def set_off(self, off: bool) -> None:
        """A document is shown in the place of the page: no tool is for it."""
        self._off = off
        self.setVisible(not off)

    def set_in_session(self, live: bool) -> None:
        """Set whether there is a page to work on."""
        self._live = live
        self._show()

    def show_asking(self, grants: Collection[Grant]) -> None:
        """The caller is being asked for these; the seconds are counted beside the tools, once."""
        if frozenset(grants) != self._asked:
            self._asked = frozenset(grants)
            self._show()

    def choose(self, tool: Tool) -> None:
        """Takes a tool in hand, if the caller allows it."""
        if not self._allowed(_TOOLS[tool][4]):
            tool = Tool.LOOK
        self._buttons[tool].setChecked(True)
        if tool is not self._tool:
            self._tool = tool
            self.tool_chosen.emit(tool)

    def _on_key(self, tool: Tool) -> None:
        """The same key chooses a tool and gives it up again."""
        if not self._off:
            self._want(Tool.LOOK if self._tool is tool else tool)

    def want(self, tool: Tool) -> None:
        """The agent wants a tool from elsewhere in the window: as a press of its button."""
        if not self._off:
            self._want(tool)

    def _want(self, tool: Tool) -> None:
        if self._allowed(_TOOLS[tool][4]):
            self.choose(tool)
        else:
            self._buttons[self._tool].setChecked(True)
            self.acted.emit(TakeTool(tool))

    def _allowed(self, grant: Grant | None) -> bool:
        return grant is None or self._grants[grant]

    # ---- what is seen ----

    def _show(self) -> None:
        for tool, button in self._buttons.items():
            _words, spoken, icon_name, keys, grant = _TOOLS[tool]
            is_asked = grant in self._asked
            advice = self._advice(grant)
            name_button(button, f"{_(spoken)}. {advice}" if advice else _(spoken), keys)
            button.setIcon(icon(icon_name, "accent" if is_asked else "text"))
            restyle(button, asked=is_asked)
        advice = self._advice(Grant.CONTROL)
        for name, page_button in self.whole.items():
            page_button.setEnabled(self._live)
            spoken = page_button.accessibleName()
            if advice and name != "marks_remove":
                spoken = f"{spoken}. {advice}"
            page_button.setToolTip(tip_words(spoken))
        self.choose(self._tool)

    def _advice(self, grant: Grant | None) -> str:
        """Return what choosing a tool does first; "" when it is in hand at once."""
        if self._allowed(grant):
            return ""
        if grant in self._asked:
            return _("The caller is being asked")
        return _("Asks the caller first")
