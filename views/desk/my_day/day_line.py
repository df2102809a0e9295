# SPDX-License-Identifier: GPL-3.0-only
"""The agent's own day on a line of time: conversations as long as they lasted, a lane for each
service, pauses, promised calls, and now. Used by the page between two callers; nothing of it is
kept or sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QWidget

from resources.texts import _, ngettext
from session.core.clock import Clock
from session.protocol.hub.history import OwnTalk
from session.protocol.hub.waiting import PromisedCall
from views.widgets.parts import Card, label, name_widget
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE, service_colour, text_scale, tokens_for
from views.words.waits import minutes_words

FIRST_HOUR, LAST_HOUR = 8, 18
"""The hours that are always there."""

LANE_PX, ROOMY_LANE_PX, HOUR_PX = 26, 72, 20
"""Heights of a lane and of the hours, usual letters."""

NAME_PART, WIDEST_NAME_PX = 0.3, 190
"""The most that the names of the lanes take: a part of the width, and pixels."""

LEAST_PX = 4
"""A conversation of a minute is seen, too."""

MOST_PAUSES = 50


class _Span(NamedTuple):
    """A piece of the day: `words` are its tool tip, `title` stands in it where it has room."""

    begins: datetime
    ends: datetime
    title: str
    words: str


class _Lane(NamedTuple):
    """A service with its place in the organisation's list; -1 for pauses and calls."""

    name: str
    place: int
    spans: Sequence[_Span]


