# SPDX-License-Identifier: GPL-3.0-only
"""The shared page at the desk: addresses to open, the mirror of the caller's page, the laser, the
caller's consent.

Used by the desk's window, in the middle under the caller's face.
The mirror is given to it; the program connects both with `session.desk.cobrowse.shared_page`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QApplication, QFileDialog, QVBoxLayout, QWidget

from resources.texts import N_, _
from session.core.clock import Clock
from session.protocol.conversation.messages import AddressRefused, Grant, PageShown, PointerShown
from views.desk.shared_page import acts
from views.desk.shared_page.library_panel import LibraryPanel
from views.desk.shared_page.mirror_dialog import MirrorDialog
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.overlay import Tool
from views.desk.shared_page.page_bar import PageBar, shown_address
from views.desk.shared_page.page_contents import PageContents
from views.desk.shared_page.page_notes import PageNotes, UnseenPage
from views.desk.shared_page.pointer_acts import PointerActs
from views.desk.shared_page.shown_document_view import ShownDocumentView
from views.desk.shared_page.spoken_focus import SpokenFocus
from views.desk.shared_page.tools import PageTools
from views.desk.shared_page.value_bar import ValueBar
from views.widgets.parts import EmptyState, PageStack, column, push_button, row
from views.widgets.theme import SPACE
from views.words.errors import sentence

REFUSAL_STAYS_MS = 10_000
POINTER_SEEN_MS = 1_500
CONTENTS_KEYS = "Ctrl+F10"


class ShareState(StrEnum):
    """State of the caller's consent to be seen."""

    OFF = "off"
    ASKED = "asked"
    ON = "on"


_CHIPS: dict[ShareState, tuple[str, str, str]] = {
    ShareState.OFF: (N_("Page not shared"), "forbidden", "soft"),
    ShareState.ASKED: (N_("Asking the caller…"), "time", "accent"),
    ShareState.ON: (N_("You see the caller's page"), "see_page", "good"),
}
_ACTING = (N_("You act in the caller's page"), "control", "accent")
_EMPTY: dict[ShareState, tuple[str, str]] = {
    ShareState.OFF: (
        N_("The caller's page is not shared"),
        N_(
            "Ask the caller's permission to see the page. The caller answers on the kiosk and can "
            "stop at any time."
        ),
    ),
    ShareState.ASKED: (
        N_("The caller is being asked"),
        N_(
            "The question is on the kiosk's screen. Without an answer within 30 seconds it counts "
            "as no."
        ),
    ),
    ShareState.ON: (
        N_("No page is open on the kiosk"),
        N_("Choose a page of the library, or write an address above: you look at it together."),
    ),
}


