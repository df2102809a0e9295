# SPDX-License-Identifier: GPL-3.0-only
"""The replay window: a session's log on one line of time, the events in words, and the structure
of the page as the agent saw it.

Used by `expert-app replay` and inside the helpdesk's window.
It plays a log that is open; a locked mirror, which is given to it, draws the page.
The log keeps the page's structure, not its words and pictures.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QApplication, QFrame, QSplitter, QWidget

from resources.texts import _
from session.core.clock import Clock
from session.log.playback.opened import OpenedLog
from session.log.playback.opening import open_records
from session.log.playback.replay import Replay
from session.log.playback.state import SessionState
from views.desk.shared_page.mirror_pane import MirrorPane
from views.replay.controls import SPEEDS, ReplayControls
from views.replay.details import EventDetails
from views.replay.event_filter_bar import EventFilterBar
from views.replay.events_model import EventsModel, lines_of, wall_words
from views.replay.events_table import EventsTable
from views.replay.filters import EventFilter, Matcher
from views.replay.gaps import Gap, conversation
from views.replay.header import ReplayHeader
from views.replay.marks import Places
from views.replay.overview import Overview
from views.replay.page_pane import PagePane
from views.replay.shown_time import STEP, ShownTime
from views.replay.timeline import RIGHT, Timeline
from views.replay.track import MirrorTrack
from views.replay.whole import whole_log
from views.replay.words import describe
from views.widgets.parts import clock_words, column, scroll_area
from views.widgets.plots.line_curves import LineCurves
from views.widgets.theme import SPACE, tokens_for

TICK_MS = 33
CURVES_AFTER_MS = 50
"""What is seen first is painted meanwhile."""
STEP_S = 5.0
LEAD_S = 3.0
"""So much of the wait stays on the screen where the conversation is shown without it."""


class ReplayView(QWidget):
    """Plays one session's log. A program reads it in a worker thread
    (`session.log.playback.opening`) and gives it to `show_log`.

    Args:
        mirror: the locked pane that draws the page; this view owns it from now on.
        clock: gives the pace.

    Signals:
        position_changed(offset_s): where the replay is now.
        finished(): the end was reached by playing.
        page_alone(bool): the page fills the screen, or does so no more.

    Attributes:
        events_shown: how many events of the timeline are past.
        last_event: name of the last of them (`session.log.events.label_of`), "" at the start.
        state: what the session had come to.
        filter: which events are in list and timeline.
    """

    position_changed = pyqtSignal(float)
    finished = pyqtSignal()
    page_alone = pyqtSignal(bool)

    def __init__(self, mirror: MirrorPane, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("replay_view")
        self.mirror = mirror
        self._clock = clock
        self.time = ShownTime()
        self._position_s = 0.0
        self.events_shown = 0
        self.last_event = ""
        self.state = SessionState()
        self.filter = EventFilter()
        self._marks: Places = np.zeros(0, dtype=np.int64)
        self._gaps: list[Gap] = []
        self._take(open_records("none", []))
        self._build()
        self._connect()
        self.setFocusProxy(self._table)
        self._add_shortcuts()
        self._curves_due = QTimer(self)
        self._curves_due.setSingleShot(True)
        self._curves_due.setInterval(CURVES_AFTER_MS)
        self._curves_due.timeout.connect(self._show_curves)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._show_play()
        self._show_position()

    def _take(self, log: OpenedLog) -> None:
        self.log = log
        self._replay = Replay(log, self._clock)
        self._track = MirrorTrack(log)
        self._matcher = Matcher(log)

    # ---- building

    def _build(self) -> None:
        self._header = ReplayHeader()
        self._controls = ReplayControls()
        self._page = PagePane(self.mirror)
        self._build_side()
        self._build_below()
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self._page)
        self._split.addWidget(self._side)
        self._split.setStretchFactor(0, 1)
        self._split.setSizes([660, 520])
        above = QWidget()
        column(above, self._header, self._split, self._controls, space=SPACE[1]).setStretch(1, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(above)
        splitter.addWidget(self._below)
        splitter.setStretchFactor(0, 1)
        edges = (SPACE[2], SPACE[1], SPACE[2], SPACE[1])
        column(self, splitter, margins=edges)

    def _build_side(self) -> None:
        """The list with its filter, and one event in full."""
        self._model = EventsModel()
        self._table = EventsTable(self._model)
        self._bar = EventFilterBar()
        self._details = EventDetails()
        self._details.hide()
        upper, pad = QWidget(), SPACE[1]
        column(upper, self._bar, self._table, space=SPACE[0]).setStretch(1, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(upper)
        parts.addWidget(self._details)
        parts.setStretchFactor(0, 1)
        self._side = QFrame()
        self._side.setProperty("card", True)
        column(self._side, parts, margins=(pad, pad, pad, pad))

    def _build_below(self) -> None:
        """Overview, timeline and curves, all over the same stretch of time."""
        self._timeline, self._overview = Timeline(self.time), Overview(self.time)
        self._curves = LineCurves(clock_words, compact=True)
        self._curves.setFixedHeight(196)
        self._curves.hide()
        body = QWidget()
        column(body, self._overview, self._timeline, self._curves, 0, space=SPACE[0])
        self._below = QFrame()
        self._below.setProperty("card", True)
        self._rows_area = scroll_area(body)
        self._rows_area.setMinimumHeight(120)
        column(self._below, self._rows_area, margins=(1, SPACE[0], 1, 1))

    def _connect(self) -> None:
        controls = self._controls
        controls.play.clicked.connect(self.toggle)
        controls.earlier.clicked.connect(lambda: self._step_mark(-1))
        controls.later.clicked.connect(lambda: self._step_mark(1))
        controls.earlier_trouble.clicked.connect(lambda: self.next_trouble(-1))
        controls.later_trouble.clicked.connect(lambda: self.next_trouble(1))
        controls.speed.chosen.connect(lambda speed: self.set_speed(float(str(speed))))
        controls.skip_idle.toggled.connect(self.set_skip_idle)
        controls.two_ends.toggled.connect(self.set_two_ends)
        controls.wall_clock.toggled.connect(self.set_wall_clock)
        controls.details.toggled.connect(self._details.setVisible)
        controls.curves.toggled.connect(self._on_curves_wanted)
        self.mirror.picture_needed.connect(self._on_picture_needed)
        self._page.full_screen.toggled.connect(self.show_page_alone)
        self._bar.changed.connect(self.set_filter)
        self._bar.next_requested.connect(self._step_mark)
        controls.closer.clicked.connect(lambda: self.zoom(STEP))
        controls.farther.clicked.connect(lambda: self.zoom(1 / STEP))
        controls.whole.clicked.connect(self.time.show_all)
        controls.call.clicked.connect(self.fit_call)
        self._timeline.valueChanged.connect(self._on_slider)
        self._timeline.mark_chosen.connect(self.seek_row)
        self._table.line_chosen.connect(self._on_line)
        self.time.changed.connect(self._on_time_shown)

    def _add_shortcuts(self) -> None:
        controls = self._controls
        acts: dict[str, Callable[[], object]] = {
            "Space": self.toggle,
            "Left": lambda: self.seek(self._position_s - STEP_S),
            "Right": lambda: self.seek(self._position_s + STEP_S),
            "Shift+Left": lambda: self._step_mark(-1),
            "Shift+Right": lambda: self._step_mark(1),
            "T": lambda: self.next_trouble(1),
            "Shift+T": lambda: self.next_trouble(-1),
            "Home": lambda: self.seek(0.0),
            "End": lambda: self.seek(self._replay.duration_s),
            "+": lambda: self.zoom(STEP),
            "-": lambda: self.zoom(1 / STEP),
            "0": self.time.show_all,
            "C": self.fit_call,
            "<": lambda: self._step_speed(-1),
            ">": lambda: self._step_speed(1),
            "I": controls.skip_idle.toggle,
            "B": controls.two_ends.toggle,
            "H": controls.wall_clock.toggle,
            "D": controls.details.toggle,
            "L": controls.curves.toggle,
            "P": self._bar.troubles.toggle,
            "Ctrl+F": self._bar.focus_words,
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
        self._timer.stop()
        skip_idle = self._replay.skip_idle
        self._take(log)
        self._replay.skip_idle = skip_idle
        self._gaps = whole_log(log).gaps
        self._header.show_log(title, log)
        self._controls.show_troubles(bool(len(log.troubles)))
        self.time.set_duration(log.duration_s)
        self._show_marks()
        self._controls.curves.setEnabled(bool(log.line))
        self._curves_due.start()
        self.set_speed(1)
        self._show_play()
        self.seek(0.0)
        self.fit_call()
        focus = QApplication.focusWidget()
        if focus is None or self.isAncestorOf(focus):
            self._table.setFocus()

    def _show_curves(self) -> None:
        """In a turn of the loop of its own: the window never stands still for long."""
        log = self.log
        self._curves.show_history(whole_log(log).history, 0.0, log.duration_s)
        self._on_time_shown()
        self._curves.mark_place(self._position_s)
        self._on_curves_wanted()

    def _on_curves_wanted(self) -> None:
        self._curves.setVisible(self._controls.curves.isChecked() and bool(self.log.line))
        self._fit_rows()

    def _fit_rows(self) -> None:
        """The rows are seen whole where that leaves the page half of the height."""
        rows_px = self._overview.sizeHint().height() + self._timeline.sizeHint().height() + 12
        rows_px += self._curves.height() if self._controls.curves.isChecked() else 0
        self._below.setMaximumHeight(rows_px + 8)
        self._rows_area.setMinimumHeight(min(rows_px, round(self.height() * 0.46)))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """See `_fit_rows`."""
        super().resizeEvent(event)
        self._fit_rows()

    def show_page_alone(self, on: bool) -> None:
        """The page fills the screen, with the buttons below it; Escape leaves."""
        self._page.full_screen.setChecked(on)
        for part in (self._header, self._side, self._below):
            part.setVisible(not on)
        window = self.window()
        if window is not None:
            window.showFullScreen() if on else window.showNormal()
        self.page_alone.emit(on)

    @property
    def _can_leave(self) -> bool:
        return self._page.full_screen.isChecked() or not self.filter.is_all

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
        elif not self.filter.is_all:
            self.set_filter(EventFilter())
        self._table.setFocus()

    def show_opening(self, title: str, share: float) -> None:
        """A log is being read, 0 to 1 of it are."""
        self.pause()
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

    def set_filter(self, event_filter: EventFilter) -> None:
        """Which events stand in list and timeline."""
        if event_filter != self.filter:
            self.filter = event_filter
            self._bar.show_filter(event_filter)
            self._show_marks()
            self._show_in_table()

    def set_two_ends(self, on: bool) -> None:
        """Show what the kiosk told beside what the desk told, or both in one."""
        self._controls.two_ends.setChecked(on)
        self._timeline.set_two_ends(on)
        self._table.set_two_ends(on)
        self._overview.gutter = self._timeline.gutter
        self._on_time_shown()
        self._show_in_table()
        self._fit_rows()

    def set_wall_clock(self, on: bool) -> None:
        """The time of the day, or the time since the beginning."""
        self._controls.wall_clock.setChecked(on)
        self._model.set_wall_clock(on)
        self._show_position()

    def set_skip_idle(self, on: bool) -> None:
        """Set whether playing goes on at once where nothing happens."""
        self._controls.skip_idle.setChecked(on)
        self._replay.skip_idle = on

    @property
    def duration_s(self) -> float:
        """Length of the log in seconds."""
        return self._replay.duration_s

    @property
    def position_s(self) -> float:
        """The place of the replay, in seconds from the first record."""
        return self._position_s

    @property
    def playing(self) -> bool:
        """True if the log is playing."""
        return self._replay.playing

    def play(self) -> None:
        """Starts or goes on; at the end, starts over."""
        if self._position_s >= self._replay.duration_s:
            self.seek(0.0)
        self._replay.play()
        self._timer.start()
        self._show_play()

    def pause(self) -> None:
        """Stops playing."""
        self._replay.pause()
        self._timer.stop()
        self.tick()
        self._show_play()

    def toggle(self) -> None:
        """Plays, or pauses."""
        if self._replay.playing:
            self.pause()
        else:
            self.play()

    def set_speed(self, speed: float) -> None:
        """One of `SPEEDS`, times real time."""
        self._replay.set_speed(speed)
        self._controls.speed.choose(speed)

    def seek(self, offset_s: float) -> None:
        """Goes to a moment of the log (seconds from its first record);
        the page looks as it did there.
        """
        offset_s = min(max(offset_s, 0.0), self._replay.duration_s)
        self._replay.seek(offset_s)
        self._replay.tick()
        self._position_s = offset_s
        self.time.reveal(offset_s)
        page = self._track.until(offset_s)
        if page:
            self.mirror.feed(page)
        else:
            self.mirror.clear()
        self._show_position()

    def seek_row(self, row: int) -> None:
        """Goes to a row of the log; the screen follows."""
        self.seek(self.log.offset_s(row))
        self._table.show_line(self._model.line_of(row))
        self._show_in_table()

    def next_trouble(self, step: int = 1) -> None:
        """Goes to the next trouble, or (-1) to the one before."""
        self._step_in(self.log.troubles, step)

    def zoom(self, closer: float) -> None:
        """Zoom so many times closer around the moment, when it is on the screen."""
        at_s = self._position_s
        if not self.time.begin_s <= at_s <= self.time.end_s:
            at_s = (self.time.begin_s + self.time.end_s) / 2
        self.time.zoom(closer, at_s)

    def fit_call(self) -> None:
        """The conversation fills the width; the wait before it is folded away."""
        begin_s, end_s = conversation(self.log)
        if begin_s <= LEAD_S:
            begin_s = 0.0
        self.time.show(max(0.0, begin_s - LEAD_S), max(end_s, self.log.duration_s))

    def tick(self) -> None:
        """Shows what became due; called many times a second while playing."""
        was_playing = self._replay.playing or self._timer.isActive()
        self._replay.tick()
        position_s = self._replay.position_s
        if position_s > self._position_s:
            page = self._track.between(self._position_s, position_s)
            if page:
                self.mirror.feed(page)
            self._position_s = position_s
            self._show_position()
        if was_playing and not self._replay.playing and self._timer.isActive():
            self._timer.stop()
            self._show_play()
            self.finished.emit()

    def _on_picture_needed(self) -> None:
        """The page ended the engine: another draws it as it is at this moment."""
        page = self._track.until(self._position_s)
        if page:
            self.mirror.feed(page)

    # ---- mouse and keyboard

    def _on_slider(self, value: int) -> None:
        if abs(value / 1000 - self._position_s) > 0.002:
            self.seek(value / 1000)

    def _on_line(self, line: int) -> None:
        row = self._model.log_row(line)
        self.seek(self._model.offset_s(line) if row is None else self.log.offset_s(row))

    def _step_mark(self, step: int) -> None:
        """Goes to the next event that is shown, or to the one before."""
        self._step_in(self._marks, step)

    def _step_in(self, rows: Places, step: int) -> None:
        if step > 0:
            place = self.log.count_until(self._position_s + 0.001, rows)
        else:
            place = self.log.count_until(self._position_s - 0.001, rows) - 1
        if 0 <= place < len(rows):
            self.seek_row(int(rows[place]))

    def _step_speed(self, step: int) -> None:
        place = SPEEDS.index(self._replay.speed) + step
        if 0 <= place < len(SPEEDS):
            self.set_speed(SPEEDS[place])

    # ---- what is seen

    def changeEvent(self, event: QEvent | None) -> None:
        """Other colours, in the list too."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self._model.set_tokens(tokens_for(self.palette()))

    def _show_marks(self) -> None:
        self._marks = self._matcher.marks(self.filter)
        if self.filter.is_all:
            gaps = self._gaps
        else:
            gaps = []
        if self.filter.is_all:
            lines = whole_log(self.log).lines
        else:
            lines = lines_of(self.log, self._marks, gaps)
        self._model.show_lines(self.log, lines, gaps, tokens_for(self.palette()))
        self._timeline.show_marks(self.log, self._marks, self._gaps)
        self._overview.show_marks(self.log, self._marks, self._timeline.gutter)
        self._bar.show_count(len(self._marks), len(self.log.marks))

    def _show_play(self) -> None:
        self._controls.show_play(playing=self._replay.playing, enabled=bool(len(self.log.marks)))

    def _on_time_shown(self) -> None:
        self._curves.show_range(self.time.begin_s, self.time.end_s)
        self._curves.set_edges(self._timeline.gutter, RIGHT)

    def _show_position(self) -> None:
        position_s, log = self._position_s, self.log
        count = log.count_until(position_s)
        past = log.count_until(position_s, log.marks)
        if past != self.events_shown or position_s == 0.0:
            self.state = log.state_before(count)
        self.events_shown = past
        if past:
            self.last_event = log.meaning(int(log.marks[past - 1])).label
        else:
            self.last_event = ""
        if past:
            words = describe(log.record(int(log.marks[past - 1])).event)
        else:
            words = ""
        self._controls.show_moment(self._time_words(), words)
        if self._replay.playing:
            self.time.reveal(position_s)
        self._timeline.blockSignals(True)
        self._timeline.setValue(round(position_s * 1000))
        self._timeline.blockSignals(False)
        self._timeline.update()
        self._curves.mark_place(position_s)
        self._overview.mark_place(position_s)
        self._show_in_table()
        self._header.show_state(self.state)
        self._show_stage()
        self.position_changed.emit(position_s)

    def _time_words(self) -> str:
        """Both times: since the beginning, and of the day where that is wanted."""
        words = f"{clock_words(self._position_s)} / {clock_words(self._replay.duration_s)}"
        if self._controls.wall_clock.isChecked() and len(self.log):
            words = f"{wall_words(self.log.start_s + self._position_s)}  ·  {words}"
        return words

    def _show_in_table(self) -> None:
        line = self._model.line_at(self._position_s)
        chosen = self._table.currentIndex().row()
        if not (0 <= chosen <= line and self._model.offset_s(chosen) == self._position_s):
            self._table.show_line(line)  # else it is one of several of the same instant
        line = self._table.currentIndex().row()
        self._details.show_event(self.log, self._model.log_row(line), self._model.gap(line))

    @property
    def _is_without_pages(self) -> bool:
        """True if what was shared was left out: for a vendor, or for the network's operator."""
        stretches = self.log.stretches
        return bool(stretches) and not any(stretch.is_snapshot for stretch in stretches)

    def _show_stage(self) -> None:
        shared = self.state.sharing and self._track.has_picture(self._position_s)
        self._page.show_page(shared)
        if not len(self.log):
            self._page.show_words(_("No log is open"), _("Open a session's log to replay it here."))
        elif self._is_without_pages:
            self._page.show_words(
                _("This log has no pages"),
                _("It tells what happened; what was on the shared page was left out."),
            )
        else:
            self._page.show_words(
                _("The page is not shared at this moment"),
                _("Play on, or jump to a place where the row of the page is coloured."),
            )
