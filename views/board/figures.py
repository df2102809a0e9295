# SPDX-License-Identifier: GPL-3.0-only
"""The wallboard: a few large figures, each with its threshold in words and colour.
Used by the board's window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QFrame, QGridLayout

from resources.texts import _, ngettext
from session.protocol.hub.board import AgentFacts, AgentState, BoardAnswer
from session.protocol.hub.history import LineTotals
from session.protocol.hub.requests import Service
from session.protocol.hub.tickets import Ticket, TicketState
from views.widgets.agent_state import help_words
from views.widgets.parts import Card, Chip, clock_words, label, restyle, steady_figures
from views.widgets.theme import SPACE
from views.words.waits import WaitLimits

HELP = "help "
"""Before an agent's id, in the name of an alert."""


@dataclass(frozen=True)
class Thresholds:
    """The values from which a figure is an alert.

    Attributes:
        waiting: callers.
        longest_s, within_s: seconds; `within_s` is the wait that is promised.
        level_percent: share of answered callers who waited no longer than that; lower is an alert.
        abandoned: callers of the day who gave up.
    """

    waiting: int = 12
    longest_s: int = 600
    within_s: int = 180
    level_percent: int = 80
    abandoned: int = 5

    @property
    def waits(self) -> WaitLimits:
        """The limits of a wait."""
        return WaitLimits(self.within_s, self.longest_s)


class Figure(Card):
    """One figure: what it is, its value, and a word about it.

    Args:
        alarm: what its alert says.
    """

    def __init__(self, name: str, title: str, *, alarm: str) -> None:
        super().__init__(name, space=2)
        self._alarm = alarm
        self._title = label(title, "caption", wrap=True)
        self._value = steady_figures(label("–", "huge", f"{name}_value"))
        self._chip = Chip(f"{name}_state")
        self._chip.hide()
        self._is_alert = False
        self._places = QGridLayout()
        self._places.setContentsMargins(0, 0, 0, 0)
        self._places.setHorizontalSpacing(SPACE[2])
        self._places.setVerticalSpacing(2)
        self._places.setColumnStretch(2, 1)
        self._places.setRowStretch(3, 1)
        self.body.addLayout(self._places)
        self.arrange(beside=False)

    def arrange(self, *, beside: bool) -> None:
        """The words below each other, or the value before them."""
        for part in (self._title, self._value, self._chip):
            self._places.removeWidget(part)
        self._title.setWordWrap(not beside)
        edge = SPACE[0] if beside else SPACE[2]
        self.body.setContentsMargins(SPACE[2], edge, SPACE[2], edge)
        if beside:
            self._places.addWidget(self._value, 0, 0, 2, 1)
            self._places.addWidget(self._title, 0, 1)
            self._places.addWidget(self._chip, 1, 1)
            return
        self._places.addWidget(self._title, 0, 0, 1, 3)
        self._places.addWidget(self._value, 1, 0, 1, 3)
        self._places.addWidget(self._chip, 2, 0, 1, 3)

    def needed_px(self) -> int:
        """Return how wide it is with all its words below each other."""
        letters = self._title.fontMetrics()
        words = max(
            (letters.horizontalAdvance(word) for word in self._title.text().split(" ")), default=0
        )
        if self._chip.isHidden():
            chip = 0
        else:
            chip = self._chip.sizeHint().width()
        return max(words, chip, self._value.sizeHint().width()) + 2 * SPACE[2]

    def show_value(self, value: str, words: str, alert: bool, icon_name: str = "available") -> None:
        """Value and word; an alert is red and says so."""
        self._value.setText(value)
        self._is_alert = alert
        restyle(self._value, tone="bad" if alert else "")
        self._chip.show()
        self._chip.show_state(words, "warning" if alert else icon_name, "bad" if alert else "soft")
        self.setAccessibleName(f"{self._title.text()}: {value}, {words}")

    def alert(self) -> str:
        """Return what this figure's alert says, "" without one; its value is read in the
        figure, where it does not grow old.
        """
        if self._is_alert:
            return self._alarm
        return ""

    def value(self) -> str:
        """The figure shown."""
        return self._value.text()

    def words(self) -> str:
        """The word about it."""
        return self._chip.text()


