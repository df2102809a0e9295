# SPDX-License-Identifier: GPL-3.0-only
"""The page of a conversation: facts and permissions on top, below them face, shared page and paper
in the layout that the agent chooses. A page of the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import QPoint, QRect, Qt, pyqtSignal
from PyQt6.QtGui import QScreen
from PyQt6.QtWidgets import QWidget

from resources.texts import _
from views.desk.call_view import CallView
from views.desk.devices.page_viewer import PageViewer
from views.desk.layouts.columns import DeskColumns
from views.desk.layouts.layout import LAYOUTS, WITH_PAGE, Layout, LayoutMemory
from views.desk.layouts.page_window import PageWindow
from views.desk.layouts.stage import WorkStage
from views.desk.pass_on_panel import PassOnPanel
from views.desk.session_header import SessionHeader
from views.desk.shared_page.overlay import Tool
from views.desk.shared_page.view import SharedPageView
from views.desk.talk_bar import TalkBar
from views.widgets.parts import Segments, column, name_button
from views.widgets.window_settings import WindowSettings

_SIDES = {"auto": None, "open": True, "folded": False}


class ConversationView(QWidget):
    """Holds what is seen while an agent talks with a caller, and remembers for each screen how.

    Args:
        cobrowse: the shared page; only a `SharedPageView` has tools, and takes the keyboard.
        columns: where this page is in the middle; the layout says whether the side stands beside.
        desk: the window, over which a window of the page's own lies.

    Attributes:
        header, talk_bar, pass_on, stage: its parts, from top to bottom.
        layouts: the buttons that choose a layout, for the window's header.
        memory: what each screen remembers.

    Signals:
        paper_requested(): the agent wants the layout for scanned pages.
    """

    paper_requested = pyqtSignal()

    def __init__(
        self,
        call: CallView,
        cobrowse: QWidget,
        *,
        viewer: PageViewer,
        columns: DeskColumns,
        settings: WindowSettings,
        desk: QWidget,
    ) -> None:
        super().__init__()
        self._columns = columns
        self._before_paper = Layout.FACE
        self._shared = cobrowse if isinstance(cobrowse, SharedPageView) else None
        self._page_bar = self._shared.bar if self._shared is not None else None
        self.header = SessionHeader()
        self.talk_bar = TalkBar()
        self.pass_on = PassOnPanel()
        self.memory = LayoutMemory(settings)
        self.layouts = Segments(
            "centre_mode",
            _("Layout"),
            choices=[(layout, _(look[0]), look[2]) for layout, look in LAYOUTS.items()],
        )
        for layout, look in LAYOUTS.items():
            name_button(self.layouts.button(layout), f"{_(look[0])}. {_(look[1])}", look[3])
        self.stage = WorkStage(
            call,
            cobrowse,
            paper=viewer,
            bar=self._page_bar,
            memory=self.memory,
            window=PageWindow(desk, settings),
            below=self._below_page,
        )
        box = column(self, self.header, self.talk_bar, self.pass_on, space=0)
        box.addWidget(self.stage, 1)
        self.layouts.chosen.connect(lambda layout: self.choose_layout(Layout(str(layout))))
        self.header.fill_requested.connect(self._fill_together)
        self.stage.window_closed.connect(self._on_window_closed)
        if self._shared is not None:
            self._shared.listen_in(self)
            self._shared.mirror.focus.moved.connect(self._on_page_focus)

    @property
    def is_in_front(self) -> bool:
        """True if this is what is worked at."""
        return self._columns.centre.currentWidget() is self

    def show_commands(self, visible: bool) -> None:
        """Show in the window's header what can be done in a conversation, or nothing of it."""
        self.layouts.setVisible(visible)
        self.talk_bar.commands.setVisible(visible)

    def take_keyboard(self) -> None:
        """The keyboard goes to the permissions: what an agent does first."""
        self.header.grants.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def parts_in_order(self) -> list[QWidget]:
        """Everything here in the order of reading."""
        return [self.header, self.talk_bar, self.pass_on, *self.stage.parts_in_order()]

    # ---- the layout ----

    def choose_layout(self, layout: Layout) -> None:
        """The agent wants this layout; one with the page is remembered for this screen."""
        if not self.is_in_front:
            return
        if layout is Layout.PAPER:
            self.paper_requested.emit()
            return
        if layout in WITH_PAGE:
            self.memory.keep(page=layout)
        self.use_layout(layout)
        if layout is Layout.FACE:
            self.take_keyboard()
        elif self._shared is not None:
            self._shared.take_keyboard()

    def toggle_page(self) -> None:
        """The face alone, or the shared page as this screen remembers it."""
        with_page = self.stage.layout_now in WITH_PAGE
        self.choose_layout(Layout.FACE if with_page else self.memory.now.page)

    def use_layout(self, layout: Layout) -> None:
        """Put everything where this layout wants it; nothing is remembered."""
        self.layouts.choose(layout)
        bar = self._page_bar
        self.header.take_page_bar(None if layout is Layout.WINDOW else bar)
        self.stage.show_layout(layout)
        tools = layout in (Layout.PAGE, Layout.SIDE) and bar is not None
        self.header.show_page(tools or layout is Layout.PAPER, tools=tools)
        if self.is_in_front:
            self._columns.side.setVisible(layout not in WITH_PAGE or self._side_wanted())
        self._columns.fit()

    def follow_screen(self, screen: QScreen | None) -> None:
        """Another screen remembers another layout."""
        self.memory.use_screen(screen)
        if self.stage.layout_now in WITH_PAGE:
            self.use_layout(self.memory.now.page)

    def toggle_side(self) -> None:
        """Show or fold the right side of a caller; beside a shared page this is remembered."""
        if not self._columns.has_caller:
            return
        self._columns.show_side(self._columns.side.isHidden())
        if self.stage.layout_now in WITH_PAGE:
            self.memory.keep(side_open=not self._columns.side.isHidden())

    def remembered_layout(self) -> tuple[str, str]:
        """Return how a shared page opens on this screen;
        "auto", "open" or "folded" for the side.
        """
        now = self.memory.now
        side = next(name for name, is_open in _SIDES.items() if is_open is now.side_open)
        return now.page.value, side

    def remember_page(self, layout: str) -> None:
        """A shared page opens in this layout on this screen, from now on."""
        self._remember(page=Layout(layout))

    def remember_side(self, side: str) -> None:
        """The side is "auto", "open" or "folded" beside a page on this screen, from now on."""
        self._remember(side_open=_SIDES[side])

    def _remember(self, **choice: object) -> None:
        self.memory.keep(**choice)
        if self.stage.layout_now in WITH_PAGE:
            self.use_layout(self.memory.now.page)

    def _side_wanted(self) -> bool:
        """Beside a shared page: as the agent left it, else where there is room."""
        side_open = self.memory.now.side_open
        if side_open is None:
            return self._columns.has_room_for_side()
        return side_open

    # ---- the shared page ----

    def show_sharing(self, sharing: bool) -> None:
        """The kiosk's page is shared, or no longer: the layout follows."""
        if sharing:
            self.show_page()
            return
        self._before_paper = Layout.FACE
        if self.stage.layout_now in WITH_PAGE:
            self.use_layout(Layout.FACE)

    def show_page(self) -> None:
        """Brings the shared page in front, in the layout that this screen remembers for it."""
        if self.stage.layout_now in WITH_PAGE:
            return
        window = self.window()
        here = window.focusWidget() if window is not None else None
        asked_here = here is None or any(
            part.isAncestorOf(here) for part in (self.header, self.stage)
        )
        self.use_layout(self.memory.now.page)
        if asked_here and self._shared is not None:
            self._shared.take_keyboard()

    def act_in_page(self) -> None:
        """The tool that acts in the page is in hand, once the caller allows it."""
        if self._shared is not None:
            self._shared.tools.want(Tool.CONTROL)

    def _fill_together(self) -> None:
        """The page comes to the front with the tool that acts in it; the caller is asked first."""
        self.choose_layout(self.memory.now.page)
        self.act_in_page()

    def _on_page_focus(self, box: QRect, _name: str) -> None:
        """The small face does not lie over the field that has the keyboard."""
        if self._shared is not None and self.stage.isAncestorOf(self._shared.mirror):
            at = self._shared.mirror.mapTo(self.stage, box.topLeft())
            self.stage.keep_clear(QRect() if box.isEmpty() else QRect(at, box.size()))

    def _below_page(self) -> QRect:
        """Return the room of the stage that the caller's page does not fill."""
        if self._shared is None or not self.stage.isAncestorOf(self._shared.mirror):
            return QRect()
        mirror = self._shared.mirror
        filled_px = mirror.placement.filled_px
        if not filled_px or not mirror.isVisibleTo(self.stage):
            return QRect()
        top = mirror.mapTo(self.stage, QPoint(0, filled_px))
        return QRect(top.x(), top.y(), mirror.width(), mirror.height() - filled_px)

    def _on_window_closed(self) -> None:
        """The page comes back into this window."""
        self.memory.keep(page=Layout.PAGE)
        self.use_layout(Layout.PAGE)

    # ---- scanned pages ----

    def show_paper(self) -> None:
        """A scanned page in the place of the shared page."""
        if self.stage.layout_now is not Layout.PAPER:
            self._before_paper = self.stage.layout_now
        self.use_layout(Layout.PAPER)

    def close_paper(self) -> None:
        """Back to the layout before the scanned page."""
        if self.stage.layout_now is Layout.PAPER:
            self.use_layout(self._before_paper)
