# SPDX-License-Identifier: GPL-3.0-only
"""The list of shortcuts over the desk's window (F1), with which program this is and a file for the
help desk; gone at the next Escape. Used by the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from resources.texts import N_, _
from session.core.program_version import program_version
from views.widgets.parts import column, label, push_button, row, tool_button
from views.widgets.theme import SPACE

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
        N_("Conversation"),
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
            ("F10", N_("Join a colleague who calls")),
            ("F11", N_("Not now; leave a colleague's conversation (twice)")),
            ("Ctrl+Shift+H", N_("Hang up (twice)")),
            ("Ctrl+D", N_("Face or shared page large")),
            ("Ctrl+I", N_("Quality of the line")),
            ("Ctrl+0", N_("Life-size")),
            ("Ctrl+Shift+L", N_("Sign language: movement before size")),
            ("Ctrl+L", N_("Address to open")),
            ("Alt+G", N_("Ask for one permission: then 1 to 7")),
            ("F9", N_("Laser pointer")),
            ("Ctrl+B", N_("Library of pages and documents")),
            ("Ctrl+O", N_("Show a document of yours…")),
            ("Ctrl+2", N_("To the conversation")),
        ),
    ),
    (
        N_("Dossier and devices"),
        (
            ("Ctrl+3", N_("Dossier")),
            ("Ctrl+4", N_("Scanner and printer")),
            ("F6", N_("Preview")),
            ("F7", N_("Scan page")),
            ("Alt+1", N_("First profile of the organisation")),
            ("Shift+F7", N_("Scan for the piece that is chosen: preview, page, check")),
            ("F8", N_("File the document")),
            ("Shift+F8", N_("File each page for its own piece")),
            ("Ctrl+P", N_("Print receipt")),
            ("Ctrl+Alt+P", N_("Print a PDF…")),
        ),
    ),
    (
        N_("Pages"),
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
        N_("Preview of the glass"),
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
            ("Esc", N_("Close what lies on top")),
            ("F12", N_("Dismiss the messages")),
        ),
    ),
)
"""Groups of (keys, what they do); the window makes them work."""


class ShortcutHelp(QWidget):
    """A veil over the window with the card of shortcuts.

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
        self._build()

    def open(self) -> None:
        """Shows the card and takes the keyboard."""
        parent = self.parentWidget()
        if parent is not None:
            window = parent.window()
            self._back = None if window is None else window.focusWidget()
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        self._close.setFocus()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Stays as large as the window."""
        parent = self.parentWidget()
        if event is not None and event.type() == QEvent.Type.Resize and parent is not None:
            self.setGeometry(parent.rect())
        return False

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
        body.addLayout(row(None, label(_("Shortcuts"), "large"), 0, self._close))
        groups = QWidget()
        columns = row(groups, space=40, margins=(0, 0, SPACE[2], 0))
        sides = (QVBoxLayout(), QVBoxLayout())
        for side in sides:
            side.setSpacing(SPACE[2])
            columns.addLayout(side)
        for place, (title, keys) in enumerate(SHORTCUTS):
            sides[0 if place < 2 else 1].addLayout(_group(title, keys))
        for side in sides:
            side.addStretch(1)
        self._area = _WholeArea(groups)
        body.addWidget(self._area)
        body.addLayout(self._build_about())
        outer = column(self)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)

    def _build_about(self) -> QBoxLayout:
        """Which program this is, under which licence, and what a person gives to the help desk."""
        words = _(
            "Poste Expert {version}. Free software, GNU GPL version 3; with Qt, Chromium, FFmpeg "
            "and others."
        )
        about = label(
            words.format(version=program_version()), "caption", wrap=True, name="about_program"
        )
        support = push_button(_("File for the help desk"), kind="plain", name="support_file")
        support.setToolTip(_("Versions, settings without secrets, the newest log, checks"))
        support.clicked.connect(self.hide)
        support.clicked.connect(self.support_requested)
        line = row(None, about, support, space=SPACE[3])
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


def _group(title: str, keys: tuple[tuple[str, str], ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE[3])
    grid.setVerticalSpacing(6)
    grid.addWidget(label(_(title), "caption"), 0, 0, 1, 2)
    for line, (sequence, text) in enumerate(keys, start=1):
        shown = QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
        grid.addWidget(label(shown, "key"), line, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(label(_(text)), line, 1)
    grid.setColumnMinimumWidth(0, 100)
    grid.setColumnStretch(1, 1)
    return grid
