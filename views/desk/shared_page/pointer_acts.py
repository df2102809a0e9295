# SPDX-License-Identifier: GPL-3.0-only
"""The meaning of the agent's mouse and keyboard over the mirror:
a click, a frame, a list of choices, a value.

Used by the shared page's view. It knows the chosen tool and what the caller allows, and emits
requests; the kiosk decides.
"""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QObject, QRect, pyqtSignal
from PyQt6.QtGui import QAction, QCursor
from PyQt6.QtWidgets import QMenu, QWidget

from resources.texts import _
from session.desk.cobrowse.remote_control import Answer, Spot
from session.protocol.conversation.messages import Grant
from session.protocol.conversation.remote_control import (
    ClickRequested,
    FieldKind,
    KeyRequested,
    MarksRemoveRequested,
    PageKey,
    ValueProposed,
)
from views.desk.grants_control import GRANT_WORDS
from views.desk.shared_page import acts
from views.desk.shared_page.mirror_pane import MirrorPane, Pick
from views.desk.shared_page.overlay import Tool
from views.desk.shared_page.tools import PageTools
from views.desk.shared_page.value_bar import ValueBar
from views.widgets.plain_words import face_words
from views.words.errors import sentence


class PointerActs(QObject):
    """Turns clicks, drags and keys over the mirror into requests.

    Signals:
        acted(object): what the agent does, a `CommandAct`.
        hint_changed(text, tone): what the agent should know, for a sentence over the page; "" when
            all is well.
    """

    acted = pyqtSignal(object)
    hint_changed = pyqtSignal(str, str)

    def __init__(
        self, mirror: MirrorPane, tools: PageTools, *, bar: ValueBar, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._mirror = mirror
        self._tools = tools
        self._bar = bar
        self._may_type = self._may_control = False
        self._field_name = ""
        self._in_text = False
        self._has_place = False
        self._names_field = False
        self._menu: QMenu | None = None
        mirror.picked.connect(self._on_picked)
        mirror.focus.moved.connect(self._on_focus_moved)
        mirror.overlay.keyboard_changed.connect(self._show_where)
        mirror.scrolled.connect(self._on_scrolled)
        mirror.arrow_drawn.connect(self._on_arrow)
        mirror.overlay.typed.connect(self._on_typed)
        mirror.overlay.key_pressed.connect(self._on_key)
        tools.tool_chosen.connect(self._on_tool)
        tools.acted.connect(self._on_tool_act)
        bar.acted.connect(self._on_value)
        # the keyboard goes back to the page
        bar.closed.connect(lambda: mirror.overlay.set_tool(tools.tool))

    # ---- facts ----

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """Show what the caller allows now."""
        self._may_type = grants.get(Grant.TYPE, self._may_type)
        self._may_control = grants.get(Grant.CONTROL, self._may_control)
        if not grants.get(Grant.POINT, True):
            self._mirror.marks.remove()
        self._show_where()

    def show_answer(self, answer: Answer) -> None:
        """Show how a command went."""
        if answer.command is MarksRemoveRequested:
            return
        if answer.code == "grant_missing":
            power = str(answer.detail.get("grant", ""))
            if power in list(Grant):
                words = _(GRANT_WORDS[Grant(power)][0])
            else:
                words = power
            self._say(_("Missing permission: {power}").format(power=words), "warn")
        elif answer.code:
            self._say(sentence(answer.code, answer.detail).sentence, "warn")
        elif answer.command is ValueProposed:
            self._say(_("The caller took your proposal."), "good")
        elif answer.command in (ClickRequested, KeyRequested):
            self._show_field_hint(answer.field)
        if answer.command is ValueProposed:
            self._mirror.marks.remove()

    def _show_field_hint(self, field: FieldKind) -> None:
        self._in_text = field is FieldKind.TEXT and self._may_type
        if self._in_text:
            self._has_place = True
            self._show_where()
        elif field is FieldKind.TEXT:
            power = _(GRANT_WORDS[Grant.TYPE][0])
            self._say(_("Missing permission: {power}").format(power=power), "warn")
        elif field is FieldKind.PRIVATE:
            self._say(sentence("field_private").sentence, "warn")
        else:
            self._say("", "")

    def _say(self, words: str, tone: str) -> None:
        self._names_field = False
        self.hint_changed.emit(words, tone)

    def _show_where(self) -> None:
        """Names the field exactly while what is typed here goes there: the keyboard is over the
        page, the tool is in hand, the caller allows it, and a field of text has the focus.
        """
        goes_there = (
            self._in_text
            and self._has_place
            and self._may_type
            and self._tools.tool is Tool.CONTROL
            and self._mirror.overlay.has_keyboard
        )
        if goes_there:
            words = _("What you type goes into this field.")
            if self._field_name:
                words = _("What you type goes into “{field}”.").format(field=self._field_name)
            self._say(words, "good")
            self._names_field = True
        elif self._names_field:
            self._say("", "")

    def _on_focus_moved(self, box: QRect, name: str) -> None:
        """Another field has the keyboard in the caller's page, or none."""
        has_place = not box.isEmpty()
        if (name, has_place) != (self._field_name, self._has_place):
            self._field_name = name
            self._has_place = has_place
            self._show_where()

    def show_paused(self) -> None:
        """The caller touches the page: nobody knows where a letter would go."""
        self._in_text = False
        self._say(sentence("control_paused").sentence, "warn")

    def clear(self) -> None:
        """Removes everything of a page that is gone."""
        self._field_name = ""
        self._in_text = False
        self._has_place = False
        self._bar.close_bar()
        if self._menu is not None:
            self._menu.close()
        self._mirror.marks.remove()
        self._say("", "")

    # ---- tools ----

    def _on_tool(self, tool: Tool) -> None:
        self._say("", "")
        self._mirror.overlay.set_tool(tool)
        self._bar.close_bar()

    def _on_tool_act(self, act: acts.ToolAct) -> None:
        """Frame and arrow are removed at both ends."""
        if isinstance(act, acts.RemoveMarks):
            self._mirror.marks.remove()
            self.acted.emit(act)

    # ---- mouse and keyboard ----

    def _on_picked(self, pick: Pick) -> None:
        match self._tools.tool:
            case Tool.HIGHLIGHT:
                self._mirror.marks.show_frame(pick.node)
                self.acted.emit(acts.FrameNode(pick.epoch, pick.node))
            case Tool.PROPOSE:
                self._begin_proposal(pick)
            case Tool.CONTROL:
                self._act(pick)
            case _:  # from the list of the page's contents
                self._say(_("Take a tool in hand first: F10 acts in the page."), "warn")

    def _begin_proposal(self, pick: Pick) -> None:
        if pick.kind == "private":
            self._say(sentence("field_private").sentence, "warn")
        elif pick.kind:
            self._mirror.marks.show_frame(pick.field)
            self._bar.open_for(pick, may_write=False)
        else:
            self._say(_("This is no field. Click the field that the value is for."), "warn")

    def _act(self, pick: Pick) -> None:
        if pick.kind == "choice" and self._may_type:
            self._offer_choices(pick)
            return
        if pick.kind == "value" and self._may_type:
            self._bar.open_for(pick, may_write=True)
        else:
            self._bar.close_bar()
        self.acted.emit(acts.ClickPage(Spot(pick.epoch, pick.node, pick.x, pick.y)))

    def _offer_choices(self, pick: Pick) -> None:
        menu = QMenu(self._mirror)
        menu.setObjectName("page_choices")
        for index, option in enumerate(pick.options):
            action = QAction(face_words(option.text) or "–", menu)
            action.setCheckable(True)
            action.setChecked(option.chosen)
            action.setEnabled(not option.off)
            action.triggered.connect(
                lambda _checked, index=index: self.acted.emit(
                    acts.ChooseOption(pick.epoch, pick.field, index)
                )
            )
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.destroyed.connect(self._on_menu_gone)
        self._menu = menu
        menu.popup(QCursor.pos())

    def _on_menu_gone(self) -> None:
        self._menu = None

    def _on_scrolled(self, pick: Pick, right_px: float, down_px: float) -> None:
        if not self._may_control:
            power = _(GRANT_WORDS[Grant.CONTROL][0])
            self._say(_("Missing permission: {power}").format(power=power), "warn")
            return
        spot = Spot(pick.epoch, pick.node, pick.x, pick.y)
        self.acted.emit(acts.ScrollAt(spot, right_px, down_px))

    def _on_arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self._mirror.marks.show_arrow(start, end)
        self.acted.emit(acts.DrawArrow(start, end))

    def _on_typed(self, text: str) -> None:
        if self._may_type:
            self.acted.emit(acts.TypeText(text))
        else:
            self._show_field_hint(FieldKind.TEXT)

    def _on_key(self, key: PageKey) -> None:
        if self._may_type:
            self.acted.emit(acts.PressPageKey(key))
        else:
            self._show_field_hint(FieldKind.TEXT)

    def _on_value(self, act: acts.WriteValue | acts.ProposeValue) -> None:
        if isinstance(act, acts.ProposeValue):
            self._say(_("The caller sees your proposal…"), "accent")
        self.acted.emit(act)
