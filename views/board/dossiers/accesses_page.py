# SPDX-License-Identifier: GPL-3.0-only
"""The board's page of accesses: who looked at which dossier, when, in which conversation, why; and
who read the log of which conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from PyQt6.QtCore import QDate, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QDateEdit, QFileDialog, QLineEdit, QWidget

from resources.texts import _
from session.core.clock import Clock
from session.core.dossier_model import AccessKind, AccessLine
from session.protocol.dossier.identity import (
    AccessesAnswer,
    AccessesRequest,
    LogAccessesRequest,
)
from session.protocol.wire.ids import is_id
from views.board.facts import BoardFacts
from views.board.tables import BoardTable, Cell, TableRow
from views.widgets.parts import ElidedLabel, EmptyState, column, push_button, row
from views.widgets.theme import SPACE
from views.words.accesses import KINDS, LOG_KINDS, access_words

TODAY, YESTERDAY, WEEK, MONTH, DAY, ALL = "today", "yesterday", "week", "month", "day", "all"


class BoardAccessesPage(QWidget):
    """Lines of the register, the newest first.

    Signals: wanted(object): an `AccessesRequest` or a `LogAccessesRequest`. file_wanted(str): path
        of a .csv.
    """

    wanted = pyqtSignal(object)
    file_wanted = pyqtSignal(str)

    def __init__(self, facts: BoardFacts, clock: Clock) -> None:
        super().__init__()
        self._facts, self._clock = facts, clock
        self._about = _combo("accesses_about", _("Accesses to what"))
        self._about.addItem(_("Dossiers"), False)
        self._about.addItem(_("Conversations"), True)
        self._days = _combo("accesses_days", _("Days"))
        for key, words in (
            (TODAY, _("Today")),
            (YESTERDAY, _("Yesterday")),
            (WEEK, _("7 days")),
            (MONTH, _("31 days")),
            (DAY, _("One day…")),
            (ALL, _("All days")),
        ):
            self._days.addItem(words, key)
        self._day = QDateEdit()
        self._day.setObjectName("accesses_day")
        self._day.setAccessibleName(_("Day"))
        self._day.setDisplayFormat("dd/MM/yyyy")
        self._day.setCalendarPopup(True)
        self._day.hide()
        self._person = _combo("accesses_person", _("By whom"))
        self._person.addItem(_("Everybody"), "")
        self._kind = _combo("accesses_kind", _("What was done"))
        self._dossier = QLineEdit()
        self._dossier.setObjectName("accesses_dossier")
        self._dossier.setMaxLength(40)
        self._dossier.setMaximumWidth(190)
        self.table = BoardTable(
            "board_accesses",
            _("Register of accesses"),
            heads=[""] * 6,
            wide=4,
            most_px={2: 340, 5: 110},
        )
        self._empty = EmptyState(
            "see_page",
            _("No access here"),
            advice=_("Choose more days, or everybody."),
            name="accesses_empty",
        )
        self._state = ElidedLabel(role="small", name="accesses_state")
        self._csv = push_button(_("Save as CSV…"), "save", "plain", name="accesses_csv")
        self._show_about()
        self._build()
        self.show_accesses(AccessesAnswer(lines=[]))

    # ---- facts ----

    def show_accesses(self, answer: AccessesAnswer) -> None:
        """What the filters found."""
        self.table.show_rows([self._row(one) for one in answer.lines])
        self.table.setVisible(bool(answer.lines))
        self._empty.setVisible(not answer.lines)
        self._add_people(answer.lines)
        words = [_("{count} accesses").format(count=len(answer.lines))] if answer.lines else []
        if answer.more:
            words.append(_("older ones are not shown: the file has all of them"))
        self._state.setText(" · ".join(words))
        self._csv.setEnabled(self._facts.connected and bool(answer.lines))

    def ask(self) -> None:
        """Asks for what the filters say."""
        first, last = self._period()
        of_logs, text = self._is_of_logs, self._dossier.text().strip()
        request = LogAccessesRequest if of_logs else AccessesRequest
        self.wanted.emit(
            request(
                first=first,
                last=last,
                user=str(self._person.currentData() or ""),
                dossier="" if of_logs else text,
                session=text if of_logs and is_id(text) else "",
                kind=self._kind.currentData(),
            )
        )

    def show_refused_of(self, user: str, name: str, kind: AccessKind) -> None:
        """Sets the filters to what one person was refused today (dossiers or logs), and asks."""
        for box in (self._days, self._person, self._kind, self._about):
            box.blockSignals(True)
        self._about.setCurrentIndex(self._about.findData(kind in LOG_KINDS))
        self._show_about()
        self._days.setCurrentIndex(self._days.findData(TODAY))
        self._kind.setCurrentIndex(self._kind.findData(kind))
        self._add_person(user, name)
        self._person.setCurrentIndex(self._person.findData(user))
        for box in (self._days, self._person, self._kind, self._about):
            box.blockSignals(False)
        self._day.hide()
        self.ask()

    # ---- inside ----

    @property
    def _is_of_logs(self) -> bool:
        return bool(self._about.currentData())

    def _show_about(self) -> None:
        """Filters and columns that fit dossiers, or conversations."""
        of_logs = self._is_of_logs
        was_blocked = self._kind.blockSignals(True)
        self._kind.clear()
        self._kind.addItem(_("All accesses"), None)
        for kind, (words, _icon, _tone) in KINDS.items():
            if (kind in LOG_KINDS) is of_logs:
                self._kind.addItem(_(words), kind)
        self._kind.blockSignals(was_blocked)
        self._dossier.clear()
        self._dossier.setAccessibleName(_("Id of the session") if of_logs else _("Dossier number"))
        self._dossier.setPlaceholderText(_("Id of a session") if of_logs else _("No. of a dossier"))
        about = _("Computer") if of_logs else _("Dossier")
        self.table.setHeaderLabels(
            [_("When"), _("Who"), _("What"), about, _("Reason"), _("Conversation")]
        )

    def _on_about(self) -> None:
        self._show_about()
        self.ask()

    def _row(self, line: AccessLine) -> TableRow:
        local = line.at_utc.astimezone()
        _words, icon_name, tone = KINDS[line.kind]
        cells = (
            Cell(f"{local:%d/%m/%Y %H:%M}", "soft"),
            Cell(line.by_name or line.user),
            Cell(access_words(line), tone, icon_name),
            Cell(line.computer if line.kind in LOG_KINDS else line.dossier),
            Cell(line.reason),
            Cell(line.session_id, "soft"),
        )
        return TableRow(str(line.id), cells)

    def _add_people(self, lines: Sequence[AccessLine]) -> None:
        """Adds everybody who is known; the chosen person stays chosen."""
        for user, name in self._facts.agent_names().items():
            self._add_person(user, name)
        for line in lines:
            self._add_person(line.user, line.by_name or line.user)

    def _add_person(self, user: str, name: str) -> None:
        if user and self._person.findData(user) == -1:
            self._person.addItem(name or user, user)

    def _period(self) -> tuple[date | None, date | None]:
        today = self._facts.today(self._clock.utc_now())
        match self._days.currentData():
            case "yesterday":
                return today - timedelta(days=1), today - timedelta(days=1)
            case "week":
                return today - timedelta(days=6), today
            case "month":
                return today - timedelta(days=30), today
            case "day":
                chosen = self._day.date().toPyDate()
                return chosen, chosen
            case "all":
                return None, None
        return today, today

    def _on_days(self) -> None:
        is_day = self._days.currentData() == DAY
        if is_day and not self._day.isVisible():
            today = self._facts.today(self._clock.utc_now())
            self._day.blockSignals(True)
            self._day.setDate(QDate(today.year, today.month, today.day))
            self._day.blockSignals(False)
        self._day.setVisible(is_day)
        self.ask()

    def _save(self) -> None:
        dialog = QFileDialog(self, _("Save the list"))
        dialog.setObjectName("accesses_file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setNameFilter("CSV (*.csv)")
        dialog.selectFile(f"acces_{self._clock.utc_now().astimezone():%Y-%m-%d}.csv")
        dialog.fileSelected.connect(self.file_wanted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _build(self) -> None:
        self._days.currentIndexChanged.connect(lambda _index: self._on_days())
        self._about.currentIndexChanged.connect(lambda _index: self._on_about())
        for box in (self._person, self._kind):
            box.currentIndexChanged.connect(lambda _index: self.ask())
        self._day.dateChanged.connect(lambda _day: self.ask())
        self._dossier.editingFinished.connect(self.ask)
        self._csv.clicked.connect(self._save)
        filters = row(
            None,
            self._about,
            self._days,
            self._day,
            self._person,
            self._kind,
            self._dossier,
            0,
            self._csv,
        )
        whole = column(self, filters, self.table, self._empty, self._state, space=SPACE[1])
        whole.setStretch(1, 1)
        whole.setStretch(2, 1)


def _combo(name: str, spoken: str) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    made.setAccessibleName(spoken)
    made.setMinimumContentsLength(10)
    return made