class BoardFigures(QFrame):
    """All figures of the organisation side by side."""

    def __init__(self, thresholds: Thresholds) -> None:
        super().__init__()
        self._limits = thresholds
        minutes = thresholds.within_s // 60
        self.waiting = Figure("figure_waiting", _("Waiting"), alarm=_("many callers wait"))
        self.longest = Figure("figure_longest", _("Longest wait"), alarm=_("waits are too long"))
        self.level = Figure(
            "figure_level",
            _("Answered within {minutes} min").format(minutes=minutes),
            alarm=_("too few are answered within {minutes} min").format(minutes=minutes),
        )
        self.abandoned = Figure(
            "figure_abandoned", _("Gave up today"), alarm=_("many gave up today")
        )
        self.agents = Figure("figure_agents", _("Agents available"), alarm=_("no agent is there"))
        self.lines = Figure("figure_lines", _("Good lines"), alarm=_("a kiosk's line is bad"))
        self._alerts: set[str] | None = None
        self._services_alerts: dict[str, str] = {}
        self._helped: dict[str, str] = {}
        self._figures = (
            self.waiting,
            self.longest,
            self.level,
            self.abandoned,
            self.agents,
            self.lines,
        )
        self._grid = QGridLayout(self)
        self._grid.setSpacing(SPACE[2])
        self._grid.setContentsMargins(SPACE[2], SPACE[2], SPACE[2], SPACE[2])
        self._per_line = 0
        self._arrange()

    def event(self, a0: QEvent | None) -> bool:
        """With other words, or another width, they may need two lines."""
        if a0 is not None and a0.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._arrange()
        return super().event(a0)

    def _arrange(self) -> None:
        count = len(self._figures)
        needed = sum(figure.needed_px() for figure in self._figures)
        fits = self.width() >= needed + (count + 1) * SPACE[2]
        per_line = count if fits else count // 2
        if per_line == self._per_line:
            return
        self._per_line = per_line
        for place in range(count):
            self._grid.setColumnStretch(place, int(place < per_line))
        for place, figure in enumerate(self._figures):
            self._grid.removeWidget(figure)
            figure.arrange(beside=not fits)
            self._grid.addWidget(figure, *divmod(place, per_line))

    def show_waiting(
        self, tickets: Sequence[Ticket], services: Mapping[str, Service], now_utc: datetime
    ) -> None:
        """Counts of the waiting tickets and the longest wait, at `now_utc`. Each caller is late by
        what its service says.
        """
        waiting = [
            ticket
            for ticket in tickets
            if ticket.state in (TicketState.WAITING, TicketState.OFFERED)
        ]
        longest_s = max(
            ((now_utc - ticket.arrived_at_utc).total_seconds() for ticket in waiting), default=0.0
        )
        late = [ticket for ticket in waiting if self._is_late(ticket, services, now_utc)]
        self._services_alerts = self._find_alerts(waiting, late, services)
        many, limit = len(waiting) >= self._limits.waiting, self._limits.waiting
        self.waiting.show_value(
            str(len(waiting)),
            _("Alert: {limit} or more").format(limit=limit) if many else _("Usual"),
            many,
        )
        self.longest.show_value(
            clock_words(longest_s) if waiting else "–",
            ngettext("Alert: one wait too long", "Alert: {count} waits too long", len(late)).format(
                count=len(late)
            )
            if late
            else _("Usual"),
            bool(late),
        )

    def show_waiting_unknown(self) -> None:
        """The hub does not answer, and nobody waited when it did: that is not "nobody waits"."""
        self._services_alerts = {}
        for figure in (self.waiting, self.longest):
            figure.show_value("–", _("Connection lost"), False, "retry")

    def _is_late(self, ticket: Ticket, services: Mapping[str, Service], now_utc: datetime) -> bool:
        limits = self._limits.waits.of(services.get(ticket.service))
        return (now_utc - ticket.arrived_at_utc).total_seconds() >= limits.longest_s

    def _find_alerts(
        self,
        waiting: Sequence[Ticket],
        late: Sequence[Ticket],
        services: Mapping[str, Service],
    ) -> dict[str, str]:
        """Return what has passed a threshold that a service has to itself."""
        alerts: dict[str, str] = {}
        for service in services.values():
            count = sum(1 for ticket in waiting if ticket.service == service.id)
            if 0 < service.most_waiting <= count:
                words = _("{service}: {count} waiting")
                alerts[f"many {service.id}"] = words.format(service=service.name, count=count)
            if service.longest_s and any(ticket.service == service.id for ticket in late):
                words = _("{service}: over {minutes} min")
                minutes = -(-service.longest_s // 60)
                alerts[f"late {service.id}"] = words.format(service=service.name, minutes=minutes)
        return alerts

    def new_alerts(self) -> dict[str, str]:
        """Return what has passed its threshold since the last call, by what it is about ("help a1":
        this agent asks for help); the first call returns nothing.
        """
        now = {figure.objectName(): figure.alert() for figure in self._figures if figure.alert()}
        now |= self._services_alerts
        now |= self._helped
        known_alerts, self._alerts = self._alerts, set(now)
        return {
            name: words
            for name, words in now.items()
            if known_alerts is not None and name not in known_alerts
        }

    def show_lines(self, totals: LineTotals) -> None:
        """Kiosks with a good line, of those that were measured; a bad one is an alert."""
        words = _("{weak} weak · {bad} bad").format(weak=totals.weak, bad=totals.bad)
        if totals.bad:
            state_words = _("Alert: {count} bad").format(count=totals.bad)
        else:
            state_words = words
        if totals.measured:
            value = f"{totals.good}/{totals.measured}"
        else:
            value = "–"
        self.lines.show_value(value, state_words, totals.bad > 0, "signal_good")

    def show_lines_refused(self) -> None:
        """Nobody knows how the lines are."""
        self.lines.show_value("–", _("Not read"), alert=False, icon_name="warning")

    def show_board(self, board: BoardAnswer) -> None:
        """The day's counts and what the agents do."""
        day, limits = board.day, self._limits
        self._show_agents(board.agents)
        self._helped = {
            f"{HELP}{agent.id}": _("{name} asks for help: {reason}").format(
                name=agent.name, reason=help_words(agent.help)
            )
            for agent in board.agents
            if agent.help
        }
        if not day.known:
            for figure in (self.level, self.abandoned):
                figure.show_value("–", _("History not readable"), alert=False, icon_name="warning")
            return
        total = day.answered + day.abandoned
        if total:
            percent = round(100 * day.within / total)
        else:
            percent = 100
        low = total > 0 and percent < limits.level_percent
        usual = _("Today")
        self.level.show_value(
            f"{percent} %" if total else "–",
            _("Alert: under {percent} %").format(percent=limits.level_percent) if low else usual,
            low,
            "time",
        )
        many = day.abandoned >= limits.abandoned
        self.abandoned.show_value(
            str(day.abandoned),
            _("Alert: {limit} or more").format(limit=limits.abandoned) if many else usual,
            many,
            "time",
        )

    def _show_agents(self, agents: Sequence[AgentFacts]) -> None:
        def count(*states: AgentState) -> int:
            return sum(1 for agent in agents if agent.state in states)

        free, busy = count(AgentState.AVAILABLE), count(AgentState.IN_SESSION, AgentState.WRAP_UP)
        paused = count(AgentState.PAUSED, AgentState.TRAINING, AgentState.NOT_RESPONDING)
        words = _("{busy} busy · {paused} paused").format(busy=busy, paused=paused)
        nobody = free + busy == 0
        self.agents.show_value(
            str(free), _("Alert: nobody answers") if nobody else words, nobody, "agent"
        )
