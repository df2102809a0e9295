# SPDX-License-Identifier: GPL-3.0-only
"""The list of shortcuts over the desk's window (F1), with the handbook, which program this is and
a file for the help desk; gone at the next Escape. Used by the desk's window.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from resources.texts import N_, _
from session.core.program_version import program_version
from views.desk.appointments.acts import APPOINTMENT_KEYS
from views.desk.dossier.guide import NEXT_KEYS
from views.widgets.parts import column, label, native_keys, push_button, row, tool_button
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE
from views.words.fuzzy_search import plain
from views.workplace.handbook import HandbookLink

CONVERSATION_GROUP = N_("Conversation")
_DEVICES, _PAGES, _PREVIEW = N_("Dossier and devices"), N_("Pages"), N_("Preview of the glass")
SESSION_GROUPS = frozenset({CONVERSATION_GROUP, _DEVICES, _PAGES, _PREVIEW})
"""Groups whose keys do nothing before a caller was accepted."""

SHORTCUTS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        N_("Queue"),
        (
            ("F2", N_("Accept the next caller")),
            ("Ctrl+F2", N_("Look at the dossier first")),
            ("F3", N_("My state")),
            ("F4", N_("Decline the caller offered to me")),
            ("Ctrl+1", N_("Show or fold the queue")),
        ),
    ),
    (
        CONVERSATION_GROUP,
        (
            ("Ctrl+M", N_("Microphone on or off")),
            ("Ctrl+E", N_("Camera on or off")),
            ("Ctrl+Space", N_("Speak while held, with the microphone off")),
            ("Ctrl+Shift+E", N_("Privacy pause")),
            ("Ctrl+5", N_("Write to the caller")),
            ("Ctrl+,", N_("Settings: text size, camera, microphone")),
            ("F5", N_("Hold, talk again")),
            ("Ctrl+T", N_("Pass on or call a colleague")),
            ("Ctrl+Shift+A", N_("Call the site's host to the caller")),
            ("F10", N_("Fill in together, act in the page; join a colleague who calls")),
            ("Ctrl+F10", N_("Contents of the page as a list")),
            ("F11", N_("Not now; leave a colleague's conversation (twice)")),
            ("Ctrl+Shift+H", N_("Hang up (twice)")),
            ("Ctrl+D", N_("Face or shared page large")),
            ("Shift+F1", N_("The face alone")),
            ("Shift+F2", N_("The page, the face small over it")),
            ("Shift+F3", N_("Page and face side by side")),
            ("Shift+F4", N_("The page in a window of its own")),
            ("Shift+F5", N_("Scanned pages, the face small over them")),
            ("Shift+F6", N_("Fold or show dossier and devices")),
            ("Ctrl+I", N_("Quality of the line")),
            ("Ctrl+0", N_("Life-size")),
            ("Ctrl+Shift+L", N_("Sign language: movement before size")),
            ("Ctrl+L", N_("Address to open")),
            ("Alt+G", N_("Ask for one permission: then 1 to 7")),
            ("F9", N_("Laser pointer")),
            ("Shift+F9", N_("Frame what you click")),
            ("Ctrl+Shift+F9", N_("Draw an arrow")),
            ("Ctrl+F9", N_("Propose a value for the field you click")),
            ("Ctrl+B", N_("Library of pages and documents")),
            ("Ctrl+O", N_("Show a document of yours…")),
            ("Ctrl+2", N_("To the conversation")),
        ),
    ),
    (
        _DEVICES,
        (
            (APPOINTMENT_KEYS, N_("Take an appointment")),
            ("Ctrl+3", N_("Dossier")),
            ("Ctrl+F", N_("Search the documents of the dossier")),
            ("Ctrl+4", N_("Scanner and printer")),
            ("Ctrl+6", N_("Guide of the procedure")),
            (NEXT_KEYS, N_("Next step of the guide")),
            ("F6", N_("Preview")),
            ("F7", N_("Scan page")),
            ("Alt+1", N_("First profile of the organisation; Alt+2 to Alt+6 the others")),
            ("Shift+F7", N_("Scan for the piece that is chosen: preview, page, check")),
            ("F8", N_("File the document")),
            ("Shift+F8", N_("File each page for its own piece")),
            ("Ctrl+F8", N_("File, then print the receipt")),
            ("Ctrl+P", N_("Print receipt")),
            ("Ctrl+Alt+P", N_("Print a PDF…")),
        ),
    ),
    (
        _PAGES,
        (
            ("Alt+Left", N_("Earlier")),
            ("Alt+Right", N_("Later")),
            ("Ctrl+Right", N_("Turn right")),
            ("Ctrl+Left", N_("Turn left")),
            ("Return", N_("Look at the page")),
            ("Ctrl+R", N_("Scan the page again")),
            ("Ctrl+K", N_("Split the page")),
            ("Del", N_("Take the page out")),
            ("Ctrl+Z", N_("Put it back")),
        ),
    ),
    (
        _PREVIEW,
        (
            ("Ins", N_("One more area")),
            ("PgDown", N_("The next area")),
            ("Right", N_("Move the area")),
            ("Shift+Right", N_("Size the area")),
            ("Del", N_("Remove the area")),
            ("Esc", N_("Whole glass")),
            ("Return", N_("Scan page")),
        ),
    ),
    (
        N_("Window"),
        (
            ("F1", N_("Shortcuts")),
            ("Ctrl+7", N_("Write to colleagues and supervisors")),
            ("Ctrl+Shift+P", N_("Find anything to do")),
            ("Esc", N_("Close what lies on top")),
            ("F12", N_("Dismiss the messages")),
        ),
    ),
)
"""Groups of (keys, what they do); the window makes them work."""


def named_shortcuts() -> dict[str, str]:
    """Each key and what it does, in the language of the screen; a key that does two things has the
    first one.
    """
    named: dict[str, str] = {}
    for _title, rows in SHORTCUTS:
        for keys, words in rows:
            named.setdefault(keys, _(words))
    return named


def local_shortcuts() -> list[str]:
    """Keys that a view takes only while the keyboard is in it: nobody changes them."""
    return [keys for title, rows in SHORTCUTS if title in (_PAGES, _PREVIEW) for keys, _w in rows]


class ShortcutHelp(QWidget):
    """A veil over the window with the card of shortcuts.

    Attributes:
        handbook: offers the page that it is given.

    Signals:
        support_requested(): make a file for the help desk.
    """

    support_requested = pyqtSignal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._back: QWidget | None = None
        self.setObjectName("shortcut_veil")
        self.hide()
        over.installEventFilter(self)
        self._close = tool_button(_("Close"), "close", "help_close", keys="Esc")
        self._close.clicked.connect(self.hide)
        self._search = QLineEdit()
        self._search.setObjectName("help_search")
        self._search.setPlaceholderText(_("Search: a key, or what it does"))
        self._search.setAccessibleName(_("Search the shortcuts"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self.handbook = HandbookLink("help_handbook", self)
        self._lines: list[tuple[QWidget, list[tuple[str, QLabel, QLabel]]]] = []
        self._build()

    def open(self) -> None:
        """Shows the card and takes the keyboard; the second time it goes."""
        if self.isVisible():
            self.hide()
            return
        parent = self.parentWidget()
        if parent is not None:
            window = parent.window()
            if window is None:
                self._back = None
            else:
                self._back = window.focusWidget()
            self.setGeometry(parent.rect())
        self._fit()
        self.show()
        self.raise_()
        self._search.clear()
        self._search.setFocus()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Stays as large as the window."""
        parent = self.parentWidget()
        if event is not None and event.type() == QEvent.Type.Resize and parent is not None:
            self.setGeometry(parent.rect())
            self._fit()
        return False

    def _fit(self) -> None:
        """One group under the other where two side by side have no room."""
        self._columns.setDirection(QBoxLayout.Direction.LeftToRight)
        room = self.width() - 2 * SPACE[4] - SPACE[3]
        if self._columns.minimumSize().width() > room:
            self._columns.setDirection(QBoxLayout.Direction.TopToBottom)
        self._area.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape and F1 close; arrows scroll where the window is too small."""
        if event is None:
            return
        bar = self._area.verticalScrollBar()
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F1):
            self.hide()
        elif bar is not None and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            bar.setValue(bar.value() + (40 if event.key() == Qt.Key.Key_Down else -40))

    def hideEvent(self, event: QEvent | None) -> None:
        """The keyboard goes back to where it was."""
        if self._back is not None:
            self._back.setFocus()
            self._back = None

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """A press beside the card closes."""
        self.hide()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Darkens what lies below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(8, 12, 18, 150))
        painter.end()

    def _build(self) -> None:
        card = QFrame()
        card.setObjectName("shortcut_help")
        body = column(card, space=SPACE[2], margins=(SPACE[4], SPACE[3], SPACE[4], SPACE[4]))
        head = row(None, label(_("Shortcuts"), "large"), SPACE[3], self._search, self._close)
        head.setStretch(2, 1)
        body.addLayout(head)
        self._none = label(_("No shortcut has these words."), "soft", "help_none")
        self._none.hide()
        body.addWidget(self._none)
        groups = QWidget()
        self._columns = columns = row(groups, space=40, margins=(0, 0, SPACE[2], 0))
        sides = (QVBoxLayout(), QVBoxLayout())
        for side in sides:
            side.setSpacing(SPACE[2])
            columns.addLayout(side)
        for place, (title, keys) in enumerate(SHORTCUTS):
            group, lines = _group(title, keys)
            self._lines.append((group, lines))
            sides[0 if place < 2 else 1].addWidget(group)
        for side in sides:
            side.addStretch(1)
        self._area = _WholeArea(groups)
        body.addWidget(self._area)
        body.addWidget(self.handbook.said)
        body.addLayout(self._build_about())
        outer = column(self)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)

    def show_keys(self, keys_of: Callable[[str], str]) -> None:
        """The keys that hold now.

        Args:
            keys_of: those, for the usual ones.
        """
        rows = [key_entry for _title, keys in SHORTCUTS for key_entry in keys]
        shown_lines = [line for _group, lines in self._lines for line in lines]
        for (usual, _words), (_searched, shown_key, _text) in zip(rows, shown_lines, strict=True):
            shown_key.setText(native_keys(keys_of(usual)))

    def _filter(self, text: str) -> None:
        """Leaves the lines with every word, in key or sentence; accents and case do not count."""
        words = plain(text).split()
        has_hits = False
        for group, lines in self._lines:
            has_group_hits = False
            for searched, shown_key, shown_text in lines:
                searched_text = f"{searched} {plain(shown_key.text())}"
                is_hit = all(word in searched_text for word in words)
                shown_key.setVisible(is_hit)
                shown_text.setVisible(is_hit)
                has_group_hits = has_group_hits or is_hit
            group.setVisible(has_group_hits)
            has_hits = has_hits or has_group_hits
        self._none.setVisible(not has_hits)

    def _build_about(self) -> QBoxLayout:
        """Which program this is, under which licence, and what a person gives to the help desk."""
        words = _(
            "Poste Expert {version}. Free software, GNU GPL version 3; with Qt, Chromium, FFmpeg "
            "and others."
        )
        about_label = label(
            words.format(version=program_version()), "caption", wrap=True, name="about_program"
        )
        support = push_button(_("File for the help desk"), kind="plain", name="support_file")
        support.setToolTip(
            tip_words(_("Versions, settings without secrets, the newest log, checks"))
        )
        support.clicked.connect(self.hide)
        support.clicked.connect(self.support_requested)
        line = row(None, about_label, self.handbook.button, support, space=SPACE[3])
        line.setStretch(0, 1)
        return line


class _WholeArea(QScrollArea):
    """Asks for the size of its content, and scrolls only when there is less space."""

    def __init__(self, groups: QWidget) -> None:
        super().__init__()
        self._groups = groups
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        groups.setProperty("scroll_body", True)
        self.setWidget(groups)

    def sizeHint(self) -> QSize:
        """The content's size."""
        return self._groups.sizeHint() + QSize(2, 2)

    def minimumSizeHint(self) -> QSize:
        """The content's width; any height."""
        return QSize(self._groups.minimumSizeHint().width(), 120)


def _group(
    title: str, keys: tuple[tuple[str, str], ...]
) -> tuple[QWidget, list[tuple[str, QLabel, QLabel]]]:
    """A group, and its lines: what is searched, the key, what it does."""
    group = QWidget()
    grid = QGridLayout(group)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE[3])
    grid.setVerticalSpacing(6)
    grid.addWidget(label(_(title), "caption"), 0, 0, 1, 2)
    lines = []
    for line, (sequence, text) in enumerate(keys, start=1):
        key_words = native_keys(sequence)
        parts = label(key_words, "key"), label(_(text))
        parts[1].setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        grid.addWidget(parts[0], line, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(parts[1], line, 1)
        lines.append((plain(f"{key_words} {_(title)} {_(text)}"), *parts))
    grid.setColumnMinimumWidth(0, 100)
    grid.setColumnStretch(1, 1)
    return group, lines