class SharedPageView(QWidget):
    """Shows the caller's page and what may be done with it.

    Args:
        mirror: the locked pane that draws the page.

    Signals:
        acted(object): what the agent does, a `PageAct`. What is done in the page is told by `tools`
            and `pointer`, what is done with a shown document by `document`.

    Attributes:
        tools, pointer: what the agent can do in the page, and what the mouse means there.
        bar: address, library and tools in one line; the desk's window has it in a bar of its own.
        library: what can be put before the caller.
        document: what is shown, in the place of the mirror.
        dialog: what the page asks the caller, or wanted what the kiosk does not do.
        contents: the page as a list, for who does not see it.
    """

    acted = pyqtSignal(object)

    def __init__(self, mirror: MirrorPane, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("cobrowse_view")
        self.mirror = mirror
        self._state = ShareState.OFF
        self._page: PageShown | None = None
        self._opening = self._home = ""
        self._allowed = list[str]()
        self._acting = self._showing = False
        self.library = LibraryPanel(clock)
        self.document = ShownDocumentView()
        self.tools = PageTools(self)
        self.value_bar = ValueBar()
        self.pointer = PointerActs(mirror, self.tools, bar=self.value_bar, parent=self)
        self.bar = PageBar(self.tools)
        self._connect_bar()
        self._make_stage()
        self._unseen = UnseenPage()
        self._notes = PageNotes(self._stage)
        box = column(self, self.bar, self._unseen, self.library, self.library.progress, space=0)
        box.addWidget(self._stage, 1)
        box.addWidget(self.value_bar)  # below: it comes by a click, and the page must stay there
        mirror.pointed.connect(lambda x, y: self.acted.emit(acts.MovePointer(x, y)))
        mirror.pointer_left.connect(lambda: self.acted.emit(acts.PagePress.HIDE_POINTER))
        mirror.engine.picture_needed.connect(self._draw_anew)
        self._refusal_timer = _timer(self, REFUSAL_STAYS_MS, self._end_refusal)
        self._seen_timer = _timer(self, POINTER_SEEN_MS, self._show_state)
        self._address_key = QShortcut(QKeySequence("Ctrl+L"), self)
        self._address_key.activated.connect(self.bar.edit_address)
        self._contents_key = QShortcut(QKeySequence(CONTENTS_KEYS), self)
        self._contents_key.activated.connect(self.toggle_contents)
        self._spoken = SpokenFocus(mirror)
        self.tools.tool_chosen.connect(self._on_tool)
        self.pointer.hint_changed.connect(self._notes.show_hint)
        mirror.focus.moved.connect(lambda box, _name: self._notes.keep_clear_of(box))
        self._set_open(False)
        self._show_state()

    # ---- building ----

    def _connect_bar(self) -> None:
        bar = self.bar
        bar.address_requested.connect(self._on_open)
        bar.address_wanted.connect(self.open_library)
        bar.again.clicked.connect(self._draw_anew)
        bar.library_button.clicked.connect(self.toggle_library)
        bar.file_button.clicked.connect(self.choose_file)
        self.library.address_requested.connect(lambda text: self._on_open(bar.whole_address(text)))
        self.library.push_requested.connect(self._on_pushed)
        self.library.items_changed.connect(self._show_addresses)
        self.library.closed.connect(self.take_keyboard)

    def listen_in(self, scope: QWidget) -> None:
        """The keys of address and tools work wherever `scope` is seen."""
        self._address_key.setParent(scope)
        self._contents_key.setParent(scope)
        self.tools.listen_in(scope)

    def take_keyboard(self) -> None:
        """The keyboard goes to what is in front: the page, or what leads to one."""
        front = self._stage.currentWidget()
        if front is self._mirrored:
            self.mirror.setFocus()
        elif front is self.document:
            self.document.setFocus()
        elif self.library.is_whole:
            self.library.search.setFocus()
        elif self._ask.isVisible():
            self._ask.setFocus()
        else:
            self.bar.library_button.setFocus()

    def _make_stage(self) -> None:
        self._empty = EmptyState("shared_page", "", advice="", name="cobrowse_empty")
        self._ask = push_button(_("Ask to see the page"), "ask", "primary", name="cobrowse_ask")
        self._ask.clicked.connect(lambda: self.acted.emit(acts.PagePress.ASK_TO_SEE))
        box = self._empty.layout()
        assert isinstance(box, QVBoxLayout)  # words in the middle, stretches around them
        box.insertSpacing(box.count() - 1, SPACE[2])
        box.insertWidget(box.count() - 1, self._ask, 0, Qt.AlignmentFlag.AlignHCenter)
        self._mirrored = QWidget()
        self.contents = PageContents(self.mirror)
        self.contents.closed.connect(self.take_keyboard)
        beside = row(self._mirrored, self.mirror, self.contents, space=0)
        beside.setStretch(0, 1)
        self.dialog = MirrorDialog(self._mirrored)
        self._stage = PageStack()
        self._stage.setObjectName("cobrowse_stage")
        self._stage.addWidget(self._empty)
        self._stage.addWidget(self._mirrored)
        self._stage.addWidget(self.document)

    # ---- facts ----

    def set_addresses(self, addresses: Sequence[str], home: str = "") -> None:
        """Addresses (URL prefixes) that the kiosk may open in this session, and where it begins."""
        self._allowed = list(addresses)
        self._home = home
        self._show_addresses()
        self._set_open(True)

    def _show_addresses(self) -> None:
        """Pages of the library come first: an allowed prefix alone is often no page."""
        pages = [(entry.title, entry.address) for entry in self.library.items if entry.address]
        allowed_entries = [(shown_address(address), address) for address in self._allowed]
        self.bar.set_addresses([*pages, *allowed_entries] if self._allowed else [])

    def _set_open(self, is_open: bool) -> None:
        """Set whether there is a conversation to show something in."""
        self.bar.library_button.setEnabled(is_open)
        self.bar.file_button.setEnabled(is_open)

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """Show what the caller allows now; permissions that are not named stay as they are."""
        if Grant.SEE_PAGE in grants:
            self._set_state(ShareState.ON if grants[Grant.SEE_PAGE] else ShareState.OFF)
        self.tools.show_grants(grants)
        self.pointer.show_grants(grants)
        self._show_state()

    def show_asked(self) -> None:
        """The caller is being asked to let the agent see the page."""
        if self._state is ShareState.OFF:
            self._set_state(ShareState.ASKED)

    def show_sharing(self, sharing: bool) -> None:
        """The mirror runs, or has stopped: then nothing of the page stays on the screen."""
        if not sharing:
            self._forget_page()
            self.dialog.clear()
            self.contents.close_list()
            self.mirror.clear()
        if sharing or self._state is ShareState.ON:
            self._set_state(ShareState.ON if sharing else ShareState.OFF)

    def show_page(self, page: PageShown) -> None:
        """The kiosk shows this page."""
        self._page = page
        self._end_refusal()
        if self._opening and _answers(page.address, self._opening, self._home):
            self._notes.show_opened(page)
            self._opening = ""
        self.bar.show_address(page.address, page.title)
        self.mirror.overlay.setAccessibleName(
            _("The caller's page: {title}").format(title=page.title)
        )
        self._show_state()

    def show_refused(self, refused: AddressRefused) -> None:
        """The kiosk did not open an address."""
        self._opening = ""
        self._show_state()
        self._notes.show_refusal(_refusal_words(refused))
        self._refusal_timer.start()

    def show_pointer(self, _shown_at: PointerShown) -> None:
        """The kiosk painted the pointer: the caller sees it."""
        self.bar.chip.show_state(_("The caller sees your pointer"), "point", "good")
        self._seen_timer.start()

    def show_document(self, title: str, pages: int, page: int) -> None:
        """This page of a document is shown to the caller, in the place of the mirror."""
        self._showing = True
        self.document.show_document(title, pages, page)
        self._show_state()

    def end_document(self) -> None:
        """No document is shown any more."""
        self._showing = False
        self.document.clear()
        self._show_state()

    def clear(self) -> None:
        """Removes everything of the caller: the session is over."""
        self.dialog.clear()
        self.contents.close_list()
        self._forget_page()
        self._allowed = []
        self.tools.show_grants(dict.fromkeys(Grant, False))
        self.pointer.clear()
        self.mirror.clear()
        self.bar.address.clear()
        self.bar.address.clearEditText()
        self._end_refusal()
        self.library.close_panel()
        self.library.progress.hide()
        self._set_open(False)
        self.end_document()
        self._set_state(ShareState.OFF)

    def _forget_page(self) -> None:
        self._page = None
        self._notes.show_opened(None)
        self._opening = ""
        self.bar.show_address("", "")

    # ---- what the agent does ----

    def toggle_library(self) -> None:
        """Opens the library with the keyboard in its field, or closes it;
        nothing without a conversation.
        """
        if self.library.is_opened:
            self.library.close_panel()
        else:
            self.open_library()

    def open_library(self) -> None:
        """The library with the keyboard in its field; nothing without a conversation."""
        if self.bar.library_button.isEnabled():
            self.library.open_panel()

    def toggle_contents(self) -> None:
        """Opens the list of what the page holds, or closes it; nothing without a page."""
        if self._stage.currentWidget() is self._mirrored:
            self.contents.toggle()

    def choose_file(self) -> None:
        """Asks which document of this computer is shown; nothing without a conversation."""
        if not self.bar.file_button.isEnabled():
            return
        _choose_file(self, lambda path: self.acted.emit(acts.ShowFile(path)))

    def _draw_anew(self) -> None:
        self.acted.emit(acts.PagePress.DRAW_ANEW)

    def _on_open(self, address: str) -> None:
        self._end_refusal()
        self._opening = address
        self._show_state()
        self.acted.emit(acts.OpenAddress(address))

    def _on_pushed(self, item_id: str) -> None:
        """An entry of the library is put before the caller; a document is shown elsewhere."""
        self._opening = self.library.address_of(item_id)
        self._show_state()

    def _on_tool(self, tool: Tool) -> None:
        self._acting = tool is Tool.CONTROL
        if tool is not Tool.POINT:
            self.acted.emit(acts.PagePress.HIDE_POINTER)
        self._show_state()

    def _end_refusal(self) -> None:
        self._notes.show_refusal("")

    # ---- what is seen ----

    def _in_front(self, *, live: bool) -> QWidget:
        if self._showing:
            return self.document
        if live:
            return self._mirrored
        return self._empty

    def _set_state(self, state: ShareState) -> None:
        self._state = state
        self._show_state()

    def _show_state(self) -> None:
        is_on = self._state is ShareState.ON
        live = is_on and self._page is not None
        text, icon_name, tone = _ACTING if live and self._acting else _CHIPS[self._state]
        self.bar.chip.show_state(_(text), icon_name, tone)
        self._empty.show_words(*_empty_words(self._state, self._opening))
        self._ask.setVisible(self._state is ShareState.OFF)
        self._unseen.show_page(None if is_on or self._showing else self._page)
        here = _focus_within(self._stage, self.library)
        before = self._stage.currentWidget()
        self._stage.setCurrentWidget(self._in_front(live=live))
        self.library.stay(live and not self._opening and _is_first(self._page, self._home))
        self.library.show_whole(not live and not self._showing and bool(self._allowed))
        self.bar.again.setEnabled(live and not self._showing)
        self.tools.set_off(self._showing)
        self.tools.set_in_session(live and not self._showing)
        self.bar.show_chip(not self._showing)
        is_other = self._stage.currentWidget() is not before or self.library.isAncestorOf(here)
        if here is not None and not here.isVisible() and is_other:
            self.take_keyboard()  # not to whatever comes next in the window


def _is_same(address: str, home: str) -> bool:
    """True for the page that comes by itself, from which both go on."""
    return bool(home) and shown_address(address) == shown_address(home)


def _is_first(page: PageShown | None, home: str) -> bool:
    return page is not None and _is_same(page.address, home)


def _answers(address: str, opening: str, home: str) -> bool:
    """True unless the first page of all was on its way before what the agent opens."""
    return not _is_same(address, home) or _is_same(opening, home)


def _focus_within(*parts: QWidget) -> QWidget | None:
    here = QApplication.focusWidget()
    if here is not None and any(part.isAncestorOf(here) for part in parts):
        return here
    return None


def _timer(parent: QWidget, wait_ms: int, on_timeout: Callable[[], object]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(wait_ms)
    timer.timeout.connect(on_timeout)
    return timer


def _refusal_words(refused: AddressRefused) -> str:
    if refused.code == "address_not_allowed":
        words = _("The kiosk does not open {address}: it is not on the organisation's list.")
    elif refused.code == "page_not_shareable":
        words = sentence(refused.code).sentence
    else:
        words = _("{address} does not answer. Check the address, or try again.")
    return words.format(address=shown_address(refused.address))


def _choose_file(parent: QWidget, on_chosen: Callable[[str], None]) -> None:
    """Asks for a document of this computer."""
    kinds = _("Documents and pictures (*.pdf *.jpg *.jpeg *.png)")
    dialog = QFileDialog(parent, _("Show the caller a document"), "", kinds)
    dialog.setObjectName("show_file_dialog")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(on_chosen)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _empty_words(state: ShareState, opening: str) -> tuple[str, str]:
    """Return title and advice while no page is seen."""
    if opening and state is ShareState.ON:
        words = _("Opening {address} on the kiosk…")
        return words.format(address=shown_address(opening)), ""
    title, advice = _EMPTY[state]
    return _(title), _(advice)
