# SPDX-License-Identifier: GPL-3.0-only
"""A log that plays: its moment, the page as it was there, and what the session had come to.
Used by the replay window.
"""

from __future__ import annotations

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal

from session.core.clock import Clock
from session.log.playback.opened import OpenedLog
from session.log.playback.opening import open_records
from session.log.playback.replay import Replay
from session.log.playback.state import SessionState
from views.desk.shared_page.mirror_pane import MirrorPane
from views.replay.marks import Places
from views.replay.track import MirrorTrack
from views.replay.words import describe

TICK_MS = 33


class Player(QObject):
    """Plays one log, and draws its page in a mirror.

    Args:
        mirror: the locked pane that draws the page.
        clock: gives the pace.

    Signals:
        moved(): the replay is at another moment.
        play_changed(): it plays, or plays no more.
        finished(): the end was reached by playing.

    Attributes:
        position_s: where the replay is, in seconds from the first record.
        events_shown: how many events of the timeline are past.
        last_event: name of the last of them (`session.log.events.label_of`), "" at the start.
        last_words: the same event in words.
        state: what the session had come to.
    """

    moved = pyqtSignal()
    play_changed = pyqtSignal()
    finished = pyqtSignal()

    def __init__(self, mirror: MirrorPane, clock: Clock) -> None:
        super().__init__()
        self._mirror = mirror
        self._clock = clock
        self.position_s = 0.0
        self.events_shown = 0
        self.last_event = ""
        self.last_words = ""
        self.state = SessionState()
        self._take(open_records("none", []))
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        mirror.engine.picture_needed.connect(self._on_picture_needed)

    def _take(self, log: OpenedLog) -> None:
        self.log = log
        self._replay = Replay(log, self._clock)
        self._track = MirrorTrack(log)

    def open(self, log: OpenedLog) -> None:
        """Take another log, paused; `seek` shows it."""
        self._timer.stop()
        skip_idle = self._replay.skip_idle
        self._take(log)
        self._replay.skip_idle = skip_idle
        self.play_changed.emit()

    @property
    def duration_s(self) -> float:
        """Length of the log in seconds."""
        return self._replay.duration_s

    @property
    def playing(self) -> bool:
        """True if the log is playing."""
        return self._replay.playing

    @property
    def has_page(self) -> bool:
        """True if a page is shared at this moment, and was drawn."""
        return self.state.sharing and self._track.has_picture(self.position_s)

    def play(self) -> None:
        """Starts or goes on; at the end, starts over."""
        if self.position_s >= self._replay.duration_s:
            self.seek(0.0)
        self._replay.play()
        self._timer.start()
        self.play_changed.emit()

    def pause(self) -> None:
        """Stops playing."""
        self._replay.pause()
        self._timer.stop()
        self.tick()
        self.play_changed.emit()

    def toggle(self) -> None:
        """Plays, or pauses."""
        if self._replay.playing:
            self.pause()
        else:
            self.play()

    def set_speed(self, speed: float) -> None:
        """0.5 to 16.0 times real time."""
        self._replay.set_speed(speed)

    @property
    def speed(self) -> float:
        """Times real time."""
        return self._replay.speed

    def set_skip_idle(self, on: bool) -> None:
        """Set whether playing goes on at once where nothing happens."""
        self._replay.skip_idle = on

    def seek(self, offset_s: float) -> None:
        """Goes to a moment of the log (seconds from its first record);
        the page looks as it did there.
        """
        offset_s = min(max(offset_s, 0.0), self._replay.duration_s)
        self._replay.seek(offset_s)
        self._replay.tick()
        page = self._track.until(offset_s)
        if page:
            self._mirror.feed(page)
        else:
            self._mirror.clear()
        self._be_at(offset_s)

    def row_beside(self, rows: Places, step: int) -> int | None:
        """The next of these rows of the log (1), or the one before (-1); None where there is
        none.
        """
        if step > 0:
            place = self.log.count_until(self.position_s + 0.001, rows)
        else:
            place = self.log.count_until(self.position_s - 0.001, rows) - 1
        if 0 <= place < len(rows):
            return int(rows[place])
        return None

    def tick(self) -> None:
        """Shows what became due; called many times a second while playing."""
        self._replay.tick()
        position_s = self._replay.position_s
        if position_s > self.position_s:
            page = self._track.between(self.position_s, position_s)
            if page:
                self._mirror.feed(page)
            self._be_at(position_s)
        if self._timer.isActive() and not self._replay.playing:
            self._timer.stop()
            self.play_changed.emit()
            self.finished.emit()

    def _be_at(self, position_s: float) -> None:
        self.position_s = position_s
        log = self.log
        past = log.count_until(position_s, log.marks)
        if past != self.events_shown or position_s == 0.0:
            self.state = log.state_before(log.count_until(position_s))
        self.events_shown = past
        self.last_event = ""
        self.last_words = ""
        if past:
            row = int(log.marks[past - 1])
            self.last_event = log.meaning(row).label
            self.last_words = describe(log.record(row).event)
        self.moved.emit()

    def _on_picture_needed(self) -> None:
        """The page ended the engine: another draws it as it is at this moment."""
        page = self._track.until(self.position_s)
        if page:
            self._mirror.feed(page)
