# SPDX-License-Identifier: GPL-3.0-only
"""The replay window: a session's log on one line of time, the events in words, and the structure
of the page as the agent saw it.

Used by `expert-app replay` and inside the helpdesk's window.
A locked mirror, which is given to it, draws the page.
The log keeps the page's structure, not its words and pictures.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QApplication, QSplitter, QWidget

from resources.texts import _
from session.core.clock import Clock
from session.log.playback.opened import OpenedLog
from views.desk.shared_page.mirror_pane import MirrorPane
from views.replay.controls import SPEEDS, ReplayControls
from views.replay.events_model import wall_words
from views.replay.events_side import EventsSide
from views.replay.filters import EventFilter
from views.replay.header import ReplayHeader
from views.replay.marks import Places
from views.replay.page_pane import PagePane
from views.replay.player import Player
from views.replay.shown_time import STEP
from views.replay.time_rows import TimeRows
from views.replay.whole import whole_log
from views.widgets.parts import clock_words, column
from views.widgets.theme import SPACE

STEP_S = 5.0


class ReplayView(QWidget):
    """Plays one session's log. A program reads it in a worker thread
    (`session.log.playback.opening`) and gives it to `show_log`.

    Args:
        mirror: the locked pane that draws the page; this view owns it from now on.
        clock: gives the pace.

    Signals:
        page_alone(bool): the page fills the screen, or does so no more.

    Attributes:
        player: the log and its moment.
        side: the list of events.
        rows: the rows over the session's time.
    """

    page_alone = pyqtSignal(bool)

    def __init__(self, mirror: MirrorPane, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("replay_view")
        self.mirror = mirror
        self.player = Player(mirror, clock)
        self._build()
        self._connect()
        self.setFocusProxy(self.side.table)
        self._add_shortcuts()
        self._show_play()
        self._show_moment()

    def _build(self) -> None:
        self._header = ReplayHeader()
        self._controls = ReplayControls()
        self._page = PagePane(self.mirror)
        self.side = EventsSide(self.player.log)
        self.rows = TimeRows(self.player.log)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self._page)
        split.addWidget(self.side)
        split.setStretchFactor(0, 1)
        split.setSizes([660, 520])
        above = QWidget()
        column(above, self._header, split, self._controls, space=SPACE[1]).setStretch(1, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(above)
        splitter.addWidget(self.rows)
        splitter.setStretchFactor(0, 1)
        edges = (SPACE[2], SPACE[1], SPACE[2], SPACE[1])
        column(self, splitter, margins=edges)

    def _connect(self) -> None:
        controls = self._controls
        player = self.player
        rows = self.rows
        controls.play.clicked.connect(player.toggle)
        controls.earlier.clicked.connect(lambda: self._step_mark(-1))
        controls.later.clicked.connect(lambda: self._step_mark(1))
        controls.earlier_trouble.clicked.connect(lambda: self._step_trouble(-1))
        controls.later_trouble.clicked.connect(lambda: self._step_trouble(1))
        controls.speed.chosen.connect(lambda speed: self.set_speed(float(str(speed))))
        controls.skip_idle.toggled.connect(player.set_skip_idle)
        controls.two_ends.toggled.connect(self._on_two_ends)
        controls.wall_clock.toggled.connect(self._on_wall_clock)
        controls.details.toggled.connect(self.side.details.setVisible)
        controls.curves.toggled.connect(rows.want_curves)
        controls.closer.clicked.connect(lambda: rows.zoom(STEP))
        controls.farther.clicked.connect(lambda: rows.zoom(1 / STEP))
        controls.whole.clicked.connect(rows.time.show_all)
        controls.call.clicked.connect(rows.fit_call)
        self._page.full_screen.toggled.connect(self.show_page_alone)
        self.side.bar.next_requested.connect(self._step_mark)
        self.side.marks_changed.connect(self._show_marks)
        self.side.chosen.connect(player.seek)
        rows.timeline.valueChanged.connect(self._on_slider)
        rows.timeline.mark_chosen.connect(self.seek_row)
        player.moved.connect(self._show_moment)
        player.play_changed.connect(self._show_play)

    def _add_shortcuts(self) -> None:
        controls = self._controls
        acts: dict[str, Callable[[], object]] = {
            "Space": self.player.toggle,
            "Left": lambda: self.player.seek(self.player.position_s - STEP_S),
            "Right": lambda: self.player.seek(self.player.position_s + STEP_S),
            "Shift+Left": lambda: self._step_mark(-1),
            "Shift+Right": lambda: self._step_mark(1),
            "T": lambda: self._step_trouble(1),
            "Shift+T": lambda: self._step_trouble(-1),
            "Home": lambda: self.player.seek(0.0),
            "End": lambda: self.player.seek(self.player.duration_s),
            "+": lambda: self.rows.zoom(STEP),
            "-": lambda: self.rows.zoom(1 / STEP),
            "0": self.rows.time.show_all,
            "C": self.rows.fit_call,
            "<": lambda: self._step_speed(-1),
            ">": lambda: self._step_speed(1),
            "I": controls.skip_idle.toggle,
            "B": controls.two_ends.toggle,
            "H": controls.wall_clock.toggle,
            "D": controls.details.toggle,
            "L": controls.curves.toggle,
            "P": self.side.bar.troubles.toggle,
            "Ctrl+F": self.side.bar.focus_words,
            "F3": lambda: self._step_mark(1),
            "Shift+F3": lambda: self._step_mark(-1),
            "F11": self._page.full_screen.toggle,
        }
        for keys, act in acts.items():
            key_shortcut = QShortcut(QKeySequence(keys), self)
            key_shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key_shortcut.activated.connect(act)

    # ---- what the program asks

    def show_log(self, title: str, log: OpenedLog) -> None:
        """Shows a session's log from its beginning, paused; the wait before the conversation is
        folded away.
        """
        self.player.open(log)
        self._header.show_log(title, log)
        self._controls.show_troubles(bool(len(log.troubles)))
        self._controls.curves.setEnabled(bool(log.line))
        self.rows.show_log(log)
        self.side.show_log(log)
        self.set_speed(1)
        self.player.seek(0.0)
        self.rows.fit_call()
        focus = QApplication.focusWidget()
        if focus is None or self.isAncestorOf(focus):
            self.side.table.setFocus()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """See `TimeRows.fit_rows`."""
        super().resizeEvent(event)
        self.rows.fit_rows(self.height())

    def show_page_alone(self, on: bool) -> None:
        """The page fills the screen, with the buttons below it; Escape leaves."""
        self._page.full_screen.setChecked(on)
        for part in (self._header, self.side, self.rows):
            part.setVisible(not on)
        window = self.window()
        if window is not None:
            window.showFullScreen() if on else window.showNormal()
        self.page_alone.emit(on)

    @property
    def _can_leave(self) -> bool:
        return self._page.full_screen.isChecked() or not self.side.filter.is_all

    def event(self, event: QEvent | None) -> bool:
        """Escape is this view's while there is something to leave; else the window's."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
            and self._can_leave
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """See `event`."""
        assert event is not None
        if event.key() == Qt.Key.Key_Escape and self._can_leave:
            self._leave()
        else:
            event.ignore()

    def _leave(self) -> None:
        """Out of the full screen, or of the search."""
        if self._page.full_screen.isChecked():
            self.show_page_alone(False)
        elif not self.side.filter.is_all:
            self.side.set_filter(EventFilter())
        self.side.table.setFocus()

    def show_opening(self, title: str, share: float) -> None:
        """A log is being read, 0 to 1 of it are."""
        self.player.pause()
        self._header.title.setText(title)
        self._page.show_page(False)
        self._page.show_words(
            _("The log is being opened"),
            _("{percent} % are read").format(percent=round(100 * share)),
        )

    def show_failure(self, words: str) -> None:
        """No log could be opened: why, and what to do."""
        self._page.show_page(False)
        self._page.show_words(_("The log cannot be opened"), words)

    def set_speed(self, speed: float) -> None:
        """One of `SPEEDS`, times real time."""
        self.player.set_speed(speed)
        self._controls.speed.choose(speed)

    def seek_row(self, row: int) -> None:
        """Goes to a row of the log; the screen follows."""
        self.player.seek(self.player.log.offset_s(row))
        self.side.show_row(row)

    # ---- mouse and keyboard

    def _on_two_ends(self, on: bool) -> None:
        """Show what the kiosk told beside what the desk told, or both in one."""
        self.rows.set_two_ends(on)
        self.side.set_two_ends(on)

    def _on_wall_clock(self, on: bool) -> None:
        self.side.set_wall_clock(on)
        self._show_time()

    def _on_slider(self, value: int) -> None:
        if abs(value / 1000 - self.player.position_s) > 0.002:
            self.player.seek(value / 1000)

    def _step_mark(self, step: int) -> None:
        """Goes to the next event that is shown, or to the one before."""
        self._step_in(self.side.marks, step)

    def _step_trouble(self, step: int) -> None:
        self._step_in(self.player.log.troubles, step)

    def _step_in(self, rows: Places, step: int) -> None:
        row = self.player.row_beside(rows, step)
        if row is not None:
            self.seek_row(row)

    def _step_speed(self, step: int) -> None:
        place = SPEEDS.index(self.player.speed) + step
        if 0 <= place < len(SPEEDS):
            self.set_speed(SPEEDS[place])

    # ---- what is seen

    def _show_marks(self) -> None:
        self.rows.show_marks(self.side.marks, whole_log(self.player.log).gaps)

    def _show_play(self) -> None:
        marks = self.player.log.marks
        self._controls.show_play(playing=self.player.playing, enabled=bool(len(marks)))

    def _show_moment(self) -> None:
        position_s = self.player.position_s
        self._show_time()
        self.rows.time.reveal(position_s)
        self.rows.mark_place(position_s)
        self.side.mark_place(position_s)
        self._header.show_state(self.player.state)
        self._page.show_moment(self.player.log, has_page=self.player.has_page)

    def _show_time(self) -> None:
        """Both times: since the beginning, and of the day where that is wanted."""
        position_s, log = self.player.position_s, self.player.log
        words = f"{clock_words(position_s)} / {clock_words(log.duration_s)}"
        if self._controls.wall_clock.isChecked() and len(log):
            words = f"{wall_words(log.start_s + position_s)}  ·  {words}"
        self._controls.show_moment(words, self.player.last_words)