class DayLine(QWidget):
    """Painted from what the desk knows; the same in words for a screen reader.

    Args:
        service_of: name of a service and its place in the organisation's list.
    """

    def __init__(self, clock: Clock, service_of: Callable[[str], tuple[str, int]]) -> None:
        super().__init__()
        self.setObjectName("day_line")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._clock = clock
        self._service_of = service_of
        self._services: list[_Lane] = []
        self._pauses: list[_Span] = []
        self._calls: list[_Span] = []
        self._paused_at: datetime | None = None
        self._is_roomy = False

    # ---- facts ----

    def show_talks(self, talks: Sequence[OwnTalk]) -> None:
        """Show the conversations of today that are over."""
        spans: dict[tuple[int, str], list[_Span]] = {}
        for talk in talks:
            name, place = self._service_of(talk.service)
            begins = talk.began_at_utc.astimezone()
            lasted = minutes_words(talk.talked_s)
            words = f"{begins:%H:%M} · {talk.number} · {name} · {lasted}"
            span = _Span(begins, begins + timedelta(seconds=talk.talked_s), talk.number, words)
            spans.setdefault((place, name), []).append(span)
        self._services = [_Lane(name, place, lane) for (place, name), lane in sorted(spans.items())]
        self._say()

    def show_calls(self, calls: Sequence[PromisedCall]) -> None:
        """Show the promised calls of today."""
        today = self._now().date()
        self._calls = []
        for call in calls:
            due = call.due_at_utc.astimezone()
            if due.date() == today:
                words = _("A caller to call back")
                if call.number:
                    words = _("Call back {number}").format(number=call.number)
                self._calls.append(_Span(due, due, call.number, f"{due:%H:%M} · {words}"))
        self._say()

    def show_available(self, available: bool) -> None:
        """A pause begins, or is over; those before the program began are not known."""
        now = self._now()
        if not available and self._paused_at is None:
            self._paused_at = now
        elif available and self._paused_at is not None:
            self._pauses = [*self._pauses, _pause(self._paused_at, now)][-MOST_PAUSES:]
            self._paused_at = None
        self._say()

    def use_room(self, is_roomy: bool) -> None:
        """Set whether the lanes are high."""
        self._is_roomy = is_roomy
        self.updateGeometry()

    def is_empty(self) -> bool:
        """True while there is nothing of this day."""
        return not self._lanes()

    def _now(self) -> datetime:
        return self._clock.utc_now().astimezone()

    def _say(self) -> None:
        count = sum(len(lane.spans) for lane in self._services)
        facts = [ngettext("One conversation", "{count} conversations", count).format(count=count)]
        facts += [span.words for span in (*self._pauses, *self._calls)]
        name_widget(self, _("My day: {facts}").format(facts=", ".join(facts)))
        self.updateGeometry()
        self.update()

    def _lanes(self) -> list[_Lane]:
        pauses = list(self._pauses)
        if self._paused_at is not None:
            pauses.append(_pause(self._paused_at, self._now()))
        more = (_Lane(_("Pauses"), -1, pauses), _Lane(_("Promised calls"), -1, self._calls))
        return [*self._services, *(lane for lane in more if lane.spans)]

    # ---- painting ----

    def sizeHint(self) -> QSize:
        """As high as its lanes and the hours; any width."""
        lane_px = ROOMY_LANE_PX if self._is_roomy else LANE_PX
        high = lane_px * len(self._lanes()) + HOUR_PX
        return QSize(280, round(high * max(1.0, text_scale())))

    def minimumSizeHint(self) -> QSize:
        """Return the same height."""
        return QSize(160, self.sizeHint().height())

    def event(self, event: QEvent | None) -> bool:
        """The mouse is told what it is at."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self._words_at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), tip_words(words), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Hours, a lane for each service, pauses, calls, now."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tokens_for(self.palette())
        self._paint_hours(painter)
        for number, lane in enumerate(self._lanes()):
            self._paint_lane(painter, lane, self._top(number))
        painter.setPen(QPen(QColor(colours.bad), 2))
        now = self._x(self._now())
        painter.drawLine(QPointF(now, 0), QPointF(now, self._top(len(self._lanes()))))
        painter.end()

    def _paint_hours(self, painter: QPainter) -> None:
        colours, below = tokens_for(self.palette()), self._top(len(self._lanes()))
        first, last = self._hours()
        widest = painter.fontMetrics().horizontalAdvance(_("{hour}:00").format(hour=18)) + 8
        step = 1
        while (self.width() - self._left()) / (last - first) * step < widest:
            step += 1
        day = self._now().replace(minute=0, second=0, microsecond=0)
        for hour in range(first, last, step):
            x = self._x(day.replace(hour=hour))
            painter.setPen(QColor(colours.line))
            painter.drawLine(QPointF(x, 0), QPointF(x, below + 4))
            painter.setPen(QColor(colours.soft))
            room = QRectF(x, below + 3, widest, self.height() - below - 3)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft, _("{hour}:00").format(hour=hour))

    def _paint_lane(self, painter: QPainter, lane: _Lane, top: float) -> None:
        colours, high = tokens_for(self.palette()), self._top(1)
        painter.setPen(QColor(colours.text))
        room = QRectF(0, top, self._left() - SPACE[1], high)
        name = painter.fontMetrics().elidedText(
            lane.name, Qt.TextElideMode.ElideRight, round(room.width())
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(QColor(colours.line))
        painter.drawLine(QPointF(0, top + high), QPointF(self.width(), top + high))
        colour, on_colour = QColor(colours.soft), QColor(colours.surface)
        if lane.place >= 0:
            colour = QColor(service_colour(self.palette(), lane.place))
        for span in lane.spans:
            block = self._block(span, top + 4, high - 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(block, 3, 3)
            wide = painter.fontMetrics().horizontalAdvance(span.title)
            if span.begins == span.ends:  # a moment: its title stands beside it
                block.moveLeft(block.right() + SPACE[0])
                block.setWidth(wide + 2)
                painter.setPen(QColor(colours.text))
            elif wide + SPACE[0] <= block.width():
                painter.setPen(on_colour)
            else:
                continue
            painter.drawText(block, Qt.AlignmentFlag.AlignCenter, span.title)

    # ---- places ----

    def _hours(self) -> tuple[int, int]:
        """Return the first hour and the one after the last, wide enough for all of today."""
        today = self._now().date()
        spans = [span for lane in self._lanes() for span in lane.spans]
        hours = [self._now().hour]
        hours += [span.begins.hour for span in spans if span.begins.date() == today]
        return min(FIRST_HOUR, *hours), max(LAST_HOUR, max(hours) + 1)

    def _left(self) -> float:
        """Return where the hours begin: the lanes' names stand before them."""
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(lane.name) for lane in self._lanes()), default=0)
        most = min(self.width() * NAME_PART, WIDEST_NAME_PX * max(1.0, text_scale()))
        return min(widest + SPACE[2], most)

    def _top(self, number: int) -> float:
        lane_px = ROOMY_LANE_PX if self._is_roomy else LANE_PX
        return number * lane_px * max(1.0, text_scale())

    def _x(self, at: datetime) -> float:
        (first, last), left = self._hours(), self._left()
        part = (at.hour + at.minute / 60 - first) / (last - first)
        return left + (self.width() - left) * min(1.0, max(0.0, part))

    def _block(self, span: _Span, top: float, high: float) -> QRectF:
        left = self._x(span.begins)
        return QRectF(left, top, max(LEAST_PX, self._x(span.ends) - left - 1), high)

    def _words_at(self, x: float, y: float) -> str:
        lanes = self._lanes()
        number = int(y // self._top(1))
        if number >= len(lanes):
            return ""
        spans = [
            span.words
            for span in lanes[number].spans
            if self._x(span.begins) - 4 <= x <= self._x(span.ends) + 4
        ]
        return "\n".join(spans)


class DayCard(Card):
    """The line of time, or what will be on it."""

    def __init__(self, clock: Clock, service_of: Callable[[str], tuple[str, int]]) -> None:
        super().__init__("idle_day", space=SPACE[1], padding=SPACE[3])
        title = _("My day, hour by hour")
        self.setAccessibleName(title)
        self._line = DayLine(clock, service_of)
        words = _("Your conversations, pauses and promised calls are drawn here.")
        self._empty = label(words, "soft", "idle_day_empty", wrap=True)
        self.body.addWidget(label(title, "title"))
        self.body.addWidget(self._empty)
        self.body.addWidget(self._line)
        self._fit()

    def show_talks(self, talks: Sequence[OwnTalk]) -> None:
        """Show the conversations of today that are over."""
        self._line.show_talks(talks)
        self._fit()

    def show_calls(self, calls: Sequence[PromisedCall]) -> None:
        """Show the promised calls of today."""
        self._line.show_calls(calls)
        self._fit()

    def show_available(self, available: bool) -> None:
        """A pause begins, or is over."""
        self._line.show_available(available)
        self._fit()

    def use_room(self, is_roomy: bool) -> None:
        """Set whether there is much room."""
        self._line.use_room(is_roomy)

    def _fit(self) -> None:
        is_empty = self._line.is_empty()
        self._empty.setVisible(is_empty)
        self._line.setVisible(not is_empty)


def _pause(begins: datetime, ends: datetime) -> _Span:
    lasted = minutes_words((ends - begins).total_seconds())
    return _Span(begins, ends, "", f"{begins:%H:%M} – {ends:%H:%M} · " + lasted)
