# SPDX-License-Identifier: GPL-3.0-only
"""The replay window: a session's log on one line of time, the events in words, and the structure
of the page as the agent saw it.

Used by `expert-app replay` and by the helpdesk.
It plays `session.log.replay.Replay`; a locked mirror, which is given to it, draws the page.
The log keeps the page's structure, not its words and pictures.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from PyQt6.QtCore import QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resources.texts import N_, _
from session.core.clock import Clock
from session.log.events import LineMeasured, Record, Writer
from session.log.replay import Replay, TimelineEvent
from session.log.state import SessionState
from session.media.line.history import LineDirection, LineHistory
from session.protocol.conversation.line import LineSeen
from session.protocol.hub.tickets import TicketState
from views.desk.shared_page.mirror_pane import MirrorPane
from views.replay.timeline import Timeline
from views.replay.track import MirrorTrack
from views.replay.words import LANES, describe, is_trouble
from views.widgets.icons import icon
from views.widgets.line_curves import LineCurves
from views.widgets.parts import (
    Chip,
    ElidedLabel,
    EmptyState,
    Segments,
    clock_words,
    column,
    label,
    push_button,
    row,
    steady_figures,
    tool_button,
)
from views.widgets.theme import SPACE, tokens_for

SPEEDS = (1, 2, 4, 8)
TICK_MS = 40
STEP_S = 5.0
_FIGURE_SPACE = "\u2007"

_TICKETS = {
    TicketState.WAITING: N_("Waiting"),
    TicketState.OFFERED: N_("Offered"),
    TicketState.IN_SESSION: N_("In conversation"),
    TicketState.WRAP_UP: N_("Wrap-up"),
    TicketState.CLOSED: N_("Closed"),
    TicketState.ABANDONED: N_("Abandoned"),
}


class ReplayView(QWidget):
    """Plays one session's log.

    Args:
        mirror: the locked pane that draws the page; this view owns it from now on.
        clock: gives the pace.

    Signals:
        position_changed(offset_s): where the replay is now.
        finished(): the end was reached by playing.

    Attributes:
        events_shown: how many events of the timeline are past.
        last_event: name of the last of them (`session.log.events.label_of`), "" at the start.
        state: what the session had come to.
    """

    position_changed = pyqtSignal(float)
    finished = pyqtSignal()

    def __init__(self, mirror: MirrorPane, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("replay_view")
        self.mirror = mirror
        self._clock = clock
        self._replay = Replay([], clock)
        self._track = MirrorTrack([])
        self._position_s = 0.0
        self.events_shown, self.last_event, self.state = 0, "", SessionState()
        self._build()
        self._add_shortcuts()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._show_nothing()

    # ---- building ----

    def _build(self) -> None:
        self._list = steady_figures(QListWidget())
        self._list.setObjectName("replay_events")
        self._list.setAccessibleName(_("Events"))
        self._list.setUniformItemSizes(True)
        self._list.setStyleSheet("QListWidget::item { padding: 4px 6px; }")
        self._list.setIconSize(QSize(16, 16))
        self._list.itemClicked.connect(self._on_item)
        self._list.itemActivated.connect(self._on_item)
        side = QFrame()
        side.setProperty("card", True)
        column(
            side, label(_("Events"), "title"), margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2])
        ).addWidget(self._list, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self._build_stage())
        split.addWidget(side)
        split.setStretchFactor(0, 1)
        split.setSizes([760, 400])
        self._timeline = Timeline()
        self._timeline.valueChanged.connect(self._on_slider)
        below = QFrame()
        below.setProperty("card", True)
        self._curves = LineCurves(clock_words, compact=True)
        self._curves.setMaximumHeight(196)
        self._curves.hide()
        column(below, self._timeline, self._curves, margins=(1, SPACE[1], 1, 1))
        whole = column(
            self,
            self._build_header(),
            space=SPACE[1],
            margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2]),
        )
        whole.addWidget(split, 1)
        whole.addLayout(self._build_controls())
        whole.addWidget(below)

    def _build_header(self) -> QWidget:
        self._title = ElidedLabel("", "large", name="replay_title")
        self._ticket_chip = Chip("replay_ticket")
        self._call_chip = Chip("replay_call")
        self._page_chip = Chip("replay_page")
        self._paper_chip, self._line_chip = Chip("replay_paper"), Chip("replay_line")
        header = QWidget()
        box = row(header, self._title)
        box.setStretch(0, 1)
        for chip in self._chips():
            box.addWidget(chip)
        return header

    def _chips(self) -> tuple[Chip, ...]:
        return (
            self._ticket_chip,
            self._call_chip,
            self._page_chip,
            self._paper_chip,
            self._line_chip,
        )

    def _build_stage(self) -> QWidget:
        self._empty = EmptyState("shared_page", "", advice="", name="replay_empty")
        shown = QWidget()
        says = label(
            _("Of the page its structure is kept: bars stand for words, boxes for pictures."),
            "soft",
            name="replay_structure",
        )
        says.setWordWrap(True)
        pad = SPACE[1]
        column(shown, self.mirror, says, margins=(pad, pad, pad, pad)).setStretch(0, 1)
        self._stage = QStackedWidget()
        self._stage.addWidget(self._empty)
        self._stage.addWidget(shown)
        card = QFrame()
        card.setProperty("card", True)
        column(card, self._stage)
        return card

    def _build_controls(self) -> QVBoxLayout:
        self._play = push_button(
            _("Play"), "mdi6.play", "primary", name="replay_play", keys="Space"
        )
        self._play.clicked.connect(self.toggle)
        self._earlier = tool_button(
            _("Previous event"), "mdi6.skip-previous", "replay_previous", keys="Shift+Left"
        )
        self._earlier.clicked.connect(lambda: self._step_event(-1))
        self._later = tool_button(
            _("Next event"), "mdi6.skip-next", "replay_next", keys="Shift+Right"
        )
        self._later.clicked.connect(lambda: self._step_event(1))
        self._speed = Segments(
            "replay_speed", _("Speed"), choices=[(speed, f"{speed}×", "") for speed in SPEEDS]
        )
        self._speed.chosen.connect(lambda speed: self.set_speed(int(str(speed))))
        self._time = label("", "number", "replay_time")
        self._now = ElidedLabel("", "body", name="replay_now")
        controls = row(
            None,
            self._earlier,
            self._play,
            self._later,
            SPACE[1],
            self._speed,
            SPACE[2],
            self._time,
            SPACE[2],
            self._now,
        )
        controls.setStretch(controls.count() - 1, 1)
        box = QVBoxLayout()
        box.addLayout(controls)
        return box

    def _add_shortcuts(self) -> None:
        acts: dict[str, Callable[[], object]] = {
            "Space": self.toggle,
            "Left": lambda: self.jump(self._position_s - STEP_S),
            "Right": lambda: self.jump(self._position_s + STEP_S),
            "Shift+Left": lambda: self._step_event(-1),
            "Shift+Right": lambda: self._step_event(1),
            "Home": lambda: self.jump(0.0),
            "End": lambda: self.jump(self._replay.duration_s),
            "+": lambda: self._step_speed(1),
            "-": lambda: self._step_speed(-1),
        }
        for keys, act in acts.items():
            made = QShortcut(QKeySequence(keys), self)
            made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made.activated.connect(act)

    # ---- what the program asks ----

    def show_log(self, title: str, records: Sequence[Record]) -> None:
        """Shows a session's log from its beginning, paused."""
        self._timer.stop()
        self._replay = Replay(records, self._clock)
        self._track = MirrorTrack(records)
        self._title.setText(title)
        self._fill_list()
        self._timeline.show_events(self._replay.events, self._replay.duration_s)
        self._curves.show_history(line_history(self._replay.line), 0.0, self._replay.duration_s)
        self._curves.setVisible(bool(self._replay.line))
        self.set_speed(1)
        self._show_play()
        self.jump(0.0)

    @property
    def duration_s(self) -> float:
        """Length of the log in seconds."""
        return self._replay.duration_s

    @property
    def position_s(self) -> float:
        """Where the replay is, in seconds from the first record."""
        return self._position_s

    @property
    def playing(self) -> bool:
        """Whether the log is playing."""
        return self._replay.playing

    def play(self) -> None:
        """Starts or goes on; at the end, starts over."""
        if self._position_s >= self._replay.duration_s:
            self.jump(0.0)
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

    def set_speed(self, speed: int) -> None:
        """1, 2, 4 or 8 times real time."""
        self._replay.set_speed(float(speed))
        self._speed.choose(speed)

    def jump(self, offset_s: float) -> None:
        """Goes to a place of the log (seconds from its first record);
        the page looks as it did there.
        """
        offset_s = min(max(offset_s, 0.0), self._replay.duration_s)
        self._replay.jump(offset_s)
        self._replay.tick()
        self._position_s = offset_s
        page = self._track.until(offset_s)
        if page:
            self.mirror.feed(page)
        else:
            self.mirror.clear()
        self._show_position()

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

    # ---- mouse and keyboard ----

    def _on_slider(self, value: int) -> None:
        if abs(value / 1000 - self._position_s) > 0.002:
            self.jump(value / 1000)

    def _on_item(self, item: QListWidgetItem) -> None:
        self.jump(float(item.data(Qt.ItemDataRole.UserRole)))

    def _step_event(self, step: int) -> None:
        """Jumps to the next event, or to the one before."""
        offsets = [mark.offset_s for mark in self._replay.events]
        if step > 0:
            wanted = next((at_s for at_s in offsets if at_s > self._position_s + 0.001), None)
        else:
            wanted = next(
                (at_s for at_s in reversed(offsets) if at_s < self._position_s - 0.001), None
            )
        if wanted is not None:
            self.jump(wanted)

    def _step_speed(self, step: int) -> None:
        place = SPEEDS.index(int(self._replay.speed)) + step
        if 0 <= place < len(SPEEDS):
            self.set_speed(SPEEDS[place])

    # ---- what is seen ----

    def _fill_list(self) -> None:
        self._list.clear()
        tokens = tokens_for(self.palette())
        for mark in self._replay.events:
            trouble = is_trouble(mark.event)
            words = f"{clock_words(mark.offset_s).rjust(7, _FIGURE_SPACE)}   {describe(mark.event)}"
            item = QListWidgetItem(
                icon("error", "bad") if trouble else icon(LANES[mark.lane][1], "soft"), words
            )
            item.setData(Qt.ItemDataRole.UserRole, mark.offset_s)
            item.setToolTip(describe(mark.event))
            if trouble:
                item.setForeground(QColor(tokens.bad))
            self._list.addItem(item)

    def _show_nothing(self) -> None:
        self._show_play()
        self._show_position()

    def _show_play(self) -> None:
        playing = self._replay.playing
        self._play.setText(_("Pause") if playing else _("Play"))
        self._play.setAccessibleName(self._play.text())
        self._play.setIcon(icon("mdi6.pause" if playing else "mdi6.play", "on_accent"))
        self._play.setEnabled(bool(self._replay.events))

    def _show_position(self) -> None:
        position_s = self._position_s
        past = self._replay.events[
            : bisect_right(self._replay.events, position_s, key=lambda mark: mark.offset_s)
        ]
        if len(past) != self.events_shown or position_s == 0.0:
            self.state = self._replay.state_at(position_s)
        self.events_shown = len(past)
        self.last_event = past[-1].label if past else ""
        self._time.setText(f"{clock_words(position_s)} / {clock_words(self._replay.duration_s)}")
        self._now.setText(describe(past[-1].event) if past else "")
        self._timeline.blockSignals(True)
        self._timeline.setValue(round(position_s * 1000))
        self._timeline.blockSignals(False)
        self._timeline.update()
        self._curves.mark_place(position_s)
        self._show_in_list(past)
        self._show_state()
        self.position_changed.emit(position_s)

    def _show_in_list(self, past: Sequence[TimelineEvent]) -> None:
        if past and self._list.currentRow() != len(past) - 1:
            self._list.setCurrentRow(len(past) - 1)

    def _show_state(self) -> None:
        state = self.state
        shared = state.sharing and self._track.has_picture(self._position_s)
        self._stage.setCurrentIndex(1 if shared else 0)
        if not self._replay.events:
            self._empty.show_words(
                _("No log is open"), _("Open a session's log to replay it here.")
            )
        else:
            self._empty.show_words(
                _("The page is not shared at this moment"),
                _("Play on, or jump to a place where the row of the page is coloured."),
            )
        ticket = state.ticket
        self._ticket_chip.show_state(_(_TICKETS[ticket]) if ticket else _("Not started"), "queue")
        call = state.call == "seen"
        self._call_chip.show_state(
            _("Call") if call else _("No call"), "call", "good" if call else "soft"
        )
        self._page_chip.show_state(
            _("Page shared") if state.sharing else _("Page not shared"),
            "see_page",
            "good" if state.sharing else "soft",
        )
        filed = len(state.documents_filed)
        self._paper_chip.show_state(
            _("Pages: {pages}, documents filed: {filed}").format(
                pages=len(state.pages_received), filed=filed
            ),
            "document",
            "good" if filed else "soft",
        )
        self._line_chip.show_state(_("Line lost"), "disconnected", "bad")
        self._line_chip.setVisible(bool(state.line_lost_by))


def line_history(series: Iterable[tuple[float, LineMeasured]]) -> LineHistory:
    """The line's measurements as the quality panel draws them: what the desk received came from the
    caller, what the kiosk received went to the caller. Times are the log's offsets.
    """
    history = LineHistory()
    for offset_s, event in series:
        way = LineDirection.FROM_CALLER if event.by is Writer.DESK else LineDirection.TO_CALLER
        seen = LineSeen(
            kbps=event.kbps,
            loss_percent=event.loss_percent,
            rtt_ms=event.rtt_ms,
            height_px=event.height_px,
            fps=event.fps,
            freezes=event.freezes,
            concealed_percent=event.concealed_percent,
        )
        history.add(way, offset_s, seen)
    return history
